/** The metrics that are kept of a node, and how several seconds become one point. */
import type { NodeRow, ViewParams } from '@orrery/live/views'

export type Metric = ViewParams['series']['metric']

/** Values of one second of one node. `crashes` is counted at the door, not sampled. */
export const METRICS: Record<Metric, { of: (row: NodeRow) => number; fold: 'mean' | 'max' | 'sum' }> = {
  messages: { of: (row) => row.messagesPerS, fold: 'mean' },
  processes: { of: (row) => row.processes, fold: 'max' },
  mailbox: { of: (row) => row.mailbox, fold: 'max' },
  utilisation: { of: (row) => row.utilisation, fold: 'mean' },
  memory: { of: (row) => row.rssBytes, fold: 'max' },
  crashes: { of: () => 0, fold: 'sum' },
}

export const METRIC_NAMES = Object.keys(METRICS) as Metric[]

/** A point every so many seconds, so that a chart has at most 360 of them. */
const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200]

export function stepMsOf(windowS: number): number {
  return (STEPS_S.find((step) => windowS / step <= 360) ?? 7_200) * 1_000
}

/** One point of the seconds in it; a gap where nothing was heard. */
export function fold(metric: Metric, values: readonly (number | null)[]): number | null {
  let sum = 0
  let max = Number.NEGATIVE_INFINITY
  let count = 0
  for (const value of values) {
    if (value === null) continue
    sum += value
    max = Math.max(max, value)
    count++
  }
  if (count === 0) return null
  const how = METRICS[metric].fold
  const folded = how === 'sum' ? sum : how === 'max' ? max : sum / count
  return Math.round(folded * 1_000) / 1_000
}
