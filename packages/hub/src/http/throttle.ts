/** Counts failures by address over a window, so that tokens cannot be guessed at leisure. Bounded in memory. */
export interface Throttle {
  isAllowed(address: string, nowMs: number): boolean
  /** One more failure. */
  count(address: string, nowMs: number): void
}

const MAX_ADDRESSES = 10_000

export function createThrottle({ attempts, perMs }: { attempts: number; perMs: number }): Throttle {
  const failures = new Map<string, { n: number; untilMs: number }>()
  return {
    isAllowed(address, nowMs) {
      const held = failures.get(address)
      return held === undefined || nowMs >= held.untilMs || held.n < attempts
    },
    count(address, nowMs) {
      const held = failures.get(address)
      if (held && nowMs < held.untilMs) {
        held.n++
        return
      }
      failures.delete(address)
      failures.set(address, { n: 1, untilMs: nowMs + perMs })
      if (failures.size <= MAX_ADDRESSES) return
      const [oldest] = failures.keys()
      if (oldest !== undefined) failures.delete(oldest)
    },
  }
}
