/**
 * GenServer, after OTP's gen_server: state in a process, calls that are answered, casts that are not, plain messages as
 * infos. A handler that throws ends the server; `terminate` is called when the server stops by itself or crashes, and on
 * its supervisor's shutdown only where it traps exits.
 */
import { Call, type From } from './call.ts'
import type { Context } from './context.ts'
import type { ContractDefinition } from './contract.ts'
import { initialised, startIgnored, startStopped, stop as stopProcess } from './dispatch.ts'
import { type Behaviour, CAST, type Driver, type Phase } from './driver.ts'
import type { ExitReason } from './exit-reason.ts'
import { Exit } from './exit-reason.ts'
import { DEAD } from './flags.ts'
import { serve } from './isolated/worker.ts'
import { contextOf, type Proc } from './process.ts'
import type { Accepts, Tagged, TaggedUnion } from './protocol.ts'
import { isPromise } from './raw.ts'
import { IGNORE, INIT, NO_REPLY, REPLY, Result, type ResultOptions, STOP } from './result.ts'
import { endedByParent } from './system.ts'

/** The types of one GenServer; everything but `state` may be left out. */
export interface GenServerTypes {
  args?: unknown
  state: unknown
  /** `add: (m: { by: number }) => number` is called with `{ type: 'add', by: 2 }` and answers a number. */
  calls?: object
  /** `reset: { to: number }` is cast as `{ type: 'reset', to: 0 }`. */
  casts?: object
  infos?: object
  continue?: unknown
}

type ArgsOf<T> = T extends { args: infer A } ? A : undefined
type CallsOf<T> = T extends { calls: infer C } ? C : Record<never, never>
type CastsOf<T> = T extends { casts: infer C } ? C : Record<never, never>
type InfosOf<T> = T extends { infos: infer I } ? I : Record<never, never>
type ContinueOf<T> = T extends { continue: infer C } ? C : never

/** What a server of types `T` accepts. */
export type GenServerAccepts<T> = Accepts<TaggedUnion<InfosOf<T>>, TaggedUnion<CastsOf<T>>, CallsOf<T>>

export type GenServerContext<T> = Context<GenServerAccepts<T>>

type OrPromise<V> = V | Promise<V>
type MessageOf<K extends string, F> = F extends () => unknown
  ? { readonly type: K }
  : F extends (message: infer M) => unknown
    ? Tagged<K, M>
    : never
type ReplyOf<F> = F extends (...message: never[]) => infer R ? Awaited<R> : never

type CallHandlers<T extends GenServerTypes> = {
  [K in Extract<keyof CallsOf<T>, string>]: (
    message: MessageOf<K, CallsOf<T>[K]>,
    from: From,
    state: T['state'],
    ctx: GenServerContext<T>,
  ) => OrPromise<Result<T['state'], ReplyOf<CallsOf<T>[K]>>>
}
type Handlers<T extends GenServerTypes, Table> = {
  [K in Extract<keyof Table, string>]: (
    message: Tagged<K, Table[K]>,
    state: T['state'],
    ctx: GenServerContext<T>,
  ) => OrPromise<Result<T['state'], never>>
}
type RequiredUnlessEmpty<Name extends string, Table, Value> = [keyof Table] extends [never]
  ? { readonly [K in Name]?: Value }
  : { readonly [K in Name]: Value }

/** A contract about messages that the server has. */
type ContractOf<T> = ContractDefinition & {
  readonly calls?: { readonly [K in keyof CallsOf<T>]?: unknown }
  readonly casts?: { readonly [K in keyof CastsOf<T>]?: unknown }
  readonly infos?: { readonly [K in keyof InfosOf<T>]?: unknown }
}

/** The callbacks of a server of types `T`. Each may be async; one message is handled at a time, across its awaits. */
export type GenServerCallbacks<T extends GenServerTypes> = {
  /** Shown as the callback module. */
  readonly module: string
  readonly version?: string
  /** What it and its clients have agreed on; checked where the node is told to. */
  readonly contract?: ContractOf<T>
  readonly init: (
    args: ArgsOf<T>,
    ctx: GenServerContext<T>,
  ) => OrPromise<T['state'] | Result<T['state'], never>>
  /** Everything else: `EXIT` and `DOWN` messages and what is in no table. Without it such messages are counted. */
  readonly handleOtherInfo?: (
    message: unknown,
    state: T['state'],
    ctx: GenServerContext<T>,
  ) => OrPromise<Result<T['state'], never>>
  readonly handleTimeout?: (
    state: T['state'],
    ctx: GenServerContext<T>,
  ) => OrPromise<Result<T['state'], never>>
  readonly terminate?: (reason: ExitReason, state: T['state'], ctx: GenServerContext<T>) => OrPromise<unknown>
  /** The state as observers and crash reports may show it. */
  readonly formatStatus?: (state: T['state']) => unknown
  /**
   * Makes the state of this module of that of another version (older, or newer where one goes back). Without it the state stays as it
   * is. It must not change the old state in place: where it throws, the old module goes on with it.
   */
  readonly codeChange?: (state: unknown, from: string | null, extra: unknown) => OrPromise<T['state']>
} & RequiredUnlessEmpty<'handleCall', CallsOf<T>, CallHandlers<T>> &
  RequiredUnlessEmpty<'handleCast', CastsOf<T>, Handlers<T, CastsOf<T>>> &
  RequiredUnlessEmpty<'handleInfo', InfosOf<T>, Handlers<T, InfosOf<T>>> &
  ([ContinueOf<T>] extends [never]
    ? { readonly handleContinue?: undefined }
    : {
        readonly handleContinue: (
          value: ContinueOf<T>,
          state: T['state'],
          ctx: GenServerContext<T>,
        ) => OrPromise<Result<T['state'], never>>
      })

/** A server that can be spawned, started or made a child. */
export interface GenServerModule<T> extends Behaviour<ArgsOf<T>, GenServerAccepts<T>> {}

export const GenServer = {
  /** Defines a server from its types and callbacks; missing handlers are compile errors. */
  define<T extends GenServerTypes>(callbacks: GenServerCallbacks<T>): GenServerModule<T> {
    const driver = new GenServerDriver(callbacks as unknown as AnyCallbacks)
    return driver as Driver as GenServerModule<T>
  },
}

type Callback = (...args: unknown[]) => unknown
type Table = Readonly<Record<string, Callback>>

interface AnyCallbacks {
  readonly module: string
  readonly version?: string
  readonly contract?: ContractDefinition
  readonly init: Callback
  readonly handleCall?: Table
  readonly handleCast?: Table
  readonly handleInfo?: Table
  readonly handleOtherInfo?: Callback
  readonly handleTimeout?: Callback
  readonly handleContinue?: Callback
  readonly terminate?: Callback
  readonly formatStatus?: Callback
  readonly codeChange?: Callback
}

class GenServerDriver implements Driver {
  readonly serve = serve
  readonly behaviour = 'GenServer'
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind = 'worker'
  readonly hasTerminate: boolean
  readonly contract: ContractDefinition | undefined
  private readonly callbacks: AnyCallbacks
  private readonly calls: Table
  private readonly casts: Table
  private readonly infos: Table

  constructor(callbacks: AnyCallbacks) {
    this.module = callbacks.module
    this.initialCall = `${callbacks.module}.init`
    this.version = callbacks.version ?? null
    this.hasTerminate = callbacks.terminate !== undefined
    this.contract = callbacks.contract
    this.callbacks = callbacks
    this.calls = table(callbacks.handleCall)
    this.casts = table(callbacks.handleCast)
    this.infos = table(callbacks.handleInfo)
  }

  init(process: Proc): PromiseLike<unknown> | undefined {
    const result = this.callbacks.init(process.state, contextOf(process))
    if (isPromise(result)) return result
    this.begin(process, result)
    return undefined
  }

  handle(
    process: Proc,
    message: unknown,
    _sender: Proc | null,
    meta: unknown,
  ): PromiseLike<unknown> | undefined {
    if (meta === undefined) return this.info(process, message)
    if (meta === CAST) {
      const handler = handlerOf(this.casts, message)
      if (handler === undefined) throw new Exit('bad_cast', { message })
      return this.take(process, handler(message, process.state, process), meta)
    }
    if (meta instanceof Call) {
      // Its caller is gone or has given up: OTP handles it all the same, and the reply is refused.
      const handler = handlerOf(this.calls, message)
      if (handler === undefined) throw new Exit('bad_call', { message })
      return this.take(process, handler(message, meta, process.state, process), meta)
    }
    if (endedByParent(process, meta)) return undefined
    return this.info(process, message)
  }

  next(process: Proc, phase: Phase, value: unknown): PromiseLike<unknown> | undefined {
    if (phase === 'continue') {
      const { handleContinue } = this.callbacks
      if (handleContinue === undefined) throw new Exit('bad_continue', { value })
      return this.take(process, handleContinue(value, process.state, process), undefined)
    }
    const { handleTimeout } = this.callbacks
    if (handleTimeout === undefined) return this.info(process, { type: 'timeout' })
    return this.take(process, handleTimeout(process.state, process), undefined)
  }

  settled(process: Proc, phase: Phase, value: unknown, meta: unknown): void {
    if (phase === 'init') this.begin(process, value)
    else this.apply(process, value, meta)
  }

  terminate(process: Proc, reason: ExitReason): PromiseLike<unknown> | undefined {
    const result = this.callbacks.terminate?.(reason, process.state, process)
    return isPromise(result) ? result : undefined
  }

  formatState(process: Proc): unknown {
    const { formatStatus } = this.callbacks
    return formatStatus === undefined ? process.state : formatStatus(process.state)
  }

  formatPrevious(process: Proc): unknown {
    const previous = process.mailbox?.previous
    const { formatStatus } = this.callbacks
    return previous === undefined || formatStatus === undefined ? previous : formatStatus(previous)
  }

  replaceState(process: Proc, state: unknown): void {
    if (process.mailbox !== null) process.mailbox.previous = undefined
    process.state = state
  }

  codeChange(process: Proc, from: Driver, extra: unknown): PromiseLike<unknown> | undefined {
    const { codeChange } = this.callbacks
    if (codeChange === undefined) return undefined
    const state = codeChange(process.state, from.version, extra)
    // What it was before is of another shape, and no message changed it.
    if (process.mailbox !== null) process.mailbox.previous = undefined
    if (!isPromise(state)) {
      process.state = state
      return undefined
    }
    return state.then((value) => {
      process.state = value
    })
  }

  private info(process: Proc, message: unknown): PromiseLike<unknown> | undefined {
    const handler = handlerOf(this.infos, message) ?? this.callbacks.handleOtherInfo
    if (handler === undefined) {
      process.node.counters.unhandled += 1
      return undefined
    }
    return this.take(process, handler(message, process.state, process), undefined)
  }

  private take(process: Proc, result: unknown, meta: unknown): PromiseLike<unknown> | undefined {
    if (!(result instanceof Result) && isPromise(result)) return result
    this.apply(process, result, meta)
    return undefined
  }

  private apply(process: Proc, result: unknown, meta: unknown): void {
    if (!(result instanceof Result)) throw new Exit('bad_return_value', { value: result })
    if ((process.flags & DEAD) !== 0) return
    const { op } = result
    const { mailbox } = process
    // Part of the flight recorder: a crash report tells what the last message changed.
    if (mailbox !== null && mailbox.kept > 0) mailbox.previous = process.state
    process.state = result.state
    if (op === REPLY || (op === STOP && result.value !== NO_REPLY)) this.answer(process, meta, result.value)
    if (op === STOP) stopProcess(process, result.reason, 'message')
    else if (result.options !== undefined) proceed(process, result.options)
  }

  private answer(process: Proc, meta: unknown, value: unknown): void {
    const { node } = process
    if (meta instanceof Call && meta.isOpen) meta.answer(node.value(value))
    else node.refuse()
  }

  private begin(process: Proc, result: unknown): void {
    if (!(result instanceof Result)) {
      process.state = result
      initialised(process)
      return
    }
    if (result.op === INIT) {
      process.state = result.state
      initialised(process)
      if (result.options !== undefined) proceed(process, result.options)
      return
    }
    if (result.op === IGNORE) return startIgnored(process)
    if (result.op !== STOP) throw new Exit('bad_return_value', { value: result })
    startStopped(process, result.reason)
  }
}

function proceed(process: Proc, options: ResultOptions): void {
  if ('continue' in options) process.setNext('continue', options.continue)
  else if (options.timeoutMs !== undefined) process.setIdleTimeout(options.timeoutMs)
}

/** Without a prototype, so that a message of type `constructor` finds nothing. */
function table(handlers: Table | undefined): Table {
  return Object.assign(Object.create(null), handlers)
}

function handlerOf(handlers: Table, message: unknown): Callback | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type } = message as { type?: unknown }
  return typeof type === 'string' ? handlers[type] : undefined
}
