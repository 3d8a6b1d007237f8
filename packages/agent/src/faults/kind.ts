/**
 * What one kind of fault is in an agent, and what it stands on: the order it is given, the host whose processes it is laid upon, and what it gives
 * back, so that it can be undone and read back. Its name, form and rules stand in the protocol's catalogue.
 */
import type { CommandErrorCode } from '@orrery/protocol'
import type { FaultName, FaultParameters } from '@orrery/protocol/faults'
import type { Target } from '../source.ts'
import type { NodeDoors } from './doors.ts'
import type { InjectionEnd } from './laid.ts'

/** How one kind is done. One file for each stands in `kinds/`, one line in `registry.ts`. */
export interface FaultDoer<N extends FaultName> {
  readonly kind: N
  /**
   * Whether a new life of a `dynamic` target is hit from its very start or once it has initialised. A process that is held back before its `init`
   * would hold back its supervisor as well.
   */
  readonly begins: 'started' | 'initialised'
  /** Somebody outside holds its lease while the node stands still: that time is not counted as the hub's silence. */
  readonly isHeldOutside?: boolean
  /** Why this node cannot do it at all, for `absent` in the hello; left out where it can. */
  absent?(host: FaultHost): string | null
  /** Why it may not be laid upon so many targets at once. */
  limit?(parameters: FaultParameters<N>, targets: number): CommandErrorCode | null
  /** Lays it upon one target: one life of a process, a port, or the node. What it throws is told as `node.unsupported`. */
  apply(order: FaultOrder<FaultParameters<N>>, host: FaultHost): Applied | Refused
}

/** A fault in force at one target. Neither throws; both are called once the target has ended, too. */
export interface Applied {
  /** Flushes, disarms, resumes, drains. Whatever it had begun is over when it returns. */
  undo(): void
  /** Reads back what of it is still there, in words; `null` where nothing is. */
  check(): string | null
  /** What came of it, in words, for the last word of the injection. */
  said?(): string
}

export interface Refused {
  readonly refused: CommandErrorCode
}

export interface FaultOrder<P> {
  /** `null` for a fault of a port or of the node. */
  readonly target: Target | null
  /** Only messages of these logical processes; `null` for all. */
  readonly senders: ReadonlySet<string> | null
  readonly port: string | null
  readonly parameters: P
  readonly leaseId: string
  /** As crash reports name it. */
  readonly experiment: string
  readonly kind: FaultName
  readonly durationMs: number | null
  readonly time: FaultTime
  /** Until the lease is over, as it was renewed last; 0 where it is. */
  leftMs(): number
  /** Numbers in [0, 1), the same for the same seed and logical key. */
  random(): number
  /**
   * Asks the trigger, once for each message it is about: the id of the firing, or `null` where it does not fire. It never fires once the lease is over by
   * the host's clock, also where the event loop is too busy to say so.
   */
  fires(): string | null
  /** The id of a firing that no message decides. */
  mint(): string
  /** Adds to what is told: messages dropped, and messages held back now (may be negative). Every firing counts as touched. */
  count(counts: { dropped?: number; held?: number; touched?: number }): void
  /** A crash by exit signal of the process with this pid comes of this firing. */
  claimKill(pid: string, firing: string): void
  /** Nothing more will come of it at this target. */
  done(): void
  /** The whole injection is over: for what somebody outside has ended. */
  end(why: InjectionEnd): void
}

/** The host's own time: never the node's injected clock. */
export interface FaultTime {
  nowMs(): number
  /** Runs once after `ms`; the function returned prevents that. */
  after(ms: number, run: () => void): () => void
  /** Computes for so long. */
  spin(ms: number): void
}

/** What a source offers to faults. */
export interface FaultHost extends NodeDoors {
  /** A picture of who lives now, for finding many. */
  roll(): FaultRoll
  /** Puts a tap on the messages to a target, behind those that are there; the function returned takes it out. */
  tap(target: Target, senders: ReadonlySet<string> | null, tap: Tap): () => void
  isTapped(target: Target, tap: Tap): boolean
  suspend(target: Target): void
  resume(target: Target): void
  isSuspended(target: Target): boolean
  exit(target: Target, reason: string): void
  /** Puts a synthetic message into the mailbox, past every tap, marked with its firing. */
  put(target: Target, message: unknown, firing: string): void
  /** Takes messages out of the mailbox as if they had never come; how many. */
  takeOut(target: Target, isOne: (message: unknown) => boolean): number
  /** How many such messages wait in the mailbox. */
  waiting(target: Target, isOne: (message: unknown) => boolean): number
  /** Whoever waits for an answer of the target now knows the firing, should it come to nothing. */
  markCalls(target: Target, firing: string): void
  kin(target: Target): Kin
  /** Tells of lives as they begin and end, in their own paths; `null` for no more. */
  watchLives(lives: Lives | null): void
}

export interface FaultRoll {
  /** The process that has the pid, if its key is this one; `null` where it has ended. */
  byPid(pid: string, key: string): Target | null
  byKey(key: string): Target | null
  readonly size: number
}

export interface Lives {
  started(target: Target): void
  initialised(target: Target): void
  ended(ref: number): void
}

/** Who is near a process, for what a fault may do to others. */
export interface Kin {
  readonly module: string
  readonly isInitialised: boolean
  readonly trapsExit: boolean
  readonly restart: 'permanent' | 'transient' | 'temporary' | ''
  readonly parent: Target | null
  readonly links: readonly Target[]
  readonly watchers: readonly Target[]
  /** `null` for who is no supervisor. */
  readonly supervisor: {
    readonly strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'simple_one_for_one'
    readonly intensity: number
    readonly periodMs: number
    readonly used: number
    /** Living ones, in start order. */
    readonly children: readonly Target[]
  } | null
}

/** Stands in the way of the messages to one target. What `beforeHandle` and `afterHandle` throw is that handler's failure. */
export interface Tap {
  /** `true` takes the message; then nothing happens with it but what is done through `passing`, now or later. */
  onDeliver?(passing: Passing): boolean
  beforeHandle?(handled: Handled): PromiseLike<void> | undefined
  afterHandle?(handled: Handled): void
}

/** A message on its way. */
export interface Passing {
  readonly type: string
  readonly kind: 'call' | 'cast' | 'info'
  readonly message: unknown
  /** To the taps behind this one, and then into the mailbox; may be called again for a copy. */
  deliver(firing: string | null, message?: unknown): void
  /** Makes it a dead letter. */
  drop(firing: string): void
  /** Where it is a call: should it come to nothing, its caller knows the firing. */
  markCall(firing: string): void
}

/** A message whose handler is about to run, or has run. */
export interface Handled {
  readonly type: string
  readonly kind: 'call' | 'cast' | 'info'
  /** A crash of this handler knows the firing. */
  mark(firing: string): void
  /** Where it is a call: should it come to nothing, its caller knows the firing. */
  markCall(firing: string): void
}

/** Whether a fault that may ask for a type of message is about this one. */
export function isAbout(wanted: string, type: string): boolean {
  return wanted === '' || wanted === type
}
