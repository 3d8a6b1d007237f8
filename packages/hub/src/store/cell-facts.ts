/**
 * Which cells match, by their facts: the same as `toSql` finds among reports, without asking the database for a hundred
 * thousand ids. A column is looked at word by word first, of which there are few.
 */
import type { Clause, MatchClause } from '@orrery/protocol/query'
import { fits } from '@orrery/protocol/query'
import { type Cells, type Column, type Fact, INJECTED, ROOT } from './cell-book.ts'

const COLUMNS = ['group', 'node', 'reason', 'module', 'outcome', 'kind'] as const satisfies readonly Fact[]
const FLAGS: readonly string[] = ['injected', 'organic', 'root', 'casualty']

/** Whether a clause is about nothing but facts that the reports of a cell share; a status of its group is none of them. */
export function isOfFacts(clause: Clause): boolean {
  if (clause.kind === 'flag') return FLAGS.includes(clause.flag)
  if (clause.kind !== 'match') return false
  if (clause.field === 'reason') return isOfTag(clause)
  return clause.field === 'cause' || COLUMNS.some((name) => name === clause.field)
}

/** A reason as a whole word: only as far as no text says the same (`crash-counts.ts`). */
export function isOfTag(clause: Clause): boolean {
  return (
    clause.kind === 'match' && clause.field === 'reason' && clause.patterns.every(({ op }) => op === 'equals')
  )
}

/** Whether it matters which groups are mixed. */
export function isAboutMixed(facts: readonly Clause[]): boolean {
  return facts.some((clause) => clause.kind === 'match' && clause.field === 'cause' && asks(clause, 'mixed'))
}

/** By their place; `null` where all do. `mixed`: ids of the groups that have crashes of both causes. */
export function matching(
  facts: readonly Clause[],
  cells: Cells,
  mixed: ReadonlySet<string>,
): Uint8Array | null {
  if (facts.length === 0) return null
  const matches = new Uint8Array(cells.size).fill(1)
  for (const clause of facts) {
    const holds = holding(clause, cells, mixed)
    const wanted = !clause.isNegated
    for (let at = 0; at < matches.length; at++) {
      if (holds(at) !== wanted) matches[at] = 0
    }
  }
  return matches
}

/** Whether a clause, were it not negated, holds for the cell at a place. */
function holding(
  clause: Clause,
  { columns, flags }: Cells,
  mixed: ReadonlySet<string>,
): (at: number) => boolean {
  const has = (flag: number) => (at: number) => ((flags[at] ?? 0) & flag) !== 0
  const hasNot = (flag: number) => (at: number) => ((flags[at] ?? 0) & flag) === 0
  if (clause.kind === 'flag') {
    switch (clause.flag) {
      case 'injected':
        return has(INJECTED)
      case 'organic':
        return hasNot(INJECTED)
      case 'root':
        return has(ROOT)
      case 'casualty':
        return hasNot(ROOT)
      default:
        throw new Error(`no fact of a crash: is:${clause.flag}`)
    }
  }
  if (clause.kind !== 'match') throw new Error(`no fact of a crash: ${clause.kind}`)
  if (clause.field === 'cause') {
    const isMixed = inColumn(columns.group, (group) => mixed.has(group))
    const any = [
      ...(asks(clause, 'injected') ? [has(INJECTED)] : []),
      ...(asks(clause, 'organic') ? [hasNot(INJECTED)] : []),
      ...(asks(clause, 'mixed') ? [isMixed] : []),
    ]
    return (at) => any.some((holds) => holds(at))
  }
  const fact = COLUMNS.find((name) => name === clause.field)
  if (fact === undefined) throw new Error(`no fact of a crash: ${clause.field}`)
  return inColumn(columns[fact], (word) => clause.patterns.some((pattern) => fits(pattern, word)))
}

function inColumn({ numbers, words }: Column, holds: (word: string) => boolean): (at: number) => boolean {
  const verdicts = Uint8Array.from(words, (word) => (holds(word) ? 1 : 0))
  return (at) => verdicts[numbers[at] ?? 0] === 1
}

function asks({ patterns }: MatchClause, cause: string): boolean {
  return patterns.some((pattern) => fits(pattern, cause))
}
