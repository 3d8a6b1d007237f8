/** What runs inside a process: a behaviour, seen from the one place that calls user code (`dispatch.ts`). */
import type { MessagePort } from 'node:worker_threads'
import type { ContractDefinition } from './contract.ts'
import type { ExitReason } from './exit-reason.ts'
import type { SupervisorFacts } from './hooks.ts'
import type { ChildView } from './inspect.ts'
import type { Boot } from './isolated/wire.ts'
import type { Proc } from './process.ts'
import type { Accepting } from './protocol.ts'

export type ProcessKind = 'supervisor' | 'worker'

/** Which part of a behaviour is running. */
export type Phase = 'init' | 'message' | 'continue' | 'timeout' | 'terminate' | 'run'

/** Marks a cast in the mailbox's meta slot; a plain message has `undefined`, a call its `Call`. */
export const CAST = 1

/**
 * Every method may call user code and may throw. What is returned is `undefined` when the work is done, or the promise
 * of an async handler, whose value comes back through `settled`.
 */
export interface Driver {
  readonly behaviour: string
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind: ProcessKind
  init(process: Proc): PromiseLike<unknown> | undefined
  handle(
    process: Proc,
    message: unknown,
    sender: Proc | null,
    meta: unknown,
  ): PromiseLike<unknown> | undefined
  /** A continuation or timeout that was set by a result. */
  next(process: Proc, phase: Phase, value: unknown): PromiseLike<unknown> | undefined
  /** Takes the value an async handler came to. */
  settled(process: Proc, phase: Phase, value: unknown, meta: unknown): void
  /** Runs the user's last words. */
  terminate(process: Proc, reason: ExitReason): PromiseLike<unknown> | undefined
  readonly hasTerminate: boolean
  /** What it and its clients have agreed on (`contract.ts`). */
  readonly contract?: ContractDefinition | undefined
  /** The process has ended: what it holds besides its state, such as timers, is let go. */
  ended?(process: Proc): void
  /** What `sys.getState` gives, or a promise of it. Default: the process's state. */
  getState?(process: Proc): unknown
  /** Set where the process runs elsewhere (`isolated/`). */
  readonly isolation?: 'worker_thread'
  /** Runs the behaviour in this worker thread. Without it it cannot be isolated. */
  serve?(boot: Boot, port: MessagePort): void
  /** Without it `sys.replaceState` is refused. */
  replaceState?(process: Proc, state: unknown): void
  /** Called on the new driver, which is the process's own by then: makes the new state of the old. */
  codeChange?(process: Proc, from: Driver, extra: unknown): PromiseLike<unknown> | undefined
  /** Takes its messages by `receive`, so that nobody is there to answer a system message. */
  readonly isReceiving?: boolean
  /** Only for supervisors. */
  supervisorFacts?(process: Proc): SupervisorFacts | null
  children?(process: Proc): readonly ChildView[]
  /** The state as it may be shown. */
  formatState(process: Proc): unknown
  /** The state that the last handled message was given, as it may be shown; `undefined` where it is not kept. */
  formatPrevious?(process: Proc): unknown
}

/** A kind of process that can be spawned or be a child: made by `GenServer.define` and `Supervisor.define`. */
export interface Behaviour<Args = unknown, A = unknown> extends Driver {
  readonly accepts?: Accepting<A>
  readonly takes?: (args: Args) => void
}
