/** Which fields of a state changed from one look to the next. Paths are those of the term tree: `buffer.last`. Pure. */
import type { Term } from '@orrery/protocol'

/** More marks than that say nothing any more. */
const MOST = 200

/** Paths in `after` that differ from `before`, with the value they had. */
export function changedFields(before: Term, after: Term): Map<string, Term> {
  const changed = new Map<string, Term>()
  compare(before, after, '', changed)
  return changed
}

function compare(before: Term, after: Term, path: string, changed: Map<string, Term>): void {
  if (changed.size >= MOST || Object.is(before, after)) return
  const old = entriesOf(before)
  const now = entriesOf(after)
  if (!old || !now || tagOf(before) !== tagOf(after)) {
    if (!isSame(before, after)) changed.set(path, before)
    return
  }
  const byName = new Map(old)
  for (const [name, value] of now) {
    const at = path === '' ? name : `${path}.${name}`
    const was = byName.get(name)
    if (was === undefined) changed.set(at, { $: 'undefined' })
    else compare(was, value, at, changed)
  }
}

function tagOf(term: Term): string {
  return term !== null && typeof term === 'object' ? term.$ : typeof term
}

function entriesOf(term: Term): [string, Term][] | null {
  if (term === null || typeof term !== 'object') return null
  switch (term.$) {
    case 'object':
      return term.entries
    case 'array':
      return term.items.map((item, index) => [String(index), item])
    default:
      return null
  }
}

function isSame(a: Term, b: Term): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
