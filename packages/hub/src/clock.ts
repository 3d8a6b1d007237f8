/** Time as the hub knows it, injected so that tests can turn it. */
export interface Clock {
  /** Unix milliseconds. */
  nowMs(): number
  /** Calls `fn` once; the function returned cancels. Never keeps the process alive by itself. */
  after(ms: number, fn: () => void): () => void
  /** Calls `fn` every `ms`; the function returned ends it. */
  every(ms: number, fn: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
  every: (ms, fn) => {
    const timer = setInterval(fn, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}
