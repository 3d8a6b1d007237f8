/** The strip below every screen: five minutes of one node or of all, with what happened in them. */
import type { FaultSpan } from '../../views/fault-types.ts'
import type { Spark, TimelineView } from '../../views/types.ts'
import type { NodeState } from '../node.ts'
import { SERIES_SECONDS } from '../seconds.ts'

const MAX_MARKS = 500

/** Nodes given are those it is about; `spans` gives the faults of these. */
export function timelineView(
  nodes: readonly NodeState[],
  spans: (fromMs: number) => FaultSpan[],
  nowMs: number,
): TimelineView {
  const nowS = Math.floor(nowMs / 1_000)
  const fromS = nowS - SERIES_SECONDS + 1
  const fromMs = fromS * 1_000
  const marks: TimelineView['marks'] = []
  for (const node of nodes) {
    for (const mark of node.marks.all) if (mark.atMs >= fromMs) marks.push({ ...mark, node: node.name })
  }
  marks.sort((a, b) => a.atMs - b.atMs)
  return {
    stepMs: 1_000,
    fromMs,
    messagesPerS: messages(nodes, fromS, nowS),
    marks: marks.slice(-MAX_MARKS),
    faults: spans(fromMs),
  }
}

/** Up to the last whole second; `null` where nobody was heard. */
function messages(nodes: readonly NodeState[], fromS: number, endS: number): Spark {
  const spark: Spark = []
  for (let second = fromS; second < endS; second++) {
    let total: number | null = null
    for (const node of nodes) {
      const value = node.series.messages.at(second)
      if (!Number.isNaN(value)) total = (total ?? 0) + value
    }
    spark.push(total === null ? null : Math.round(total * 10) / 10)
  }
  return spark
}
