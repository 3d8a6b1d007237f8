/** What a state function returns: where to go, with which data, and what to do on the way. After gen_statem's results and actions. */
import type { From } from '../call.ts'
import type { ExitReason } from '../exit-reason.ts'

/** A call that waits for its answer of type `R`. */
export interface CallFrom<R> extends From {
  readonly answeredWith?: (reply: R) => void
}

type Millis = number | 'cancel'

export type Act =
  | { readonly act: 'postpone' }
  | { readonly act: 'reply'; readonly from: From; readonly value: unknown }
  | { readonly act: 'next_event'; readonly kind: 'internal' | 'cast' | 'info'; readonly message: unknown }
  | { readonly act: 'timeout'; readonly name: TimeoutName; readonly ms: Millis; readonly content: unknown }

/** `state` ends with the state, `event` with the next event, a named one when it is due or cancelled. */
export type TimeoutName = { readonly of: 'state' | 'event' } | { readonly of: 'name'; readonly name: string }

/** Made by the functions below. `A` is what it will bring as an event. */
export class Action<out A = never> {
  declare readonly brings?: A
  /** @internal */
  readonly act: Act

  /** @internal */
  constructor(act: Act) {
    this.act = act
  }
}

/** The event comes again after the next change of state, before later ones. Not in an enter call, nor for a timeout. */
export function postpone(): Action {
  return POSTPONE
}

const POSTPONE = new Action({ act: 'postpone' })

/** Answers a call. */
export function replyTo<R>(from: CallFrom<R>, value: NoInfer<R>): Action {
  return new Action({ act: 'reply', from, value })
}

/** Handled before anything that waits, in the order given. */
export function nextEvent<const M>(
  message: M,
  kind: 'internal' | 'cast' | 'info' = 'internal',
): Action<{ next: M }> {
  return new Action({ act: 'next_event', kind, message })
}

/** Due `ms` from now unless the state changes first. A new one takes the place of the old; `cancel` or `Infinity` takes it back. */
export function stateTimeout<C = undefined>(ms: Millis, content?: C): Action<{ stateTimeout: C }> {
  return new Action({ act: 'timeout', name: { of: 'state' }, ms, content })
}

/** Due `ms` from now unless any other event comes first. */
export function eventTimeout<C = undefined>(ms: Millis, content?: C): Action<{ eventTimeout: C }> {
  return new Action({ act: 'timeout', name: { of: 'event' }, ms, content })
}

/** A timeout with a name, which outlives events and states. */
export function genericTimeout<const N extends string, C = undefined>(
  name: N,
  ms: Millis,
  content?: C,
): Action<{ timeout: N; content: C }> {
  return new Action({ act: 'timeout', name: { of: 'name', name }, ms, content })
}

export type TransitionOp = 'next' | 'keep' | 'keep_all' | 'repeat' | 'stop'

/** Made by the functions below. `S` is the next state, `D` the data, `A` what its actions bring. */
export class Transition<out S, out D, out A = never> {
  declare readonly types?: { state: S; data: D; brings: A }
  /** @internal */
  readonly op: TransitionOp
  /** @internal */
  readonly state: unknown
  /** @internal */
  readonly data: unknown
  /** @internal */
  readonly actions: readonly Action<unknown>[]
  /** @internal */
  readonly reason: ExitReason

  /** @internal */
  constructor(
    op: TransitionOp,
    state: unknown,
    data: unknown,
    actions: readonly Action<unknown>[],
    reason: ExitReason = 'normal',
  ) {
    this.op = op
    this.state = state
    this.data = data
    this.actions = actions
    this.reason = reason
  }
}

type BringsOf<As extends readonly unknown[]> = {
  [I in keyof As]: As[I] extends Action<infer A> ? A : never
}[number]

/** Goes to `state`, or stays where that is the one it is in. In `init`: the state to begin with. */
export function nextState<const S, D, const As extends readonly Action<unknown>[]>(
  state: S,
  data: D,
  ...actions: As
): Transition<S, D, BringsOf<As>> {
  return new Transition<S, D, BringsOf<As>>('next', state, data, actions)
}

/** Stays in the state, with other data. */
export function keepState<D, const As extends readonly Action<unknown>[]>(
  data: D,
  ...actions: As
): Transition<never, D, BringsOf<As>> {
  return new Transition<never, D, BringsOf<As>>('keep', undefined, data, actions)
}

/** Stays in the state, with the data as it is. */
export function keepStateAndData<const As extends readonly Action<unknown>[]>(
  ...actions: As
): Transition<never, never, BringsOf<As>> {
  return new Transition<never, never, BringsOf<As>>('keep_all', undefined, undefined, actions)
}

/** Like `keepState`, and its enter call is made again. */
export function repeatState<D, const As extends readonly Action<unknown>[]>(
  data: D,
  ...actions: As
): Transition<never, D, BringsOf<As>> {
  return new Transition<never, D, BringsOf<As>>('repeat', undefined, data, actions)
}

/** Ends the process after the replies. */
export function stopAndReply<D>(
  reason: ExitReason,
  replies: readonly Action[],
  data: D,
): Transition<never, D, never> {
  return new Transition<never, D, never>('stop', undefined, data, replies, reason)
}
