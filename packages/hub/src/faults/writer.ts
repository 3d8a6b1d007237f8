/** What moves of experiments, on its way into the store: one writing at a time for each, tried again until the database takes it. */
import type { Clock } from '../clock.ts'
import { describe, type Logger } from '../logger.ts'
import type { ExperimentStore } from './experiment-store.ts'
import type { LiveExperiment } from './live-experiment.ts'

export interface ExperimentWriter {
  /** Resolves when what it is now is durable. */
  save(live: LiveExperiment): Promise<void>
  /** Whether everything is written. */
  readonly isIdle: boolean
  close(): void
}

const RETRY_MS = 2_000

export function createExperimentWriter(options: {
  store: Pick<ExperimentStore, 'save'>
  clock: Clock
  logger: Logger
  failed(): void
}): ExperimentWriter {
  const { store, clock, logger } = options
  const waiting = new Map<LiveExperiment, (() => void)[]>()
  const writing = new Set<LiveExperiment>()

  const write = async (live: LiveExperiment): Promise<void> => {
    if (writing.has(live)) return
    writing.add(live)
    try {
      for (let told = waiting.get(live); told !== undefined; told = waiting.get(live)) {
        const places = [...live.dirty]
        live.dirty.clear()
        waiting.delete(live)
        try {
          await store.save({ ...live.record, targets: [...live.record.targets] }, places)
        } catch (error) {
          for (const place of places) live.dirty.add(place)
          waiting.set(live, [...told, ...(waiting.get(live) ?? [])])
          throw error
        }
        for (const done of told) done()
      }
    } catch (error) {
      options.failed()
      logger.warn('database', `experiment ${live.record.id} waits for the database: ${describe(error)}`)
      clock.after(RETRY_MS, () => void write(live))
    } finally {
      writing.delete(live)
    }
  }

  return {
    save: (live) =>
      new Promise((resolve) => {
        waiting.set(live, [...(waiting.get(live) ?? []), resolve])
        void write(live)
      }),
    get isIdle() {
      return waiting.size === 0 && writing.size === 0
    },
    close() {
      for (const told of waiting.values()) for (const done of told) done()
      waiting.clear()
    },
  }
}
