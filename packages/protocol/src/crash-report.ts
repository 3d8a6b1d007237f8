/**
 * A crash report: seventeen parts beside `id` and `at`. A part that could not be had says why (`Field`).
 * OTP's own reports (proc_lib crash_report, gen_server termination, supervisor_report) are the floor.
 */
import type { ExitKind, ExitReasonView } from './exit.ts'
import type { ChildSpec, Strategy } from './process.ts'
import type { Field, Term } from './term.ts'

export interface CrashReport {
  /** Minted at the crash: a UUID, so that a report is stored exactly once however often it is sent. */
  id: string
  /** ISO 8601 with milliseconds, the node's wall clock. */
  at: string
  /** Monotonic microseconds of the node; orders a cascade. */
  atUs: number
  identity: Identity
  cause: Cause
  message: Field<HandledMessage>
  caller: Field<Caller>
  mailbox: Field<MailboxAtExit>
  flightRecorder: Field<FlightRecorder>
  state: Field<StateAtExit>
  sends: Field<{ items: SentMessage[]; more: number }>
  peers: Field<Peer[]>
  cascade: Field<Cascade>
  decision: Field<Decision>
  outcome: Field<Outcome>
  causalChain: Field<CausalHop[]>
  faults: Field<FaultTouch[]>
  surroundings: Field<Surroundings>
  group: Field<Group>
  losses: Losses
}

export interface Identity {
  node: string
  /** The node's life: a new one at every start. */
  incarnation: string
  pid: string
  /** Logical key: the path of child ids and slots, kept over restarts. */
  key: string
  name: string | null
  label: string | null
  behaviour: string
  module: string
  initialCall: string
  /** Nearest first. */
  ancestors: { pid: string; name: string | null }[]
  startedAt: string
  uptimeMs: number
  messagesHandled: number
  /** Whether it trapped exit signals; absent where the node does not tell. */
  trapsExit?: boolean
  release: string | null
  agentVersion: string
}

export interface Cause {
  kind: ExitKind
  reason: ExitReasonView
  stack: Field<StackAtExit>
  /** The `cause` chain of the error, outermost first, without the error itself. */
  chain: { name: string; message: string }[]
  /** Who sent the exit signal, where the process did not die by its own hand. */
  killer: Field<{ pid: string; name: string | null; via: 'link' | 'exit' | 'shutdown' | 'command' }>
}

export interface StackAtExit {
  frames: StackFrame[]
  /** As the runtime printed it: places in the files that ran, whatever they were mapped to. */
  raw: string
  /** Files of the stack that were made from others; absent where the node does not tell. */
  bundles?: Bundle[]
}

export interface Bundle {
  /** As its frames name it where they are not mapped. */
  file: string
  /** Of its text, 64 hexadecimal digits; `null` where the node did not read it. */
  sha256: string | null
  /** What its build and its map are both marked with. */
  debugId: string | null
  /** The map its frames were read by. A `file` of the node is `null` where the map stands in the bundle. */
  map: { from: 'node'; file: string | null } | { from: 'hub'; id: string; by: string; at: string } | null
  /** Why there is none. */
  why?: string
}

export interface StackFrame {
  /** `Class.method`, or `null` for an anonymous function. */
  fn: string | null
  /** Path below the application's root where one is known. */
  file: string | null
  line: number | null
  column: number | null
  /** `app` code, an installed package (`vendor`), our `runtime`, or Node's own (`node`). */
  owner: 'app' | 'vendor' | 'runtime' | 'node'
  /** Source lines around the throw: `[line number, text]`, only for the topmost `app` frame. */
  context?: [number, string][]
}

export type MessageKind = 'call' | 'cast' | 'info' | 'system' | 'init' | 'terminate' | 'continue' | 'timeout'

export interface HandledMessage {
  /** How many messages this process had handled before it, plus one. */
  seq: number
  kind: MessageKind
  type: string
  value: Term
  sender: { pid: string; name: string | null } | null
  /** Time in the mailbox; `null` where it was not sampled. */
  queuedMs: number | null
  handlerMs: number | null
  /** Set where it, or what it was answered with, broke a contract. */
  breach?: { contract: string; side: 'client' | 'server'; what: string; why: string }
}

export interface Caller {
  pid: string
  name: string | null
  isAlive: boolean
  /** Type of the call it waits for. */
  pendingCall: string
  waitingMs: number
}

export interface MailboxAtExit {
  length: number
  oldestMs: number | null
  byType: { type: string; count: number }[]
  first: Term[]
  last: Term[]
  fate: 'lost' | 'kept' | 'dead-lettered'
}

export interface FlightRecorder {
  /** Oldest first; the last is the message being handled when there was one. */
  entries: {
    seq: number
    kind: MessageKind
    type: string
    value: Term
    sender: string | null
    /** Milliseconds before the exit. */
    beforeMs: number
    waitMs: number | null
    tookMs: number | null
    /** Whether this is the message it died of. */
    isFatal: boolean
  }[]
  /** Messages handled that are no longer held. */
  overwritten: number
}

export interface StateAtExit {
  /** What the handler was given. */
  before: Term
  sizeBytes: number | null
  /** Paths that differ from the state before the last handled message, where known. */
  changed: { path: string; before: Term; after: Term }[]
}

export interface SentMessage {
  to: string
  type: string
  value: Term
}

export interface Peer {
  pid: string
  name: string | null
  relation: 'link' | 'monitor' | 'monitored-by' | 'parent'
  effect: 'trapped' | 'exited' | 'unaffected' | 'notified'
  /** As it was at the crash: of the first few linked processes that end with this one (OTP's neighbours). */
  facts?: PeerFacts
}

export interface PeerFacts {
  initialCall: string
  status: string
  trapsExit: boolean
  mailboxLength: number
  messagesHandled: number
  /** Nearest first. */
  ancestors: { pid: string; name: string | null }[]
  links: { pid: string; name: string | null }[]
}

export interface Cascade {
  /** Id of the crash that began it; its own id for a root. */
  rootCrash: string
  parentCrash: string | null
  mechanism: 'link' | 'one_for_all' | 'rest_for_one' | 'intensity' | 'node-down' | null
  depth: number
}

export interface Decision {
  supervisor: { pid: string; name: string | null; key: string }
  strategy: Strategy
  childSpec: ChildSpec
  action: 'restart' | 'leave' | 'give_up'
  intensity: number
  periodMs: number
  /** Restarts in the window, this one counted, as milliseconds before the decision, oldest first. */
  restartsInWindow: number[]
  /** Restarts left before the supervisor gives up. */
  headroom: number
  /** Siblings the strategy stopped, in the order it stopped them. */
  stopped: { pid: string; name: string | null; key: string }[]
}

export interface Outcome {
  kind: 'restarted' | 'not_restarted' | 'given_up' | 'pending'
  newPid: string | null
  /** From the exit until the replacement had initialised; and until its first handled message. */
  backAfterMs: number | null
  firstHandledAfterMs: number | null
  crashedAgain: boolean
  escalatedTo: string | null
}

export interface CausalHop {
  pid: string
  name: string | null
  type: string
}

export interface FaultTouch {
  fault: string
  kind: string
  role: 'direct' | 'upstream' | 'silent'
  firing: string | null
}

export interface Surroundings {
  processes: number
  eventLoopDelayMs: number | null
  heapUsedBytes: number
  /** `null` where a hub tells of a node from its samples, which do not hold it. */
  heapTotalBytes: number | null
  rssBytes: number
  fullestMailboxes: { pid: string; name: string | null; length: number }[]
}

export interface Group {
  fingerprint: string
  version: number
  /** What went into it, in words. */
  contributed: string[]
  firstSeen: string
  occurrence: number
}

export interface Losses {
  /** Similar reports counted at the agent and not stored. */
  similarNotStored: number
  /** Similar reports the hub held and has pruned by now, where there are some; told by the hub. */
  similarPruned?: number
  /** Key of the `storm.counts` that count this report; by it the hub knows which group the counts belong to. */
  stormKey?: string
}
