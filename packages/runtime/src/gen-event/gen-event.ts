/**
 * GenEvent, after OTP's gen_event: one process, the event manager, and any number of handlers in it that come and go while it runs. Each event
 * is given to every handler, in the order they were added; each has its own state.
 *
 * - `notify` is a cast, `syncNotify` resolves when every handler has handled the event, `call` asks one handler.
 * - A handler that throws is removed, after its `terminate`; the manager and the other handlers go on. It is reported as a crash
 *   (`handlerCrashed` of the node's hooks) all the same.
 * - `addSupHandler` ties a handler to the process that adds it: that process ends, the handler goes; the handler goes, the process
 *   is sent `{ type: 'gen_event_EXIT', handler, reason }`.
 *
 * ```ts
 * const Alarms = GenEvent.define<{ events: { raised: { what: string } } }>({ module: 'Alarms' })
 * const Pager = GenEvent.handler<{ args: string; state: string; events: { raised: { what: string } } }>({
 *   module: 'Pager',
 *   init: (number) => number,
 *   handleEvent: { raised: ({ what }, number) => (page(number, what), noreply(number)) },
 * })
 * await GenEvent.addHandler(node, alarms, Pager, { args: '112' })
 * GenEvent.notify(node, alarms, { type: 'raised', what: 'fire' })
 * ```
 */
import type { From } from '../call.ts'
import type { CallOptions, Context } from '../context.ts'
import type { Behaviour, Driver } from '../driver.ts'
import type { ExitReason } from '../exit-reason.ts'
import type { Node } from '../node.ts'
import type { To } from '../pid.ts'
import type { Accepts, Tagged, TaggedUnion } from '../protocol.ts'
import type { Result } from '../result.ts'
import { type AnyHandler, GenEventDriver, HandlerError, type Request, RequestFor } from './driver.ts'

/** What a manager accepts: events are casts. */
export type GenEventAccepts<Events> = Accepts<never, TaggedUnion<Events>>

type EventsOf<T> = T extends { events: infer E } ? E : Record<never, never>
type ArgsOf<T> = T extends { args: infer A } ? A : undefined
type CallsOf<T> = T extends { calls: infer C } ? C : Record<never, never>
type OrPromise<V> = V | Promise<V>
type ReplyOf<F> = F extends (...message: never[]) => infer R ? Awaited<R> : never
type MessageOf<K extends string, F> = F extends () => unknown
  ? { readonly type: K }
  : F extends (message: infer M) => unknown
    ? Tagged<K, M>
    : never

/** The types of one handler; everything but `state` may be left out. */
export interface EventHandlerTypes {
  args?: unknown
  state: unknown
  /** Those it handles. */
  events?: object
  calls?: object
}

/** Why a handler's `terminate` is called; what it returns goes to who deleted it, or to the handler that takes its place. */
export type HandlerEnd =
  | { readonly why: 'stop'; readonly reason: ExitReason }
  | { readonly why: 'removed' }
  | { readonly why: 'deleted' | 'swapped'; readonly args: unknown }
  | { readonly why: 'failed'; readonly reason: ExitReason }

export type EventHandlerCallbacks<T extends EventHandlerTypes> = {
  readonly module: string
  readonly version?: string
  /** `handedOver` is what the handler whose place it takes returned from its `terminate`. */
  readonly init: (args: ArgsOf<T>, ctx: Context, handedOver: unknown) => OrPromise<T['state']>
  /** `noreply(state)` stays, `stop(reason, state)` removes the handler. */
  readonly handleEvent: {
    readonly [K in Extract<keyof EventsOf<T>, string>]: (
      event: Tagged<K, EventsOf<T>[K]>,
      state: T['state'],
      ctx: Context,
    ) => OrPromise<Result<T['state'], never>>
  }
  /** Every plain message that the manager is sent. */
  readonly handleInfo?: (
    message: unknown,
    state: T['state'],
    ctx: Context,
  ) => OrPromise<Result<T['state'], never>>
  readonly terminate?: (end: HandlerEnd, state: T['state'], ctx: Context) => OrPromise<unknown>
  readonly formatStatus?: (state: T['state']) => unknown
} & ([keyof CallsOf<T>] extends [never]
  ? { readonly handleCall?: undefined }
  : {
      readonly handleCall: {
        readonly [K in Extract<keyof CallsOf<T>, string>]: (
          message: MessageOf<K, CallsOf<T>[K]>,
          from: From,
          state: T['state'],
          ctx: Context,
        ) => OrPromise<Result<T['state'], ReplyOf<CallsOf<T>[K]>>>
      }
    })

/** A handler as it is added. */
export interface EventHandler<Args, Events, Calls> {
  readonly module: string
  readonly version: string | null
  readonly takes?: (args: Args) => void
  readonly types?: { readonly events: Events; readonly calls: Calls }
}

/** Names one handler of a manager: its module, and its `id` where it is there more than once. */
export interface HandlerId {
  readonly module: string
  readonly id: string
}

export interface HandlerOptions<Args> {
  readonly args?: Args
  /** Default ''. A module may be added several times under several ids. */
  readonly id?: string
}
type NeedsArgs<Args> = undefined extends Args ? unknown : { readonly args: Args }

/** Sent to the process that added a supervised handler. */
export interface GenEventExit {
  readonly type: 'gen_event_EXIT'
  readonly handler: HandlerId
  readonly reason: ExitReason
}

type Caller = Pick<Node, 'call' | 'cast'> | Pick<Context, 'call' | 'cast'>
/** The handler's events are the manager's, or some of them. */
type Fits<Mine, All> = {
  readonly [K in keyof Mine]: unknown extends All ? Mine[K] : K extends keyof All ? All[K] : never
}

export const GenEvent = {
  /** An event manager that can be spawned, started or made a child. */
  define<T extends { events: object }>(definition: {
    readonly module: string
    readonly version?: string
  }): Behaviour<undefined, GenEventAccepts<T['events']>> {
    return new GenEventDriver(definition) as Driver as Behaviour<undefined, GenEventAccepts<T['events']>>
  },

  handler<T extends EventHandlerTypes>(
    callbacks: EventHandlerCallbacks<T>,
  ): EventHandler<ArgsOf<T>, EventsOf<T>, CallsOf<T>> {
    return { version: null, ...callbacks }
  },

  notify<E>(from: Caller, manager: To<GenEventAccepts<E>>, event: TaggedUnion<NoInfer<E>>): void {
    ;(from as Node).cast(manager as To, event)
  },

  /** Resolves when every handler has handled it. */
  async syncNotify<E>(
    from: Caller,
    manager: To<GenEventAccepts<E>>,
    event: TaggedUnion<NoInfer<E>>,
    options?: CallOptions,
  ): Promise<void> {
    await ask(from, manager, { op: 'sync_notify', event }, options)
  },

  /** @throws {HandlerError} `already_added`, or with what its `init` threw. */
  async addHandler<E, Args, H extends Fits<H, E>>(
    from: Caller,
    manager: To<GenEventAccepts<E>>,
    handler: EventHandler<Args, H, unknown>,
    options: HandlerOptions<Args> & NeedsArgs<Args>,
  ): Promise<void> {
    await ask(from, manager, added(handler, options, false))
  },

  /** For a process alone: `ctx` is who the handler is tied to. */
  async addSupHandler<E, Args, H extends Fits<H, E>>(
    ctx: Pick<Context, 'call' | 'cast'>,
    manager: To<GenEventAccepts<E>>,
    handler: EventHandler<Args, H, unknown>,
    options: HandlerOptions<Args> & NeedsArgs<Args>,
  ): Promise<void> {
    await ask(ctx, manager, added(handler, options, true))
  },

  /** Gives what the handler's `terminate` returned. @throws {HandlerError} `not_found` */
  async deleteHandler<E>(
    from: Caller,
    manager: To<GenEventAccepts<E>>,
    handler: EventHandler<never, unknown, unknown> | HandlerId,
    options: { readonly id?: string; readonly args?: unknown } = {},
  ): Promise<unknown> {
    const { args } = options
    return await ask(from, manager, { op: 'delete', id: idOf(handler, options), args })
  },

  /** Takes the place of another, whose `terminate` hands over to its `init`; of none, where that is not there. */
  async swapHandler<E, Args, H extends Fits<H, E>>(
    from: Caller,
    manager: To<GenEventAccepts<E>>,
    old: {
      readonly handler: EventHandler<never, unknown, unknown> | HandlerId
      readonly id?: string
      readonly args?: unknown
    },
    handler: EventHandler<Args, H, unknown>,
    options: HandlerOptions<Args> & NeedsArgs<Args>,
  ): Promise<void> {
    const add = added(handler, options, false)
    await ask(from, manager, { ...add, op: 'swap', old: idOf(old.handler, old), oldArgs: old.args })
  },

  /** Asks one handler. @throws {HandlerError} `not_found`, `bad_call`, or what it threw. */
  async call<E, C, K extends Extract<keyof C, string>>(
    from: Caller,
    manager: To<GenEventAccepts<E>>,
    handler: EventHandler<never, unknown, C>,
    message: MessageOf<K, C[K]> & { readonly type: K },
    options: CallOptions & { readonly id?: string } = {},
  ): Promise<ReplyOf<C[K]>> {
    const request: Request = { op: 'call', id: idOf(handler, options), message }
    return (await ask(from, manager, request, options)) as ReplyOf<C[K]>
  },

  /** In the order they were added. */
  async whichHandlers<E>(from: Caller, manager: To<GenEventAccepts<E>>): Promise<readonly HandlerId[]> {
    return (await ask(from, manager, { op: 'which' })) as readonly HandlerId[]
  },
}

function added(
  handler: EventHandler<never, unknown, unknown>,
  { id = '', args }: HandlerOptions<unknown>,
  isSupervised: boolean,
): Request & { op: 'add' } {
  return { op: 'add', handler: handler as unknown as AnyHandler, id, args, isSupervised }
}

function idOf({ module, ...rest }: { module: string; id?: string }, options: { id?: string }): HandlerId {
  return { module, id: options.id ?? rest.id ?? '' }
}

async function ask(
  from: Caller,
  manager: To<never> | To,
  request: Request,
  options?: CallOptions,
): Promise<unknown> {
  const answer = await (from as Node).call(manager as To, new RequestFor(request) as never, options)
  const { ok, value } = answer as { ok: boolean; value: unknown }
  if (!ok) throw new HandlerError(request.op, value as ExitReason)
  return value
}

export { HandlerError }
