/** The side of the worker thread: runs a behaviour's callbacks and sends what they do to the node. */
import type { MessagePort } from 'node:worker_threads'
import { Call, CallError, messageType } from '../call.ts'
import { capture, type Snapshot } from '../capture.ts'
import { cloned } from '../clone.ts'
import type { CallOptions, TimerRef } from '../context.ts'
import { guarded, STATE } from '../crash.ts'
import { CAST, type Driver, type Phase } from '../driver.ts'
import { MisuseError } from '../errors.ts'
import { Exit, type ExitReason, isError, reasonOf } from '../exit-reason.ts'
import { ISOLATED, QUEUED, STARTING, TRAPS_EXIT } from '../flags.ts'
import { Node } from '../node.ts'
import { Pid } from '../pid.ts'
import { Proc } from '../process.ts'
import type { MonitorRef } from '../relations.ts'
import { SelfExit } from '../signals.ts'
import { Timer } from '../timers.ts'
import {
  type Boot,
  type Done,
  decode,
  type ErrorWire,
  encode,
  type MetaWire,
  type Order,
  type Question,
  type References,
  type Report,
  type ToWire,
} from './wire.ts'

/** The state is shown to observers so often at most. Milliseconds. */
const SHOWN_EVERY_MS = 250
const MOST_PIDS = 1_024

/** Called by the bootstrap with the behaviour that was loaded. */
export function serve(this: Driver, boot: Boot, port: MessagePort): void {
  new Server(this, boot, port)
}

/** A call of somebody else: its answer crosses. */
class CallThere extends Call {
  private readonly server: Server

  constructor(server: Server, id: number) {
    super(server.node, id, null, undefined, 0, false)
    this.server = server
  }

  override answer(value: unknown): void {
    this.isOpen = false
    this.server.forget(this.id)
    this.server.tell({ op: 'reply', call: this.id, value: encode(cloned(value), this.server) })
  }
}

class RefThere implements MonitorRef {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

class Server implements References {
  readonly node: NodeThere
  private readonly process: ProcThere
  private readonly driver: Driver
  private readonly port: MessagePort
  private readonly bell: Int32Array
  private answers: MessagePort | null = null
  /** So that a pid that comes again is the same; those nobody holds any more are let go. */
  private readonly pids = new Map<number, WeakRef<Pid>>()
  private pidsKept = MOST_PIDS
  private readonly refs = new Map<number, RefThere>()
  private readonly froms = new Map<number, CallThere>()
  private readonly waiting = new Map<
    number,
    { type: string; resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >()
  private readonly failed = new WeakMap<object, number>()
  private readonly metas = new Map<number, unknown>()
  private lastId = 0
  private shownMs = Number.NEGATIVE_INFINITY

  constructor(driver: Driver, boot: Boot, port: MessagePort) {
    this.driver = driver
    this.port = port
    this.bell = new Int32Array(boot.bell)
    this.node = new NodeThere(this, boot)
    this.process = new ProcThere(this, boot, driver)
    this.process.state = decode(boot.args, this)
    port.on('message', (order: Order | { op: 'port'; port: MessagePort }) => {
      if (order.op === 'port') {
        this.answers = order.port
        this.answers.unref()
      } else this.take(order)
    })
    this.tell({ op: 'pong' })
  }

  // References.

  out(value: object): { kind: 'pid' | 'ref' | 'from'; id: number } | undefined {
    if (value instanceof Pid) return { kind: 'pid', id: value.id }
    if (value instanceof CallThere) return { kind: 'from', id: value.id }
    return value instanceof RefThere ? { kind: 'ref', id: value.id } : undefined
  }

  back(kind: 'pid' | 'ref' | 'from', id: number): unknown {
    if (kind === 'pid') return this.pid(id)
    if (kind === 'from') return this.froms.get(id)
    return this.refs.get(id) ?? new RefThere(id)
  }

  pid(id: number): Pid {
    if (id === this.process.id) return this.process.pid
    const known = this.pids.get(id)?.deref()
    if (known !== undefined) return known
    const pid = new Pid(id, null)
    this.pids.set(id, new WeakRef(pid))
    if (this.pids.size > this.pidsKept) {
      for (const [key, ref] of this.pids) if (ref.deref() === undefined) this.pids.delete(key)
      this.pidsKept = Math.max(MOST_PIDS, this.pids.size * 2)
    }
    return pid
  }

  /** A call that has been answered. */
  forget(id: number): void {
    this.froms.delete(id)
  }

  // To the node.

  tell(report: Report): void {
    this.port.postMessage(report)
  }

  send(to: ToWire, message: unknown, meta: unknown): void {
    this.tell({ op: 'deliver', to, message: encode(cloned(message), this), meta: this.metaWire(meta) })
  }

  call(to: Pid | string, message: unknown, options: CallOptions | undefined): Promise<unknown> {
    this.lastId += 1
    const call = this.lastId
    const timeoutMs = options?.timeoutMs ?? 5_000
    this.tell({ op: 'call', call, to: toWire(to), message: encode(cloned(message), this), timeoutMs })
    const answer = new Promise((resolve, reject) => {
      this.waiting.set(call, { type: messageType(message), resolve, reject })
    })
    answer.catch(() => undefined)
    return answer
  }

  monitor(to: Pid | string): MonitorRef {
    this.lastId += 1
    const ref = new RefThere(this.lastId)
    this.refs.set(ref.id, ref)
    this.tell({ op: 'monitor', ref: ref.id, to: toWire(to) })
    return ref
  }

  demonitor(ref: MonitorRef): void {
    this.refs.delete(ref.id)
    this.tell({ op: 'demonitor', ref: ref.id })
  }

  /** Waits for the node's answer, which is never far. */
  ask(question: Question): unknown {
    const { receiveMessageOnPort } = globalThis.process.getBuiltinModule('node:worker_threads')
    const rung = Atomics.load(this.bell, 0)
    this.tell({ op: 'ask', question })
    Atomics.wait(this.bell, 0, rung)
    const answer = receiveMessageOnPort(this.answers as MessagePort)?.message as {
      ok: boolean
      value: unknown
    }
    if (!answer.ok) throw new MisuseError('already_registered', String(answer.value))
    return decode(answer.value, this)
  }

  // From the node.

  private take(order: Order): void {
    const { process, driver } = this
    switch (order.op) {
      case 'init':
        return this.run('init', null, () => driver.init(process))
      case 'handle': {
        const meta = this.meta(order.meta)
        const message = decode(order.message, this)
        process.cancelIdleTimeout()
        return this.run('message', meta, () => driver.handle(process, message, null, meta))
      }
      case 'next':
        return this.run(order.phase, undefined, () => driver.next(process, order.phase, process.nextValue))
      case 'terminate':
        return this.run('terminate', undefined, () =>
          driver.terminate(process, decode(order.reason, this) as ExitReason),
        )
      case 'answer':
        return this.answered(order)
      case 'get_state':
        return this.giveState(order.id)
      case 'ping':
        return this.tell({ op: 'pong' })
      default:
        order satisfies never
    }
  }

  private run(phase: Phase, meta: unknown, run: () => PromiseLike<unknown> | undefined): void {
    let promise: PromiseLike<unknown> | undefined
    try {
      promise = run()
      if (promise === undefined) return this.done()
    } catch (error) {
      return this.threw(error, true)
    }
    promise.then(
      (value) => {
        try {
          if (phase !== 'terminate') this.driver.settled(this.process, phase, value, meta)
          this.done()
        } catch (error) {
          this.threw(error, false)
        }
      },
      (error: unknown) => this.threw(error, false),
    )
  }

  private done(): void {
    const { process } = this
    const { stopped, isIgnored, next, idleMs } = process.outcome()
    const nowMs = Date.now()
    const isToShow = stopped !== null || nowMs - this.shownMs >= SHOWN_EVERY_MS
    if (isToShow) this.shownMs = nowMs
    const done: Done = {
      op: 'done',
      isInitialised: (process.flags & STARTING) === 0,
      isIgnored,
      stop: stopped === null ? null : { reason: encode(cloned(stopped.reason), this) },
      next,
      idleMs,
      state: isToShow ? this.snapshot() : null,
    }
    this.tell(done)
  }

  private threw(thrown: unknown, isThrow: boolean): void {
    this.process.outcome()
    // It has ended itself: the node knows already.
    if (thrown instanceof SelfExit) return
    this.tell({ op: 'threw', error: this.errorWire(thrown, isThrow), state: this.snapshot() })
  }

  private errorWire(thrown: unknown, isThrow: boolean): ErrorWire {
    const error = isError(thrown) ? thrown : new Exit(reasonOf(thrown))
    const call = this.failed.get(error)
    const plain = (value: unknown): unknown => {
      try {
        return encode(cloned(value), this)
      } catch {
        return 'not_cloneable'
      }
    }
    return {
      name: error.name,
      message: error.message,
      stack: error.stack ?? '',
      cause: isError(error.cause) ? plain(error.cause) : undefined,
      ...(error instanceof Exit ? { exit: { reason: plain(error.reason) } } : {}),
      ...(call === undefined ? {} : { call }),
      isThrow,
    }
  }

  private snapshot(): Snapshot {
    return capture(
      guarded(() => this.driver.formatState(this.process)),
      STATE,
    )
  }

  private giveState(id: number): void {
    const { driver, process } = this
    try {
      const state = driver.getState === undefined ? process.state : driver.getState(process)
      this.tell({ op: 'state', id, ok: true, value: encode(cloned(state), this) })
    } catch (error) {
      this.tell({ op: 'state', id, ok: false, value: encode(reasonOf(error), this) })
    }
  }

  private answered({ call, ok, value, text }: Order & { op: 'answer' }): void {
    const waiting = this.waiting.get(call)
    this.waiting.delete(call)
    if (waiting === undefined) return
    const answer = decode(value, this)
    if (ok) return waiting.resolve(answer)
    const error = new CallError(answer as ExitReason, text, waiting.type)
    this.failed.set(error, call)
    waiting.reject(error)
  }

  private meta(wire: MetaWire): unknown {
    if (wire === 'cast') return CAST
    if (wire === null) return undefined
    if ('local' in wire) {
      const meta = this.metas.get(wire.local)
      this.metas.delete(wire.local)
      return meta
    }
    const call = new CallThere(this, wire.call)
    this.froms.set(wire.call, call)
    return call
  }

  private metaWire(meta: unknown): MetaWire {
    if (meta === CAST) return 'cast'
    if (meta === undefined) return null
    this.lastId += 1
    this.metas.set(this.lastId, meta)
    return { local: this.lastId }
  }
}

/** What `ctx.node` is in a worker: its clock and its timers are real, everything else stays behind. */
class NodeThere extends Node {
  private readonly server: Server

  constructor(server: Server, { node }: Boot) {
    super({ name: node.name, ...(node.release === null ? {} : { release: node.release }), messages: 'share' })
    this.server = server
    for (const absent of ['groups', 'registries', 'applications', 'ports']) {
      Object.defineProperty(this, absent, { get: () => refuse(absent) })
    }
  }

  override deliver(target: Proc, message: unknown, _sender: Proc | null, meta: unknown): void {
    this.server.send({ pid: target.id }, message, meta)
  }

  override deliverStraight(target: Proc, message: unknown, sender: Proc | null, meta: unknown): void {
    this.deliver(target, message, sender, meta)
  }

  override send(to: Pid<never> | string, message: never): void {
    this.server.send(toWire(to), message, undefined)
  }

  override cast(to: Pid<never> | string, message: never): void {
    this.server.send(toWire(to), message, CAST)
  }

  override sendAfterFrom(_sender: Proc | null, ms: number, to: Pid | string, message: unknown): TimerRef {
    const timer = new SendAfterThere(this.server, ms, toWire(to), cloned(message))
    this.setTimer(timer, ms)
    return timer
  }

  override callFrom(
    _caller: Proc | null,
    to: Pid | string,
    message: unknown,
    options?: CallOptions,
  ): Promise<unknown> {
    return this.server.call(to, message, options)
  }

  override spawnFrom(): never {
    return refuse('spawn')
  }

  override startFrom(): never {
    return refuse('spawn')
  }

  override refuse(): void {
    this.server.tell({ op: 'refused' })
  }
}

class SendAfterThere extends Timer implements TimerRef {
  readonly ms: number
  private readonly server: Server
  private readonly to: ToWire
  private readonly message: unknown

  constructor(server: Server, ms: number, to: ToWire, message: unknown) {
    super()
    this.server = server
    this.ms = ms
    this.to = to
    this.message = message
  }

  override fire(): void {
    this.server.send(this.to, this.message, undefined)
  }
}

/** The process as its callbacks see it. It stands in no run queue: the node says what is to be done. */
class ProcThere extends Proc {
  private readonly server: Server
  nextValue: unknown = undefined
  private after: {
    stopped: { reason: ExitReason } | null
    isIgnored: boolean
    next: Phase | null
    idleMs: number | null
  }

  constructor(server: Server, boot: Boot, driver: Driver) {
    super(server.node, boot.pid, driver, undefined, null, null)
    this.server = server
    this.name = boot.name
    this.flags |= QUEUED | ISOLATED
    this.after = nothing()
    this.extra.started = (started) => {
      if (!started.ok && started.isIgnored === true) this.after.isIgnored = true
    }
  }

  /** What the handler that is over has asked for. */
  outcome(): ProcThere['after'] {
    const { after } = this
    this.after = nothing()
    return after
  }

  /** Called in place of ending it here. */
  override stopping(reason: ExitReason): void {
    this.after.stopped = { reason }
  }

  override send(to: Pid | string, message: unknown): void {
    this.server.send(toWire(to), message, undefined)
  }

  override cast(to: Pid | string, message: unknown): void {
    this.server.send(toWire(to), message, CAST)
  }

  override link(pid: Pid): void {
    this.server.tell({ op: 'link', to: pid.id })
  }

  override unlink(pid: Pid): void {
    this.server.tell({ op: 'unlink', to: pid.id })
  }

  override monitor(target: Pid | string): MonitorRef {
    return this.server.monitor(target)
  }

  override demonitor(ref: MonitorRef): void {
    this.server.demonitor(ref)
  }

  override exit(pid: Pid, reason: ExitReason): void {
    this.server.tell({ op: 'exit', to: pid.id, reason: encode(cloned(reason), this.server) })
    if (pid === this.pid && (reason === 'kill' || !this.trapsExit)) throw new SelfExit()
  }

  override trapExit(isTrapping: boolean): boolean {
    const before = this.trapsExit
    this.flags = isTrapping ? this.flags | TRAPS_EXIT : this.flags & ~TRAPS_EXIT
    this.server.tell({ op: 'trap_exit', isTrapping })
    return before
  }

  override register(name: string): void {
    this.server.ask({ ask: 'register', name })
    this.name = name
  }

  override unregister(name: string): void {
    if (this.name === name) this.name = null
    this.server.tell({ op: 'unregister', text: name })
  }

  override setLabel(label: string): void {
    this.extra.label = label
    this.server.tell({ op: 'set_label', text: label })
  }

  override whereis(name: string): Pid<never> | null {
    return this.server.ask({ ask: 'whereis', name }) as Pid<never> | null
  }

  override setNext(phase: Phase, value: unknown): void {
    this.after.next = phase
    this.nextValue = value
  }

  override setIdleTimeout(ms: number): void {
    this.after.idleMs = ms
  }

  override receive(): never {
    return refuse('receive')
  }

  override alias(): never {
    return refuse('alias')
  }

  override setPriority(): never {
    return refuse('setPriority')
  }

  override setMaxMailbox(): never {
    return refuse('setMaxMailbox')
  }
}

function nothing(): ProcThere['after'] {
  return { stopped: null, isIgnored: false, next: null, idleMs: null }
}

function toWire(to: Pid | string): ToWire {
  return typeof to === 'string' ? { name: to } : { pid: to.id }
}

function refuse(what: string): never {
  throw new MisuseError('not_in_isolation', `an isolated process has no ${what}`)
}
