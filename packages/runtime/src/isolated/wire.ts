/** What host and worker say to each other, and how values cross: as structured clones, with references as tokens. */
import type { Snapshot } from '../capture.ts'
import type { Phase } from '../driver.ts'
import { type ExitReason, isError } from '../exit-reason.ts'

export type MetaWire = null | 'cast' | { readonly call: number } | { readonly local: number }
export type ToWire = { readonly pid: number } | { readonly name: string }

export interface ErrorWire {
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly cause: unknown
  /** Of an `Exit`. */
  readonly exit?: { readonly reason: unknown }
  /** Of a failed call: the host knows more about it. */
  readonly call?: number
  /** A `not_cloneable` and the like, thrown where it was sent. */
  readonly isThrow: boolean
}

/** To the worker. */
export type Order =
  | { readonly op: 'init' }
  | { readonly op: 'handle'; readonly message: unknown; readonly meta: MetaWire }
  | { readonly op: 'next'; readonly phase: Phase }
  | { readonly op: 'terminate'; readonly reason: unknown }
  | {
      readonly op: 'answer'
      readonly call: number
      readonly ok: boolean
      readonly value: unknown
      readonly text: string
    }
  | { readonly op: 'get_state'; readonly id: number }
  | { readonly op: 'ping' }

/** What a handler's end means for the process. */
export interface Done {
  readonly op: 'done'
  readonly isInitialised: boolean
  readonly isIgnored: boolean
  readonly stop: { readonly reason: unknown } | null
  readonly next: Phase | null
  readonly idleMs: number | null
  readonly state: Snapshot | null
}

/** From the worker. */
export type Report =
  | Done
  | { readonly op: 'threw'; readonly error: ErrorWire; readonly state: Snapshot | null }
  | { readonly op: 'deliver'; readonly to: ToWire; readonly message: unknown; readonly meta: MetaWire }
  | {
      readonly op: 'call'
      readonly call: number
      readonly to: ToWire
      readonly message: unknown
      readonly timeoutMs: number
    }
  | { readonly op: 'reply'; readonly call: number; readonly value: unknown }
  | { readonly op: 'exit'; readonly to: number; readonly reason: unknown }
  | { readonly op: 'link' | 'unlink'; readonly to: number }
  | { readonly op: 'monitor'; readonly ref: number; readonly to: ToWire }
  | { readonly op: 'demonitor'; readonly ref: number }
  | { readonly op: 'trap_exit'; readonly isTrapping: boolean }
  | { readonly op: 'unregister' | 'set_label'; readonly text: string }
  | { readonly op: 'state'; readonly id: number; readonly ok: boolean; readonly value: unknown }
  | { readonly op: 'pong' }
  | { readonly op: 'unhandled' | 'refused' }
  | { readonly op: 'ask'; readonly question: Question }

/** Answered while the worker waits. */
export type Question =
  | { readonly ask: 'whereis'; readonly name: string }
  | { readonly ask: 'register'; readonly name: string }

export interface Boot {
  readonly module: string
  readonly export: string
  readonly expected: { readonly behaviour: string; readonly module: string }
  readonly pid: number
  readonly name: string | null
  readonly args: unknown
  readonly node: { readonly name: string; readonly release: string | null }
  /** Says that a question has been answered. */
  readonly bell: SharedArrayBuffer
}

const MARK = '\u0000orrery'

type Token =
  | { readonly [MARK]: 'pid'; readonly id: number }
  | { readonly [MARK]: 'ref'; readonly id: number }
  | { readonly [MARK]: 'from'; readonly id: number }
  | ({ readonly [MARK]: 'error' } & Omit<ErrorWire, 'isThrow'>)

/** How one side knows references: as numbers and back. */
export interface References {
  /** A token, or `undefined` for what is no reference. */
  out(value: object): { kind: 'pid' | 'ref' | 'from'; id: number } | undefined
  back(kind: 'pid' | 'ref' | 'from', id: number): unknown
}

/** A value that has been through `cloned`, ready for the other side. */
export function encode(value: unknown, references: References): unknown {
  return walk(value, new Map(), (part) => {
    const token = references.out(part)
    if (token !== undefined) return { [MARK]: token.kind, id: token.id }
    return isError(part) ? { [MARK]: 'error', ...errorWire(part, references) } : undefined
  })
}

export function decode(value: unknown, references: References): unknown {
  return walk(value, new Map(), (part) => {
    const kind = (part as Partial<Token>)[MARK]
    if (kind === undefined) return undefined
    if (kind === 'error') return errorOf(part as ErrorWire, references)
    return references.back(kind, (part as { id: number }).id)
  })
}

function errorWire(error: Error, references: References): Omit<ErrorWire, 'isThrow'> {
  const { name, message, stack = '', cause } = error
  const reason = Object.hasOwn(error, 'reason') ? (error as { reason?: unknown }).reason : undefined
  return {
    name,
    message,
    stack,
    cause: isError(cause) ? encode(cause, references) : undefined,
    ...(reason === undefined ? {} : { exit: { reason: encode(reason, references) } }),
  }
}

function errorOf({ name, message, stack, cause, exit }: ErrorWire, references: References): Error {
  const error = new Error(message, cause === undefined ? {} : { cause: decode(cause, references) })
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  if (exit !== undefined) Object.assign(error, { reason: decode(exit.reason, references) as ExitReason })
  return error
}

function walk(value: unknown, seen: Map<object, unknown>, replace: (part: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  const replaced = replace(value)
  if (replaced !== undefined) {
    seen.set(value, replaced)
    return replaced
  }
  const part = (inner: unknown) => walk(inner, seen, replace)
  if (Array.isArray(value)) {
    const list: unknown[] = []
    seen.set(value, list)
    for (const inner of value) list.push(part(inner))
    return list
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    seen.set(value, map)
    for (const [key, inner] of value) map.set(part(key), part(inner))
    return map
  }
  if (value instanceof Set) {
    const set = new Set<unknown>()
    seen.set(value, set)
    for (const inner of value) set.add(part(inner))
    return set
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const object: Record<string, unknown> = {}
  seen.set(value, object)
  for (const [key, inner] of Object.entries(value)) object[key] = part(inner)
  return object
}
