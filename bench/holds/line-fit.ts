/** A straight line through samples, and how far its slope may be off. */

export interface Point {
  x: number
  y: number
}

export interface Line {
  slope: number
  /** Half the 95 % interval of the slope. Neighbouring samples say partly the same, which widens it. */
  noise: number
}

/** Least squares; `NaN` for fewer than three points. */
export function fitLine(points: readonly Point[]): Line {
  const n = points.length
  if (n < 3) return { slope: Number.NaN, noise: Number.NaN }
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  let xx = 0
  let xy = 0
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2
    xy += (x - meanX) * (y - meanY)
  }
  const slope = xy / xx
  const residuals = points.map(({ x, y }) => y - meanY - slope * (x - meanX))
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0)
  return { slope, noise: 2 * Math.sqrt((squares / (n - 2) / xx) * inflation(residuals, squares)) }
}

/** Variance counts so many times more than for independent residuals (an AR(1) process, by its lag-1 correlation). */
function inflation(residuals: readonly number[], squares: number): number {
  if (squares === 0) return 1
  let lagged = 0
  for (let i = 1; i < residuals.length; i++) lagged += (residuals[i] ?? 0) * (residuals[i - 1] ?? 0)
  const correlation = Math.min(0.95, Math.max(0, lagged / squares))
  return (1 + correlation) / (1 - correlation)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
