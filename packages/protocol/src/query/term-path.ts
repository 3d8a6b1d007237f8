/** Reads one plain value out of a captured state, for `state.buffer.lost:>0`. */
import { fieldValue, type Field as ReportField, type Term } from '../term.ts'
import type { FieldValue } from './matches.ts'

/** The scalar at a path of keys and indexes, `undefined` where there is none. */
export function termAt(term: Term, path: readonly string[]): FieldValue {
  let at: Term | undefined = term
  for (const key of path) {
    at = step(at, key)
    if (at === undefined) return undefined
  }
  return scalar(at)
}

/** The same in a part of a report that may be missing. */
export function stateAt(state: ReportField<{ before: Term }>, path: readonly string[]): FieldValue {
  const value = fieldValue(state)
  return value === undefined ? undefined : termAt(value.before, path)
}

function step(term: Term, key: string): Term | undefined {
  if (term === null || typeof term !== 'object') return undefined
  switch (term.$) {
    case 'object':
    case 'error':
      return term.entries?.find(([name]) => name === key)?.[1] ?? errorPart(term, key)
    case 'map':
      return term.entries.find(([name]) => String(scalar(name)) === key)?.[1]
    case 'array':
    case 'set':
      return /^\d+$/.test(key) ? term.items[Number(key)] : undefined
    default:
      return undefined
  }
}

function errorPart(term: Extract<Term, { $: 'object' | 'error' }>, key: string): Term | undefined {
  if (term.$ !== 'error') return undefined
  if (key === 'name') return term.name
  return key === 'message' ? term.message : key === 'cause' ? term.cause : undefined
}

function scalar(term: Term): FieldValue {
  if (term === null || typeof term !== 'object') return term
  switch (term.$) {
    case 'text':
    case 'number':
    case 'bigint':
    case 'symbol':
    case 'regexp':
      return term.text
    case 'date':
      return term.iso
    case 'pid':
      return term.pid
    default:
      return undefined
  }
}
