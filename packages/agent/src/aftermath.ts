/**
 * What follows a crash: when the replacement handled its first message, and whether it crashed again within a minute.
 * Looked at a few times a second, so a first message is known to 50 ms.
 */
import type { Outcome } from '@orrery/protocol'
import type { Target } from './source.ts'

export interface Aftermath {
  watch(crashId: string, outcome: Outcome, replacement: Target, crashedAtUs: number): void
  /** A process crashed: perhaps one that replaced another a moment ago. */
  crashed(ref: number): void
  tick(): void
}

interface Watch {
  crashId: string
  outcome: Outcome
  replacement: Target
  crashedAtUs: number
}

const WATCHED = 512
const WATCH_US = 60_000_000

export function createAftermath(options: {
  nowUs: () => number
  amend: (crashId: string, outcome: Outcome) => void
}): Aftermath {
  /** By ref of the replacement. */
  const watches = new Map<number, Watch>()

  const amend = (watch: Watch, facts: Partial<Outcome>): void => {
    watch.outcome = { ...watch.outcome, ...facts }
    options.amend(watch.crashId, watch.outcome)
  }

  return {
    watch(crashId, outcome, replacement, crashedAtUs) {
      if (watches.size >= WATCHED) return
      watches.set(replacement.ref, { crashId, outcome, replacement, crashedAtUs })
    },
    crashed(ref) {
      const watch = watches.get(ref)
      if (!watch) return
      watches.delete(ref)
      amend(watch, { crashedAgain: true })
    },
    tick() {
      const nowUs = options.nowUs()
      for (const [ref, watch] of watches) {
        if (watch.outcome.firstHandledAfterMs === null && watch.replacement.handled > 0) {
          amend(watch, { firstHandledAfterMs: Math.round((nowUs - watch.crashedAtUs) / 1_000) })
        }
        if (nowUs - watch.crashedAtUs > WATCH_US || !watch.replacement.isAlive) watches.delete(ref)
      }
    },
  }
}
