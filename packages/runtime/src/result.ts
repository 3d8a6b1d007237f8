/** What a GenServer's callbacks return. */
import type { ExitReason } from './exit-reason.ts'

export interface ResultOptions {
  /** Without a message for so long, `handleTimeout` is called. */
  timeoutMs?: number
  /** Handled by `handleContinue` before any message. */
  continue?: unknown
}

const REPLY = 0
const NOREPLY = 1
const STOP = 2
const IGNORE = 3
const INIT = 4

export type ResultOp = typeof REPLY | typeof NOREPLY | typeof STOP | typeof IGNORE | typeof INIT

/** Made by `reply`, `noreply`, `stop`, `ignore` and `initOk`. `S` is the state, `R` the reply. */
export class Result<out S, out R> {
  declare readonly types?: { state: S; reply: R }
  /** @internal */
  readonly op: ResultOp
  /** @internal */
  readonly state: unknown
  /** @internal */
  readonly value: unknown
  /** @internal */
  readonly reason: ExitReason
  /** @internal */
  readonly options: ResultOptions | undefined

  /** @internal */
  constructor(
    op: ResultOp,
    state: unknown,
    value: unknown,
    reason: ExitReason,
    options: ResultOptions | undefined,
  ) {
    this.op = op
    this.state = state
    this.value = value
    this.reason = reason
    this.options = options
  }
}

/** Answers the call and goes on with `state`. */
export function reply<S, R>(value: R, state: S, options?: ResultOptions): Result<S, R> {
  return new Result<S, R>(REPLY, state, value, 'normal', options)
}

/** Goes on with `state`. In `handleCall`: the answer comes later, by `ctx.reply(from, …)`. */
export function noreply<S>(state: S, options?: ResultOptions): Result<S, never> {
  return new Result<S, never>(NOREPLY, state, undefined, 'normal', options)
}

/** Ends the server: `terminate` is called with `reason`. In `handleCall`, a third argument answers the caller first. */
export function stop<S>(reason: ExitReason, state: S): Result<S, never>
export function stop<S, R>(reason: ExitReason, state: S, reply: R): Result<S, R>
/** In `init`: the server does not start. */
export function stop(reason: ExitReason): Result<never, never>
export function stop(reason: ExitReason, state?: unknown, ...value: unknown[]): Result<never, never> {
  return new Result<never, never>(STOP, state, value.length === 0 ? NO_REPLY : value[0], reason, undefined)
}

/** In `init`: there is nothing to do; the supervisor goes on without this child. */
export function ignore(): Result<never, never> {
  return new Result<never, never>(IGNORE, undefined, undefined, 'normal', undefined)
}

/** In `init`: the state, with a timeout or a continuation. */
export function initOk<S>(state: S, options: ResultOptions): Result<S, never> {
  return new Result<S, never>(INIT, state, undefined, 'normal', options)
}

export const NO_REPLY: unique symbol = Symbol('no reply')
export { IGNORE, INIT, NOREPLY, REPLY, STOP }
