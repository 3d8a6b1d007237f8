/** What changed from one JSON value to the next. Equal objects that are the same object cost nothing. */
import type { Delta } from './delta.ts'
import { nearKeys } from './near-keys.ts'
import { putKey } from './put-key.ts'

/** A spark moves by one a second; who was away for longer than this gets the array anew. */
const MAX_SHIFT = 16
/** So many keys, so long on average, are told by what each has of its own. */
const NEAR = { keys: 4, length: 16 } as const
/** Shorter strings are replaced. */
const MIN_TEXT = 64

/**
 * The delta that makes `after` of `before`, or `null` where both are deeply equal. Takes plain JSON: a property that is
 * `undefined` counts as absent.
 *
 * @example
 * diff({ a: 1, spark: [1, 2, 3] }, { a: 2, spark: [2, 3, 4] })
 * // { set: { a: 2 }, at: { spark: { shift: 1, add: [4] } } }
 */
export function diff<T>(before: T, after: T): Delta | null {
  return compare(before, after)
}

function compare(before: unknown, after: unknown): Delta | null {
  if (before === after) return null
  if (typeof before === 'string' && typeof after === 'string') return compareText(before, after)
  if (Array.isArray(before) && Array.isArray(after)) return compareArrays(before, after)
  if (isRecord(before) && isRecord(after)) return compareRecords(before, after)
  return { to: after }
}

function compareRecords(before: Record<string, unknown>, after: Record<string, unknown>): Delta | null {
  const set: Record<string, unknown> = {}
  const at: Record<string, Delta> = {}
  const del: string[] = []
  let sets = 0
  let ats = 0
  for (const key in after) {
    const next = after[key]
    if (next === undefined) continue
    const had = Object.hasOwn(before, key) ? before[key] : undefined
    if (had === next) continue
    const delta: Delta | null = had === undefined ? { to: next } : compare(had, next)
    if (delta === null) continue
    if ('to' in delta) {
      putKey(set, key, next)
      sets++
    } else {
      putKey(at, key, delta)
      ats++
    }
  }
  for (const key in before) {
    if (before[key] !== undefined && !(Object.hasOwn(after, key) && after[key] !== undefined)) del.push(key)
  }
  if (sets + ats + del.length === 0) return null
  const rest = { ...(sets > 0 ? { set } : null), ...(del.length > 0 ? { del } : null) }
  if (ats === 0) return rest
  const keys = Object.keys(at)
  if (ats < NEAR.keys || lengthOf(keys) < ats * NEAR.length) return { at, ...rest }
  return { near: nearKeys(keys).map((key, i) => [...key, at[keys[i] as string] as Delta]), ...rest }
}

function lengthOf(keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + key.length, 0)
}

function compareArrays(before: unknown[], after: unknown[]): Delta | null {
  const shifted = findShift(before, after)
  if (shifted === 0 && before.length === after.length) return null
  if (shifted !== -1) return { shift: shifted, add: after.slice(before.length - shifted) }
  if (before.length === after.length) {
    const items: [number, Delta][] = []
    for (let i = 0; i < after.length; i++) {
      const delta = compare(before[i], after[i])
      if (delta !== null) items.push([i, delta])
    }
    if (items.length * 2 <= after.length || items.some(([, delta]) => !('to' in delta))) return { items }
    return { to: after }
  }
  return spliceBetween(before, after)
}

/** How many items went from the front so that the rest of `before` begins `after`; -1 where no small number does. */
function findShift(before: unknown[], after: unknown[]): number {
  const most = Math.min(MAX_SHIFT, before.length - 1)
  for (let shift = Math.max(0, before.length - after.length); shift <= most; shift++) {
    let i = 0
    while (i < before.length - shift && isSame(before[i + shift], after[i])) i++
    if (i === before.length - shift) return shift
  }
  return before.length === 0 && after.length === 0 ? 0 : -1
}

function spliceBetween(before: unknown[], after: unknown[]): Delta {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && isSame(before[head], after[head])) head++
  let tail = 0
  while (tail < shorter - head && isSame(before[before.length - 1 - tail], after[after.length - 1 - tail])) {
    tail++
  }
  if (head + tail === 0) return { to: after }
  return { splice: [head, before.length - head - tail], add: after.slice(head, after.length - tail) }
}

function compareText(before: string, after: string): Delta {
  if (before.length !== after.length || after.length < MIN_TEXT) return { to: after }
  const runs: [number, string][] = []
  let size = 0
  for (let i = 0; i < after.length; i++) {
    if (before.charCodeAt(i) === after.charCodeAt(i)) continue
    const from = i
    // Gaps of a few equal characters are cheaper carried along than as a run of their own.
    let last = i
    for (; i < after.length && i - last < 8; i++) {
      if (before.charCodeAt(i) !== after.charCodeAt(i)) last = i
    }
    i = last
    runs.push([from, after.slice(from, last + 1)])
    size += last - from + 10
    if (size > after.length) return { to: after }
  }
  return { runs }
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return compare(a, b) === null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
