/**
 * A process: one object with three faces, so that an idle one is small. Handlers see a `Context`, observers a `Process`, and
 * the runtime's own files the whole. What most processes never use stands in `Cold`, made on first use.
 */
import { type Alias, makeAlias, takeBack } from './alias.ts'
import { Call, type From } from './call.ts'
import type { CallOptions, Context, SpawnOptions, TimerRef } from './context.ts'
import type { CrashLink } from './crash.ts'
import { crash, type Pending } from './dispatch.ts'
import type { Driver, Phase, ProcessKind } from './driver.ts'
import { CAST } from './driver.ts'
import { MisuseError } from './errors.ts'
import type { ExitReason } from './exit-reason.ts'
import {
  BUSY,
  DEAD,
  EXITED,
  GUARDED,
  HAS_NEXT,
  HIDDEN,
  IMMUNE,
  RECEIVING,
  RUNNING,
  STARTING,
  SUSPENDED,
  TERMINATING,
  TIMED,
  TRAPS_EXIT,
} from './flags.ts'
import type { ChildSpecFacts, Process, ProcessStatus, SupervisorFacts } from './hooks.ts'
import type { InterceptorSlot } from './intercept.ts'
import { segmentOf } from './key.ts'
import type { Mailbox } from './mailbox.ts'
import type { Node } from './node.ts'
import { type MaxMailbox, setMaxMailbox } from './overflow.ts'
import { Pid } from './pid.ts'
import { type Priority, priorityOf, setPriority } from './priority.ts'
import { find, type Match, pick, Receiver } from './receive.ts'
import type { RegistryTable } from './registry.ts'
import type { Links, Monitor, MonitorRef } from './relations.ts'
import { Callback, type Timer } from './send-after.ts'
import { Sends, type SentMessages } from './sends.ts'
import { demonitor, ExitSignal, link, monitor, resolve, SelfExit, sendExit, unlink } from './signals.ts'
import { attendAgain } from './system.ts'

/** What its supervisor knows of a child. */
export interface ChildFacts {
  readonly spec: ChildSpecFacts
  readonly slot: number
  readonly isPooled: boolean
  readonly replaces: number
  readonly restarts: number
}

export type Started =
  | { ok: true }
  | { ok: false; reason: ExitReason; crash: CrashLink | null; isIgnored?: boolean }

/** What most processes never need. */
export class Cold {
  label: string | null = null
  doom: { readonly reason: ExitReason; readonly signal: ExitSignal } | null = null
  /** The order of its parent that it is carrying out. */
  order: ExitSignal | null = null
  /** Told once, when `init` is over. */
  started: ((result: Started) => void) | null = null
  /** Told once, when the process has ended. */
  ended: ((reason: ExitReason) => void) | null = null
  abort: AbortController | null = null
  /** A pool supervisor's arguments. */
  poolArgs: unknown = undefined
  nextPhase: Phase = 'continue'
  nextValue: unknown = undefined
  idleTimer: Timer | null = null
  /** Sends of an async handler. */
  sends: Sends | null = null
  maxMailbox: MaxMailbox | null = null
  /** Handled messages to remember, where it is not the node's number. */
  flightRecorder: number | null = null
  aliases: Set<Alias> | null = null
  /** Process groups it is in, once for each joining, and those it is told of. */
  groups: string[] | null = null
  watchedGroups: Set<string> | null = null
  /** Its entries in registries. */
  registered: { readonly table: RegistryTable; readonly key: string }[] | null = null
  /** System messages and orders of its parent that have come; at least so many, or none. */
  systemWaiting = 0
}

const NONE: SentMessages = { items: [], more: 0 }

export class Proc implements Process {
  flags: number
  readonly id: number
  readonly node: Node
  readonly pid: Pid
  /** Another one after a code change. */
  driver: Driver
  readonly parent: Proc | null
  /** Where the process stands in the node's table. */
  index = -1
  name: string | null = null
  state: unknown
  mailbox: Mailbox | null = null
  links: Links = null
  monitors: Set<Monitor> | null = null
  monitoredBy: Set<Monitor> | null = null
  /** Calls that wait for this process, and calls it waits for. */
  callers: Call | null = null
  calling: Call | null = null
  pending: Pending | null = null
  receiver: Receiver | null = null
  interceptor: InterceptorSlot | null = null
  child: ChildFacts | null
  cold: Cold | null = null
  readonly startedAtUs: number

  constructor(
    node: Node,
    id: number,
    driver: Driver,
    args: unknown,
    parent: Proc | null,
    child: ChildFacts | null,
  ) {
    this.flags = STARTING
    this.id = id
    this.node = node
    this.pid = new Pid(id, this)
    this.driver = driver
    this.state = args
    this.parent = parent
    this.child = child
    this.startedAtUs = node.clock.us
  }

  // What observers read.

  get behaviour(): string {
    return this.driver.behaviour
  }

  get module(): string {
    return this.driver.module
  }

  get initialCall(): string {
    return this.driver.initialCall
  }

  get version(): string | null {
    return this.driver.version
  }

  get kind(): ProcessKind {
    return this.driver.kind
  }

  get label(): string | null {
    return this.cold?.label ?? null
  }

  get childId(): string {
    return this.child?.spec.id ?? ''
  }

  get slot(): number {
    return this.child?.slot ?? 0
  }

  get replaces(): number {
    return this.child?.replaces ?? 0
  }

  get restarts(): number {
    return this.child?.restarts ?? 0
  }

  get childSpec(): ChildSpecFacts | null {
    return this.child?.spec ?? null
  }

  get key(): string {
    let key = segmentOf(this)
    for (let at = this.parent; at !== null; at = at.parent) key = `${segmentOf(at)}/${key}`
    return key
  }

  get status(): ProcessStatus {
    const { flags } = this
    if ((flags & EXITED) !== 0) return 'exited'
    if ((flags & SUSPENDED) !== 0) return 'suspended'
    if ((flags & STARTING) !== 0) return 'starting'
    return (flags & (BUSY | RUNNING | TERMINATING)) !== 0 ? 'handling' : 'running'
  }

  get mailboxLength(): number {
    return this.mailbox === null ? 0 : this.mailbox.tail - this.mailbox.head
  }

  get received(): number {
    return this.mailbox === null ? 0 : this.mailbox.tail
  }

  get handled(): number {
    return this.mailbox === null ? 0 : this.mailbox.head
  }

  get isInitialised(): boolean {
    return (this.flags & STARTING) === 0
  }

  get isImmune(): boolean {
    return (this.flags & IMMUNE) !== 0
  }

  get isHidden(): boolean {
    return (this.flags & HIDDEN) !== 0
  }

  get isolation(): 'worker_thread' | null {
    return this.driver.isolation ?? null
  }

  get trapsExit(): boolean {
    return (this.flags & TRAPS_EXIT) !== 0
  }

  get priority(): Priority {
    return priorityOf(this)
  }

  get supervisor(): SupervisorFacts | null {
    return this.driver.supervisorFacts?.(this) ?? null
  }

  // What handlers do.

  get self(): Pid {
    return this.pid
  }

  get signal(): AbortSignal {
    const { extra } = this
    if (extra.abort === null) {
      extra.abort = new AbortController()
      if ((this.flags & EXITED) !== 0) extra.abort.abort()
    }
    return extra.abort.signal
  }

  send(to: Pid | string, message: unknown): void {
    const { node } = this
    if ((this.flags & DEAD) !== 0) return node.refuse()
    const target = typeof to === 'string' ? node.named(to) : Pid.processOf(to)
    if (target === null || (target.flags & GUARDED) !== 0)
      return this.sendAside(to, target, message, undefined)
    if (node.running === this) node.sends.note(target, message)
    else this.noteSend(target, message)
    node.deliverStraight(target, message, this, undefined)
  }

  cast(to: Pid | string, message: unknown): void {
    const { node } = this
    if ((this.flags & DEAD) !== 0) return node.refuse()
    const target = typeof to === 'string' ? node.named(to) : Pid.processOf(to)
    if (target === null || (target.flags & GUARDED) !== 0) return this.sendAside(to, target, message, CAST)
    if (node.running === this) node.sends.note(target, message)
    else this.noteSend(target, message)
    node.deliverStraight(target, message, this, CAST)
  }

  call(to: Pid | string, message: unknown, options?: CallOptions): Promise<never> {
    return this.node.callFrom(this, to, message, options) as Promise<never>
  }

  reply(from: From, value: unknown): void {
    if ((this.flags & DEAD) !== 0 || !(from instanceof Call) || !from.isOpen) return this.node.refuse()
    from.answer(this.node.value(value))
  }

  receive(match: Match | null = null, options: { timeoutMs?: number } = {}): Promise<never> {
    if ((this.flags & DEAD) !== 0) return never()
    if (this.receiver !== null) {
      return Promise.reject(
        new MisuseError('receive_overlaps', 'a process can wait in one receive at a time'),
      )
    }
    const index = find(this, match, 0)
    if (index >= 0) return this.receiveAt(index)
    return new Promise((resolve, reject) => {
      const receiver = new Receiver(this, match, this.mailboxLength, resolve as (m: unknown) => void, reject)
      this.receiver = receiver
      this.flags = (this.flags | RECEIVING) & ~BUSY
      const { timeoutMs } = options
      if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY)
        this.node.setTimer(receiver, timeoutMs)
    })
  }

  spawn(what: never, options: SpawnOptions<never> = {}): Pid<never> {
    return this.node.spawnFrom(this, what, options, null).pid as Pid<never>
  }

  spawnLink(what: never, options: SpawnOptions<never> = {}): Pid<never> {
    const process = this.node.spawnFrom(this, what, options, null)
    link(this, process)
    return process.pid as Pid<never>
  }

  spawnMonitor(what: never, options: SpawnOptions<never> = {}): { pid: Pid<never>; ref: MonitorRef } {
    const process = this.node.spawnFrom(this, what, options, null)
    return { pid: process.pid as Pid<never>, ref: monitor(this, process) }
  }

  startLink(what: never, options: SpawnOptions<never> = {}): Promise<Pid<never>> {
    return this.node.startFrom(this, what, options) as Promise<Pid<never>>
  }

  link(pid: Pid): void {
    if ((this.flags & DEAD) === 0) link(this, Pid.processOf(pid), pid)
  }

  unlink(pid: Pid): void {
    unlink(this, Pid.processOf(pid))
  }

  monitor(target: Pid | string): MonitorRef {
    const pid = typeof target === 'string' ? undefined : target
    return monitor(this, resolve(this.node, target), pid)
  }

  demonitor(ref: MonitorRef): void {
    demonitor(ref as Monitor)
  }

  exit(pid: Pid, reason: ExitReason): void {
    if ((this.flags & DEAD) !== 0) return this.node.refuse()
    const target = Pid.processOf(pid)
    if (target !== null) sendExit(target, new ExitSignal(this, 'exit', reason))
    if (target === this && (this.flags & DEAD) !== 0) throw new SelfExit()
  }

  trapExit(isTrapping: boolean): boolean {
    const before = this.trapsExit
    this.flags = isTrapping ? this.flags | TRAPS_EXIT : this.flags & ~TRAPS_EXIT
    return before
  }

  sendAfter(ms: number, to: Pid | string, message: unknown): TimerRef {
    return this.node.sendAfterFrom(this, ms, to, message)
  }

  cancelTimer(ref: TimerRef): number | null {
    return this.node.cancelTimer(ref)
  }

  readTimer(ref: TimerRef): number | null {
    return this.node.readTimer(ref)
  }

  alias(): Alias<never> {
    return makeAlias(this) as Alias<never>
  }

  unalias(alias: Alias): boolean {
    return takeBack(this, alias)
  }

  setPriority(priority: Priority): Priority {
    return setPriority(this, priority)
  }

  setMaxMailbox(max: MaxMailbox | null): void {
    setMaxMailbox(this, max)
  }

  register(name: string): void {
    if ((this.flags & DEAD) === 0) this.node.register(name, this)
  }

  unregister(name: string): void {
    this.node.unregister(name)
  }

  setLabel(label: string): void {
    this.extra.label = label
    this.node.observeChange(this)
  }

  whereis(name: string): Pid<never> | null {
    return this.node.whereis(name) as Pid<never> | null
  }

  // What the runtime needs.

  get extra(): Cold {
    this.cold ??= new Cold()
    return this.cold
  }

  noteSend(to: Proc, message: unknown): void {
    const { extra } = this
    extra.sends ??= new Sends()
    extra.sends.note(to, message)
  }

  /** An async handler goes on sending after the node has turned to others. */
  keepSends(): void {
    this.extra.sends = this.node.sends.copy()
  }

  sends(): SentMessages {
    return this.cold?.sends?.read() ?? (this.node.running === this ? this.node.sends.read() : NONE)
  }

  /** A message to nobody, to an ended process, or to one that something stands before. */
  private sendAside(to: Pid | string, target: Proc | null, message: unknown, meta: unknown): void {
    const { node } = this
    if (target === null || (target.flags & DEAD) !== 0) return node.deadLetter(to, message, this)
    if (node.running === this) node.sends.note(target, message)
    else this.noteSend(target, message)
    node.deliver(target, message, this, meta)
  }

  private receiveAt(index: number): Promise<never> {
    try {
      return Promise.resolve(pick(this, index)) as Promise<never>
    } catch (thrown) {
      // An interceptor's throw is a crash that the process's own code cannot catch.
      crash(this, thrown, 'run')
      return never()
    }
  }

  /** In a worker thread: its node is to end it. */
  stopping(_reason: ExitReason): void {
    throw new MisuseError('not_in_isolation', 'only a worker thread ends a process so')
  }

  readyIfMore(): void {
    const { mailbox, flags } = this
    const hasMail = mailbox !== null && mailbox.head !== mailbox.tail
    const isDue = this.receiver?.hasUnread() ?? false
    if (hasMail || isDue || (flags & (HAS_NEXT | STARTING)) !== 0) this.node.scheduler.ready(this)
    if ((flags & SUSPENDED) !== 0) attendAgain(this)
  }

  /** Runs `continue` or `timeout` before anything in the mailbox. */
  setNext(phase: Phase, value: unknown): void {
    this.extra.nextPhase = phase
    this.extra.nextValue = value
    this.flags |= HAS_NEXT
  }

  setIdleTimeout(ms: number): void {
    if (this.mailboxLength > 0 || ms === Number.POSITIVE_INFINITY) return
    const timer = new Callback(() => {
      this.flags &= ~TIMED
      this.extra.idleTimer = null
      // A message that came first wins, though it has not been handled yet.
      if (this.mailboxLength > 0 || (this.flags & DEAD) !== 0) return
      this.setNext('timeout', undefined)
      this.node.scheduler.ready(this)
    })
    this.extra.idleTimer = timer
    this.flags |= TIMED
    this.node.setTimer(timer, ms)
  }

  cancelIdleTimeout(): void {
    this.flags &= ~TIMED
    if (this.cold === null || this.cold.idleTimer === null) return
    this.node.timers.remove(this.cold.idleTimer)
    this.cold.idleTimer = null
  }
}

/** What an ended process awaits never comes: its continuation is abandoned. */
export function never(): Promise<never> {
  return new Promise<never>(ignore)
}

function ignore(): undefined {
  return undefined
}

/** The same object, as its handlers see it. */
export function contextOf<A>(process: Proc): Context<A> {
  return process as unknown as Context<A>
}
