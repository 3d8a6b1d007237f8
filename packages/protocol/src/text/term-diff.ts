/** Where two values differ: the paths down to what is not the same, each with what stands there on either side. */
import type { Term } from '../term.ts'
import { termText } from './term-text.ts'

export interface TermChange {
  /** `buffer.lost`, `items.3`; empty for the whole value. */
  path: string
  /** `undefined` where the side has nothing there. */
  left: Term | undefined
  right: Term | undefined
}

export interface TermDiff {
  /** In the order of the left side, what only the right has after that; at most `limit`. */
  changes: TermChange[]
  /** Places that are the same on both sides. */
  same: number
  /** Changes above the limit. */
  more: number
}

/** Objects, arrays and maps are compared part by part, everything else as a whole. */
export function diffTerms(left: Term, right: Term, limit = 60): TermDiff {
  const diff: TermDiff = { changes: [], same: 0, more: 0 }
  compare(left, right, '', diff, limit)
  return diff
}

function compare(
  left: Term | undefined,
  right: Term | undefined,
  path: string,
  diff: TermDiff,
  limit: number,
): void {
  const [mine, theirs] = [partsOf(left), partsOf(right)]
  if (mine && theirs && headOf(left) === headOf(right)) {
    for (const key of new Set([...mine.keys(), ...theirs.keys()])) {
      compare(mine.get(key), theirs.get(key), path === '' ? key : `${path}.${key}`, diff, limit)
    }
    return
  }
  if (JSON.stringify(left) === JSON.stringify(right)) diff.same++
  else if (diff.changes.length < limit) diff.changes.push({ path, left, right })
  else diff.more++
}

/** The parts of what has parts, by name; what was cut off is a part, too. `null` for a leaf and for what is empty. */
function partsOf(term: Term | undefined): Map<string, Term> | null {
  if (term === null || typeof term !== 'object') return null
  const parts = new Map<string, Term>()
  switch (term.$) {
    case 'object':
      for (const [key, value] of term.entries) parts.set(key, value)
      break
    case 'map':
      for (const [key, value] of term.entries) parts.set(termText(key, 80), value)
      break
    case 'array':
      for (const [i, value] of term.items.entries()) parts.set(String(i), value)
      break
    default:
      return null
  }
  if (term.more) parts.set('…', { $: 'text', text: `${term.more} more`, length: term.more })
  return parts.size === 0 ? null : parts
}

function headOf(term: Term | undefined): string {
  if (term === null || typeof term !== 'object') return ''
  return 'name' in term && term.$ === 'object' ? `object ${term.name ?? ''}` : term.$
}
