/**
 * Terms: how a value of any shape crosses the wire and reaches a screen.
 *
 * A term is JSON. Finite numbers, booleans, `null` and well-formed strings stand for themselves; everything else is an
 * object whose `$` says what it was. A term never holds live references, never needs code to be read, and is bounded
 * where it is made (the runtime's `capture`, then the agent's redaction), so no reader has to defend itself again.
 */

export type Term = null | boolean | number | string | TaggedTerm

export type TaggedTerm =
  | { $: 'object'; name?: string; entries: [key: string, value: Term][]; more?: number }
  | { $: 'array'; items: Term[]; more?: number }
  | { $: 'map'; entries: [key: Term, value: Term][]; more?: number }
  | { $: 'set'; items: Term[]; more?: number }
  | { $: 'error'; name: string; message: Term; cause?: Term; entries?: [string, Term][] }
  /** A string cut at the bound; `length` is that of the whole in UTF-16 units. */
  | { $: 'text'; text: string; length: number }
  | { $: 'undefined' }
  /** `NaN`, `Infinity`, `-Infinity`, `-0`. */
  | { $: 'number'; text: string }
  | { $: 'bigint'; text: string }
  | { $: 'symbol'; text: string }
  | { $: 'function'; name: string }
  | { $: 'date'; iso: string }
  | { $: 'regexp'; text: string }
  | { $: 'bytes'; name: string; length: number; head: string }
  | { $: 'pid'; pid: string; name?: string }
  /** Promise, WeakMap, Proxy and other values that cannot be read. */
  | { $: 'opaque'; name: string }
  /** An accessor property: capturing never calls a getter. */
  | { $: 'getter' }
  /** The same object stands `up` levels above. */
  | { $: 'circular'; up: number }
  | { $: 'redacted'; why: string }
  | { $: 'truncated'; why: string }
  | { $: 'unavailable'; why: string }

/** A part of a report that may be missing, and then says why. */
export type Field<T> =
  | { status: 'captured'; value: T }
  | { status: 'truncated'; value: T; why: string }
  | { status: 'redacted'; why: string }
  | { status: 'unavailable'; why: string }

export const captured = <T>(value: T): Field<T> => ({ status: 'captured', value })
export const truncated = <T>(value: T, why: string): Field<T> => ({ status: 'truncated', value, why })
export const redacted = (why: string): Field<never> => ({ status: 'redacted', why })
export const unavailable = (why: string): Field<never> => ({ status: 'unavailable', why })

/** The value of a field that has one, else `undefined`. */
export function fieldValue<T>(field: Field<T>): T | undefined {
  return field.status === 'captured' || field.status === 'truncated' ? field.value : undefined
}
