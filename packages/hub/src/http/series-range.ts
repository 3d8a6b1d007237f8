/** Which points a range of time is answered with. Pure. */

export interface SeriesRange {
  fromMs: number
  stepMs: number
  points: number
}

/** More points than any screen has. */
const MAX_POINTS = 5_000
const SECOND_MS = 1_000

/**
 * Points over `[fromMs, toMs)` on a grid of whole steps. A step is whole seconds, and longer than asked where there would
 * be too many points.
 */
export function seriesRange(asked: { fromMs: number; toMs: number; stepMs: number }): SeriesRange {
  const span = Math.max(0, asked.toMs - asked.fromMs)
  const wanted = Math.max(asked.stepMs, Math.ceil(span / MAX_POINTS))
  const stepMs = Math.ceil(wanted / SECOND_MS) * SECOND_MS
  const fromMs = Math.floor(asked.fromMs / stepMs) * stepMs
  return { fromMs, stepMs, points: Math.max(0, Math.ceil((asked.toMs - fromMs) / stepMs)) }
}
