/**
 * The side of the node: a process whose driver hands each message to a worker thread and waits for it. Mailbox, links, monitors and everything
 * that is seen of it live here.
 */
import type { Worker } from 'node:worker_threads'
import { Call, CallError } from '../call.ts'
import { Captured } from '../capture.ts'
import { cloned } from '../clone.ts'
import type { ContractDefinition } from '../contract.ts'
import { crash, initialised, startIgnored, startStopped, stop as stopProcess } from '../dispatch.ts'
import { CAST, type Driver, type Phase } from '../driver.ts'
import { Exit, type ExitReason, FatalExit, reasonTag, type ThrownThere } from '../exit-reason.ts'
import { DEAD } from '../flags.ts'
import { setGuard } from '../intercept.ts'
import { Pid } from '../pid.ts'
import type { Proc } from '../process.ts'
import { Monitor, type MonitorRef } from '../relations.ts'
import { Callback } from '../send-after.ts'
import { demonitor, ExitSignal, link, monitor, resolve, sendExit, unlink } from '../signals.ts'
import { endedByParent } from '../system.ts'
import { DEFAULT_HEAP_MB, DEFAULT_HEARTBEAT_MS, type Isolation } from './isolation.ts'
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

type Workers = typeof import('node:worker_threads')

/**
 * Loads the module and lets its behaviour serve; plain text, since the worker has no module of the runtime before it has loaded the user's.
 * TypeScript is loaded by tsx where Node cannot and tsx is installed, as it is where one runs TypeScript in development.
 */
const BOOTSTRAP = `
const { workerData, parentPort } = require('node:worker_threads')
const { createRequire } = require('node:module')
const { pathToFileURL } = require('node:url')
const load = async ({ module, export: name, expected: { behaviour: kind, module: known } }) => {
  if (/\\.[mc]?ts$/.test(module) && !process.features.typescript) {
    const tsx = createRequire(module).resolve('tsx/esm/api').replace(/cjs$/, 'mjs')
    const { register } = await import(pathToFileURL(tsx).href)
    register()
  }
  const behaviour = (await import(module))[name]
  if (typeof behaviour?.serve !== 'function' || behaviour.behaviour !== kind || behaviour.module !== known)
    throw new Error('export ' + name + ' of ' + module + ' is not the ' + kind + ' ' + known)
  behaviour.serve(workerData, parentPort)
}
load(workerData).catch((error) => setImmediate(() => { throw error }))
`

/** Meta of another kind (a timeout that a state machine has set) that stands in the worker. */
class LocalMeta {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

interface Pending {
  readonly resolve: (done: Done) => void
  readonly reject: (error: unknown) => void
}

/** What `process.state` is here. */
class Link implements References {
  readonly worker: Worker
  readonly process: Proc
  pending: Pending | null = null
  /** The latest state that the worker has shown. */
  shown: Captured | null = null
  hasEnded = false
  heartbeat: Callback | null = null
  isAnswered = false
  readonly asked = new Map<number, (answer: { ok: boolean; value: unknown }) => void>()
  lastQuestion = 0
  private readonly pids = new Map<number, Pid>()
  private readonly calls = new Map<number, Call>()
  private kept = MOST_KEPT
  readonly monitors = new Map<number, MonitorRef>()
  private readonly refs = new Map<object, number>()
  /** Calls of its own that failed, so that a crash by one keeps its cause. */
  readonly failures = new Map<number, CallError>()

  constructor(worker: Worker, process: Proc) {
    this.worker = worker
    this.process = process
    this.pids.set(process.id, process.pid)
  }

  out(value: object): { kind: 'pid' | 'ref' | 'from'; id: number } | undefined {
    if (value instanceof Pid) {
      this.pids.set(value.id, value)
      if (this.pids.size > this.kept) this.prune()
      return { kind: 'pid', id: value.id }
    }
    if (value instanceof Call) {
      this.calls.set(value.id, value)
      if (this.calls.size > this.kept) this.prune()
      return { kind: 'from', id: value.id }
    }
    if (value instanceof Monitor) return { kind: 'ref', id: this.refs.get(value) ?? -value.id }
    return undefined
  }

  back(kind: 'pid' | 'ref' | 'from', id: number): unknown {
    if (kind === 'pid') return this.pids.get(id) ?? null
    return kind === 'from' ? this.calls.get(id) : (this.monitors.get(id) ?? null)
  }

  /** Who waited for the worker, and waits no longer. */
  settle(): Pending | null {
    const { pending } = this
    this.pending = null
    this.worker.unref()
    return pending
  }

  post(order: Order): void {
    if (!this.hasEnded) this.worker.postMessage(order)
  }

  /** Processes that have ended and calls that are over need no number any more. */
  private prune(): void {
    for (const [id, pid] of this.pids) if (Pid.processOf(pid) === null) this.pids.delete(id)
    for (const [id, call] of this.calls) if (!call.isOpen) this.calls.delete(id)
    this.kept = Math.max(MOST_KEPT, this.pids.size * 2, this.calls.size * 2)
  }

  noteRef(id: number, ref: MonitorRef): void {
    this.monitors.set(id, ref)
    this.refs.set(ref, id)
  }

  forgetRef(id: number): void {
    const ref = this.monitors.get(id)
    if (ref !== undefined) this.refs.delete(ref)
    this.monitors.delete(id)
  }

  /** Answers a call of somebody else. */
  reply(id: number, value: unknown): void {
    const call = this.calls.get(id)
    this.calls.delete(id)
    const { node } = this.process
    if (call?.isOpen === true) call.answer(node.value(value))
    else node.refuse()
  }
}

export class IsolatedDriver implements Driver {
  readonly behaviour: string
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind: Driver['kind']
  readonly hasTerminate: boolean
  readonly contract: ContractDefinition | undefined
  readonly isolation = 'worker_thread'
  private readonly isolated: Isolation
  private readonly workers: Workers

  constructor(driver: Driver, isolated: Isolation) {
    this.behaviour = driver.behaviour
    this.module = driver.module
    this.initialCall = driver.initialCall
    this.version = driver.version
    this.kind = driver.kind
    this.hasTerminate = driver.hasTerminate
    this.contract = driver.contract
    this.isolated = isolated
    // Loaded where it is needed: the runtime runs where there are no worker threads, too.
    this.workers = globalThis.process.getBuiltinModule('node:worker_threads')
  }

  init(process: Proc): PromiseLike<unknown> {
    const { isolated } = this
    const bell = new SharedArrayBuffer(4)
    const args = cloned(process.state)
    const pids = new Map<number, Pid>()
    const early: References = {
      out: (value) => {
        if (!(value instanceof Pid)) return undefined
        pids.set(value.id, value)
        return { kind: 'pid', id: value.id }
      },
      back: () => null,
    }
    const boot: Boot = {
      module: String(isolated.module),
      export: isolated.export,
      expected: { behaviour: this.behaviour, module: this.module },
      pid: process.id,
      name: process.name,
      args: encode(args, early),
      node: { name: process.node.name, release: process.node.release },
      bell,
    }
    const worker = new this.workers.Worker(BOOTSTRAP, {
      eval: true,
      workerData: boot,
      resourceLimits: { maxOldGenerationSizeMb: isolated.heapMb ?? DEFAULT_HEAP_MB },
      ...(isolated.execArgv === undefined ? {} : { execArgv: [...isolated.execArgv] }),
    })
    worker.unref()
    const at = new Link(worker, process)
    for (const pid of pids.values()) at.out(pid)
    process.state = at
    setGuard(process, cloned)
    const { port1, port2 } = new this.workers.MessageChannel()
    worker.postMessage({ op: 'port', port: port2 }, [port2])
    worker.on('message', (report: Report) => {
      try {
        this.take(process, at, report, (answer) => {
          port1.postMessage(answer)
          Atomics.add(new Int32Array(bell), 0, 1)
          Atomics.notify(new Int32Array(bell), 0)
        })
      } catch (error) {
        this.lost(process, at, error)
      }
    })
    worker.on('error', (error) => this.lost(process, at, lossOf(error)))
    worker.on('exit', (code) => {
      port1.close()
      if (!at.hasEnded) this.lost(process, at, new FatalExit({ tag: 'worker_exited', code }, 'exit'))
    })
    this.watch(process, at)
    return this.order(at, { op: 'init' })
  }

  handle(
    process: Proc,
    message: unknown,
    _sender: Proc | null,
    meta: unknown,
  ): PromiseLike<unknown> | undefined {
    const at = process.state as Link
    if (endedByParent(process, meta)) return undefined
    return this.order(at, {
      op: 'handle',
      message: encode(crossing(message, meta), at),
      meta: metaOf(meta, at),
    })
  }

  next(process: Proc, phase: Phase): PromiseLike<unknown> {
    return this.order(process.state as Link, { op: 'next', phase })
  }

  settled(process: Proc, phase: Phase, value: unknown): void {
    const { isInitialised, isIgnored, stop, next, idleMs, state } = value as Done
    const at = process.state as Link
    if (state !== null) at.shown = new Captured(state)
    if (phase === 'init' && isIgnored) return startIgnored(process)
    if (phase === 'init' && isInitialised) initialised(process)
    if (stop !== null) {
      const reason = decode(stop.reason, at) as ExitReason
      if (phase === 'init') startStopped(process, reason)
      else stopProcess(process, reason, 'message')
      return
    }
    if (next !== null) process.setNext(next, undefined)
    else if (idleMs !== null) process.setIdleTimeout(idleMs)
  }

  terminate(process: Proc, reason: ExitReason): PromiseLike<unknown> | undefined {
    const at = process.state
    if (!(at instanceof Link) || at.hasEnded) return undefined
    return this.order(at, { op: 'terminate', reason: encode(reason, at) })
  }

  ended({ state, node }: Proc): void {
    if (!(state instanceof Link)) return
    state.hasEnded = true
    if (state.heartbeat !== null) node.timers.remove(state.heartbeat)
    void state.worker.terminate()
  }

  formatState({ state }: Proc): unknown {
    return state instanceof Link ? (state.shown ?? undefined) : undefined
  }

  getState({ state }: Proc): unknown {
    const at = state as Link
    return new Promise((resolved, reject) => {
      at.lastQuestion += 1
      at.asked.set(at.lastQuestion, ({ ok, value }) => {
        if (ok) resolved(decode(value, at))
        else reject(decode(value, at))
      })
      at.post({ op: 'get_state', id: at.lastQuestion })
    })
  }

  /** One at a time: a process handles one message at a time. */
  private order(at: Link, order: Order): Promise<Done> {
    return new Promise((resolved, reject) => {
      at.pending = { resolve: resolved, reject }
      // A process that waits for its worker keeps Node running.
      at.worker.ref()
      at.post(order)
    })
  }

  private take(process: Proc, at: Link, report: Report, answer: (value: unknown) => void): void {
    const { node } = process
    if ((process.flags & DEAD) !== 0) {
      // A question is answered all the same: somebody may sit there waiting.
      if (report.op === 'ask') answer({ ok: true, value: null })
      else if (report.op !== 'pong') node.refuse()
      return
    }
    switch (report.op) {
      case 'done': {
        at.settle()?.resolve(report)
        return
      }
      case 'threw': {
        if (report.state !== null) at.shown = new Captured(report.state)
        const pending = at.settle()
        const error = thrownOf(report.error, at)
        if (pending === null) crash(process, error, 'message')
        else pending.reject(error)
        return
      }
      case 'deliver': {
        const target = this.target(at, report.to)
        const message = decode(report.message, at)
        const meta = localMeta(report.meta)
        if (target === null || (target.flags & DEAD) !== 0) {
          node.deadLetter('name' in report.to ? report.to.name : `<0.${report.to.pid}.0>`, message, process)
          return
        }
        process.noteSend(target, message)
        node.deliver(target, message, process, meta)
        return
      }
      case 'call':
        this.call(process, at, report)
        return
      case 'reply':
        at.reply(report.call, decode(report.value, at))
        return
      case 'exit': {
        const target = this.target(at, { pid: report.to })
        if (target !== null)
          sendExit(target, new ExitSignal(process, 'exit', decode(report.reason, at) as ExitReason))
        return
      }
      case 'link':
        link(process, this.target(at, { pid: report.to }), at.back('pid', report.to) as Pid)
        return
      case 'unlink':
        unlink(process, this.target(at, { pid: report.to }))
        return
      case 'monitor': {
        const pid = 'pid' in report.to ? (at.back('pid', report.to.pid) as Pid) : null
        const ref = monitor(process, this.target(at, report.to), pid ?? undefined)
        at.noteRef(report.ref, ref)
        return
      }
      case 'demonitor': {
        const ref = at.monitors.get(report.ref)
        if (ref !== undefined) demonitor(ref as Monitor)
        at.forgetRef(report.ref)
        return
      }
      case 'trap_exit':
        process.trapExit(report.isTrapping)
        return
      case 'unregister':
        process.unregister(report.text)
        return
      case 'set_label':
        process.setLabel(report.text)
        return
      case 'state': {
        const asked = at.asked.get(report.id)
        at.asked.delete(report.id)
        asked?.(report)
        return
      }
      case 'pong':
        at.isAnswered = true
        return
      case 'unhandled':
        node.counters.unhandled += 1
        return
      case 'refused':
        node.refuse()
        return
      case 'ask':
        answer(this.answerTo(process, at, report.question))
        return
      default:
        report satisfies never
    }
  }

  private target(at: Link, to: ToWire): Proc | null {
    const { node } = at.process
    if ('name' in to) return node.named(to.name)
    return resolve(node, (at.back('pid', to.pid) as Pid | null) ?? 'nobody of that pid')
  }

  private call(process: Proc, at: Link, { call, to, message, timeoutMs }: Report & { op: 'call' }): void {
    const target = 'name' in to ? to.name : ((at.back('pid', to.pid) as Pid | null) ?? `<0.${to.pid}.0>`)
    const answer = (ok: boolean, value: unknown, text: string): void =>
      at.post({ op: 'answer', call, ok, value: encode(value, at), text })
    process.node.callFrom(process, target, decode(message, at), { timeoutMs }).then(
      (value) => {
        try {
          answer(true, cloned(value), '')
        } catch (error) {
          // Whoever answers an isolated process answers with what can be cloned; its own crash comes too late here.
          answer(false, (error as Exit).reason, String(target))
        }
      },
      (error: unknown) => {
        if (!(error instanceof CallError)) return answer(false, 'noproc', String(target))
        if (at.failures.size >= MOST_FAILURES) at.failures.clear()
        at.failures.set(call, error)
        answer(false, error.reason, error.target)
      },
    )
  }

  private answerTo(process: Proc, at: Link, question: Question): unknown {
    const { node } = process
    if (question.ask === 'whereis') {
      const pid = node.named(question.name)?.pid ?? null
      return { ok: true, value: encode(pid, at) }
    }
    try {
      process.register(question.name)
      return { ok: true, value: null }
    } catch (error) {
      return { ok: false, value: (error as Error).message }
    }
  }

  /** The worker is gone or of no more use. */
  private lost(process: Proc, at: Link, error: unknown): void {
    if (at.hasEnded || (process.flags & DEAD) !== 0) return
    at.hasEnded = true
    const pending = at.settle()
    void at.worker.terminate()
    if (pending === null) crash(process, error, 'message')
    else pending.reject(error)
  }

  /** Asks for a sign of life several times in a heartbeat, from the worker's first one on; when some in a row stay away, it is lost. */
  private watch(process: Proc, at: Link): void {
    const heartbeatMs = this.isolated.heartbeatMs ?? DEFAULT_HEARTBEAT_MS
    let missed = 0
    const lose = (waitedMs: number): void =>
      this.lost(process, at, new FatalExit({ tag: 'heartbeat_lost', heartbeatMs: waitedMs }, 'timeout'))
    const beat = (): void => {
      at.heartbeat = null
      if (at.hasEnded) return
      missed = at.isAnswered ? 0 : missed + 1
      if (missed === BEATS_MISSED) return lose(heartbeatMs)
      at.isAnswered = false
      at.post({ op: 'ping' })
      at.heartbeat = new Callback(beat)
      process.node.setTimer(at.heartbeat, heartbeatMs / BEATS)
    }
    at.heartbeat = new Callback(() => lose(LONGEST_START_MS))
    process.node.setTimer(at.heartbeat, LONGEST_START_MS)
    at.worker.once('message', () => {
      if (at.heartbeat !== null) process.node.timers.remove(at.heartbeat)
      at.isAnswered = true
      beat()
    })
  }
}

/** So that a loop is noticed, and its process back, within a heartbeat. */
const BEATS = 5
const BEATS_MISSED = 3
const MOST_FAILURES = 64
const MOST_KEPT = 1_024
/** For loading the module; then the heartbeat is what counts. */
const LONGEST_START_MS = 30_000

/** What the runtime itself tells of an end may hold anything; the reason crosses as far as it can. */
function crossing(message: unknown, meta: unknown): unknown {
  if (!(meta instanceof ExitSignal || meta instanceof Monitor)) return message
  const { reason } = message as { reason: ExitReason }
  try {
    return { ...(message as object), reason: cloned(reason) }
  } catch {
    return { ...(message as object), reason: reasonTag(reason) }
  }
}

function metaOf(meta: unknown, at: Link): MetaWire {
  if (meta === CAST) return 'cast'
  if (meta instanceof LocalMeta) return { local: meta.id }
  if (!(meta instanceof Call)) return null
  at.out(meta)
  return { call: meta.id }
}

function localMeta(meta: MetaWire): unknown {
  if (meta === 'cast') return CAST
  return meta !== null && 'local' in meta ? new LocalMeta(meta.local) : undefined
}

/** The error as it was thrown there; a failed call's own, where it is known. */
function thrownOf(wire: ErrorWire, at: Link): unknown {
  const known = wire.call === undefined ? undefined : at.failures.get(wire.call)
  if (known !== undefined) return known
  const error = decode({ '\u0000orrery': 'error', ...wire }, at) as Error & { reason?: ExitReason }
  const thrown =
    wire.exit === undefined
      ? error
      : Object.assign(new Exit(error.reason as ExitReason), { stack: wire.stack })
  if (wire.isThrow) (thrown as ThrownThere).isThrow = true
  return thrown
}

function lossOf(error: unknown): unknown {
  const { code } = error as { code?: unknown }
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? new FatalExit('out_of_memory', 'out-of-memory') : error
}
