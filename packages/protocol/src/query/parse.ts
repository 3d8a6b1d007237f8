/**
 * From what was typed to a `Query`, or to one error that points at the part that is wrong.
 *
 * ```
 * query  = clause separated by spaces
 * clause = ["-"] ( field ":" value / "is:" flag / text )
 * field  = name [ "." path ]
 * value  = ( ">" / ">=" / "<" / "<=" ) number-or-duration
 *        / choice *( "|" choice )
 * choice = [ "~" ] ( word / quoted )      ; a "*" outside quotes and without "~" stands for anything
 * text   = word / quoted                  ; quoted: "…" with \" and \\
 * ```
 */
import type { Clause, Comparison, Pattern, Query, QueryError, QueryErrorCode } from './ast.ts'
import { type Field, type FieldTable, fieldNamed } from './fields.ts'

export type Parsed = { ok: true; query: Query } | ({ ok: false } & QueryError)

const MAX_LENGTH = 2_000
const MAX_PATH = 16
const QUOTED = /"((?:[^"\\]|\\.)*)"/gs
const UNITS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const FACTORS: Record<string, number> = { k: 1_000, M: 1_000_000, '%': 0.01 }

/**
 * Parses a query against a table of fields. Never throws.
 *
 * ```ts
 * parseQuery('mailbox:>lots', PROCESS_FIELDS)
 * // { ok: false, code: 'query.number_expected', message: 'mailbox takes a number, as in mailbox:>100', from: 8, to: 13 }
 * ```
 */
export function parseQuery(text: string, table: FieldTable): Parsed {
  try {
    if (text.length > MAX_LENGTH)
      throw new Wrong(
        'query.too_long',
        `a query has at most ${MAX_LENGTH} characters`,
        MAX_LENGTH,
        text.length,
      )
    return { ok: true, query: { text, clauses: split(text).map((span) => clause(text, span, table)) } }
  } catch (error) {
    if (error instanceof Wrong)
      return { ok: false, code: error.code, message: error.message, from: error.from, to: error.to }
    throw error
  }
}

interface Span {
  from: number
  to: number
}

/** Carries the first error out of the descent; never leaves this file. */
class Wrong extends Error {
  readonly code: QueryErrorCode
  readonly from: number
  readonly to: number

  constructor(code: QueryErrorCode, message: string, from: number, to: number) {
    super(message)
    this.code = code
    this.from = from
    this.to = to
  }
}

/** Clauses are parted by spaces outside quotes. */
function split(text: string): Span[] {
  const spans: Span[] = []
  let at = 0
  while (at < text.length) {
    if (isSpace(text, at)) {
      at++
      continue
    }
    const from = at
    while (at < text.length && !isSpace(text, at)) at = text[at] === '"' ? quoteEnd(text, at) : at + 1
    spans.push({ from, to: at })
  }
  return spans
}

function clause(text: string, span: Span, table: FieldTable): Clause {
  const isNegated = text[span.from] === '-'
  const start = isNegated ? span.from + 1 : span.from
  const base = { isNegated, from: span.from, to: span.to }
  if (start === span.to)
    throw new Wrong(
      'query.negation_empty',
      '- stands before a field or a text, as in -node:a',
      span.from,
      span.to,
    )
  const head = /^([A-Za-z][A-Za-z_]*)((?:\.[^\s:"]*)?):/.exec(text.slice(start, span.to))
  if (head === null) return { kind: 'text', ...base, text: unquote(text.slice(start, span.to)) }
  const [whole, name = '', dotted = ''] = head
  const value = { from: start + whole.length, to: span.to }
  if (name.toLowerCase() === 'is' && dotted === '')
    return { kind: 'flag', ...base, flag: flag(text, value, table) }
  const field = fieldNamed(table, name)
  if (field === undefined) throw unknownField(name, start, table)
  const path = pathOf(field, dotted, start, start + whole.length - 1)
  if (value.from === value.to) throw missing(field, base)
  return { ...base, ...condition(text, value, field, path, base) }
}

function flag(text: string, value: Span, table: FieldTable): string {
  const asked = text.slice(value.from, value.to).toLowerCase()
  if (table.flags.some(({ name }) => name === asked)) return asked
  const names = table.flags.map(({ name }) => name)
  if (asked === '')
    throw new Wrong('query.value_missing', `is needs one of ${names.join(', ')}`, value.from - 3, value.to)
  const hint = nearest(asked, names)
  const ending = hint === null ? `, only ${names.join(', ')}` : `; did you mean is:${hint}?`
  throw new Wrong('query.flag_unknown', `nothing is “${asked}” here${ending}`, value.from, value.to)
}

type Condition =
  | { kind: 'match'; field: string; path: string[]; patterns: Pattern[] }
  | { kind: 'compare'; field: string; path: string[]; comparison: Comparison; value: number }

function condition(text: string, span: Span, field: Field, path: string[], whole: Span): Condition {
  const typed = text.slice(span.from, span.to)
  const [sign = ''] = /^[<>]=?/.exec(typed) ?? []
  const operand = typed.slice(sign.length)
  const compare = (value: number): Condition => ({
    kind: 'compare',
    field: field.name,
    path,
    comparison: sign === '' ? '=' : (sign as Comparison),
    value,
  })
  const match = (): Condition => ({
    kind: 'match',
    field: field.name,
    path,
    patterns: patterns(text, span, field, whole),
  })
  switch (field.type) {
    case 'number':
      return compare(number(operand, field, span))
    case 'duration':
      return compare(duration(operand, field, span))
    case 'age':
      return { ...compare(duration(typed, field, span)), comparison: '<=' } as Condition
    case 'path':
      return sign === '' ? match() : compare(number(operand, field, span))
    case 'text':
    case 'contained':
      // A pid begins with "<"; nothing that is text is compared.
      if (sign !== '' && sign !== '<') throw expected('query.text_expected', 'text', field, span)
      return match()
    default:
      return field.type satisfies never
  }
}

function number(operand: string, field: Field, span: Span): number {
  const [, digits, factor = ''] = /^(-?\d+(?:\.\d+)?)([kM%]?)$/.exec(operand) ?? []
  const value = Number(digits) * (FACTORS[factor] ?? 1)
  if (!Number.isFinite(value)) throw expected('query.number_expected', 'a number', field, span)
  return value
}

function duration(operand: string, field: Field, span: Span): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(operand) ?? []
  const value = Number(digits) * (UNITS[unit] ?? 1)
  if (!Number.isFinite(value)) throw expected('query.duration_expected', 'a duration', field, span)
  return value
}

function expected(code: QueryErrorCode, what: string, field: Field, span: Span): Wrong {
  return new Wrong(code, `${field.name} takes ${what}, as in ${field.example}`, span.from, span.to)
}

function missing(field: Field, span: Span): Wrong {
  return new Wrong(
    'query.value_missing',
    `${field.name} needs a value, as in ${field.example}`,
    span.from,
    span.to,
  )
}

function patterns(text: string, span: Span, field: Field, whole: Span): Pattern[] {
  return choices(text, span).flatMap((choice) => {
    const isPart = text[choice.from] === '~'
    const raw = text.slice(isPart ? choice.from + 1 : choice.from, choice.to)
    const value = unquote(raw)
    if (value === '') throw missing(field, whole)
    if (isPart || field.type === 'contained') return [{ op: 'contains', text: value }]
    if (raw.replace(QUOTED, '').includes('*')) return [{ op: 'glob', text: value }]
    return halved({ op: 'equals', text: value }, field)
  })
}

/** `node:lund-1` means a node of that name and one whose name has it as a half. */
function halved(pattern: Pattern, { halves }: Field): Pattern[] {
  if (halves === undefined || pattern.text.includes(halves) || pattern.text.includes('*')) return [pattern]
  return [
    pattern,
    { op: 'glob', text: `*${halves}${pattern.text}`, isImplied: true },
    { op: 'glob', text: `${pattern.text}${halves}*`, isImplied: true },
  ]
}

/** Choices are parted by `|` outside quotes. */
function choices(text: string, { from, to }: Span): Span[] {
  const spans: Span[] = []
  let start = from
  let at = from
  while (at < to) {
    if (text[at] === '|') {
      spans.push({ from: start, to: at })
      start = at + 1
    }
    at = text[at] === '"' ? quoteEnd(text, at) : at + 1
  }
  spans.push({ from: start, to })
  return spans
}

function pathOf(field: Field, dotted: string, from: number, to: number): string[] {
  if (field.type !== 'path') {
    if (dotted === '') return []
    throw new Wrong(
      'query.path_unknown',
      `${field.name} has nothing within it, as in ${field.example}`,
      from,
      to,
    )
  }
  const path = dotted.split('.').slice(1)
  if (path.length === 0 || path.length > MAX_PATH || path.includes(''))
    throw new Wrong('query.path_missing', `${field.name} needs a path, as in ${field.example}`, from, to)
  return path
}

function unknownField(name: string, from: number, table: FieldTable): Wrong {
  const hint = nearest(
    name.toLowerCase(),
    table.fields.flatMap((field) => [field.name, ...(field.aliases ?? [])]),
  )
  const ending = hint === null ? 'quote it to find it as text' : `did you mean ${hint}?`
  return new Wrong('query.field_unknown', `there is no field “${name}”; ${ending}`, from, from + name.length)
}

/** The index behind the quote that opens at `at`. */
function quoteEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  throw new Wrong('query.quote_open', 'this quote is not closed', at, text.length)
}

/** Takes quotes off wherever they stand in a word, as a shell does. */
function unquote(text: string): string {
  return text.replace(QUOTED, (_, inner: string) => inner.replace(/\\(.)/gs, '$1'))
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text[at] ?? '')
}

/** The name at most two edits away, or the one it begins. */
function nearest(asked: string, names: readonly string[]): string | null {
  const begun = names.find((name) => asked.length > 1 && name.startsWith(asked))
  if (begun !== undefined) return begun
  const [best] = names.map((name) => ({ name, edits: edits(asked, name) })).sort((a, b) => a.edits - b.edits)
  return best !== undefined && best.edits <= Math.min(2, asked.length - 1) ? best.name : null
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const kept = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
