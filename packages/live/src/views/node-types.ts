/** One node's page: its view, and what it is made of. */
import type { Drops, NodeFacts } from '@orrery/protocol'
import type { FaultSpan } from './fault-types.ts'
import type { Spark } from './types.ts'

/** What the node is, its last five minutes second by second, and what watching costs it. */
export interface NodeView {
  node: string
  /** Of the OS process. */
  pid: number
  facts: NodeFacts | null
  /** Unix ms of the first point of every line; one second a point, at most 300, the newest last. */
  fromMs: number
  lines: NodeLines
  /** Memory by space, in bytes, in the order it is stacked. */
  spaces: { name: string; line: Spark }[]
  /** What keeps the host's event loop busy, the most numerous first. */
  resources: { name: string; count: number }[]
  /** `null` where the agent tells no vitals. */
  totals: {
    spawned: number
    exited: number
    timers: number
    gcMinor: number
    gcMajor: number
    gcP99Ms: number
    deadLetters: number
  } | null
  /** 10 s a bucket, 30 buckets, newest last. */
  deadLetterBuckets: number[]
  /** The commonest dead letters of this incarnation. */
  letters: { type: string; to: string; why: string; total: number }[]
  agent: {
    heldBytes: number
    boundBytes: number
    spoolLimitBytes: number
    accepted: number
    acked: number
    frames: number
  }
  /** By kind, in the order they are given up; `sent` is `null` where the agent does not tell it. */
  told: { kind: keyof Drops; sent: number | null; dropped: number; why: string }[]
  lastDropMs: number | null
  /** Faults that lay upon it, or upon something in it, in the last five minutes. */
  faults: FaultSpan[]
  connection: NodeConnection | null
  /** Newest first. */
  incarnations: Incarnation[]
}

export interface NodeLines {
  /** Shares of time, 0 to 1. */
  utilisation: Spark
  agent: Spark
  gc: Spark
  delayP50Ms: Spark
  delayP99Ms: Spark
  delayMaxMs: Spark
  messages: Spark
  mailbox: Spark
  processes: Spark
  starts: Spark
  exits: Spark
  timers: Spark
  /** The longest pause of the second, 0 for none. */
  gcMinorMs: Spark
  gcMajorMs: Spark
  /** Pauses in the second. */
  gcMinors: Spark
  gcMajors: Spark
}

/** The connection of a node's agent as the hub knows it since the hub or the node started. */
export interface NodeConnection {
  /** Over the last five minutes at most; `null` before the first answer. */
  roundTripP50Ms: number | null
  roundTripP99Ms: number | null
  /** What is added to the node's wall clock to get the hub's. */
  clockCorrectionMs: number
  reconnects: number
  lastReconnectMs: number | null
  /** How long it was away before that. */
  lastAwayMs: number | null
}

/** One life of a node. `end` is `null` while it lives, else the tag of its end: `stopped`, `killed`, … */
export interface Incarnation {
  incarnation: string
  release: string | null
  startedAtMs: number
  endedAtMs: number | null
  end: string | null
  text: string
  /** The report of its end. */
  crashId: string | null
}
