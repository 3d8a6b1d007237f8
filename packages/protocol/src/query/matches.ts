/** Evaluates a query in memory. Values are compared without regard to case; a missing value satisfies no clause. */
import type { Clause, Comparison, Pattern, Query } from './ast.ts'

export type FieldValue = string | number | boolean | null | undefined

/** How a query reads a thing. Times are durations in milliseconds, also `last`: how long ago it was. */
export interface Accessor {
  /** The value of a field; several where any of them may match. `path` is empty but for fields like `state.a.b`. */
  field(name: string, path: readonly string[]): FieldValue | readonly FieldValue[]
  /** Whether `is:flag` holds. */
  flag(name: string): boolean
  /** What free text is looked for in. */
  texts(): readonly FieldValue[]
}

type Predicate = (of: Accessor) => boolean

const compiled = new WeakMap<Query, Predicate>()

/** Whether all clauses hold. A query is prepared once, so that calling this for 100,000 processes is cheap. */
export function matches(query: Query, of: Accessor): boolean {
  let predicate = compiled.get(query)
  if (predicate === undefined) {
    predicate = compileAll(query.clauses)
    compiled.set(query, predicate)
  }
  return predicate(of)
}

/** Whether a text fits one pattern, without regard to case. */
export function fits(pattern: Pattern, text: string): boolean {
  return compilePattern(pattern)(text.toLowerCase())
}

function compileAll(clauses: readonly Clause[]): Predicate {
  const predicates = clauses.map(compileClause)
  return (of) => predicates.every((predicate) => predicate(of))
}

function compileClause(clause: Clause): Predicate {
  const holds = compilePositive(clause)
  return clause.isNegated ? (of) => !holds(of) : holds
}

function compilePositive(clause: Clause): Predicate {
  switch (clause.kind) {
    case 'text': {
      const part = clause.text.toLowerCase()
      return (of) => of.texts().some((value) => textOf(value).includes(part))
    }
    case 'flag':
      return (of) => of.flag(clause.flag)
    case 'match': {
      const { field, path } = clause
      const tests = clause.patterns.map(compilePattern)
      return (of) =>
        any(of.field(field, path), (value) => isText(value) && tests.some((test) => test(textOf(value))))
    }
    case 'compare': {
      const { field, path, comparison, value: operand } = clause
      return (of) =>
        any(
          of.field(field, path),
          (value) => typeof value === 'number' && compare(value, comparison, operand),
        )
    }
    default:
      return clause satisfies never
  }
}

function compilePattern({ op, text }: Pattern): (value: string) => boolean {
  const asked = text.toLowerCase()
  switch (op) {
    case 'equals':
      return (value) => value === asked
    case 'contains':
      return (value) => value.includes(asked)
    case 'glob': {
      const parts = asked.split('*')
      return (value) => globFits(parts, value)
    }
    default:
      return op satisfies never
  }
}

/** Each part in order, the first at the start and the last at the end: no backtracking, whatever was typed. */
function globFits(parts: readonly string[], value: string): boolean {
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last))
    return false
  const end = value.length - last.length
  let at = first.length
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] as string
    const found = value.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

function compare(value: number, comparison: Comparison, operand: number): boolean {
  switch (comparison) {
    case '=':
      return value === operand
    case '>':
      return value > operand
    case '>=':
      return value >= operand
    case '<':
      return value < operand
    case '<=':
      return value <= operand
    default:
      return comparison satisfies never
  }
}

function any(value: FieldValue | readonly FieldValue[], test: (value: FieldValue) => boolean): boolean {
  return Array.isArray(value) ? value.some(test) : test(value as FieldValue)
}

function isText(value: FieldValue): boolean {
  return value !== null && value !== undefined
}

function textOf(value: FieldValue): string {
  return isText(value) ? String(value).toLowerCase() : ''
}
