/** How long to wait before the next start: longer each time, short again after a life that lasted. Pure. */
const FIRST_MS = 200
const MOST_MS = 10_000
const LASTING_MS = 30_000

export interface Backoff {
  /** After a life of `livedMs`. */
  next(livedMs: number): number
}

export function createBackoff(): Backoff {
  let waitMs = 0
  return {
    next(livedMs) {
      waitMs = livedMs >= LASTING_MS || waitMs === 0 ? FIRST_MS : Math.min(MOST_MS, waitMs * 2)
      return waitMs
    },
  }
}
