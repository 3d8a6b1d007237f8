/** From a query back to what a person would type: parsing it again gives the same clauses. */
import type { Clause, CompareClause, Pattern, Query } from './ast.ts'
import { type FieldTable, fieldNamed } from './fields.ts'

const DURATIONS: [unit: string, ms: number][] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]

/** The query as text, its clauses in their order. */
export function formatQuery(query: Pick<Query, 'clauses'>, table: FieldTable): string {
  return query.clauses.map((clause) => formatClause(clause, table)).join(' ')
}

/** One clause as text, for a chip or an "only this" link. */
export function formatClause(clause: Clause, table: FieldTable): string {
  return `${clause.isNegated ? '-' : ''}${positive(clause, table)}`
}

function positive(clause: Clause, table: FieldTable): string {
  switch (clause.kind) {
    case 'text':
      return quoteText(clause.text)
    case 'flag':
      return `is:${clause.flag}`
    case 'match': {
      const isContained = fieldNamed(table, clause.field)?.type === 'contained'
      const choices = clause.patterns.filter(({ isImplied }) => isImplied !== true)
      return `${fieldPath(clause)}:${choices.map((pattern) => formatPattern(pattern, isContained)).join('|')}`
    }
    case 'compare':
      return `${fieldPath(clause)}:${operand(clause, table)}`
    default:
      return clause satisfies never
  }
}

function operand(clause: CompareClause, table: FieldTable): string {
  const type = fieldNamed(table, clause.field)?.type
  if (type === 'age') return formatDuration(clause.value)
  const sign = clause.comparison === '=' ? '' : clause.comparison
  return `${sign}${type === 'duration' ? formatDuration(clause.value) : decimal(clause.value)}`
}

function formatPattern({ op, text }: Pattern, isContained: boolean): string {
  switch (op) {
    case 'equals':
      return quoteValue(text, /[\s"|*\\]|^(?:[~>]|<=)/)
    case 'contains':
      return `${isContained ? '' : '~'}${quoteValue(text, isContained ? /[\s"|\\]|^(?:[~>]|<=)/ : /[\s"|\\]/)}`
    case 'glob':
      // Quotes around a star would make it plain, so only the rest is quoted.
      return text
        .split('*')
        .map((part) => (part === '' ? '' : quoteValue(part, /[\s"|\\]|^(?:[~>]|<=)/)))
        .join('*')
    default:
      return op satisfies never
  }
}

/** A word that would be read as a field or a negation is quoted to stay text. */
function quoteText(text: string): string {
  return quoteValue(text, /[\s":\\]|^-/)
}

function quoteValue(text: string, needsQuotes: RegExp): string {
  return text === '' || needsQuotes.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}

function fieldPath({ field, path }: { field: string; path: readonly string[] }): string {
  return [field, ...path].join('.')
}

/** The largest unit that is exact. */
function formatDuration(ms: number): string {
  const [unit, size] = DURATIONS.find(([, each]) => ms >= each && Number.isInteger(ms / each)) ?? ['ms', 1]
  return `${decimal(ms / size)}${unit}`
}

/** Never in exponents, which the grammar does not read. */
function decimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return Math.abs(value) < 1 ? value.toFixed(100).replace(/0+$/, '') : String(BigInt(value))
}
