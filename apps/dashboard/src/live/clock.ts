/**
 * One clock for everything that shows an age: who asks for the same pace shares one timer, so that a tick is one task and one
 * drawing however many look.
 */
export interface SharedClock {
  subscribe(listener: () => void): () => void
  nowMs(): number
}

export function sharedClock(everyMs: number): SharedClock {
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | null = null
  let nowMs = Date.now()
  return {
    subscribe(listener) {
      listeners.add(listener)
      if (timer === null) {
        nowMs = Date.now()
        timer = setInterval(() => {
          nowMs = Date.now()
          for (const told of listeners) told()
        }, everyMs)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0 || timer === null) return
        clearInterval(timer)
        timer = null
      }
    },
    nowMs: () => nowMs,
  }
}
