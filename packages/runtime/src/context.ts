/** What a process can do: the `ctx` its handlers are given. */
import type { Alias } from './alias.ts'
import type { From } from './call.ts'
import type { Behaviour } from './driver.ts'
import type { ExitReason } from './exit-reason.ts'
import type { Isolation } from './isolated/isolation.ts'
import type { Node } from './node.ts'
import type { MaxMailbox } from './overflow.ts'
import type { Name, Pid, To } from './pid.ts'
import type { Priority } from './priority.ts'
import type { CallMessage, CallReply, CallType, CastOf, InfoOf } from './protocol.ts'
import type { MonitorRef } from './relations.ts'

/** Delivered to a process that traps exits, in place of the exit signal. */
export interface ExitMessage {
  readonly type: 'EXIT'
  readonly from: Pid | null
  readonly reason: ExitReason
}

/** Delivered to whoever monitors a process, once, when it has ended; `noproc` when it was not there. */
export interface DownMessage {
  readonly type: 'DOWN'
  readonly ref: MonitorRef
  readonly pid: Pid | null
  readonly reason: ExitReason
}

/** A timer set with `sendAfter`. */
export interface TimerRef {
  readonly ms: number
}

export interface CallOptions {
  /** Milliseconds until the call fails with `timeout`. Default 5,000; `Infinity` waits for ever. */
  timeoutMs?: number
}

/** Flags that a process can be started with, also by its child specification. */
export interface ProcessFlags {
  /** Default `high` for supervisors, else `normal`. */
  priority?: Priority
  /** Default: no maximum. */
  maxMailbox?: MaxMailbox
  /** Handled messages it remembers for its crash report. Default: the node's number, 8. */
  flightRecorder?: number
  /** In a worker thread of its own (`isolated/isolation.ts`). */
  isolated?: Isolation
}

export interface SpawnOptions<Args> extends ProcessFlags {
  args?: Args
  /** Registered name; spawning fails with `already_registered` where it is taken. */
  name?: string
  /** Free text for observers, where the name says too little. */
  label?: string
  /** Observers may look but not touch: no kill, no suspension, no fault. */
  immune?: boolean
  /** Not shown: the observer's own processes. */
  hidden?: boolean
}

/** Waits for a message that matches; the others keep their places. */
export interface Receive<A> {
  (): Promise<InfoOf<A>>
  <M>(match: (message: unknown) => message is M, options?: { timeoutMs?: number }): Promise<M>
  (match: ((message: unknown) => boolean) | null, options?: { timeoutMs?: number }): Promise<InfoOf<A>>
}

/** A process seen by its own code. `A` says what it accepts. */
export interface Context<A = unknown> {
  readonly self: Pid<A>
  readonly name: string | null
  readonly node: Node
  /** Fires when the process ends, so that what it awaits can stop too. Made on first use. */
  readonly signal: AbortSignal
  send<B>(to: To<B>, message: InfoOf<NoInfer<B>>): void
  /** Asks and waits. A target that is gone, ends, or is silent for too long rejects with a `CallError`. */
  call<B, K extends CallType<B>>(
    to: To<B>,
    message: CallMessage<NoInfer<B>, K> & { readonly type: K },
    options?: CallOptions,
  ): Promise<CallReply<B, K>>
  cast<B>(to: To<B>, message: CastOf<NoInfer<B>>): void
  /** Answers a call later than its handler returned. A late answer is refused and counted, never misdelivered. */
  reply(from: From, value: unknown): void
  /** Selective receive, for raw processes and async handlers. */
  readonly receive: Receive<A>
  spawn<Args extends readonly unknown[], B = unknown>(
    run: (ctx: Context<B>, ...args: Args) => unknown,
    options?: SpawnOptions<Args>,
  ): Pid<B>
  spawn<M>(handler: Handler<M>, options?: SpawnOptions<never>): Pid<M>
  spawn<Args, B>(behaviour: Behaviour<Args, B>, options?: SpawnOptions<Args>): Pid<B>
  spawnLink: Context<A>['spawn']
  spawnMonitor<Args, B>(
    what: Spawnable<Args, B>,
    options?: SpawnOptions<Args>,
  ): { readonly pid: Pid<B>; readonly ref: MonitorRef }
  /** Spawns, links, and waits until `init` has returned; rejects with a `StartError`. */
  startLink<Args, B>(behaviour: Behaviour<Args, B>, options?: SpawnOptions<Args>): Promise<Pid<B>>
  /** Both end together, unless one traps exits. */
  link(pid: Pid): void
  unlink(pid: Pid): void
  monitor(target: To): MonitorRef
  /** Ends a monitor and takes back a `DOWN` that was delivered but not handled. */
  demonitor(ref: MonitorRef): void
  /** Sends an exit signal. `kill` cannot be trapped. */
  exit(pid: Pid, reason: ExitReason): void
  /** Whether exit signals arrive as `EXIT` messages; returns the former setting. */
  trapExit(isTrapping: boolean): boolean
  sendAfter<B>(ms: number, to: To<B>, message: InfoOf<NoInfer<B>>): TimerRef
  /** Milliseconds that were left, or `null` when it had fired or was cancelled. */
  cancelTimer(ref: TimerRef): number | null
  /** Milliseconds that are left, or `null` when it has fired or was cancelled. */
  readTimer(ref: TimerRef): number | null
  /** A second address of this process, which `unalias` takes back: what is sent to it later reaches nobody. */
  alias(): Alias<A>
  /** Whether it was active. */
  unalias(alias: Alias): boolean
  /** Returns the former priority. */
  setPriority(priority: Priority): Priority
  /** Sets or lifts the maximum of its mailbox. */
  setMaxMailbox(max: MaxMailbox | null): void
  register(name: string): void
  unregister(name: string): void
  setLabel(label: string): void
  whereis<B = unknown>(name: Name<B>): Pid<B> | null
}

/** A raw process without awaits: one function for every message. */
export interface Handler<M> {
  init?(ctx: Context<M>): void | Promise<void>
  handle(message: M, ctx: Context<M>): void | Promise<void>
  terminate?(reason: ExitReason, ctx: Context<M>): void | Promise<void>
}

/** Whatever can be spawned: an async function, a handler, or a behaviour. */
export type Spawnable<Args, A> =
  | ((ctx: Context<A>, ...args: Args extends readonly unknown[] ? Args : never) => unknown)
  | Handler<A>
  | Behaviour<Args, A>
