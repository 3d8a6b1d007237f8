/** Pauses of the garbage collector, as the host itself tells them: one entry a collection, given in batches. */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'

export interface GcFigures {
  /** Since the meter was started first. */
  minor: number
  major: number
  totalMs: number
  /** The longest of each kind since the last reading, 0 for none. */
  minorMaxMs: number
  majorMaxMs: number
  /** Of the newest 1,024 pauses. */
  p99Ms: number
}

export interface GcMeter {
  read(): GcFigures
  start(): void
  stop(): void
}

/** Pauses the percentile is made of. */
const KEPT = 1_024

export function createGcMeter(): GcMeter {
  const pauses = new Float64Array(KEPT)
  let minor = 0
  let major = 0
  let totalMs = 0
  let minorMaxMs = 0
  let majorMaxMs = 0

  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration } = entry
      pauses[(minor + major) % KEPT] = duration
      totalMs += duration
      if (kindOf(entry) === constants.NODE_PERFORMANCE_GC_MINOR) {
        minor++
        minorMaxMs = Math.max(minorMaxMs, duration)
      } else {
        major++
        majorMaxMs = Math.max(majorMaxMs, duration)
      }
    }
  })

  return {
    read() {
      const figures = {
        minor,
        major,
        totalMs: round(totalMs),
        minorMaxMs: round(minorMaxMs),
        majorMaxMs: round(majorMaxMs),
        p99Ms: round(percentile99(pauses.slice(0, Math.min(KEPT, minor + major)))),
      }
      minorMaxMs = majorMaxMs = 0
      return figures
    },
    start: () => observer.observe({ entryTypes: ['gc'] }),
    stop: () => observer.disconnect(),
  }
}

/** Node adds `detail` to the entries of its own kinds. */
function kindOf(entry: PerformanceEntry & { detail?: unknown }): unknown {
  const { detail } = entry
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
}

/** Sorts what it is given. */
function percentile99(values: Float64Array): number {
  values.sort()
  return values[Math.max(0, Math.ceil(values.length * 0.99) - 1)] ?? 0
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
