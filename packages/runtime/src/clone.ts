/**
 * A message as a copy, where a node is told to clone (`messages: 'clone'`): the structured clone of the HTML standard, but pids,
 * monitor and timer references and callers stay what they are. What it cannot copy is the sender's crash.
 */
import { Call } from './call.ts'
import { Exit } from './exit-reason.ts'
import { Pid } from './pid.ts'
import { Monitor } from './relations.ts'
import { SystemRequest } from './system.ts'
import { Timer } from './timers.ts'

/** @throws {Exit} `not_cloneable`, with the path of the part that is a function, a symbol, a promise or the like. */
export function cloned<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return plain(value, '') as T
  return copy(value, '', new Map()) as T
}

/** Values that name something of the node rather than hold something. */
export function isReference(value: object): boolean {
  return (
    value instanceof Pid ||
    value instanceof Call ||
    value instanceof Monitor ||
    value instanceof Timer ||
    value instanceof SystemRequest
  )
}

function copy(value: unknown, path: string, seen: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return plain(value, path)
  if (isReference(value)) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    const list: unknown[] = new Array(value.length)
    seen.set(value, list)
    for (const key of Object.keys(value))
      list[key as never] = copy(value[key as never], `${path}[${key}]`, seen) as never
    return list
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    seen.set(value, map)
    for (const [key, part] of value)
      map.set(copy(key, `${path}.key`, seen), copy(part, `${path}.value`, seen))
    return map
  }
  if (value instanceof Set) {
    const set = new Set<unknown>()
    seen.set(value, set)
    for (const part of value) set.add(copy(part, `${path}.member`, seen))
    return set
  }
  if (isPlatform(value)) return platformCopy(value, path, seen)
  const object: Record<string, unknown> = {}
  seen.set(value, object)
  for (const key of Object.keys(value)) {
    object[key] = copy((value as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`, seen)
  }
  return object
}

function plain(value: unknown, path: string): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw notCloneable(path, typeof value)
  return value
}

/** What `structuredClone` knows better: dates, errors, byte arrays and the like; and what it refuses. */
function isPlatform(value: object): boolean {
  return Object.prototype.toString.call(value) !== '[object Object]'
}

function platformCopy(value: object, path: string, seen: Map<object, unknown>): unknown {
  try {
    const made: unknown = structuredClone(value)
    seen.set(value, made)
    return made
  } catch (error) {
    throw notCloneable(path, error instanceof Error ? error.message : String(error))
  }
}

function notCloneable(path: string, why: string): Exit {
  return new Exit('not_cloneable', { path: path === '' ? 'the message' : path, why })
}

const DEEPEST = 64

/** A copy of what is plain in a state: objects, arrays, maps and sets; everything else is handed over as it is. */
export function copied<T>(value: T): T {
  return plainCopy(value, new Map(), 0) as T
}

function plainCopy(value: unknown, seen: Map<object, unknown>, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  const part = (inner: unknown) => plainCopy(inner, seen, depth + 1)
  if (Array.isArray(value)) {
    const list: unknown[] = []
    seen.set(value, list)
    for (const inner of value) list.push(part(inner))
    return list
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    seen.set(value, map)
    for (const [key, inner] of value) map.set(key, part(inner))
    return map
  }
  if (value instanceof Set) return new Set(value)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const object: Record<string, unknown> = {}
  seen.set(value, object)
  for (const key of Object.keys(value)) object[key] = part((value as Record<string, unknown>)[key])
  return object
}
