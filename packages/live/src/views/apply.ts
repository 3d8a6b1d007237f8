/** Carries a delta over to a value that React may hold: nothing is changed in place, what did not move is shared. */
import { type Delta, DeltaMisfit, type NearDelta, type RecordDelta } from './delta.ts'
import { farKeys, type NearKey } from './near-keys.ts'
import { putKey } from './put-key.ts'

/**
 * The value after `delta`: `apply(a, diff(a, b))` deeply equals `b`. Substructure the delta does not name is the same
 * object as before, so that `React.memo` holds. Throws `DeltaMisfit` where the delta was made from another value.
 */
export function apply<T>(value: T, delta: Delta): T {
  return next(value, delta) as T
}

function next(value: unknown, delta: Delta): unknown {
  if ('to' in delta) return delta.to
  if ('shift' in delta) {
    const list = asArray(value)
    if (delta.shift > list.length) throw new DeltaMisfit('more items shifted than there are')
    return [...list.slice(delta.shift), ...delta.add]
  }
  if ('splice' in delta) {
    const [from, dropped] = delta.splice
    const list = asArray(value)
    if (from + dropped > list.length) throw new DeltaMisfit('more items taken out than there are')
    return [...list.slice(0, from), ...delta.add, ...list.slice(from + dropped)]
  }
  if ('items' in delta) {
    const list = [...asArray(value)]
    for (const [index, inner] of delta.items) {
      if (index >= list.length) throw new DeltaMisfit(`no item ${index}`)
      list[index] = next(list[index], inner)
    }
    return list
  }
  if ('runs' in delta) return nextText(value, delta.runs)
  return nextRecord(value, delta)
}

function nextRecord(value: unknown, delta: RecordDelta | NearDelta): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DeltaMisfit('an object was expected')
  }
  const record: Record<string, unknown> = { ...value }
  for (const key of delta.del ?? []) delete record[key]
  const set = delta.set ?? {}
  for (const key of Object.keys(set)) putKey(record, key, set[key])
  for (const [key, inner] of 'near' in delta ? entriesOf(delta) : Object.entries(delta.at ?? {})) {
    if (!Object.hasOwn(record, key)) throw new DeltaMisfit(`no key ${key}`)
    putKey(record, key, next(record[key], inner))
  }
  return record
}

function entriesOf({ near }: NearDelta): [string, Delta][] {
  const keys = farKeys(near.map(([beginning, own, end]): NearKey => [beginning, own, end]))
  if (keys === null) throw new DeltaMisfit('a key shares more with the one before than there is')
  return near.map(([, , , inner], i) => [keys[i] as string, inner])
}

function nextText(value: unknown, runs: [number, string][]): string {
  if (typeof value !== 'string') throw new DeltaMisfit('a string was expected')
  let text = ''
  let done = 0
  for (const [at, run] of runs) {
    text += value.slice(done, at) + run
    done = at + run.length
  }
  if (done > value.length) throw new DeltaMisfit('the string is shorter')
  return text + value.slice(done)
}

function asArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new DeltaMisfit('an array was expected')
  return value
}
