/**
 * Judges experiments that are over: after a time to settle, so that supervisors' decisions and outcomes are in, and again
 * when later ones come within a minute. Where somebody is not back yet it waits, a minute at most. What an earlier start of the hub left unjudged is judged without figures.
 */
import type { World } from '@orrery/live/world'
import type { Resilience } from '@orrery/protocol/faults'
import type { Clock } from '../clock.ts'
import { describe, type Logger } from '../logger.ts'
import type { ExperimentRecord, ExperimentStore } from './experiment-store.ts'
import type { LabStore } from './lab-store.ts'
import { resilienceOf } from './resilience.ts'
import { type Seen, type SubtreeWatch, UNSEEN } from './subtree-watch.ts'
import { verdictCells } from './verdict-cells.ts'

export interface Judge {
  /** Tell it of each experiment that is over. */
  ended(record: ExperimentRecord): void
  /** Judges what was left unjudged. */
  catchUp(): Promise<void>
  close(): void
}

/** After the end. */
export const SETTLE_MS = 10_000
const LOOKS_MS = [SETTLE_MS, 30_000, 60_000]
const CATCH_UP_MS = 86_400_000

export function createJudge(options: {
  experiments: Pick<ExperimentStore, 'get' | 'endedSince'>
  lab: Pick<LabStore, 'crashesOf' | 'saveVerdicts'>
  world: Pick<World, 'above' | 'isAlive' | 'node'>
  watch: Pick<SubtreeWatch, 'take'>
  clock: Clock
  logger: Logger
  /** Stored with the experiment and shown. */
  judged(record: ExperimentRecord, resilience: Resilience): Promise<void>
}): Judge {
  const { experiments, lab, world, watch, clock, logger } = options
  const waiting = new Set<() => void>()
  /** Told of in this start of the hub. */
  const known = new Set<string>()

  const judge = async (
    id: string,
    seen: Seen,
    before: string | null,
    isLast: boolean,
  ): Promise<string | null> => {
    const record = await experiments.get(id)
    if (record === null || record.startedAtMs === null) return null
    const nowMs = clock.nowMs()
    const { nodes, steps, targets, startedAtMs } = record
    const { caused, others } = await lab.crashesOf({
      experiment: id,
      nodes,
      fromMs: startedAtMs - 1_000,
      toMs: nowMs,
    })
    const resilience = resilienceOf({
      experiment: { ...record, faults: steps.map(({ fault }) => fault) },
      targets,
      caused,
      others,
      ...seen,
      nodesDown: nodes.filter((node) => isDown(world.node(node)?.status)),
      isBack: (node, key) => (key === '' ? isUp(world.node(node)?.status) : world.isAlive(node, key)),
    })
    if (resilience === null) return null
    // Who is not back yet may come: a supervisor that waits before a restart is no verdict.
    if (!isLast && resilience.notBack > 0 && resilience.escalations.length === 0) return before
    const text = JSON.stringify(resilience)
    if (text === before) return text
    await options.judged(record, resilience)
    const above = (node: string, key: string): string | null => world.above(node, key)?.name ?? null
    await lab.saveVerdicts(id, record.createdAtMs, verdictCells(steps, targets, resilience.verdict, above))
    return text
  }

  const later = (ms: number, work: () => Promise<void>): void => {
    const cancel = clock.after(ms, () => {
      waiting.delete(cancel)
      work().catch((error) =>
        logger.warn('database', `an experiment could not be judged: ${describe(error)}`),
      )
    })
    waiting.add(cancel)
  }

  return {
    ended(record) {
      const { id, targets } = record
      known.add(id)
      if (!targets.some(({ state }) => state !== 'intended' && state !== 'refused')) {
        watch.take(record)
        return
      }
      let seen: Seen | null = null
      let last: string | null = null
      for (const ms of LOOKS_MS) {
        later(ms, async () => {
          seen ??= watch.take(record)
          last = await judge(id, seen, last, ms === LOOKS_MS.at(-1))
        })
      }
    },
    async catchUp() {
      const ended = await experiments.endedSince(clock.nowMs() - CATCH_UP_MS)
      const left = ended.filter(({ id, resilience }) => resilience === null && !known.has(id))
      for (const { id } of left) await judge(id, UNSEEN, null, true)
    },
    close() {
      for (const cancel of waiting) cancel()
      waiting.clear()
    },
  }
}

/** One that is only not heard for the moment may be up. */
function isDown(status: string | undefined): boolean {
  return status === 'gone' || status === 'stopped'
}

/** Of the end of a whole node: whether it lives again. */
function isUp(status: string | undefined): boolean | null {
  return status === undefined || status === 'stale' ? null : status === 'live'
}
