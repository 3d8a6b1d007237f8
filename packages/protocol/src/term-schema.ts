/** Terms from a stranger: checked in shape, depth and number before anyone walks them. */
import { z } from 'zod'
import type { Field, Term } from './term.ts'

const MAX_DEPTH = 64
/** More than a report of `LIMITS.crashReportBytes` can hold in good faith. */
const MAX_NODES = 65_536

/** Whether this is a term of at most 64 levels. */
export function isTerm(value: unknown): value is Term {
  return isTermWithin(value, 0, { left: MAX_NODES })
}

/**
 * A term; in place of anything else `{ $: 'unavailable' }`, so that one value a newer agent describes in a way this hub
 * does not know costs the value and not the report.
 */
export const term: z.ZodType<Term> = z
  .unknown()
  .transform(
    (value): Term => (isTerm(value) ? value : { $: 'unavailable', why: 'not a term this hub can read' }),
  )

/** A part that may be missing and then says why. */
export function fieldOf<T extends z.ZodType>(value: T) {
  const why = z.string().max(1_024)
  return z.discriminatedUnion('status', [
    z.object({ status: z.literal('captured'), value }),
    z.object({ status: z.literal('truncated'), value, why }),
    z.object({ status: z.literal('redacted'), why }),
    z.object({ status: z.literal('unavailable'), why }),
  ]) as z.ZodType<Field<z.infer<T>>>
}

function isTermWithin(value: unknown, depth: number, budget: { left: number }): boolean {
  if (--budget.left < 0 || depth > MAX_DEPTH) return false
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      return value === null || isTagged(value as Record<string, unknown>, depth + 1, budget)
    default:
      return false
  }
}

function isTagged(term: Record<string, unknown>, depth: number, budget: { left: number }): boolean {
  const inner = (value: unknown): boolean => isTermWithin(value, depth, budget)
  const isNamedEntry = (entry: unknown): boolean => isPair(entry) && isString(entry[0]) && inner(entry[1])
  switch (term.$) {
    case 'object':
      return (
        isOptional(term.name, isString) &&
        isOptional(term.more, isCount) &&
        isList(term.entries, isNamedEntry)
      )
    case 'array':
    case 'set':
      return isOptional(term.more, isCount) && isList(term.items, inner)
    case 'map':
      return (
        isOptional(term.more, isCount) &&
        isList(term.entries, (entry) => isPair(entry) && inner(entry[0]) && inner(entry[1]))
      )
    case 'error':
      return (
        isString(term.name) &&
        inner(term.message) &&
        isOptional(term.cause, inner) &&
        isOptional(term.entries, (entries) => isList(entries, isNamedEntry))
      )
    case 'text':
      return isString(term.text) && isCount(term.length)
    case 'number':
    case 'bigint':
    case 'symbol':
    case 'regexp':
      return isString(term.text)
    case 'function':
    case 'opaque':
      return isString(term.name)
    case 'date':
      return isString(term.iso)
    case 'bytes':
      return isString(term.name) && isCount(term.length) && isString(term.head)
    case 'pid':
      return isString(term.pid) && isOptional(term.name, isString)
    case 'circular':
      return isCount(term.up)
    case 'redacted':
    case 'truncated':
    case 'unavailable':
      return isString(term.why)
    case 'undefined':
    case 'getter':
      return true
    default:
      return false
  }
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem)
}

function isPair(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2
}

function isOptional(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || test(value)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
