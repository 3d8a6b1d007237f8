/** What the hub counts of its own work, for `/metrics` and for whoever wonders. */
import type { FrameError, RefusalCode } from '@orrery/protocol'
import type { IngestCounters } from './live-access.ts'

export interface Counters extends IngestCounters {
  frameErrors: Partial<Record<FrameError, number>> & Record<string, number>
  refusals: Partial<Record<RefusalCode, number>> & Record<string, number>
}

export function createCounters(): Counters {
  return {
    agentsConnected: 0,
    browsersConnected: 0,
    browsersBehind: 0,
    browsersCut: 0,
    frames: 0,
    records: 0,
    bytes: 0,
    crashesPending: 0,
    crashesStored: 0,
    crashesRefused: 0,
    amendmentsLost: 0,
    storeFailures: 0,
    databaseRestarts: 0,
    gaps: 0,
    recordsSkipped: 0,
    frameErrors: {},
    refusals: {},
    viewMessages: 0,
    viewsSkipped: 0,
    commands: 0,
  }
}

/** Adds to a counter that begins with its first event. */
export function count(counts: Record<string, number>, code: string, by = 1): void {
  counts[code] = (counts[code] ?? 0) + by
}
