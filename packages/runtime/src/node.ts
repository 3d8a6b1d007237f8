/** A node: the processes that share one event loop, their scheduler, clock, names and counters. */
import { type Started, stopStarted } from './application.ts'
import { CallError, failedCall, messageType } from './call.ts'
import { openCall } from './calling.ts'
import { Clock, type ClockSource, systemClock, systemTimers, type TimerSource } from './clock.ts'
import { cloned } from './clone.ts'
import type { CallOptions, Context, Handler, SpawnOptions, TimerRef } from './context.ts'
import type { ContractBreach, ContractPolicy } from './contract.ts'
import type { CrashNotice, RawCrash, Via } from './crash.ts'
import { turn } from './dispatch.ts'
import { type Behaviour, CAST, type Driver } from './driver.ts'
import { MisuseError } from './errors.ts'
import type { ExitReason } from './exit-reason.ts'
import { DEAD, EXITED, HIDDEN, INTERCEPTED, RUNNING, SUSPENDED } from './flags.ts'
import { frozen } from './freeze.ts'
import type {
  Counters,
  DeadLetter,
  DeadLetterReason,
  ExitFacts,
  NodeHooks,
  Process,
  RawDecision,
  RawOutcome,
} from './hooks.ts'
import { type InspectBounds, type Inspected, inspect } from './inspect.ts'
import { type Interceptor, interceptDelivery, setInterceptor } from './intercept.ts'
import { isKey } from './key.ts'
import { Mailbox, NO_LIMIT } from './mailbox.ts'
import { makeRoom } from './overflow.ts'
import { Groups } from './pg.ts'
import { type Name, Pid, type To } from './pid.ts'
import { Ports } from './port.ts'
import { type ChildFacts, never, type Proc } from './process.ts'
import type { CallMessage, CallReply, CallType, CastOf, InfoOf } from './protocol.ts'
import { isVia, leaveRegistries, processVia, type RegistryTable, registerVia } from './registry.ts'
import { each } from './relations.ts'
import { Scheduler, systemTasks, type TaskSource } from './scheduler.ts'
import { Callback, SendAfter, type Timer } from './send-after.ts'
import { Sends } from './sends.ts'
import { bury, ExitSignal, resolve, sendExit } from './signals.ts'
import { spawnProcess, startProcess } from './spawning.ts'
import { attendAgain } from './system.ts'
import { Timers } from './timers.ts'
import { Timing } from './timing.ts'

export interface NodeOptions {
  /** Like `mail@localhost`. */
  name: string
  release?: string
  clock?: ClockSource
  timers?: TimerSource
  scheduler?: TaskSource
  /** Numbers in [0, 1); for jitter. Default `Math.random`. */
  random?: () => number
  /** Default: `share` where `NODE_ENV` is `production`, else `freeze`. */
  messages?: MessageValues
  /** Handled messages each process remembers for its crash report. Default 8. */
  flightRecorder?: number
  /** What is done about contracts that processes declare: default `off`. */
  contracts?: ContractPolicy
  /** Most messages one process handles before others get their turn. Default 512; a send counts as two. */
  reductions?: number
}

/**
 * How messages, replies and arguments of timers stay values. `freeze`: frozen deeply, byte arrays copied. `clone`: copied, and what
 * cannot be copied is its sender's crash (`not_cloneable`). `share`: given as they are; nobody may change them.
 */
export type MessageValues = 'freeze' | 'clone' | 'share'

export class Node {
  readonly name: string
  /** A new one at every start. */
  readonly incarnation: string
  /** Of the application; another one after an upgrade. */
  release: string | null
  readonly startedAt: Date
  readonly clock: Clock
  readonly random: () => number
  readonly counters: Counters = {
    sent: 0,
    handled: 0,
    spawned: 0,
    exited: 0,
    crashes: 0,
    restarts: 0,
    deadLetters: 0,
    lost: 0,
    refused: 0,
    abandoned: 0,
    unhandled: 0,
    contractsBroken: 0,
    hookErrors: 0,
  }
  /** The observer's slot. */
  hooks: NodeHooks | null = null
  readonly contracts: ContractPolicy
  /** @internal */
  readonly scheduler: Scheduler
  /** @internal Which messages are timed. */
  readonly timing: Timing
  /** @internal */
  readonly timers: Timers
  /** @internal Processes whose end is due. */
  readonly condemned: Proc[] = []
  /** @internal The process whose code is on the stack. */
  running: Proc | null = null
  /** @internal Sends of the running handler. */
  readonly sends = new Sends()
  /** @internal Process groups (`pg.ts`). */
  readonly groups = new Groups()
  /** @internal Registries by the name of their process (`registry.ts`). */
  readonly registries = new Map<string, RegistryTable>()
  /** @internal Applications that run, in the order they were started (`application.ts`). */
  readonly applications = new Map<string, Started>()
  /** What connects it with the outside (`port.ts`). */
  readonly ports = new Ports()
  /** @internal */
  readonly reductions: number
  private readonly valued: (<T>(value: T) => T) | null
  private readonly kept: number
  private readonly table: Proc[] = []
  private readonly names = new Map<string, Proc>()
  private lastPid = 0
  private lastRef = 0
  private root: Proc | null = null
  /** Modules in place of those that a release has upgraded. */
  private code: Map<Driver, Driver> | null = null
  private stopping: Promise<void> | null = null
  private isStopped = false

  constructor(options: NodeOptions) {
    const clock = new Clock(options.clock ?? systemClock)
    this.name = options.name
    this.incarnation = globalThis.crypto.randomUUID()
    this.release = options.release ?? null
    this.clock = clock
    this.startedAt = new Date(clock.wallMs())
    this.random = options.random ?? Math.random
    this.timers = new Timers(clock, options.timers ?? systemTimers)
    this.timing = new Timing(this.random)
    this.scheduler = new Scheduler(clock, this.timing, options.scheduler ?? systemTasks, turn, () => {
      if (this.condemned.length > 0) bury(this)
    })
    this.valued = valuing(options.messages)
    this.kept = Math.max(1, options.flightRecorder ?? 8)
    this.contracts = options.contracts ?? 'off'
    this.reductions = Math.max(1, options.reductions ?? 512)
  }

  /** Starts a process under nobody: an async function, a handler or a behaviour. Its `init` runs in its own turn. */
  spawn<Args extends readonly unknown[], A = unknown>(
    run: (ctx: Context<A>, ...args: Args) => unknown,
    options?: SpawnOptions<Args>,
  ): Pid<A>
  spawn<M>(handler: Handler<M>, options?: SpawnOptions<never>): Pid<M>
  spawn<Args, A>(behaviour: Behaviour<Args, A>, options?: SpawnOptions<Args>): Pid<A>
  spawn(what: never, options: SpawnOptions<never> = {}): Pid<never> {
    return this.spawnFrom(null, what, options, null).pid as Pid<never>
  }

  /** Like `spawn`, and waits until `init` has returned; rejects with a `StartError`. */
  start<Args, A>(behaviour: Behaviour<Args, A>, options: SpawnOptions<Args> = {}): Promise<Pid<A>> {
    return this.startFrom(null, behaviour as never, options as never) as Promise<Pid<A>>
  }

  send<A>(to: To<A>, message: InfoOf<NoInfer<A>>): void {
    this.post(to, message, undefined)
  }

  cast<A>(to: To<A>, message: CastOf<NoInfer<A>>): void {
    this.post(to, message, CAST)
  }

  call<A, K extends CallType<A>>(
    to: To<A>,
    message: CallMessage<NoInfer<A>, K> & { readonly type: K },
    options?: CallOptions,
  ): Promise<CallReply<A, K>> {
    return this.callFrom(null, to, message, options) as Promise<CallReply<A, K>>
  }

  whereis<A = unknown>(name: Name<A>): Pid<A> | null {
    return (this.named(name)?.pid ?? null) as Pid<A> | null
  }

  /** Sends an exit signal from outside. */
  exit(
    target: Pid | Process,
    reason: ExitReason,
    options: { by?: 'command'; killer?: 'command' } = {},
  ): void {
    const process = target instanceof Pid ? Pid.processOf(target) : (target as Proc)
    const via: Via = (options.by ?? options.killer) === 'command' ? 'command' : 'exit'
    if (process !== null) sendExit(process, new ExitSignal(null, via, reason))
  }

  /** The living process of a pid, of a pid as printed, of a name or of a logical key. */
  process(target: Pid | string): Process | null {
    if (target instanceof Pid) return Pid.processOf(target)
    const named = this.names.get(target)
    if (named !== undefined) return named
    const id = /^<0\.(\d+)\.0>$/.exec(target)
    for (const process of this.table) {
      if (id === null ? isKey(process, target) : process.id === Number(id[1])) return process
    }
    return null
  }

  /** The living processes, hidden ones left out; a dense array, so a pass over it is one tight loop. */
  *processes(): Iterable<Process> {
    for (const process of this.table) if ((process.flags & HIDDEN) === 0) yield process
  }

  get processCount(): number {
    return this.table.length
  }

  /** Holds a process back once it has finished its current message; signals still reach it. */
  suspend(process: Process): void {
    const target = process as Proc
    if ((target.flags & (SUSPENDED | DEAD)) !== 0) return
    target.flags |= SUSPENDED
    this.observeChange(target)
    attendAgain(target)
  }

  resume(process: Process): void {
    const target = process as Proc
    if ((target.flags & SUSPENDED) === 0) return
    target.flags &= ~SUSPENDED
    this.observeChange(target)
    target.readyIfMore()
  }

  /**
   * Puts an interceptor before a process, or before one edge to it where a sender is given, in place of the one that is
   * there; `null` takes it out. What faults are injected with; OTP has nothing like it.
   */
  intercept(process: Process, interceptor: Interceptor | null, sender: Process | null = null): void {
    const target = process as Proc
    if ((target.flags & EXITED) === 0) setInterceptor(target, sender as Proc | null, interceptor)
  }

  /**
   * Puts the node's clock out: the wall clock by `offsetMs`, and wall clock and new timers by `driftPercent` of the time that passes (so `after(1000)`
   * takes half a second at 100); `null` sets it right. Monotonic time, by which a node's events are ordered, and the host's timers are not touched.
   */
  skewClock(skew: { offsetMs: number; driftPercent: number } | null): void {
    this.clock.skew(skew)
    this.timers.rate = skew === null ? 1 : 1 + skew.driftPercent / 100
  }

  /** The interceptor that stands before a process, or before one edge to it; `null` for none. */
  interceptorOf(process: Process, sender: Process | null = null): Interceptor | null {
    const slot = (process as Proc).interceptor
    if (slot === null) return null
    return sender === null ? slot.all : (slot.edges?.get(sender as Proc) ?? null)
  }

  /** Puts a synthetic message of a fault into a mailbox, past interceptors, marked with its firing. */
  put(process: Process, message: unknown, firing: string): void {
    const target = process as Proc
    if ((target.flags & DEAD) !== 0) return
    this.enqueue(target, this.value(message), null, undefined)
    const { mailbox } = target
    if (mailbox !== null && mailbox.length > 0) mailbox.noteFiring(mailbox.tail, firing)
  }

  /** Takes messages that wait out of a mailbox, as if they had never come; calls and signals are asked for like any other. How many. */
  takeOut(process: Process, isOne: (message: unknown) => boolean): number {
    const target = process as Proc
    const places = target.mailbox?.removeAll(isOne) ?? []
    target.receiver?.forget(places)
    return places.length
  }

  /** How many such messages wait. */
  waiting(process: Process, isOne: (message: unknown) => boolean): number {
    const { mailbox } = process as Proc
    let count = 0
    for (let seq = (mailbox?.head ?? 0) + 1; mailbox !== null && seq <= mailbox.tail; seq++)
      if (isOne(mailbox.slots[mailbox.at(seq)])) count += 1
    return count
  }

  /** A firing keeps whoever waits for an answer of this process now from it: their timeouts can prove it. */
  markCalls(process: Process, firing: string): void {
    for (let call = (process as Proc).callers; call !== null; call = call.afterIn)
      if (!call.isSystem) call.firing = firing
  }

  /** Links, watchers and, of a supervisor, living children in start order: all of them. */
  kin(process: Process): {
    links: readonly Process[]
    watchers: readonly Process[]
    children: readonly Process[]
  } {
    const target = process as Proc
    const links: Process[] = []
    each(target.links, (peer) => void links.push(peer))
    const watchers = [...(target.monitoredBy ?? [])].map((ref) => ref.watcher)
    const children = (target.driver.children?.(target) ?? [])
      .map((child) => child.process)
      .filter((child) => child !== null)
    return { links, watchers, children }
  }

  /** A bounded picture of a process's inside. */
  inspect(process: Process, bounds: InspectBounds = {}): Inspected {
    return inspect(process as Proc, bounds)
  }

  /** Stops the root supervisor, children in reverse order, then whatever is left. */
  stop(reason: ExitReason = 'shutdown'): Promise<void> {
    this.stopping ??= this.shutDown(reason)
    return this.stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  // What the runtime's other files need.

  /** @internal */
  setRoot(process: Proc): void {
    this.root = process
  }

  /** @internal */
  spawnFrom(parent: Proc | null, what: never, options: SpawnOptions<never>, child: ChildFacts | null): Proc {
    if (this.isStopped) throw new MisuseError('node_stopped', `${this.name} was stopped`)
    return spawnProcess(this, parent, what, options, child)
  }

  /** @internal */
  startFrom(parent: Proc | null, what: never, options: SpawnOptions<never>): Promise<Pid> {
    return startProcess(this, parent, what, options)
  }

  /** @internal */
  callFrom(caller: Proc | null, to: Pid | string, message: unknown, options?: CallOptions): Promise<unknown> {
    if (caller !== null && (caller.flags & DEAD) !== 0) {
      this.counters.refused += 1
      return never()
    }
    const target = typeof to === 'string' ? this.named(to) : Pid.processOf(to)
    if (target === null || (target.flags & DEAD) !== 0) {
      return failedCall(new CallError('noproc', String(to), messageType(message)), caller)
    }
    if (target === caller)
      return failedCall(new CallError('calling_self', String(to), messageType(message)), caller)
    return openCall(this, caller, target, message, options?.timeoutMs ?? 5_000)
  }

  /** @internal Puts a message into a mailbox; the target is alive. */
  deliver(target: Proc, message: unknown, sender: Proc | null, meta: unknown): void {
    const value = this.valued === null ? message : this.valued(message)
    if ((target.flags & INTERCEPTED) !== 0 && interceptDelivery(target, value, sender, meta)) return
    this.enqueue(target, value, sender, meta)
  }

  /** @internal The same where nothing stands before the target: whoever asks whether it lives has asked that, too (`GUARDED`). */
  deliverStraight(target: Proc, message: unknown, sender: Proc | null, meta: unknown): void {
    this.enqueue(target, this.valued === null ? message : this.valued(message), sender, meta)
  }

  /** @internal The same for a message that is a value already, past interceptors. */
  enqueue(target: Proc, message: unknown, sender: Proc | null, meta: unknown): void {
    const { scheduler } = this
    scheduler.freshen()
    this.counters.sent += 1
    const mailbox = target.mailbox ?? this.mailboxFor(target)
    if (mailbox.tail - mailbox.head >= mailbox.limit && !makeRoom(target, mailbox, message, sender, meta))
      return
    mailbox.push(message, sender, meta, this.clock.tick)
    scheduler.ready(target)
  }

  /** @internal A value about to leave its process. */
  value<T>(value: T): T {
    return this.valued === null ? value : this.valued(value)
  }

  /** Timers that have neither fired nor been cancelled: of `sendAfter`, of calls, of states. */
  get activeTimers(): number {
    return this.timers.size
  }

  /** @internal */
  deadLetter(
    to: Pid | string,
    message: unknown,
    sender: Proc | null,
    why: DeadLetterReason = 'noproc',
    firing: string | null = null,
  ): void {
    this.counters.deadLetters += 1
    if (this.hooks?.deadLetter === undefined) return
    const letter: DeadLetter = { to: String(to), message, sender, why, firing }
    this.observe((hooks) => hooks.deadLetter?.(letter))
  }

  /** @internal An ended process's send or reply. */
  refuse(): void {
    this.counters.refused += 1
  }

  /** @internal */
  find(to: Pid | string): Proc | null {
    return resolve(this, to)
  }

  /** @internal */
  named(name: string): Proc | null {
    return this.names.get(name) ?? (isVia(name) ? processVia(this, name) : null)
  }

  /** @internal */
  register(name: string, process: Proc): void {
    if (name === '' || name === 'undefined') throw new MisuseError('bad_name', `not a name: "${name}"`)
    if (isVia(name)) return registerVia(this, name, process)
    if (process.name !== null || this.names.has(name)) {
      throw new MisuseError('already_registered', `${process.name ?? name} is already registered`)
    }
    this.names.set(name, process)
    process.name = name
    if (process.index >= 0) this.observeChange(process)
  }

  /** @internal */
  unregister(name: string): void {
    const process = this.names.get(name)
    if (process === undefined) return
    this.names.delete(name)
    process.name = null
    this.observeChange(process)
  }

  /** @internal The name is free again; the process keeps it for its report. */
  forgetName(process: Proc): void {
    if (process.cold !== null && process.cold.registered !== null) leaveRegistries(process)
    if (process.name !== null && this.names.get(process.name) === process) this.names.delete(process.name)
  }

  /** @internal */
  nextPid(): number {
    this.lastPid += 1
    return this.lastPid
  }

  /** @internal */
  nextRef(): number {
    this.lastRef += 1
    return this.lastRef
  }

  /** @internal */
  addProcess(process: Proc): void {
    process.index = this.table.length
    this.table.push(process)
    this.counters.spawned += 1
  }

  /** @internal The last one takes the place of the one that left. */
  removeProcess(process: Proc): void {
    const last = this.table.pop() as Proc
    if (last === process) return
    this.table[process.index] = last
    last.index = process.index
  }

  /** @internal From now on whoever is started with `old` runs `new`: OTP's code server, by value and not by name. */
  loadCode(old: Driver, current: Driver): void {
    this.code ??= new Map()
    for (const [from, to] of this.code) if (to === old) this.code.set(from, current)
    this.code.delete(current)
    this.code.set(old, current)
  }

  /** @internal */
  unloadCode(old: Driver, current: Driver): void {
    for (const [from, to] of this.code ?? []) if (to === current) this.code?.set(from, old)
    this.code?.delete(old)
  }

  /** @internal What runs in place of a driver today. */
  codeOf(driver: Driver): Driver {
    return this.code === null ? driver : (this.code.get(driver) ?? driver)
  }

  /** @internal Hidden ones, too. */
  allProcesses(): Proc[] {
    return [...this.table]
  }

  /** @internal Marks whose code runs; gives back whose ran before. */
  enter(process: Proc): Proc | null {
    const outer = this.running
    this.running = process
    process.flags |= RUNNING
    this.sends.count = 0
    return outer
  }

  /** @internal */
  leave(process: Proc, outer: Proc | null): void {
    this.running = outer
    if (outer !== process) process.flags &= ~RUNNING
    this.sends.count = 0
  }

  /** @internal Microseconds now, from the slice's reading where that is fresh. */
  nowUs(): number {
    this.scheduler.freshen()
    return this.clock.us
  }

  /** @internal */
  setTimer(timer: Timer, ms: number): void {
    // Never from a stale reading: a timer must not fire early.
    this.timers.add(timer, ms >= 0 ? ms : 0, this.clock.read())
  }

  /** @internal */
  sendAfterFrom(sender: Proc | null, ms: number, to: Pid | string, message: unknown): TimerRef {
    const timer = new SendAfter(this, ms, sender, to, this.value(message))
    this.setTimer(timer, ms)
    return timer
  }

  /** Sends a message after `ms` milliseconds, from outside. */
  sendAfter<A>(ms: number, to: To<A>, message: InfoOf<NoInfer<A>>): TimerRef {
    return this.sendAfterFrom(null, ms, to, message)
  }

  /** Milliseconds that were left, or `null` when it had fired or was cancelled. */
  cancelTimer(ref: TimerRef): number | null {
    const left = this.readTimer(ref)
    if (left !== null) this.timers.remove(ref as SendAfter)
    return left
  }

  /** Milliseconds that are left, or `null` when it has fired or was cancelled. */
  readTimer(ref: TimerRef): number | null {
    const timer = ref as SendAfter
    if (timer.list === null) return null
    return Math.max(0, Math.round(timer.deadlineMs - this.clock.read() / 1_000))
  }

  /** Resolves after `ms` of the node's time. A process that waits so and ends meanwhile is abandoned, as at any await. */
  after(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(new Callback(resolve), ms))
  }

  /** @internal */
  observeStart(process: Proc): void {
    if (this.hooks?.processStarted === undefined) return
    this.observe((hooks) => hooks.processStarted?.(process))
  }

  /** @internal */
  observeInitialised(process: Proc): void {
    if (this.hooks?.processInitialised === undefined) return
    this.observe((hooks) => hooks.processInitialised?.(process))
  }

  /** @internal */
  observeExit(process: Proc, facts: ExitFacts): void {
    this.observe((hooks) => hooks.processExited?.(process, facts))
  }

  /** @internal */
  observeChange(process: Proc): void {
    if (this.hooks !== null) this.observe((hooks) => hooks.processChanged?.(process))
  }

  /** @internal An observer that cannot say gets the copy. */
  wantsCrash(notice: CrashNotice): boolean {
    try {
      return this.hooks?.wantsCrash?.(notice) ?? true
    } catch {
      this.counters.hookErrors += 1
      return true
    }
  }

  /** @internal */
  observeCrash(make: () => RawCrash): void {
    this.observe((hooks) => hooks.processCrashed?.(make()))
  }

  /** @internal */
  observeHandlerCrash(make: () => RawCrash): void {
    this.observe((hooks) => hooks.handlerCrashed?.(make()))
  }

  /** @internal */
  observeBreach(breach: ContractBreach): void {
    this.observe((hooks) => hooks.contractBroken?.(breach))
  }

  /** @internal On a hot path: no closure. */
  observeTiming(process: Proc, waitedUs: number, tookUs: number, ranUs: number, weight: number): void {
    if (this.hooks?.messageTimed === undefined) return
    try {
      this.hooks.messageTimed(process, waitedUs, tookUs, ranUs, weight)
    } catch {
      this.counters.hookErrors += 1
    }
  }

  /** @internal */
  observeDecision(decision: RawDecision): void {
    this.observe((hooks) => hooks.supervisorDecided?.(decision))
  }

  /** @internal */
  observeOutcome(outcome: RawOutcome): void {
    this.observe((hooks) => hooks.crashOutcome?.(outcome))
  }

  /** An observer's fault is counted and harms nobody. */
  private observe(tell: (hooks: NodeHooks) => void): void {
    if (this.hooks === null) return
    try {
      tell(this.hooks)
    } catch {
      this.counters.hookErrors += 1
    }
  }

  private mailboxFor(process: Proc): Mailbox {
    const mailbox = new Mailbox(process.cold?.flightRecorder ?? this.kept)
    mailbox.limit = process.cold?.maxMailbox?.length ?? NO_LIMIT
    process.mailbox = mailbox
    return mailbox
  }

  private post(to: Pid | string, message: unknown, meta: unknown): void {
    const target = this.find(to)
    if (target === null || (target.flags & DEAD) !== 0) this.deadLetter(to, message, null)
    else this.deliver(target, message, null, meta)
  }

  private async shutDown(reason: ExitReason): Promise<void> {
    for (const started of [...this.applications.values()].reverse()) await stopStarted(this, started)
    const { root } = this
    if (root !== null && (root.flags & EXITED) === 0) await this.endOf(root, reason)
    for (const process of [...this.table])
      sendExit(process, new ExitSignal(null, 'shutdown', 'kill', null, true))
    bury(this)
    this.isStopped = true
    this.timers.clear()
  }

  private endOf(process: Proc, reason: ExitReason): Promise<void> {
    return new Promise((resolve) => {
      process.extra.ended = () => resolve()
      sendExit(process, new ExitSignal(null, 'shutdown', reason, null, true))
    })
  }
}

function valuing(messages: MessageValues | undefined): (<T>(value: T) => T) | null {
  const chosen = messages ?? (globalThis.process?.env?.NODE_ENV === 'production' ? 'share' : 'freeze')
  switch (chosen) {
    case 'freeze':
      return frozen
    case 'clone':
      return cloned
    case 'share':
      return null
    default:
      throw new MisuseError('bad_flag', `messages are freeze, clone or share, not ${chosen satisfies never}`)
  }
}

/** A node without a supervisor, for raw processes and tests. */
export function createNode(options: NodeOptions): Node {
  return new Node(options)
}
