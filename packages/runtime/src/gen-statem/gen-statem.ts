/**
 * GenStatem, after OTP's gen_statem: a state machine in a process. It is in one *state* and has *data*; each event (call, cast, info, timeout,
 * internal event) is given to the function of the state it is in, or to one `handleEvent` for all, which says where to go and what to do on
 * the way.
 *
 * - `postpone()`: the event comes again when the state has changed, before later ones.
 * - `nextEvent(message)`: handled before anything that waits.
 * - `stateTimeout`, `eventTimeout`, `genericTimeout`: end with the state, with the next event, or when they are due.
 * - `stateEnter: true`: each state is told of being entered by an event of kind `enter`, which cannot change the state.
 *
 * States differ by identity (`Object.is`): strings are what one wants. A state function that throws ends the process like any handler.
 *
 * ```ts
 * const Switch = GenStatem.define<{ state: 'off' | 'on'; data: number; casts: { flip: {} } }>({
 *   module: 'Switch',
 *   init: () => nextState('off', 0),
 *   states: {
 *     off: (_event, flips) => nextState('on', flips + 1, stateTimeout(60_000)),
 *     on: (_event, flips) => nextState('off', flips),
 *   },
 * })
 * ```
 */
import type { Context, DownMessage, ExitMessage } from '../context.ts'
import type { ContractDefinition } from '../contract.ts'
import type { Behaviour, Driver } from '../driver.ts'
import type { ExitReason } from '../exit-reason.ts'
import type { Accepts, Tagged, TaggedUnion } from '../protocol.ts'
import type { Result } from '../result.ts'
import { type AnyCallbacks, GenStatemDriver } from './driver.ts'
import type { CallFrom, Transition } from './transition.ts'

/** The types of one state machine; everything but `state` and `data` may be left out. */
export interface GenStatemTypes {
  args?: unknown
  /** Strings in state-function style; anything with `handleEvent`. */
  state: unknown
  data: unknown
  /** As in a GenServer. */
  calls?: object
  casts?: object
  infos?: object
  /** What `nextEvent` brings: `retry: { attempt: number }`. */
  internal?: object
  /** Named timeouts and their content: `poll: undefined`. */
  timeouts?: object
  stateTimeout?: unknown
  eventTimeout?: unknown
}

type ArgsOf<T> = T extends { args: infer A } ? A : undefined
type TableOf<T, K extends string> = T extends { [P in K]: infer V } ? V : Record<never, never>
type ContentOf<T, K extends string> = T extends { [P in K]: infer V } ? V : undefined
type OrPromise<V> = V | Promise<V>

type MessageOf<K extends string, F> = F extends () => unknown
  ? { readonly type: K }
  : F extends (message: infer M) => unknown
    ? Tagged<K, M>
    : never
type ReplyOf<F> = F extends (...message: never[]) => infer R ? Awaited<R> : never

type CallEvents<C> = {
  [K in Extract<keyof C, string>]: {
    readonly kind: 'call'
    readonly type: K
    readonly message: MessageOf<K, C[K]>
    readonly from: CallFrom<ReplyOf<C[K]>>
  }
}[Extract<keyof C, string>]
type MessageEvents<Kind extends string, C> = {
  [K in Extract<keyof C, string>]: {
    readonly kind: Kind
    readonly type: K
    readonly message: Tagged<K, C[K]>
  }
}[Extract<keyof C, string>]
type TimeoutEvents<C> = {
  [K in Extract<keyof C, string>]: { readonly kind: 'timeout'; readonly name: K; readonly content: C[K] }
}[Extract<keyof C, string>]

/** Every event a machine of types `T` is given. `kind` and `type` tell them apart. */
export type StatemEvent<T extends GenStatemTypes> =
  | CallEvents<TableOf<T, 'calls'>>
  | MessageEvents<'cast', TableOf<T, 'casts'>>
  | MessageEvents<'info', TableOf<T, 'infos'>>
  | MessageEvents<'internal', TableOf<T, 'internal'>>
  | TimeoutEvents<TableOf<T, 'timeouts'>>
  | { readonly kind: 'state_timeout'; readonly content: ContentOf<T, 'stateTimeout'> }
  | { readonly kind: 'event_timeout'; readonly content: ContentOf<T, 'eventTimeout'> }
  | { readonly kind: 'enter'; readonly previous: T['state'] }
  | { readonly kind: 'info'; readonly type: 'EXIT'; readonly message: ExitMessage }
  | { readonly kind: 'info'; readonly type: 'DOWN'; readonly message: DownMessage }

/** What the actions of such a machine may bring. */
type Brings<T extends GenStatemTypes> =
  | {
      next:
        | TaggedUnion<TableOf<T, 'internal'>>
        | TaggedUnion<TableOf<T, 'casts'>>
        | TaggedUnion<TableOf<T, 'infos'>>
    }
  | { stateTimeout: ContentOf<T, 'stateTimeout'> }
  | { eventTimeout: ContentOf<T, 'eventTimeout'> }
  | {
      [K in Extract<keyof TableOf<T, 'timeouts'>, string>]: { timeout: K; content: TableOf<T, 'timeouts'>[K] }
    }[Extract<keyof TableOf<T, 'timeouts'>, string>]

export type GenStatemAccepts<T> = Accepts<
  TaggedUnion<TableOf<T, 'infos'>>,
  TaggedUnion<TableOf<T, 'casts'>>,
  TableOf<T, 'calls'>
>
export type GenStatemContext<T> = Context<GenStatemAccepts<T>>

/** What a state function returns; `stop(reason, data)` too. */
export type StatemResult<T extends GenStatemTypes> =
  | Transition<T['state'], T['data'], Brings<T>>
  | Result<T['data'], never>

type StateFunction<T extends GenStatemTypes> = (
  event: StatemEvent<T>,
  data: T['data'],
  ctx: GenStatemContext<T>,
) => OrPromise<StatemResult<T>>

interface Status<T extends GenStatemTypes> {
  readonly state: T['state']
  readonly data: T['data']
}

export type GenStatemCallbacks<T extends GenStatemTypes> = {
  /** Shown as the callback module. */
  readonly module: string
  readonly version?: string
  /** What it and its clients have agreed on; checked where the node is told to. */
  readonly contract?: ContractDefinition
  /** `nextState(state, data, …actions)`, `stop(reason)` or `ignore()`. */
  readonly init: (
    args: ArgsOf<T>,
    ctx: GenStatemContext<T>,
  ) => OrPromise<Transition<T['state'], T['data'], Brings<T>> | Result<never, never>>
  /** Whether states are told of being entered. Default `false`. */
  readonly stateEnter?: boolean
  readonly terminate?: (
    reason: ExitReason,
    state: T['state'],
    data: T['data'],
    ctx: GenStatemContext<T>,
  ) => OrPromise<unknown>
  /** State and data as observers and crash reports may show them. */
  readonly formatStatus?: (status: Status<T>) => { readonly state: unknown; readonly data: unknown }
  /** Makes state and data of this module of those of another version, and changes the old ones not. */
  readonly codeChange?: (
    status: { readonly state: unknown; readonly data: unknown },
    from: string | null,
    extra: unknown,
  ) => OrPromise<Status<T>>
} & (
  | {
      /** State-function style: one for each state. */
      readonly states: { readonly [S in Extract<T['state'], string>]: StateFunction<T> }
      readonly handleEvent?: undefined
    }
  | {
      /** Handle-event style: one for all. */
      readonly handleEvent: (
        event: StatemEvent<T>,
        state: T['state'],
        data: T['data'],
        ctx: GenStatemContext<T>,
      ) => OrPromise<StatemResult<T>>
      readonly states?: undefined
    }
)

/** A state machine that can be spawned, started or made a child. */
export interface GenStatemModule<T> extends Behaviour<ArgsOf<T>, GenStatemAccepts<T>> {}

export const GenStatem = {
  /** Defines a state machine from its types and callbacks; a state without a function is a compile error. */
  define<T extends GenStatemTypes>(callbacks: GenStatemCallbacks<T>): GenStatemModule<T> {
    return new GenStatemDriver(callbacks as unknown as AnyCallbacks) as Driver as GenStatemModule<T>
  },
}
