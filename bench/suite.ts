/** Figures by name; a unit or a peer stands in the name (`crash_to_browser_p99_ms`, `send_per_s_vs_nact`). */
export type Figures = Record<string, number>

/** One thing that is measured, at its stated length. */
export type Part = (log: (line: string) => void) => Promise<Figures>

export interface Suite {
  /** By name, in the order they run. */
  parts: Record<string, Part>
}

/** Middle value of an unsorted list, mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Linear interpolation between closest ranks (the definition of R's type 7). */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}
