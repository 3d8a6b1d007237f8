/**
 * Series of nodes: a value a second, gathered into blocks of five minutes. The open blocks are written every half minute
 * and at the end, so that a hub that dies loses half a minute at most; the last two of every series stay in memory.
 */
import type { NodeRow } from '@orrery/live/views'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import { describe, type Logger } from '../logger.ts'
import { SERIES_BLOCK_MS, type SeriesBlock, type Store } from '../store/store.ts'
import { METRIC_NAMES, METRICS, type Metric } from './metrics.ts'

export interface SeriesRecorder {
  /** Once a second. A node that is not live leaves a gap. */
  sample(rows: Record<string, NodeRow>): void
  crashed(node: string): void
  /** Blocks in memory, open ones included, oldest first. */
  blocks(node: string | null, metric: string): SeriesBlock[]
  flush(): Promise<void>
  close(): Promise<void>
}

const STEP_MS = 1_000
const POINTS = SERIES_BLOCK_MS / STEP_MS
const FLUSH_MS = 30_000
/** What a chart of five minutes needs. */
const KEPT_BLOCKS = 2
/** While the database is away, an hour. */
const KEPT_UNSAVED = 12

interface Held {
  block: SeriesBlock
  isDirty: boolean
}

export function createSeriesRecorder(options: {
  store: Pick<Store, 'saveSeries'>
  clock: Clock
  logger: Logger
  counters: Counters
}): SeriesRecorder {
  const { store, clock, logger, counters } = options
  const series = new Map<string, Held[]>()
  const crashes = new Map<string, number>()
  let isFailing = false
  let writing: Promise<void> | null = null

  const put = (node: string, metric: Metric, atMs: number, value: number): void => {
    const fromMs = atMs - (atMs % SERIES_BLOCK_MS)
    const id = `${node}\n${metric}`
    const held = series.get(id) ?? []
    series.set(id, held)
    let last = held.at(-1)
    if (last?.block.fromMs !== fromMs) {
      const values = new Array<number | null>(POINTS).fill(null)
      last = { block: { node, metric, fromMs, stepMs: STEP_MS, values }, isDirty: true }
      held.push(last)
      forget(held)
    }
    last.block.values[Math.floor((atMs - fromMs) / STEP_MS)] = value
    last.isDirty = true
  }

  const forget = (held: Held[]): void => {
    while (held.length > KEPT_BLOCKS && (held[0]?.isDirty === false || held.length > KEPT_UNSAVED))
      held.shift()
  }

  /** Names come and go: of a node that is away for longer than a chart is wide nothing stays here. */
  const forgetGone = (): void => {
    const beforeMs = clock.nowMs() - (KEPT_BLOCKS + 1) * SERIES_BLOCK_MS
    for (const [id, held] of series) {
      const last = held.at(-1)
      if (last && last.block.fromMs < beforeMs && held.every(({ isDirty }) => !isDirty)) series.delete(id)
    }
  }

  const write = async (): Promise<void> => {
    forgetGone()
    const dirty = [...series.values()].flat().filter((held) => held.isDirty)
    if (dirty.length === 0) return
    for (const held of dirty) held.isDirty = false
    try {
      await store.saveSeries(dirty.map(({ block }) => block))
      isFailing = false
    } catch (error) {
      for (const held of dirty) held.isDirty = true
      counters.storeFailures++
      if (!isFailing) logger.warn('database', `series wait for the database: ${describe(error)}`)
      isFailing = true
    }
    for (const held of series.values()) forget(held)
  }

  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null
    })
    return writing
  }

  const stop = clock.every(FLUSH_MS, () => void flush())

  return {
    sample(rows) {
      const atMs = clock.nowMs()
      for (const row of Object.values(rows)) {
        if (row.status !== 'live') continue
        for (const metric of METRIC_NAMES) {
          if (metric !== 'crashes') put(row.node, metric, atMs, METRICS[metric].of(row))
        }
        put(row.node, 'crashes', atMs, crashes.get(row.node) ?? 0)
        crashes.delete(row.node)
      }
    },
    crashed: (node) => void crashes.set(node, (crashes.get(node) ?? 0) + 1),
    blocks(node, metric) {
      const found: SeriesBlock[] = []
      for (const held of series.values()) {
        for (const { block } of held) {
          if (block.metric === metric && (node === null || block.node === node)) found.push(block)
        }
      }
      return found
    },
    flush,
    async close() {
      stop()
      await writing
      await flush()
    },
  }
}
