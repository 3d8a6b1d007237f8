/** When a fault fires: its schema, and the decision itself, pure and seeded. */
import { z } from 'zod'
import type { When } from './fault.ts'
import { seeded } from './seeded.ts'

export const when: z.ZodType<When> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('always') }),
  z.object({ kind: z.literal('once') }),
  z.object({ kind: z.literal('times'), times: z.int().min(1).max(10_000) }),
  z.object({ kind: z.literal('probability'), probability: z.number().gt(0).max(1) }),
  z.object({
    kind: z.literal('duty'),
    onMs: z.int().min(100).max(600_000),
    offMs: z.int().min(100).max(600_000),
  }),
])

export interface Trigger {
  /** Whether it fires now, `atMs` after the injection began. To be asked once for each message. */
  fires(atMs: number): boolean
  readonly firings: number
  /** It will never fire again. */
  readonly isSpent: boolean
}

/**
 * The same seed and key fire at the same messages, whatever happens to other processes.
 *
 * ```ts
 * const trigger = triggerOf({ kind: 'times', times: 2 }, 7, 'Shop/till')
 * trigger.fires(0) // → true
 * ```
 */
export function triggerOf(
  schedule: When,
  seed: number,
  key: string,
  maxFirings = Number.POSITIVE_INFINITY,
): Trigger {
  const random = seeded(seed, key)
  const limit = Math.min(maxFirings, limitOf(schedule))
  let firings = 0
  return {
    fires(atMs) {
      if (firings >= limit || !decides(schedule, random, atMs)) return false
      firings += 1
      return true
    },
    get firings() {
      return firings
    },
    get isSpent() {
      return firings >= limit
    },
  }
}

function limitOf(schedule: When): number {
  if (schedule.kind === 'once') return 1
  return schedule.kind === 'times' ? schedule.times : Number.POSITIVE_INFINITY
}

function decides(schedule: When, random: () => number, atMs: number): boolean {
  switch (schedule.kind) {
    case 'always':
    case 'once':
    case 'times':
      return true
    case 'probability':
      return random() < schedule.probability
    case 'duty':
      return atMs % (schedule.onMs + schedule.offMs) < schedule.onMs
    default: {
      const never: never = schedule
      return never
    }
  }
}
