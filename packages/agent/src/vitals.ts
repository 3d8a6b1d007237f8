/** The process that hosts the node: event loop and memory, read once a second from Node's own meters. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

export interface Vitals {
  eventLoopDelayP50Ms: number
  eventLoopDelayP99Ms: number
  eventLoopDelayMaxMs: number
  /** 0 to 1: the share of time the event loop was not idle. */
  utilisation: number
  rssBytes: number
  heapUsedBytes: number
  heapTotalBytes: number
  heapLimitBytes: number
  externalBytes: number
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
      const isEmpty = delay.count === 0
      const beyond = (ns: number) =>
        isEmpty ? 0 : Math.max(0, Math.round(ns / 1e3 - RESOLUTION_MS * 1e3) / 1e3)
      const delays = {
        eventLoopDelayP50Ms: beyond(delay.percentile(50)),
        eventLoopDelayP99Ms: beyond(delay.percentile(99)),
        eventLoopDelayMaxMs: beyond(delay.max),
      }
      delay.reset()
      const memory = process.memoryUsage()
      last = {
        ...delays,
        utilisation: Math.min(1, Math.max(0, utilization)),
        rssBytes: memory.rss,
        heapUsedBytes: memory.heapUsed,
        heapTotalBytes: memory.heapTotal,
        heapLimitBytes,
        externalBytes: memory.external,
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
