/**
 * Typed changes of one field of a message: another number stays a number, text stays text. Only plain objects and arrays are entered, and only data: no
 * getter is called, and what names something of the node, a pid or a caller, is never looked into. The original is not touched.
 */

export type MutationKind = 'number' | 'text' | 'missing' | 'null'

export interface Mutation {
  readonly path: readonly string[]
  readonly kind: MutationKind
}

const DEEPEST = 6
const MOST = 256
const ALL: readonly MutationKind[] = ['number', 'text', 'missing', 'null']

/** What could be done to this message, in an order that depends on it alone. */
export function mutations(message: unknown, wanted: MutationKind | 'any'): Mutation[] {
  const found: Mutation[] = []
  const kinds = wanted === 'any' ? ALL : [wanted]
  const visit = (value: unknown, path: readonly string[]): void => {
    if (!isPlain(value) || path.length >= DEEPEST) return
    for (const key of Object.keys(value)) {
      if (found.length >= MOST) return
      if (path.length === 0 && isName(value, key)) continue
      const field = Object.getOwnPropertyDescriptor(value, key)
      if (field === undefined || !('value' in field)) continue
      const at = [...path, key]
      for (const kind of kinds) if (fits(kind, field.value, value)) found.push({ path: at, kind })
      visit(field.value, at)
    }
  }
  visit(message, [])
  return found
}

/** A copy along the path, the rest shared; frozen where the message was. */
export function mutated(message: unknown, { path, kind }: Mutation, random: () => number): unknown {
  const [key, ...rest] = path
  if (key === undefined) return changed(message, kind, random)
  const source = message as Record<string, unknown>
  const copy = (
    Array.isArray(source)
      ? [...source]
      : Object.defineProperties(
          Object.create(Object.getPrototypeOf(source)),
          loose(Object.getOwnPropertyDescriptors(source)),
        )
  ) as Record<string, unknown>
  if (kind === 'missing' && rest.length === 0) delete copy[key]
  else copy[key] = mutated(source[key], { path: rest, kind }, random)
  return Object.isFrozen(source) ? Object.freeze(copy) : copy
}

/** A frozen original has fields that cannot be written. */
function loose(fields: Record<string, PropertyDescriptor>): Record<string, PropertyDescriptor> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [
      key,
      'value' in field ? { ...field, writable: true, configurable: true } : { ...field, configurable: true },
    ]),
  )
}

function changed(value: unknown, kind: MutationKind, random: () => number): unknown {
  switch (kind) {
    case 'number':
      return otherNumber(value as number, random)
    case 'text': {
      const text = value as string
      return text.slice(0, Math.floor(random() * text.length))
    }
    case 'missing':
      return undefined
    case 'null':
      return null
    default: {
      const never: never = kind
      return never
    }
  }
}

function otherNumber(value: number, random: () => number): number {
  const others = [-value, value + 1, value - 1, value * 1_000, 0].filter((other) => !Object.is(other, value))
  return others[Math.floor(random() * others.length)] ?? 0
}

function fits(kind: MutationKind, value: unknown, within: object): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number'
    case 'text':
      return typeof value === 'string' && value !== ''
    case 'missing':
      // A hole in a list is no missing field.
      return !Array.isArray(within)
    case 'null':
      return value !== null
    default: {
      const never: never = kind
      return never
    }
  }
}

/** By its type a message is told apart: without it nobody would take it. */
function isName(message: object, key: string): boolean {
  return key === 'type' || key === 'tag' || (Array.isArray(message) && key === '0')
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  try {
    if (Array.isArray(value)) return true
    const prototype: unknown = Object.getPrototypeOf(value)
    return prototype === Object.prototype || prototype === null
  } catch {
    return false // a hostile Proxy
  }
}
