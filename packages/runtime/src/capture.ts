/**
 * `capture` turns any value into a bounded, inert snapshot. It is called in the dying path, on values that belong to
 * somebody else, so it calls no getter, runs no user code that it can avoid, and never throws.
 */
import { Pid } from './pid.ts'

/** A value as data; the same shape as a term of the wire protocol. */
export type Snapshot = null | boolean | number | string | TaggedSnapshot

export type TaggedSnapshot =
  | { $: 'object'; name?: string; entries: [key: string, value: Snapshot][]; more?: number }
  | { $: 'array'; items: Snapshot[]; more?: number }
  | { $: 'map'; entries: [key: Snapshot, value: Snapshot][]; more?: number }
  | { $: 'set'; items: Snapshot[]; more?: number }
  | { $: 'error'; name: string; message: Snapshot; cause?: Snapshot; entries?: [string, Snapshot][] }
  | { $: 'text'; text: string; length: number }
  | { $: 'undefined' }
  | { $: 'number'; text: string }
  | { $: 'bigint'; text: string }
  | { $: 'symbol'; text: string }
  | { $: 'function'; name: string }
  | { $: 'date'; iso: string }
  | { $: 'regexp'; text: string }
  | { $: 'bytes'; name: string; length: number; head: string }
  | { $: 'pid'; pid: string; name?: string }
  | { $: 'opaque'; name: string }
  | { $: 'getter' }
  | { $: 'circular'; up: number }
  | { $: 'truncated'; why: string }

export interface Bounds {
  /** Levels of nesting. Default 6. */
  depth: number
  /** Entries of one object, array, map or set. Default 50. */
  breadth: number
  /** UTF-16 units of one string. Default 1,000. */
  text: number
  /** Values in all. Default 1,000. */
  nodes: number
}

export const DEFAULT_BOUNDS: Bounds = { depth: 6, breadth: 50, text: 1_000, nodes: 1_000 }

/** A value that was captured elsewhere: given on as it is. */
export class Captured {
  readonly #snapshot: Snapshot
  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
  }

  /** `undefined` for any other value; asks no trap of a hostile Proxy. */
  static snapshotOf(value: unknown): Snapshot | undefined {
    return typeof value === 'object' && value !== null && #snapshot in value ? value.#snapshot : undefined
  }
}

/** A bounded, inert snapshot of `value`. Never throws. */
export function capture(value: unknown, bounds: Partial<Bounds> = {}): Snapshot {
  const captured = Captured.snapshotOf(value)
  if (captured !== undefined) return captured
  return new Capture({ ...DEFAULT_BOUNDS, ...bounds }).value(value)
}

const BYTES_SHOWN = 32

class Capture {
  private readonly bounds: Bounds
  private readonly path: object[] = []
  private left: number

  constructor(bounds: Bounds) {
    this.bounds = bounds
    this.left = bounds.nodes
  }

  value(value: unknown): Snapshot {
    if (this.left <= 0) return { $: 'truncated', why: 'nodes' }
    this.left -= 1
    switch (typeof value) {
      case 'string':
        return this.text(value)
      case 'boolean':
        return value
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { $: 'number', text: Object.is(value, -0) ? '-0' : String(value) }
      case 'undefined':
        return { $: 'undefined' }
      case 'bigint':
        return { $: 'bigint', text: this.bigint(value) }
      case 'symbol':
        return { $: 'symbol', text: this.cut(value.description ?? '') }
      case 'function':
        return { $: 'function', name: this.functionName(value) }
      case 'object':
        return value === null ? null : this.object(value)
      default:
        return { $: 'opaque', name: typeof value }
    }
  }

  private object(value: object): Snapshot {
    const up = this.path.lastIndexOf(value)
    if (up >= 0) return { $: 'circular', up: this.path.length - up }
    if (this.path.length >= this.bounds.depth) return { $: 'truncated', why: 'depth' }
    this.path.push(value)
    try {
      return this.byKind(value)
    } catch {
      return { $: 'opaque', name: 'unreadable' } // a revoked or hostile Proxy
    } finally {
      this.path.pop()
    }
  }

  private byKind(value: object): Snapshot {
    if (value instanceof Pid) return this.pid(value)
    if (Array.isArray(value)) return this.array(value)
    if (value instanceof Error) return this.error(value)
    if (value instanceof Map) return this.map(value)
    if (value instanceof Set) return this.set(value)
    if (ArrayBuffer.isView(value)) return this.bytes(value)
    if (value instanceof ArrayBuffer) return this.bytes(new Uint8Array(value), 'ArrayBuffer')
    if (value instanceof Date) return this.date(value)
    if (value instanceof RegExp) return { $: 'regexp', text: this.cut(RegExp.prototype.toString.call(value)) }
    if (
      value instanceof Promise ||
      value instanceof WeakMap ||
      value instanceof WeakSet ||
      value instanceof WeakRef
    )
      return { $: 'opaque', name: this.className(value) ?? 'Object' }
    const name = this.className(value)
    const { entries, more } = this.entries(value, NOTHING)
    return {
      $: 'object',
      ...(name === null ? {} : { name }),
      entries,
      ...(more > 0 ? { more } : {}),
    }
  }

  private pid(pid: Pid): Snapshot {
    const name = Pid.processOf(pid)?.name ?? null
    return { $: 'pid', pid: String(pid), ...(name === null ? {} : { name }) }
  }

  private array(value: unknown[]): Snapshot {
    const length = value.length
    const items: Snapshot[] = []
    for (let i = 0; i < length && i < this.bounds.breadth && this.left > 0; i++) {
      items.push(this.property(Object.getOwnPropertyDescriptor(value, i)))
    }
    const more = length - items.length
    return { $: 'array', items, ...(more > 0 ? { more } : {}) }
  }

  private error(error: Error): Snapshot {
    const name = this.dataOf(error, 'name')
    const message = this.dataOf(error, 'message')
    const cause = Object.getOwnPropertyDescriptor(error, 'cause')
    const { entries } = this.entries(error, ERROR_FIELDS)
    return {
      $: 'error',
      name: typeof name === 'string' ? this.cut(name) : 'Error',
      message: typeof message === 'string' ? this.text(message) : '',
      ...(cause === undefined ? {} : { cause: this.property(cause) }),
      ...(entries.length > 0 ? { entries } : {}),
    }
  }

  private map(map: Map<unknown, unknown>): Snapshot {
    const entries: [Snapshot, Snapshot][] = []
    for (const [key, value] of Map.prototype.entries.call(map)) {
      if (entries.length >= this.bounds.breadth || this.left <= 0) break
      entries.push([this.value(key), this.value(value)])
    }
    const more = sizeOf(Map.prototype, map) - entries.length
    return { $: 'map', entries, ...(more > 0 ? { more } : {}) }
  }

  private set(set: Set<unknown>): Snapshot {
    const items: Snapshot[] = []
    for (const item of Set.prototype.values.call(set)) {
      if (items.length >= this.bounds.breadth || this.left <= 0) break
      items.push(this.value(item))
    }
    const more = sizeOf(Set.prototype, set) - items.length
    return { $: 'set', items, ...(more > 0 ? { more } : {}) }
  }

  private bytes(view: ArrayBufferView, name = this.className(view) ?? 'bytes'): Snapshot {
    const shown = new Uint8Array(view.buffer, view.byteOffset, Math.min(view.byteLength, BYTES_SHOWN))
    let head = ''
    for (const byte of shown) head += byte.toString(16).padStart(2, '0')
    return { $: 'bytes', name, length: view.byteLength, head }
  }

  private date(date: Date): Snapshot {
    const time = Date.prototype.getTime.call(date)
    return { $: 'date', iso: Number.isNaN(time) ? 'invalid' : Date.prototype.toISOString.call(date) }
  }

  private entries(
    value: object,
    without: ReadonlySet<PropertyKey>,
  ): { entries: [string, Snapshot][]; more: number } {
    const entries: [string, Snapshot][] = []
    let more = 0
    for (const key of Reflect.ownKeys(value)) {
      if (without.has(key)) continue
      const property = Object.getOwnPropertyDescriptor(value, key)
      if (property === undefined || !property.enumerable) continue
      if (entries.length >= this.bounds.breadth || this.left <= 0) {
        more += 1
        continue
      }
      entries.push([
        this.cut(typeof key === 'symbol' ? `[${key.description ?? ''}]` : key),
        this.property(property),
      ])
    }
    return { entries, more }
  }

  private property(property: PropertyDescriptor | undefined): Snapshot {
    if (property === undefined) return { $: 'undefined' }
    if (property.get !== undefined || property.set !== undefined) return { $: 'getter' }
    return this.value(property.value)
  }

  /** A data property found along the prototype chain, getters left alone. */
  private dataOf(value: object, key: string): unknown {
    let at: object | null = value
    for (let steps = 0; at !== null && steps < 16; steps++) {
      const property = Object.getOwnPropertyDescriptor(at, key)
      if (property !== undefined) return property.value
      at = Object.getPrototypeOf(at)
    }
    return undefined
  }

  /** `null` for plain objects. */
  private className(value: object): string | null {
    const prototype = Object.getPrototypeOf(value)
    if (prototype === null || prototype === Object.prototype) return null
    const maker = this.dataOf(prototype, 'constructor')
    return typeof maker === 'function' ? this.functionName(maker) || null : null
  }

  private functionName(value: object): string {
    try {
      const name = Object.getOwnPropertyDescriptor(value, 'name')?.value
      return typeof name === 'string' ? this.cut(name) : ''
    } catch {
      return ''
    }
  }

  private text(text: string): Snapshot {
    if (text.length <= this.bounds.text) return wellFormed(text)
    return { $: 'text', text: wellFormed(text.slice(0, this.bounds.text)), length: text.length }
  }

  private cut(text: string): string {
    return wellFormed(text.length <= this.bounds.text ? text : `${text.slice(0, this.bounds.text)}…`)
  }

  private bigint(value: bigint): string {
    // Decimal digits of a huge bigint take quadratic time.
    return BigInt.asIntN(4_096, value) === value ? this.cut(value.toString()) : 'larger than 4096 bits'
  }
}

const NOTHING: ReadonlySet<PropertyKey> = new Set()
const ERROR_FIELDS: ReadonlySet<PropertyKey> = new Set(['name', 'message', 'stack', 'cause'])

/** The real size, also where a subclass defines its own `size`. */
function sizeOf(prototype: object, value: object): number {
  return Object.getOwnPropertyDescriptor(prototype, 'size')?.get?.call(value) ?? 0
}

/** Lone surrogates become U+FFFD. In Node 20 but not yet in the ES2023 types. */
function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed()
}
