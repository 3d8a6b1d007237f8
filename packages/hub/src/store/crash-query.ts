/**
 * The shared query language over crash reports, as SQL with parameters: nothing that was typed becomes part of the text
 * of a statement. The table is called `c`.
 *
 * It means what `matches` means in memory, with one difference: free text is looked up by the beginnings of words in an
 * index (`search-text.ts`), not anywhere within a word.
 */

import { type CrashCause, GROUP_STATUSES, type GroupStatus } from '@orrery/live/views'
import {
  type Clause,
  type CompareClause,
  CRASH_FIELDS,
  type CrashField,
  type CrashFlag,
  fits,
  type MatchClause,
  type Pattern,
  parseQuery,
  type Query,
  type QueryError,
} from '@orrery/protocol/query'
import { Prisma } from '../generated/client.ts'
import { statusSql } from './group-status.ts'
import { queryWords, tsquery } from './search-text.ts'

type Sql = Prisma.Sql
const { sql, join } = Prisma

/** Parses a query as typed against the fields of a crash. */
export function parseCrashQuery(q: string): { ok: true; query: Query } | { ok: false; error: QueryError } {
  const parsed = parseQuery(q, CRASH_FIELDS)
  if (parsed.ok) return parsed
  const { code, message, from, to } = parsed
  return { ok: false, error: { code, message, from, to } }
}

/**
 * How words are found: by the index over all words there are, or by reading those of each report, which is the shorter way
 * where an index over times leaves few.
 */
export type WordsBy = 'index' | 'reading'

/** The condition of a query. */
export function toSql(query: Query, nowMs: number, wordsBy: WordsBy = 'index'): Sql {
  if (query.clauses.length === 0) return sql`true`
  return join(
    query.clauses.map((clause) => clauseSql(clause, nowMs, wordsBy)),
    ' AND ',
  )
}

/** Groups `g` of the statuses a query asks for, with a crash that matches the rest of it. */
export function groupsSql(query: Query, nowMs: number): Sql {
  const { ofCrashes, statuses } = splitStatuses(query)
  const conditions: Sql[] = [sql`true`]
  if (statuses.size < GROUP_STATUSES.length) {
    conditions.push(sql`${statusSql(nowMs)} = ANY(${[...statuses]}::text[])`)
  }
  if (ofCrashes.clauses.length > 0) {
    const where = toSql(ofCrashes, nowMs)
    conditions.push(sql`EXISTS (SELECT 1 FROM crash_reports c WHERE c.group_id = g.id AND ${where})`)
  }
  return join(conditions, ' AND ')
}

/** Whether the query says by itself how far back it reaches. */
export function hasOwnTime(query: Query): boolean {
  return query.clauses.some((clause) => clause.kind === 'compare' && clause.field === 'last')
}

/** What a query says of groups apart from what it says of crashes. */
export function splitStatuses(query: Query): { ofCrashes: Query; statuses: ReadonlySet<GroupStatus> } {
  const flags = query.clauses.filter((clause) => clause.kind === 'flag' && isStatus(clause.flag))
  const statuses = GROUP_STATUSES.filter((status) =>
    flags.every((clause) => clause.kind === 'flag' && (clause.flag === status) !== clause.isNegated),
  )
  const clauses = query.clauses.filter((clause) => !flags.includes(clause))
  return { ofCrashes: { ...query, clauses }, statuses: new Set(statuses) }
}

function isStatus(flag: string): flag is GroupStatus {
  return (GROUP_STATUSES as readonly string[]).includes(flag)
}

function clauseSql(clause: Clause, nowMs: number, wordsBy: WordsBy): Sql {
  const holds = positive(clause, nowMs, wordsBy)
  // A condition over a missing value is null: neither it nor its plain negation would hold.
  return clause.isNegated ? sql`NOT COALESCE(${holds}, false)` : sql`(${holds})`
}

function positive(clause: Clause, nowMs: number, wordsBy: WordsBy): Sql {
  switch (clause.kind) {
    case 'text':
      return textSql(clause.text, wordsBy)
    case 'flag':
      return isStatus(clause.flag)
        ? sql`c.group_id IN (SELECT g.id FROM crash_groups g WHERE ${statusSql(nowMs)} = ${clause.flag})`
        : FLAGS[clause.flag as Exclude<CrashFlag, GroupStatus>]
    case 'match':
      return matchSql(clause)
    case 'compare':
      return compareSql(clause, nowMs)
    default:
      return clause satisfies never
  }
}

function textSql(text: string, wordsBy: WordsBy): Sql {
  const words = queryWords(text)
  if (words.length === 0) return contains(sql`c.reason_text`, text)
  if (wordsBy === 'index')
    return sql`to_tsvector('simple', c.search_text) @@ to_tsquery('simple', ${tsquery(words)})`
  return join(
    words.map((word) => sql`(' ' || c.search_text) LIKE ${`% ${word}%`}`),
    ' AND ',
  )
}

const FLAGS: Record<Exclude<CrashFlag, GroupStatus>, Sql> = {
  injected: sql`c.is_injected`,
  organic: sql`NOT c.is_injected`,
  root: sql`c.is_root`,
  casualty: sql`NOT c.is_root`,
}

/** Groups with root crashes of both causes, of all that is held. */
export const MIXED_GROUPS = sql`
  SELECT k.group_id FROM crash_cells k WHERE k.is_injected AND k.is_root
  INTERSECT SELECT k.group_id FROM crash_cells k WHERE NOT k.is_injected AND k.is_root`

/** Whether a group `g` is one. */
export const IS_MIXED = sql`
  EXISTS (SELECT 1 FROM crash_cells k WHERE k.group_id = g.id AND k.is_injected AND k.is_root)
  AND EXISTS (SELECT 1 FROM crash_cells k WHERE k.group_id = g.id AND NOT k.is_injected AND k.is_root)`

/** What each word of `cause` means. */
const CAUSES: Record<CrashCause, Sql> = {
  organic: sql`NOT c.is_injected`,
  injected: sql`c.is_injected`,
  mixed: sql`c.group_id IN (${MIXED_GROUPS})`,
}

function causeSql(patterns: readonly Pattern[]): Sql {
  const asked = Object.entries(CAUSES).filter(([word]) => patterns.some((pattern) => fits(pattern, word)))
  if (asked.length === 0) return sql`false`
  return sql`(${join(
    asked.map(([, holds]) => holds),
    ' OR ',
  )})`
}

type TextField = Exclude<CrashField, 'restarts' | 'mailbox' | 'uptime' | 'back' | 'state' | 'last'>

/** Where each field of text is read; any of several may match. */
const TEXTS: Record<TextField, Sql[]> = {
  name: [sql`COALESCE(c.name, c.label, regexp_replace(c.key, '^.*/', ''))`],
  pid: [sql`c.pid`],
  key: [sql`c.key`],
  label: [sql`c.label`],
  behaviour: [sql`c.behaviour`],
  module: [sql`c.module`],
  node: [sql`c.node`],
  supervisor: [
    sql`c.report #>> '{identity,ancestors,0,name}'`,
    sql`c.report #>> '{decision,value,supervisor,name}'`,
  ],
  fault: [],
  cause: [],
  id: [sql`c.id::text`],
  group: [sql`c.group_id`],
  reason: [sql`c.reason`, sql`c.reason_text`],
  kind: [sql`c.kind`],
  message: [sql`c.message_type`],
  from: [sql`c.report #>> '{message,value,sender,name}'`, sql`c.report #>> '{message,value,sender,pid}'`],
  stack: [sql`c.stack`],
  release: [sql`c.release`],
  action: [sql`c.action`],
  outcome: [sql`c.outcome`],
}

function matchSql({ field, path, patterns }: MatchClause): Sql {
  if (field === 'fault') {
    return sql`EXISTS (SELECT 1 FROM unnest(c.faults) AS f(id) WHERE ${anyPattern(sql`f.id`, patterns)})`
  }
  if (field === 'cause') return causeSql(patterns)
  if (field === 'state') {
    return sql`EXISTS (SELECT 1 FROM (SELECT ${stateValue(path)} AS v) s WHERE ${anyPattern(SCALAR, patterns)})`
  }
  const columns = TEXTS[field as TextField]
  return sql`(${join(
    columns.map((column) => anyPattern(column, patterns)),
    ' OR ',
  )})`
}

/** The text of a term, as `termAt` reads it; null for what is no scalar. */
const SCALAR = sql`CASE jsonb_typeof(s.v)
  WHEN 'object' THEN COALESCE(s.v ->> 'text', s.v ->> 'iso', s.v ->> 'pid')
  WHEN 'array' THEN NULL ELSE s.v #>> '{}' END`

function anyPattern(value: Sql, patterns: readonly Pattern[]): Sql {
  return sql`(${join(
    patterns.map((pattern) => patternSql(value, pattern)),
    ' OR ',
  )})`
}

function patternSql(value: Sql, { op, text }: Pattern): Sql {
  switch (op) {
    case 'equals':
      return sql`lower(${value}) = lower(${clean(text)})`
    case 'contains':
      return contains(value, text)
    case 'glob':
      return sql`lower(${value}) LIKE lower(${likeLiteral(text).replaceAll('*', '%')})`
    default:
      return op satisfies never
  }
}

function contains(value: Sql, text: string): Sql {
  return sql`lower(${value}) LIKE lower(${`%${likeLiteral(text)}%`})`
}

function likeLiteral(text: string): string {
  return clean(text).replace(/[\\%_]/g, '\\$&')
}

/** Postgres takes neither NUL nor half a surrogate pair; the store keeps what `toJsonb` made of them. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400').replace(/\p{Surrogate}/gu, '\ufffd')
}

const NUMBERS: Partial<Record<string, Sql>> = {
  restarts: sql`c.restarts`,
  mailbox: sql`c.mailbox_length`,
  uptime: sql`c.uptime_ms`,
  back: sql`c.back_after_ms`,
}

function compareSql({ field, path, comparison, value }: CompareClause, nowMs: number): Sql {
  if (field === 'last') return sql`c.at >= ${new Date(Math.max(0, nowMs - value))}`
  const sign = SIGNS[comparison]
  const column = NUMBERS[field]
  if (column) return sql`${column} ${sign} ${value}::float8`
  return sql`EXISTS (SELECT 1 FROM (SELECT ${stateValue(path)} AS v) s
    WHERE CASE jsonb_typeof(s.v) WHEN 'number' THEN (s.v #>> '{}')::float8 ${sign} ${value}::float8 END)`
}

const SIGNS = { '=': sql`=`, '>': sql`>`, '>=': sql`>=`, '<': sql`<`, '<=': sql`<=` }

/** The term at a path in the state before the message. Keys travel as variables of the jsonpath. */
function stateValue(path: readonly string[]): Sql {
  const vars = Object.fromEntries(path.map((key, i) => [`k${i}`, clean(key)]))
  const found = alternatives(path).map(
    (steps) =>
      sql`jsonb_path_query_first(c.report, ${`strict $.state.value.before${steps}`}::jsonpath, ${JSON.stringify(vars)}::jsonb, true)`,
  )
  return found.length === 1 ? sql`${found[0]}` : sql`COALESCE(${join(found, ', ')})`
}

/** A number in a path is an index or a key: both are tried, for the first few. */
function alternatives(path: readonly string[]): string[] {
  let numbers = 0
  return path.reduce(
    (before, key, i) => {
      const byKey = `.entries[*] ? (@[0] == $k${i})[1]`
      if (!/^\d{1,9}$/.test(key) || ++numbers > 3) return before.map((steps) => steps + byKey)
      return before.flatMap((steps) => [`${steps}.items[${Number(key)}]`, steps + byKey])
    },
    [''],
  )
}
