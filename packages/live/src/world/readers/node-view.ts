/** One node's page, as far as the world knows it; its connection and its earlier lives are the hub's to add. */
import type { Drops } from '@orrery/protocol'
import type { FaultSpan } from '../../views/fault-types.ts'
import type { NodeView } from '../../views/node-types.ts'
import type { Spark } from '../../views/types.ts'
import type { NodeState } from '../node.ts'
import { SERIES_SECONDS, type Seconds } from '../seconds.ts'

const BUCKETS = 30
const BUCKET_S = 10
/** In the order they are given up. */
const KINDS: readonly (keyof Drops)[] = ['samples', 'lifecycle', 'results', 'crashes']

export type NodeViewOfWorld = Omit<NodeView, 'connection' | 'incarnations'>

export function nodeView(node: NodeState, faults: FaultSpan[]): NodeViewOfWorld {
  const { hello, host, sampling, series } = node
  const { latest } = host
  const sample = sampling.latest
  const end = sampling.second
  const from = firstKnown(series.processes, end)
  const line = (seconds: Seconds, decimals = 0): Spark => sparkOf(seconds, from, end, decimals)
  return {
    node: node.name,
    pid: hello.pid,
    facts: hello.facts ?? null,
    fromMs: from * 1_000,
    lines: {
      utilisation: line(series.utilisation, 3),
      agent: line(host.agent, 4),
      gc: line(host.gc, 4),
      delayP50Ms: line(host.delayP50Ms, 2),
      delayP99Ms: line(host.delayP99Ms, 2),
      delayMaxMs: line(host.delayMaxMs, 2),
      messages: line(series.messages, 1),
      mailbox: line(series.mailbox),
      processes: line(series.processes),
      starts: line(host.starts),
      exits: line(host.exits),
      timers: line(host.timers),
      gcMinorMs: line(host.gcMinorMs, 2),
      gcMajorMs: line(host.gcMajorMs, 2),
      gcMinors: line(host.gcMinors),
      gcMajors: line(host.gcMajors),
    },
    // A tenth of a megabyte is finer than any chart draws.
    spaces: [...host.spaces].map(([name, seconds]) => ({ name, line: line(seconds, -5) })),
    resources: latest?.resources ?? [],
    totals:
      latest === null
        ? null
        : {
            spawned: latest.spawned,
            exited: latest.exited,
            timers: latest.timers,
            gcMinor: latest.gc.minor,
            gcMajor: latest.gc.major,
            gcP99Ms: latest.gc.p99Ms,
            deadLetters: sample?.deadLetters ?? 0,
          },
    deadLetterBuckets: bucketsOf(host.deadLetters, end),
    letters: latest?.letters.slice(0, 8) ?? [],
    agent: {
      heldBytes: latest?.agent.heldBytes ?? 0,
      boundBytes: latest?.agent.boundBytes ?? 0,
      spoolLimitBytes: latest?.agent.spoolLimitBytes ?? 0,
      accepted: sample?.agent.accepted ?? 0,
      acked: sample?.agent.acked ?? 0,
      frames: node.lastSeq,
    },
    told: KINDS.map((kind) => {
      const told = latest?.told.find((each) => each.kind === kind)
      return { kind, sent: told?.sent ?? null, dropped: node.dropped[kind], why: told?.why ?? '' }
    }),
    lastDropMs: node.lastDropMs,
    faults,
  }
}

/** Before the hub listened there is nothing, which is no gap. */
function firstKnown(seconds: Seconds, end: number): number {
  const oldest = Math.max(0, end - SERIES_SECONDS + 1)
  for (let at = oldest; at <= end; at++) if (!Number.isNaN(seconds.at(at))) return at
  return end
}

function sparkOf(seconds: Seconds, from: number, end: number, decimals: number): Spark {
  const unit = 10 ** Math.abs(decimals)
  const spark: Spark = []
  for (let at = from; at <= end; at++) {
    const value = seconds.at(at)
    if (Number.isNaN(value)) spark.push(null)
    else spark.push(decimals < 0 ? Math.round(value / unit) * unit : Math.round(value * unit) / unit)
  }
  return spark
}

function bucketsOf(seconds: Seconds, end: number): number[] {
  const last = (Math.floor(end / BUCKET_S) + 1) * BUCKET_S
  return Array.from({ length: BUCKETS }, (_, i) => {
    let count = 0
    const from = last - (BUCKETS - i) * BUCKET_S
    for (let at = from; at < from + BUCKET_S; at++) count += seconds.at(at)
    return count
  })
}
