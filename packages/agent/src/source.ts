/**
 * A source: what an agent watches. It tells what happened, gives a cheap sample, inspects on demand and obeys. Our
 * runtime is the first; XState and real Erlang nodes will be others, so nothing past this interface knows the kind.
 */
import type {
  Capability,
  CommandErrorCode,
  CrashReport,
  Decision,
  Inspection,
  MessageTimings,
  Outcome,
  ProcessChanged,
  ProcessStarted,
  StackAtExit,
  Term,
  WireRecord,
} from '@orrery/protocol'
import type { FaultHost } from './faults/kind.ts'
import type { RawFrame } from './stack.ts'

export interface SourceIdentity {
  readonly node: string
  /** A UUID minted at the node's start. */
  readonly incarnation: string
  readonly release: string | null
  readonly startedAt: Date
  readonly runtime: { readonly kind: string; readonly name: string; readonly version: string }
}

/** Cumulative numbers of the whole node. */
export interface NodeCounters {
  processes: number
  sent: number
  handled: number
  crashes: number
  restarts: number
  deadLetters: number
}

/** What a node has beside its processes. */
export interface NodeExtent {
  /** Since the start of the node. */
  spawned: number
  exited: number
  /** Timers that have neither fired nor been cancelled. */
  timers: number
}

/** A message nobody took, with how often the like happened. */
export interface LetterCount {
  type: string
  to: string
  why: string
  total: number
}

/** Told in the dying path: implementations do next to nothing and never throw. */
export interface SourceEvents {
  /** Something waits to be drained; `isUrgent` for what a person is waiting to see. */
  happened(isUrgent: boolean): void
  /** A process dies: before anything else is asked, of every crash. */
  dying(proof: CrashProof): void
  /**
   * A process dies: counts it under its storm key. Whether it shall be copied and told by `crashed`, too; everything dear
   * waits for that answer.
   */
  crashing(stormKey: string, ref: number): boolean
  crashed(crash: SourceCrash): void
  decided(crashId: string, read: () => Decision): void
  /** What of the agent's own stands in the node's way has failed there. */
  failed(where: string, error: unknown): void
  /** `replacement` is the process that took its place. */
  outcome(crashId: string, read: () => Outcome, replacement: Target | null): void
}

/** A crash that has been copied and not yet been made into a report. */
export interface SourceCrash {
  readonly id: string
  readonly atUs: number
  /** Cheap, and the same for similar crashes. */
  readonly stormKey: string
  readonly target: Target
  /** Reads the stack; may be dear, called once, in a later slice. */
  stack(): { text: string; frames: RawFrame[] } | { why: string }
  /**
   * Everything the source knows; faults, surroundings and losses are the agent's to add, and so are redaction and bounds.
   * `clean` is for texts the source makes out of terms, where a key would be lost.
   */
  report(stack: StackAtExit | { why: string }, clean: Clean): CrashReport
  readonly proof: CrashProof
}

/** One living or ended process, opaque to the agent. */
export interface Target {
  readonly ref: number
  readonly pid: string
  readonly key: string
  readonly isAlive: boolean
  readonly isImmune: boolean
  readonly handled: number
  readonly mailbox: number
  readonly name: string | null
}

/** Receives the counters of one changed process. */
export type SampleSink = (ref: number, mailbox: number, received: number, handled: number) => void

export type Obeyed = { ok: true; value: unknown } | { ok: false; code: CommandErrorCode; message: string }

export interface Source {
  readonly identity: SourceIdentity
  readonly capabilities: readonly Capability[]
  /** Why a capability is absent, for the ones that could be had. */
  readonly absent: Readonly<Record<string, string>>
  /** Microseconds since the incarnation began. */
  nowUs(): number
  wallMs(): number

  /** Begins to tell what happens; the function returned ends it. */
  watch(events: SourceEvents): () => void

  /** A fresh start: from here on what happens is kept for draining, and nothing is known to the hub any more. */
  begin(): void
  /** Nobody listens: what happens is not kept, a census will tell. */
  end(): void
  /** Every living process, parents first. May be paused between two; what happens meanwhile is told by `drain` after it. */
  census(clean: Clean): Iterator<ProcessStarted | ProcessChanged>
  censusDone(): void
  /** Makes what happened into records, oldest first, until `until` says stop; returns whether more waits. */
  drain(sink: (record: WireRecord) => void, clean: Clean, until: () => boolean): boolean
  /** Events that were given up because nobody drained them. Reading it begins a new count. */
  takeLost(): number

  readonly counters: NodeCounters
  /** A sample of the messages handled since the last time, bounded; `null` where none was timed. */
  takeTimings(): MessageTimings | null
  readonly extent: NodeExtent
  /** The commonest dead letters, not redacted; reading them begins the next second's budget. */
  takeLetters(): LetterCount[]
  /** Gives the counters of changed processes, in part `part` of `parts`; yields where it may be paused. */
  sweep(part: number, parts: number, sink: SampleSink): Iterator<void>
  /** Of the last whole sweep. */
  readonly mailboxTotal: number
  readonly fullestMailboxes: readonly Target[]

  find(pidOrKey: string): Target | null
  /** Not redacted. */
  inspect(target: Target): Inspection | null
  kill(target: Target, reason: string): Obeyed
  send(target: Target, message: unknown): Obeyed
  resume(target: Target): Obeyed
  isSuspended(target: Target): boolean
  /** What faults stand on. */
  readonly faults: FaultHost
}

/** Of a dying process what proves the faults that led to it. Read at once, it is not kept. */
export interface CrashProof {
  readonly id: string
  /** Id of the crash that began its cascade, and of the one before it; its own, and `null`, for a root. */
  readonly rootCrash: string
  readonly parentCrash: string | null
  readonly ref: number
  readonly pid: string
  readonly thrown: unknown
  /** The exit signal that ended it was a command's. */
  readonly isByCommand: boolean
  firings(): readonly string[]
}

/** Names and texts are redacted where they are read. */
export interface Clean {
  text(text: string): string
  term(term: Term): Term
}
