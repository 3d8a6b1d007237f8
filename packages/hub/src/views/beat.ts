/**
 * One beat for all views: what falls due between two strokes is made together at the next one, so that a page that looks
 * at six views is told, and draws, once.
 */
import type { Clock } from '../clock.ts'

export interface Beat {
  /** Calls `fn` at the first stroke at or after `atMs` (in `performance.now()`'s time); the function returned cancels. */
  at(atMs: number, fn: () => void): () => void
}

/** Twenty pictures a second are seen as motion; more cost every page its processor and show nothing. */
export const BEAT_MS = 50

export function createBeat(clock: Clock): Beat {
  const strokes = new Map<number, Set<() => void>>()
  return {
    at(atMs, fn) {
      const stroke = Math.ceil(atMs / BEAT_MS)
      let due = strokes.get(stroke)
      if (!due) {
        const waiting = new Set<() => void>()
        due = waiting
        strokes.set(stroke, waiting)
        clock.after(Math.max(0, Math.ceil(stroke * BEAT_MS - performance.now())), () => {
          strokes.delete(stroke)
          for (const call of waiting) call()
        })
      }
      due.add(fn)
      return () => due.delete(fn)
    },
  }
}
