/**
 * What an agent tells a hub: frames of records. `codec/` packs them; this file says what they mean.
 *
 * A process is named on the wire by `ref`, a number its agent assigns at the start, never reused in one incarnation.
 * All `…Us` are microseconds on the node's monotonic clock, which starts at 0 with the incarnation; a frame pairs it with the wall clock.
 */
import type { CrashReport, Decision, Outcome } from './crash-report.ts'
import type { ExitKind } from './exit.ts'
import type { ProcessKind, Restart, Shutdown, Strategy } from './process.ts'

export interface Frame {
  /** 1 for the first frame of an incarnation, then one more each: a hole is a loss. */
  seq: number
  atUs: number
  /** Unix milliseconds at `atUs`. */
  wallMs: number
  /** What the agent gave up since the start of the incarnation, cumulative. */
  drops: Drops
  records: WireRecord[]
}

export interface Drops {
  samples: number
  lifecycle: number
  results: number
  crashes: number
}

export type WireRecord =
  | SnapshotBegin
  | SnapshotEnd
  | ProcessStarted
  | ProcessInitialised
  | ProcessExited
  | ProcessChanged
  | SupervisorDecided
  | ProcessSamples
  | NodeSample
  | NodeVitals
  | CrashRecord
  | CrashAmended
  | StormCounts
  | CommandResult
  | LeaseEnded
  | MessageTimings

/** All live processes follow as `process.started`, parents first; what the hub held and does not hear again is gone. */
export interface SnapshotBegin {
  type: 'snapshot.begin'
  atUs: number
}
export interface SnapshotEnd {
  type: 'snapshot.end'
  atUs: number
}

export interface ProcessStarted {
  type: 'process.started'
  atUs: number
  ref: number
  pid: string
  /** 0 for none. */
  parentRef: number
  childId: string
  slot: number
  /** Ref of the process it replaces after a restart, 0 for none. */
  replaces: number
  name: string
  label: string
  behaviour: string
  module: string
  kind: ProcessKind
  isInitialised: boolean
  /** Only for supervisors. */
  supervisor: { strategy: Strategy; intensity: number; periodMs: number } | null
  restart: Restart
  shutdown: Shutdown
  /** How often this logical process has been restarted. */
  restarts: number
}

/** `init` returned: restarting becomes running. */
export interface ProcessInitialised {
  type: 'process.initialised'
  atUs: number
  ref: number
}

export interface ProcessExited {
  type: 'process.exited'
  atUs: number
  ref: number
  kind: ExitKind
  tag: string
  /** One bounded, redacted line. */
  text: string
  /** Empty for an exit that is no crash. */
  crashId: string
  /** What its supervisor will do as far as is known at the exit: a crossed-out slot stays until it decides. */
  willRestart: boolean
}

export interface ProcessChanged {
  type: 'process.changed'
  atUs: number
  ref: number
  name?: string
  label?: string
  isSuspended?: boolean
}

export interface SupervisorDecided {
  type: 'supervisor.decided'
  atUs: number
  /** The child that ended; its supervisor is its parent. */
  ref: number
  /** Empty where it ended without a crash. */
  crashId: string
  action: Decision['action']
  /** Refs the strategy stops, in order. */
  stops: number[]
  restartsUsed: number
}

/** Cumulative counters of the processes that changed since the last sample, in parallel arrays. */
export interface ProcessSamples {
  type: 'process.samples'
  atUs: number
  refs: number[]
  mailbox: number[]
  received: number[]
  handled: number[]
}

export interface NodeSample {
  type: 'node.sample'
  atUs: number
  processes: number
  /** Cumulative messages sent and handled on this node. */
  sent: number
  handled: number
  /** Sum of all mailbox lengths. */
  mailbox: number
  crashes: number
  restarts: number
  eventLoopDelayP99Ms: number
  /** 0 to 1. */
  utilisation: number
  rssBytes: number
  heapUsedBytes: number
  heapLimitBytes: number
  deadLetters: number
  agent: { cpuMs: number; spoolBytes: number; spoolRefused: number; accepted: number; acked: number }
}

/** What a node says of its host once a second, behind its sample. Lists have at most 64 entries. */
export interface NodeVitals {
  type: 'node.vitals'
  atUs: number
  /** Processes started and ended since the incarnation began. */
  spawned: number
  exited: number
  /** Timers of the runtime that have neither fired nor been cancelled. */
  timers: number
  /** Of the last second. */
  delayP50Ms: number
  delayMaxMs: number
  gc: {
    /** Pauses since the incarnation began. */
    minor: number
    major: number
    /** What they took, cumulative. */
    totalMs: number
    /** The longest of each kind in the last second, 0 for none. */
    minorMaxMs: number
    majorMaxMs: number
    /** Of the newest 1,024 pauses. */
    p99Ms: number
  }
  /** Memory in the order it is stacked, the most lasting first. Empty where it cannot be read. */
  spaces: { name: string; bytes: number }[]
  /** What keeps the host's event loop busy, by its own names. */
  resources: { name: string; count: number }[]
  agent: { heldBytes: number; boundBytes: number; spoolLimitBytes: number }
  /** By kind: records sent since the incarnation began, and why the last one was given up, empty for never. */
  told: { kind: keyof Drops; sent: number; why: string }[]
  /** The commonest dead letters since the incarnation began, by message type, target and reason. */
  letters: { type: string; to: string; why: string; total: number }[]
}

export interface CrashRecord {
  type: 'crash'
  report: CrashReport
}

/** Later facts of a crash: the supervisor's decision, the outcome, the fates of its peers. */
export interface CrashAmended {
  type: 'crash.amended'
  crashId: string
  decision?: Decision
  outcome?: Outcome
}

/** Exact cumulative counts per incarnation, also of crashes whose report was not kept. */
export interface StormCounts {
  type: 'storm.counts'
  counts: { key: string; total: number; notStored: number }[]
}

export interface CommandResult {
  type: 'command.result'
  id: string
  result: { ok: true; value: unknown } | { ok: false; code: string; message: string }
}

/** A lease is over: by command, by its own time, or because the hub was silent. */
export interface LeaseEnded {
  type: 'lease.ended'
  atUs: number
  id: string
  why: 'expired' | 'released' | 'hub-lost' | 'target-gone' | 'fired' | 'halted'
}

/**
 * Messages that were timed since the last of these, a sample of all that were handled: parallel arrays. Each stands for
 * `weights` messages; together they are about as many as were handled.
 */
export interface MessageTimings {
  type: 'message.timings'
  atUs: number
  /** What kinds of process there are among them: `kind` is a place in here. Short-lived ones may be gone already. */
  kinds: { behaviour: string; module: string }[]
  refs: number[]
  kind: number[]
  /** Microseconds in the mailbox. */
  waitedUs: number[]
  /** Microseconds the handler ran on the event loop, of an async one up to its first await. */
  ranUs: number[]
  /** Microseconds beyond those until it had been handled. */
  awaitedUs: number[]
  weights: number[]
}
