/**
 * Every part of a report in words, one line a fact, so that nothing a report holds is absent from its page. Pure.
 *
 * It walks what is there instead of naming it: a fact that a later agent tells is shown without a change here.
 */
import type { CrashReport, Term } from '@orrery/protocol'
import { bytesText, count, duration } from '../live/format.ts'
import { termText, visible } from '../term/term-text.ts'

export type PartKey = Exclude<keyof CrashReport, 'id' | 'at' | 'atUs'>
export type PartStatus = 'captured' | 'truncated' | 'redacted' | 'unavailable'

export interface PartRow {
  label: string
  text: string
}

export interface ReportPart {
  key: PartKey
  title: string
  status: PartStatus
  /** Why it is not whole, or not there. */
  why: string | null
  rows: PartRow[]
}

/** In the order of the protocol; a part that the protocol gains is missing here until this compiles again. */
const TITLES: Record<PartKey, string> = {
  identity: 'Identity',
  cause: 'Cause',
  message: 'Message being handled',
  caller: 'Caller',
  mailbox: 'Mailbox at exit',
  flightRecorder: 'Flight recorder',
  state: 'State',
  sends: 'Sends by the failing handler',
  peers: 'Links, monitors, neighbours',
  cascade: 'Cascade',
  decision: 'Supervisor’s decision',
  outcome: 'Outcome',
  causalChain: 'Causal chain',
  faults: 'Faults',
  surroundings: 'Surroundings',
  group: 'Group',
  losses: 'Losses',
}

/** Characters of one value; what is longer is in the report’s JSON. */
const LONGEST = 4_000

export function partsOf(report: CrashReport): ReportPart[] {
  return (Object.keys(TITLES) as PartKey[]).map((key) => {
    const part: unknown = report[key]
    const title = TITLES[key]
    if (!isField(part)) return { key, title, status: 'captured', why: null, rows: rowsOf(part, title) }
    const why = part.why === undefined ? null : visible(part.why)
    return { key, title, status: part.status, why, rows: 'value' in part ? rowsOf(part.value, title) : [] }
  })
}

/** `12 captured, 1 truncated, 4 unavailable`. */
export function statusWords(parts: readonly ReportPart[]): string {
  const words: PartStatus[] = ['captured', 'truncated', 'redacted', 'unavailable']
  return words
    .map((word) => [parts.filter(({ status }) => status === word).length, word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(', ')
}

/** One row a key; a list has one an item. */
function rowsOf(value: unknown, title: string): PartRow[] {
  if (Array.isArray(value)) return listRows(title, value)
  if (!isRecord(value)) return [{ label: title, text: textOf('', value) }]
  return Object.entries(value).flatMap(([key, inner]) =>
    Array.isArray(inner)
      ? listRows(words(key), inner, key)
      : [{ label: words(key), text: textOf(key, inner) }],
  )
}

function listRows(label: string, items: readonly unknown[], key = ''): PartRow[] {
  if (items.length === 0) return [{ label, text: 'none' }]
  if (items.every((item) => typeof item === 'string' || typeof item === 'number')) {
    return [{ label, text: items.map((item) => textOf(key, item)).join(', ') }]
  }
  return items.map((item, i) => ({ label: `${label} ${i + 1}`, text: textOf(key, item) }))
}

function textOf(key: string, value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return numberText(key, value)
  if (typeof value === 'string') return value === '' ? 'empty' : value.split('\n').map(visible).join('\n')
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((item) => textOf(key, item)).join('; ')
  if (isTerm(value)) return [termText(value, LONGEST), ...new Set(lacksOf(value))].join(' ')
  if (isField(value)) return fieldText(key, value)
  return Object.entries(value)
    .map(([name, inner]) => `${words(name)} ${textOf(name, inner)}`)
    .join(', ')
}

/** What is not in the text of a value: why a part of it was kept back, and how long a cut text was. */
function lacksOf(term: Term): string[] {
  if (term === null || typeof term !== 'object') return []
  switch (term.$) {
    case 'redacted':
    case 'truncated':
    case 'unavailable':
      return [`(${term.$}: ${visible(term.why)})`]
    case 'text':
      return [`(cut from ${count(term.length)} characters)`]
    case 'array':
    case 'set':
      return term.items.flatMap(lacksOf)
    case 'object':
      return term.entries.flatMap(([, value]) => lacksOf(value))
    case 'map':
      return term.entries.flatMap(([key, value]) => [...lacksOf(key), ...lacksOf(value)])
    case 'error':
      return [term.message, term.cause ?? null, ...(term.entries ?? []).map(([, value]) => value)].flatMap(
        lacksOf,
      )
    default:
      return []
  }
}

function fieldText(key: string, field: FieldLike): string {
  if (!('value' in field)) return `${field.status}: ${visible(field.why ?? '')}`
  const text = textOf(key, field.value)
  return field.status === 'captured' ? text : `${text} (${field.status}: ${visible(field.why ?? '')})`
}

function numberText(key: string, value: number): string {
  if (/Ms$|^restartsInWindow$|^shutdown$/.test(key)) return duration(value)
  if (/Bytes$/.test(key)) return bytesText(value)
  return Number.isInteger(value) ? count(value) : String(value)
}

/** `backAfterMs` is `back after`. */
function words(key: string): string {
  return key.replace(/(?<=[a-z])(?:Ms|Bytes)$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

interface FieldLike {
  status: PartStatus
  why?: string
  value?: unknown
}

function isField(value: unknown): value is FieldLike {
  return (
    isRecord(value) &&
    ['captured', 'truncated', 'redacted', 'unavailable'].includes(String(value.status)) &&
    ('value' in value || 'why' in value)
  )
}

function isTerm(value: object): value is Exclude<Term, null | boolean | number | string> {
  return '$' in value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isTerm(value)
}
