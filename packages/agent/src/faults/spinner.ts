/**
 * Computing that somebody outside of the event loop can end: a thread watches the time by the machine's monotonic clock and sets a flag in shared memory, which the
 * computing loop looks at. The thread sleeps but for forty looks a second, and ends with its spinner.
 */
import { Worker } from 'node:worker_threads'

export interface Spinner {
  /** Computes for `ms`, at most until `leaseMs` from now; returns how long it did. */
  spin(ms: number, leaseMs: number): number
  stop(): void
  readonly isStopped: boolean
}

/** Places in the shared memory. */
const STOP = 0
const UNTIL = 1

export function startSpinner(): Spinner {
  const shared = new SharedArrayBuffer(16)
  const flag = new Int32Array(shared, 0, 1)
  const until = new BigInt64Array(shared, 8 * UNTIL, 1)
  Atomics.store(until, 0, NEVER)
  const worker = new Worker(WATCHDOG, {
    eval: true,
    workerData: shared,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  })
  worker.unref()
  // Without it a go ends by its own time, which is two seconds at most.
  worker.on('error', () => undefined)
  return {
    spin(ms, leaseMs) {
      const began = performance.now()
      Atomics.store(until, 0, process.hrtime.bigint() + BigInt(Math.max(0, Math.round(leaseMs * 1e6))))
      while (performance.now() - began < ms && Atomics.load(flag, STOP) === 0) {
        // Computing is what it is for.
      }
      Atomics.store(until, 0, NEVER)
      return performance.now() - began
    },
    stop() {
      Atomics.store(flag, STOP, 1)
      Atomics.notify(flag, STOP)
    },
    get isStopped() {
      return Atomics.load(flag, STOP) === 1
    },
  }
}

const NEVER = 2n ** 62n

/** Plain text, so that it needs no file beside a bundle. */
const WATCHDOG = `
const { workerData } = require('node:worker_threads')
const flag = new Int32Array(workerData, 0, 1)
const until = new BigInt64Array(workerData, 8, 1)
while (Atomics.load(flag, 0) === 0) {
  Atomics.wait(flag, 0, 0, 25)
  if (process.hrtime.bigint() >= Atomics.load(until, 0)) Atomics.store(flag, 0, 1)
}
`
