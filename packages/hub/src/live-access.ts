/** What the HTTP API reads of the live state, without knowing where it comes from. */
import type { World } from '@orrery/live/world'
import type { Inspection } from '@orrery/protocol'
import type { SeriesBlock } from './store/store.ts'

/** A node or process that cannot be asked, and why. */
export class InspectRefused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'InspectRefused'
    this.code = code
  }
}

/** Counters since the start of the hub, for `/metrics`. */
export interface IngestCounters {
  agentsConnected: number
  browsersConnected: number
  frames: number
  records: number
  bytes: number
  /** Reports taken from agents and not yet committed. */
  crashesPending: number
  crashesStored: number
  storeFailures: number
  gaps: number
  /** By `FrameError` code. */
  frameErrors: Record<string, number>
  /** By `RefusalCode`. */
  refusals: Record<string, number>
  /** View messages sent to browsers, and those skipped because the browser had not drained the last. */
  viewMessages: number
  viewsSkipped: number
  commands: number
}

export interface LiveAccess {
  readonly world: World
  /** Asks the node itself. Rejects with `InspectRefused`. */
  inspect(node: string, keyOrPid: string): Promise<Inspection>
  /** Points of a node's series that are not yet in the store, as blocks of the same shape. */
  openSeries(node: string | null, metric: string): SeriesBlock[]
  counters(): IngestCounters
}
