/** What an earlier start of the hub left: experiments that had begun are ended, those whose time is still to come wait for it, the last that are over are shown. */
import { isOverRecord, revived } from './births.ts'
import type { Course } from './course.ts'
import { type ConductorOptions, type Experiments, SHOWN_ENDED } from './experiments.ts'
import type { LiveExperiment } from './live-experiment.ts'
import { runsOf } from './schedule.ts'

export async function recover(
  { store, latch, clock }: Pick<ConductorOptions, 'store' | 'latch' | 'clock'>,
  { open, ended, writer }: Pick<Experiments, 'open' | 'ended' | 'writer'>,
  { advance }: Pick<Course, 'advance'>,
): Promise<void> {
  for (const record of await store.unfinished()) {
    const due = record.startedAtMs === null ? runsOf(record.schedule, record.seed, record.createdAtMs) : []
    const live: LiveExperiment = { ...revived(record, clock.nowMs()), due }
    if (record.status === 'scheduled' && (due[0] ?? 0) > clock.nowMs() && !latch.isHalted) {
      open.set(record.id, live)
      continue
    }
    const why =
      record.status === 'scheduled'
        ? 'its time passed while the hub was away'
        : 'the hub ended; each node ended its faults by itself'
    record.status = 'ending'
    record.endedBy ??= 'hub_restarted'
    record.endedWhy = record.endedWhy === '' ? why : record.endedWhy
    open.set(record.id, live)
    advance(live)
    void writer.save(live)
  }
  const past = await store.list({}, { limit: SHOWN_ENDED, cursor: null })
  for (const record of past.items.reverse()) {
    if (!open.has(record.id) && !ended.has(record.id) && isOverRecord(record)) {
      ended.set(record.id, { record, legs: [], due: [], runs: 0, figures: null, dirty: new Set() })
    }
  }
}
