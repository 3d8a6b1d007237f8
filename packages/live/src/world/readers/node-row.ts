/** One node as a row of the cluster. */
import type { NodeRow, Spark } from '../../views/types.ts'
import type { NodeState } from '../node.ts'
import type { Seconds } from '../seconds.ts'
import { statusName, worstOf } from '../status.ts'
import { rounded } from './tree-row.ts'

const POINTS = 60
const POINT_S = 5
const BUCKETS = 30
const BUCKET_S = 10

export function nodeRow(node: NodeState, nowMs: number, faults: number): NodeRow {
  const { hello, processes, sampling, series } = node
  const sample = sampling.latest
  const nowS = Math.floor(nowMs / 1_000)
  const crashBuckets = buckets(series.crashes, nowS)
  const restartBuckets = buckets(series.restarts, nowS)
  return {
    node: node.name,
    runtimeKind: hello.runtime.kind,
    runtimeName: hello.runtime.name,
    runtimeVersion: hello.runtime.version,
    agentVersion: hello.agentVersion,
    release: hello.release,
    capabilities: hello.capabilities,
    absent: hello.absent,
    incarnation: hello.incarnation,
    status: node.status,
    worst: statusName(worstOf(processes.counts)),
    lastHeardAtMs: node.lastHeardAtMs,
    startedAtMs: node.startedAtMs,
    host: hello.host,
    processes: processes.alive,
    messagesPerS: rounded(sampling.rates.messagesPerS),
    mailbox: sample?.mailbox ?? 0,
    mailboxGrowthPerS: rounded(growth(series.mailbox, sampling.second)),
    utilisation: sample?.utilisation ?? 0,
    eventLoopDelayP99Ms: sample?.eventLoopDelayP99Ms ?? 0,
    rssBytes: sample?.rssBytes ?? 0,
    heapUsedBytes: sample?.heapUsedBytes ?? 0,
    heapLimitBytes: sample?.heapLimitBytes ?? 0,
    crashes5m: sum(crashBuckets),
    restarts5m: sum(restartBuckets),
    sparks: {
      processes: points(series.processes, nowS, 'last'),
      messages: points(series.messages, nowS, 'mean'),
      mailbox: points(series.mailbox, nowS, 'last'),
      utilisation: points(series.utilisation, nowS, 'mean'),
    },
    crashBuckets,
    restartBuckets,
    faults,
    pausedBy: node.pausedBy,
    agent: {
      cpuPercent: Math.round(sampling.rates.cpuPercent * 100) / 100,
      spoolBytes: sample?.agent.spoolBytes ?? 0,
      spoolRefused: sample?.agent.spoolRefused ?? 0,
      drops: node.drops,
      gaps: node.gaps,
    },
  }
}

/** Whole steps of five seconds, the running one left out: a point is written once and then only moves. */
function points(series: Seconds, nowS: number, fold: 'last' | 'mean'): Spark {
  const end = Math.floor(nowS / POINT_S) * POINT_S
  const spark: Spark = []
  for (let from = end - POINTS * POINT_S; from < end; from += POINT_S) {
    let total = 0
    let count = 0
    let last = 0
    for (let second = from; second < from + POINT_S; second++) {
      const value = series.at(second)
      if (Number.isNaN(value)) continue
      total += value
      count++
      last = value
    }
    // Before the hub listened there is nothing, which is no gap.
    if (count === 0 && spark.length === 0) continue
    spark.push(count === 0 ? null : fold === 'last' ? last : Math.round((total / count) * 1_000) / 1_000)
  }
  return spark
}

/** The running bucket is one of them: a crash is seen at once. */
function buckets(series: Seconds, nowS: number): number[] {
  const end = (Math.floor(nowS / BUCKET_S) + 1) * BUCKET_S
  return Array.from({ length: BUCKETS }, (_, i) => {
    let count = 0
    const from = end - (BUCKETS - i) * BUCKET_S
    for (let second = from; second < from + BUCKET_S; second++) count += series.at(second)
    return count
  })
}

function growth(mailbox: Seconds, second: number): number {
  const growth = (mailbox.at(second) - mailbox.at(second - 5)) / 5
  return Number.isNaN(growth) ? 0 : growth
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
