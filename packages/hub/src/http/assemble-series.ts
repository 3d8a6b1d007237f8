/** From blocks of five minutes to lines of one step. Pure. */
import type { SeriesBlock } from '../store/store.ts'

export interface Lines {
  fromMs: number
  stepMs: number
  lines: { node: string; values: (number | null)[] }[]
}

/** More points than any screen has. */
const MAX_POINTS = 5_000

/**
 * Lines over `[fromMs, toMs)`, one value a step: the mean of what falls into it, or the sum for what counts events. The
 * step is a multiple of the blocks' own, and longer than asked where there would be too many points.
 */
export function assembleSeries(
  blocks: readonly SeriesBlock[],
  range: { fromMs: number; toMs: number; stepMs: number | null },
  fold: 'mean' | 'sum',
): Lines {
  const base = Math.max(1_000, ...blocks.map((block) => block.stepMs))
  const span = range.toMs - range.fromMs
  const wanted = Math.max(range.stepMs ?? base, Math.ceil(span / MAX_POINTS))
  const stepMs = Math.ceil(wanted / base) * base
  const fromMs = Math.floor(range.fromMs / stepMs) * stepMs
  const points = Math.max(0, Math.ceil((range.toMs - fromMs) / stepMs))
  const sums = new Map<string, { sum: number; n: number }[]>()
  for (const block of blocks) {
    const cells = sums.get(block.node) ?? Array.from({ length: points }, () => ({ sum: 0, n: 0 }))
    sums.set(block.node, cells)
    block.values.forEach((value, i) => {
      const atMs = block.fromMs + i * block.stepMs
      const cell = cells[Math.floor((atMs - fromMs) / stepMs)]
      if (value === null || atMs < range.fromMs || atMs >= range.toMs || !cell) return
      cell.sum += value
      cell.n++
    })
  }
  const lines = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, cells]) => ({
      node,
      values: cells.map(({ sum, n }) => (n === 0 ? null : fold === 'sum' ? sum : sum / n)),
    }))
  return { fromMs, stepMs, lines }
}
