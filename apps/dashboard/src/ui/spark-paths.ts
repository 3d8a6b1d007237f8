/** Lines through values that may be missing: a gap is a gap, never a line to zero. */
import type { Spark } from '@orrery/live/views'

export interface Runs {
  line: string
  area: string
}

/**
 * SVG paths of `values` spread over `width`, newest at the right edge. `slots` is how many values a full width holds;
 * fewer fill it from the right. A lone value between gaps becomes a short dash.
 */
export function sparkPaths(
  values: Spark,
  width: number,
  height: number,
  { max, slots = values.length, pad = 1 }: { max?: number; slots?: number; pad?: number } = {},
): Runs {
  const top = max ?? Math.max(1e-9, ...values.map((value) => value ?? 0))
  const step = width / Math.max(1, slots - 1)
  const first = width - (values.length - 1) * step
  let line = ''
  let area = ''
  let run: [number, number][] = []
  const close = () => {
    if (run.length === 1) {
      const [x, y] = run[0] as [number, number]
      run = [
        [Math.max(0, x - step / 2), y],
        [Math.min(width, x + step / 2), y],
      ]
    }
    const from = run[0]
    const to = run.at(-1)
    if (from && to) {
      const path = run.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')
      line += `M${path}`
      area += `M${from[0].toFixed(1)} ${height}L${path}L${to[0].toFixed(1)} ${height}Z`
    }
    run = []
  }
  values.forEach((value, i) => {
    if (value === null) {
      close()
      return
    }
    const share = Math.max(0, Math.min(1, value / (top || 1)))
    run.push([first + i * step, height - pad - share * (height - 2 * pad)])
  })
  close()
  return { line, area }
}

/** The last value that is one. */
export function lastOf(values: Spark): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i]
    if (value !== null && value !== undefined) return value
  }
  return null
}

/** A round number at or above the largest value, for an axis that does not jump at every sample. */
export function niceMax(values: Spark, least = 1): number {
  const max = Math.max(least, ...values.map((value) => value ?? 0))
  const unit = 10 ** Math.floor(Math.log10(max))
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * unit >= max) ?? 10
  return step * unit
}
