/** Why a process ended, as data. OTP's atoms are strings here. */

/**
 * `'normal'`, `'shutdown'`, `'kill'`, `'killed'`, `'noproc'` and other atoms, a tagged object with its facts,
 * `{ shutdown: … }`, or the `Error` that was thrown.
 */
export type ExitReason = string | TaggedReason | ShutdownReason | Error

export interface TaggedReason {
  readonly tag: string
  readonly [fact: string]: unknown
}

/** OTP's `{shutdown, Term}`: as orderly as `shutdown`, and says more. */
export interface ShutdownReason {
  readonly shutdown: unknown
}

/** How a process came to its end. */
export type ExitKind =
  | 'normal'
  | 'throw'
  | 'rejection'
  | 'exit'
  | 'kill'
  | 'timeout'
  | 'out-of-memory'
  | 'node-down'

/**
 * Thrown by a process that ends on purpose: OTP's `exit(Reason)`.
 *
 * ```ts
 * throw new Exit('frame_overrun', { expected: 512, got: 700 })
 * ```
 */
export class Exit extends Error {
  readonly reason: ExitReason

  constructor(reason: ExitReason, facts?: Readonly<Record<string, unknown>>) {
    super(typeof reason === 'string' ? reason : reasonTag(reason))
    this.name = 'Exit'
    this.reason = typeof reason === 'string' && facts !== undefined ? { ...facts, tag: reason } : reason
  }
}

/** An end that is no throw of the process's own code: its worker thread was lost. */
export class FatalExit extends Exit {
  readonly kind: ExitKind

  constructor(reason: ExitReason, kind: ExitKind) {
    super(reason)
    this.kind = kind
  }
}

/** An error that was thrown in a worker thread, by a handler that had not awaited anything. */
export interface ThrownThere extends Error {
  isThrow?: boolean
}

/** A short name for a reason: the atom, the tag, or the error's class. Calls no getter and never throws. */
export function reasonTag(reason: unknown): string {
  if (typeof reason === 'string') return reason
  try {
    if (reason instanceof Error) return nameOfError(reason)
    if (typeof reason === 'object' && reason !== null) {
      const tag = Object.getOwnPropertyDescriptor(reason, 'tag')
      if (typeof tag?.value === 'string') return tag.value
      if (Object.hasOwn(reason, 'shutdown')) return 'shutdown'
    }
  } catch {
    return 'unreadable' // a hostile Proxy
  }
  return typeof reason
}

function nameOfError(error: Error): string {
  let at: object | null = error
  for (let steps = 0; at !== null && steps < 16; steps++) {
    const property = Object.getOwnPropertyDescriptor(at, 'name')
    if (property !== undefined) return typeof property.value === 'string' ? property.value : 'Error'
    at = Object.getPrototypeOf(at)
  }
  return 'Error'
}

export function isNormal(reason: unknown): boolean {
  return reason === 'normal'
}

/** Whether a `transient` child that ended so stays ended: `normal`, `shutdown` or `{ shutdown }`. */
export function isOrderly(reason: unknown): boolean {
  if (reason === 'normal' || reason === 'shutdown') return true
  return isShutdownReason(reason)
}

export function isShutdownReason(reason: unknown): reason is ShutdownReason {
  if (typeof reason !== 'object' || reason === null) return false
  try {
    return !(reason instanceof Error) && Object.hasOwn(reason, 'shutdown')
  } catch {
    return false
  }
}

/** Whether `value` is an error; a hostile Proxy is none. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/** What was thrown, as a reason: an `Exit` gives its own, an error is its own reason, anything else is `nocatch`. */
export function reasonOf(thrown: unknown): ExitReason {
  try {
    if (thrown instanceof Exit) return thrown.reason
    if (thrown instanceof Error) return thrown
  } catch {
    // A Proxy whose prototype trap throws is thrown like any other value.
  }
  return { tag: 'nocatch', value: thrown }
}
