/** The host's own time, for leases and whatever a fault waits for: never the node's injected clock, which a fault may skew. */
import type { FaultTime } from './kind.ts'

export const hostTime: FaultTime = {
  nowMs: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
  spin(ms) {
    const until = performance.now() + ms
    while (performance.now() < until) {
      // Computing is what it is for.
    }
  },
}
