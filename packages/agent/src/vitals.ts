/** The process that hosts the node: event loop and memory, read once a second from Node's own meters. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

export interface Vitals {
  eventLoopDelayP99Ms: number
  /** 0 to 1: the share of time the event loop was not idle. */
  utilisation: number
  rssBytes: number
  heapUsedBytes: number
  heapTotalBytes: number
  heapLimitBytes: number
}

export interface VitalsMeter {
  /** Figures since the last reading. */
  read(): Vitals
  readonly last: Vitals | null
  start(): void
  stop(): void
}

/** The meter wakes the process this often; the delay measured is what comes on top. */
const RESOLUTION_MS = 20

export function createVitals(): VitalsMeter {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const heapLimitBytes = getHeapStatistics().heap_size_limit
  let before = performance.eventLoopUtilization()
  let last: Vitals | null = null
  return {
    get last() {
      return last
    },
    read() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      const p99Ms = delay.count === 0 ? 0 : delay.percentile(99) / 1e6 - RESOLUTION_MS
      delay.reset()
      const memory = process.memoryUsage()
      last = {
        eventLoopDelayP99Ms: Math.max(0, Math.round(p99Ms * 1_000) / 1_000),
        utilisation: Math.min(1, Math.max(0, utilization)),
        rssBytes: memory.rss,
        heapUsedBytes: memory.heapUsed,
        heapTotalBytes: memory.heapTotal,
        heapLimitBytes,
      }
      return last
    },
    start: () => {
      delay.enable()
    },
    stop: () => {
      delay.disable()
    },
  }
}
