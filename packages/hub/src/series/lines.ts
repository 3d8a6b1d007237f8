/** Lines of a chart from blocks, stored ones and those in memory. Pure. */
import type { SeriesView } from '@orrery/live/views'
import type { SeriesBlock } from '../store/store.ts'
import { fold, type Metric } from './metrics.ts'

/**
 * One line a node from `fromMs` on, `points` of them, `stepMs` apart. Later blocks win over earlier ones where both have a
 * value, so memory is given after the store.
 */
export function linesOf(
  blocks: readonly SeriesBlock[],
  metric: Metric,
  range: { fromMs: number; stepMs: number; points: number },
): SeriesView['lines'] {
  const { fromMs, stepMs, points } = range
  const toMs = fromMs + points * stepMs
  const seconds = new Map<string, Map<number, number>>()
  for (const block of blocks) {
    if (block.fromMs >= toMs) continue
    const of = seconds.get(block.node) ?? new Map<number, number>()
    for (let i = 0; i < block.values.length; i++) {
      const value = block.values[i]
      const atMs = block.fromMs + i * block.stepMs
      if (value !== null && value !== undefined && atMs >= fromMs && atMs < toMs) of.set(atMs, value)
    }
    if (of.size > 0) seconds.set(block.node, of)
  }
  const lines: SeriesView['lines'] = {}
  for (const [node, of] of [...seconds].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const buckets: number[][] = Array.from({ length: points }, () => [])
    for (const [atMs, value] of of) buckets[Math.floor((atMs - fromMs) / stepMs)]?.push(value)
    lines[node] = buckets.map((bucket) => fold(metric, bucket))
  }
  return lines
}
