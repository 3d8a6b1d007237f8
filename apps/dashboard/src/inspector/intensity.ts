/** Restart intensity as a gauge: how many restarts the window holds, and which one more would be too many. Pure. */

export interface Intensity {
  /** Restarts allowed within the window; one more and the supervisor exits. */
  allowed: number
  periodMs: number
  /** Restarts in the window, oldest first, as milliseconds ago. */
  agoMs: number[]
  /** Share of the gauge that is used up, 0 to 1. */
  share: number
  /** The next exit is the supervisor's own. */
  isLast: boolean
}

export function intensityOf(
  spec: { allowed: number; periodMs: number; marks: readonly number[] },
  nowMs: number,
): Intensity {
  const agoMs = spec.marks
    .map((atMs) => Math.max(0, nowMs - atMs))
    .filter((ago) => ago <= spec.periodMs)
    .sort((a, b) => b - a)
  return {
    allowed: spec.allowed,
    periodMs: spec.periodMs,
    agoMs,
    share: spec.allowed === 0 ? 0 : Math.min(1, agoMs.length / spec.allowed),
    isLast: agoMs.length >= spec.allowed,
  }
}
