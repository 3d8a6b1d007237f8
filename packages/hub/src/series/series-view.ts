/** The series view: minutes from memory, longer ranges from the store and memory together, a process's last minute. */
import type { ProcessView, SeriesView, ViewParams } from '@orrery/live/views'
import type { Clock } from '../clock.ts'
import type { SeriesBlock, Store } from '../store/store.ts'
import { linesOf } from './lines.ts'
import { stepMsOf } from './metrics.ts'
import type { SeriesRecorder } from './recorder.ts'

const PROCESS_MS = 60_000
/** What is older than this changes no more, so it is read once and then every so often. */
const REREAD_MS = 60_000

export interface SeriesSources {
  store: Pick<Store, 'series' | 'seriesHeldFromMs'>
  recorder: Pick<SeriesRecorder, 'blocks'>
  process(node: string, key: string): ProcessView | null
  clock: Clock
}

/** Makes one series view again and again; what it read from the store is kept between. */
export function createSeriesView(params: ViewParams['series'], sources: SeriesSources) {
  const { store, recorder, clock } = sources
  const stepMs = stepMsOf(params.windowS)
  let stored: SeriesBlock[] = []
  let heldFromMs: number | null = null
  let readAtMs = Number.NEGATIVE_INFINITY

  const ofProcess = (node: string, key: string): SeriesView => {
    const nowMs = floor(clock.nowMs(), 1_000)
    const series = sources.process(node, key)?.series
    const line = params.metric === 'messages' ? series?.received : series?.mailbox
    const isKept = params.metric === 'messages' || params.metric === 'mailbox'
    const fromMs = nowMs - PROCESS_MS
    const lines = isKept && line ? { [key]: line } : {}
    return { metric: params.metric, stepMs: 1_000, fromMs, lines, heldFromMs: fromMs }
  }

  const reread = async (fromMs: number, nowMs: number): Promise<void> => {
    if (nowMs - readAtMs < REREAD_MS) return
    readAtMs = nowMs
    try {
      const { node, metric } = params
      stored = await store.series({ node, metric, fromMs, toMs: nowMs })
      heldFromMs = await store.seriesHeldFromMs()
    } catch {
      // The store counts and says that it is away; what is in memory is shown meanwhile.
      readAtMs = nowMs - REREAD_MS + 5_000
    }
  }

  return {
    stepMs: params.key === null ? stepMs : 1_000,
    async make(): Promise<SeriesView> {
      if (params.key !== null) return ofProcess(params.node ?? '', params.key)
      const nowMs = clock.nowMs()
      const points = Math.ceil((params.windowS * 1_000) / stepMs)
      // The running step is left out: a point that still grows would draw a dip at the edge.
      const fromMs = floor(nowMs, stepMs) - points * stepMs
      await reread(fromMs, nowMs)
      const memory = recorder.blocks(params.node, params.metric)
      const oldest = memory.reduce((least, block) => Math.min(least, block.fromMs), floor(nowMs, 1_000))
      return {
        metric: params.metric,
        stepMs,
        fromMs,
        lines: linesOf([...stored, ...memory], params.metric, { fromMs, stepMs, points }),
        heldFromMs: Math.min(heldFromMs ?? oldest, oldest),
      }
    },
  }
}

function floor(ms: number, stepMs: number): number {
  return ms - (ms % stepMs)
}
