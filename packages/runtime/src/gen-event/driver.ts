/** The event manager's process: gives each event to its handlers, and removes those that fail. */
import { Call } from '../call.ts'
import { copied } from '../clone.ts'
import { initialised } from '../dispatch.ts'
import { CAST, type Driver } from '../driver.ts'
import { type ExitReason, isError, reasonOf, reasonTag } from '../exit-reason.ts'
import { DEAD, TRAPS_EXIT } from '../flags.ts'
import { contextOf, type Proc } from '../process.ts'
import { isPromise } from '../raw.ts'
import { NO_REPLY, REPLY, Result, STOP } from '../result.ts'
import { ExitSignal, link, unlink } from '../signals.ts'
import { isOrderOfParent, obey } from '../system.ts'
import type { HandlerEnd, HandlerId } from './gen-event.ts'
import { reportHandler } from './handler-crash.ts'

type Callback = (...args: unknown[]) => unknown
type Table = Readonly<Record<string, Callback>>

export interface AnyHandler {
  readonly module: string
  readonly version: string | null
  readonly init: Callback
  readonly handleEvent: Table
  readonly handleCall?: Table
  readonly handleInfo?: Callback
  readonly terminate?: Callback
  readonly formatStatus?: Callback
}

export type Request =
  | { readonly op: 'sync_notify'; readonly event: unknown }
  | {
      readonly op: 'add'
      readonly handler: AnyHandler
      readonly id: string
      readonly args: unknown
      readonly isSupervised: boolean
    }
  | {
      readonly op: 'swap'
      readonly handler: AnyHandler
      readonly id: string
      readonly args: unknown
      readonly old: HandlerId
      readonly oldArgs: unknown
    }
  | { readonly op: 'delete'; readonly id: HandlerId; readonly args: unknown }
  | { readonly op: 'call'; readonly id: HandlerId; readonly message: unknown }
  | { readonly op: 'which' }

/** A class, so that no user's message can be taken for one, and handlers are given as they are. */
export class RequestFor {
  readonly type: string
  readonly request: Request
  constructor(request: Request) {
    this.type = request.op
    this.request = request
  }
}

/** A request to a manager that failed: `not_found`, `already_added`, `bad_call`, or what the handler threw. */
export class HandlerError extends Error {
  readonly reason: ExitReason

  constructor(op: string, reason: ExitReason) {
    const text = isError(reason) ? `${reason.name}: ${reason.message}` : reasonTag(reason)
    super(`${op} failed: ${text}`, isError(reason) ? { cause: reason } : {})
    this.name = 'HandlerError'
    this.reason = reason
  }
}

/** One handler in its manager. */
export class Installed {
  readonly module: AnyHandler
  readonly id: string
  state: unknown = undefined
  /** Whom it is tied to. */
  readonly adder: Proc | null

  constructor(module: AnyHandler, id: string, adder: Proc | null) {
    this.module = module
    this.id = id
    this.adder = adder
  }

  get handlerId(): HandlerId {
    return { module: this.module.module, id: this.id }
  }
}

class Manager {
  handlers: Installed[] = []
}

type Work = PromiseLike<unknown> | undefined
type Answer = { readonly ok: boolean; readonly value: unknown }

export class GenEventDriver implements Driver {
  readonly behaviour = 'GenEvent'
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind = 'worker'
  readonly hasTerminate = true

  constructor({ module, version }: { module: string; version?: string }) {
    this.module = module
    this.initialCall = `${module}.init`
    this.version = version ?? null
  }

  init(process: Proc): undefined {
    process.flags |= TRAPS_EXIT
    process.state = new Manager()
    initialised(process)
  }

  handle(process: Proc, message: unknown, sender: Proc | null, meta: unknown): Work {
    if (meta instanceof Call && message instanceof RequestFor)
      return this.answer(process, message.request, meta)
    if (meta === CAST) return everyone(process, (handler) => handleEvent(process, handler, message))
    if (meta instanceof ExitSignal) {
      if (isOrderOfParent(process, meta)) {
        obey(process, meta)
        return undefined
      }
      const { handlers } = process.state as Manager
      if (sender !== null && handlers.some(({ adder }) => adder === sender)) {
        return everyone(process, (handler) =>
          handler.adder === sender
            ? remove(process, handler, { why: 'stop', reason: meta.reason })
            : undefined,
        )
      }
    }
    if (meta instanceof Call) meta.answer({ ok: false, value: 'bad_call' })
    return everyone(process, (handler) => handleInfo(process, handler, message))
  }

  next(): undefined {
    return undefined
  }

  settled(): undefined {
    return undefined
  }

  terminate(process: Proc, reason: ExitReason): Work {
    return everyone(process, (handler) => remove(process, handler, { why: 'stop', reason }))
  }

  formatState(process: Proc): unknown {
    if (!(process.state instanceof Manager)) return undefined
    return {
      handlers: process.state.handlers.map(({ module, id, state }) => ({
        module: module.module,
        id,
        state: module.formatStatus === undefined ? state : module.formatStatus(state),
      })),
    }
  }

  getState(process: Proc): unknown {
    const { handlers } = process.state as Manager
    return handlers.map(({ module, id, state }) => ({ module: module.module, id, state }))
  }

  private answer(process: Proc, request: Request, call: Call): Work {
    const give = (answer: Answer): void => {
      if (!call.isOpen || (process.flags & DEAD) !== 0) return process.node.refuse()
      call.answer(process.node.value(answer))
    }
    switch (request.op) {
      case 'which':
        give(done((process.state as Manager).handlers.map(({ handlerId }) => handlerId)))
        return undefined
      case 'sync_notify':
        return then(
          everyone(process, (handler) => handleEvent(process, handler, request.event)),
          () => give(done(undefined)),
        )
      case 'add':
        return install(process, request, request.isSupervised ? call.caller : null, undefined, give)
      case 'delete': {
        const handler = find(process, request.id)
        if (handler === undefined) {
          give(failed('not_found'))
          return undefined
        }
        return remove(process, handler, { why: 'deleted', args: request.args }, (value) => give(done(value)))
      }
      case 'swap': {
        const old = find(process, request.old)
        const take = (handedOver: unknown) => install(process, request, old?.adder ?? null, handedOver, give)
        if (old === undefined) return take(undefined)
        let handedOver: unknown
        const removed = remove(process, old, { why: 'swapped', args: request.oldArgs }, (value) => {
          handedOver = value
        })
        return then(removed, () => take(handedOver))
      }
      case 'call': {
        const handler = find(process, request.id)
        if (handler === undefined) give(failed('not_found'))
        return handler === undefined ? undefined : handleCall(process, handler, request.message, call, give)
      }
      default:
        return request satisfies never
    }
  }
}

/** One after the other, in the order they were added; those that go meanwhile are left out. */
function everyone(process: Proc, run: (handler: Installed) => Work): Work {
  const manager = process.state as Manager
  const all = [...manager.handlers]
  let i = 0
  const on = (): Work => {
    while (i < all.length) {
      if ((process.flags & DEAD) !== 0) return undefined
      const handler = all[i++] as Installed
      if (!manager.handlers.includes(handler)) continue
      const work = run(handler)
      if (work !== undefined) return work.then(on)
    }
    return undefined
  }
  return on()
}

function handleEvent(process: Proc, handler: Installed, event: unknown): Work {
  const handle = callbackFor(handler.module.handleEvent, event)
  if (handle === undefined) return undefined
  return guarded(process, handler, () => handle(event, handler.state, contextOf(process)), NOBODY)
}

function handleInfo(process: Proc, handler: Installed, message: unknown): Work {
  const { handleInfo } = handler.module
  if (handleInfo === undefined) return undefined
  return guarded(process, handler, () => handleInfo(message, handler.state, contextOf(process)), NOBODY)
}

function handleCall(
  process: Proc,
  handler: Installed,
  message: unknown,
  call: Call,
  give: (answer: Answer) => void,
): Work {
  const handle = callbackFor(handler.module.handleCall, message)
  if (handle === undefined) {
    give(failed('bad_call'))
    return undefined
  }
  return guarded(process, handler, () => handle(message, call, handler.state, contextOf(process)), give)
}

/** Runs a handler's code; what it throws ends the handler and nothing else. */
function guarded(
  process: Proc,
  handler: Installed,
  run: () => unknown,
  give: (answer: Answer) => void,
): Work {
  const fail = (thrown: unknown): Work => {
    reportHandler(process, handler, thrown)
    give(failed(reasonOf(thrown)))
    return remove(process, handler, { why: 'failed', reason: reasonOf(thrown) })
  }
  try {
    const result = run()
    if (!(result instanceof Result) && isPromise(result)) {
      return result.then((value) => take(process, handler, value, give)).then(undefined, fail)
    }
    return take(process, handler, result, give)
  } catch (thrown) {
    return fail(thrown)
  }
}

function take(process: Proc, handler: Installed, result: unknown, give: (answer: Answer) => void): Work {
  if (!(result instanceof Result)) throw new TypeError('a handler returns noreply, reply or stop')
  handler.state = result.state
  if (result.op === REPLY || (result.op === STOP && result.value !== NO_REPLY)) give(done(result.value))
  return result.op === STOP ? remove(process, handler, { why: 'removed' }) : undefined
}

function install(
  process: Proc,
  { handler: module, id, args }: { handler: AnyHandler; id: string; args: unknown },
  adder: Proc | null,
  handedOver: unknown,
  give: (answer: Answer) => void,
): Work {
  const manager = process.state as Manager
  if (find(process, { module: module.module, id }) !== undefined) {
    give(failed('already_added'))
    return undefined
  }
  const handler = new Installed(module, id, adder)
  const begin = (state: unknown): undefined => {
    handler.state = state
    manager.handlers.push(handler)
    if (adder !== null) link(process, adder)
    give(done(undefined))
  }
  const fail = (thrown: unknown): undefined => {
    reportHandler(process, handler, thrown)
    give(failed(reasonOf(thrown)))
  }
  try {
    const state = module.init(args, contextOf(process), handedOver)
    if (isPromise(state)) return state.then(begin, fail)
    return begin(state)
  } catch (thrown) {
    return fail(thrown)
  }
}

/** Takes it out, lets it say its last words, and tells who is tied to it. */
function remove(
  process: Proc,
  handler: Installed,
  end: HandlerEnd,
  give: (value: unknown) => void = NOBODY,
): Work {
  const manager = process.state as Manager
  manager.handlers = manager.handlers.filter((other) => other !== handler)
  const { adder, module } = handler
  if (adder !== null) {
    if (!manager.handlers.some((other) => other.adder === adder)) unlink(process, adder)
    const reason = 'reason' in end ? end.reason : end.why
    const message = { type: 'gen_event_EXIT', handler: handler.handlerId, reason }
    if ((adder.flags & DEAD) === 0) process.node.deliver(adder, message, process, undefined)
  }
  const fail = (thrown: unknown): undefined => {
    reportHandler(process, handler, thrown)
    give(undefined)
  }
  try {
    const value = module.terminate?.(end, handler.state, contextOf(process))
    if (isPromise(value)) return value.then(give, fail)
    give(value)
  } catch (thrown) {
    fail(thrown)
  }
  return undefined
}

function find(process: Proc, { module, id }: HandlerId): Installed | undefined {
  return (process.state as Manager).handlers.find((at) => at.module.module === module && at.id === id)
}

function callbackFor(table: Table | undefined, message: unknown): Callback | undefined {
  if (table === undefined || typeof message !== 'object' || message === null) return undefined
  const { type } = message as { type?: unknown }
  return typeof type === 'string' && Object.hasOwn(table, type) ? table[type] : undefined
}

function then(work: Work, next: () => unknown): Work {
  if (work !== undefined) return work.then(next as () => Work)
  return next() as Work
}

function done(value: unknown): Answer {
  return { ok: true, value: copied(value) }
}

function failed(reason: ExitReason): Answer {
  return { ok: false, value: reason }
}

const NOBODY = (): undefined => undefined
