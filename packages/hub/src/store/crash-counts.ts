/**
 * Counting the reports that match, cell by cell: what has the same group, node, reason, module, outcome and kind, is a root
 * or a casualty, injected or organic, in the same hour, is one cell.
 *
 * A query over nothing but these facts is answered from the rollups, whatever is held: whole days from those of days, the
 * hours around them from those of hours, and only the broken hour at its far end from the reports. Any other query counts
 * the reports it finds. Both give the same numbers.
 */
import type { Clause, Query } from '@orrery/protocol/query'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import { toSql } from './crash-query.ts'

type Sql = Prisma.Sql
const { sql, empty } = Prisma

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

const FACTS = sql`c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected`
const ROLLED_FIELDS: readonly string[] = ['group', 'node', 'module', 'outcome', 'kind']

/** Statements named `cells`, and one of `latest` reports by group, both of what matches. */
export interface Counts {
  /** Common table expressions; `cells` has the facts, `hour_ms` and `n`. Nothing older than the last day has hours. */
  cells: Sql
  /**
   * From the groups in a table `g`: their `limit` latest reports, the newest first, as rows of `c` with their `place` from 1.
   */
  latest(groups: Sql, limit: number): Sql
}

/** How to count what matches `query` at `nowMs`: over the last 24 hours where it does not say itself how far back. */
export async function countsOf(prisma: PrismaClient, query: Query, nowMs: number): Promise<Counts> {
  const ages = query.clauses.filter(isAge)
  const fromMs = ages.length === 0 ? nowMs - DAY_MS : nowMs - Math.min(...ages.map(({ value }) => value))
  const rest = query.clauses.filter((clause) => !isAge(clause))
  const where = sql`c.at >= ${new Date(Math.max(0, fromMs))} AND (${toSql({ ...query, clauses: rest }, nowMs)})`
  if (rest.every(isOfFacts) && (await areReasonsTags(prisma, rest))) {
    return ofRollups({ ...query, clauses: rest }, where, Math.max(0, fromMs), nowMs)
  }
  return ofReports(where)
}

type Age = Extract<Clause, { kind: 'compare' }>

function isAge(clause: Clause): clause is Age {
  return clause.kind === 'compare' && clause.field === 'last' && !clause.isNegated
}

function isOfFacts(clause: Clause): boolean {
  if (clause.kind === 'flag') return true
  if (clause.kind !== 'match') return false
  return ROLLED_FIELDS.includes(clause.field) || isOfTag(clause)
}

function isOfTag(clause: Clause): boolean {
  return (
    clause.kind === 'match' && clause.field === 'reason' && clause.patterns.every(({ op }) => op === 'equals')
  )
}

/** `reason:x` also means a text that is `x`; rollups know tags, so that no report may have such a text under another tag. */
async function areReasonsTags(prisma: PrismaClient, clauses: readonly Clause[]): Promise<boolean> {
  const texts = clauses
    .filter(isOfTag)
    .flatMap((clause) => (clause.kind === 'match' ? clause.patterns.map(({ text }) => text) : []))
  for (const text of texts) {
    const [other] = await prisma.$queryRaw<{ is: boolean }[]>`
      SELECT EXISTS (
        SELECT 1 FROM crash_reports
        WHERE lower(reason_text) = lower(${text.replaceAll('\0', '\u2400')}) AND lower(reason_text) <> lower(reason)
      ) AS is`
    if (other?.is) return false
  }
  return true
}

function ofRollups(query: Query, where: Sql, fromMs: number, nowMs: number): Counts {
  const facts = toSql(query, nowMs)
  const hour = Math.ceil(fromMs / HOUR_MS) * HOUR_MS
  const firstDay = Math.ceil(fromMs / DAY_MS) * DAY_MS
  const lastDay = Math.max(firstDay, Math.floor((nowMs - DAY_MS) / DAY_MS) * DAY_MS)
  const rolled = (spanHours: number, range: Sql) => sql`
    SELECT ${FACTS}, (extract(epoch FROM c.from_at) * 1000)::float8 AS hour_ms, c.n
    FROM (SELECT r.*, r.reason AS reason_text FROM crash_rollups r) c
    WHERE c.span_hours = ${spanHours}::int AND ${range} AND (${facts})`
  const from = (ms: number) => sql`c.from_at >= ${new Date(ms)}`
  const until = (ms: number) => sql`c.from_at < ${new Date(ms)}`
  return {
    cells: sql`
      counted AS (
        SELECT ${FACTS}, ${HOUR} AS hour_ms, 1::bigint AS n
        FROM crash_reports c WHERE c.at < ${new Date(hour)} AND ${where}
        UNION ALL ${rolled(1, sql`${from(hour)} AND ${until(firstDay)}`)}
        UNION ALL ${rolled(24, sql`${from(firstDay)} AND ${until(lastDay)}`)}
        UNION ALL ${rolled(1, from(lastDay))}
      ), cells AS MATERIALIZED (
        SELECT ${FACTS}, c.hour_ms, sum(c.n)::bigint AS n FROM counted c GROUP BY ${FACTS}, c.hour_ms
      )`,
    latest: (groups, limit) => sql`
      SELECT c.*, row_number() OVER (PARTITION BY c.group_id ORDER BY c.at DESC, c.id DESC) AS place
      FROM ${groups} g CROSS JOIN LATERAL (
        SELECT c.id, c.group_id, c.at, c.node, c.key, c.pid, c.outcome, c.back_after_ms
        FROM crash_reports c WHERE c.group_id = g.group_id AND ${where}
        ORDER BY c.at DESC, c.id DESC LIMIT ${limit}
      ) c`,
  }
}

function ofReports(where: Sql): Counts {
  return {
    cells: sql`
      found AS MATERIALIZED (
        SELECT c.id, c.at, ${FACTS}, c.key, c.pid, c.back_after_ms FROM crash_reports c WHERE ${where}
      ), cells AS MATERIALIZED (
        SELECT ${FACTS}, ${HOUR} AS hour_ms, count(*) AS n FROM found c GROUP BY ${FACTS}, ${HOUR}
      )`,
    latest: (groups, limit) => sql`
      SELECT * FROM (
        SELECT c.id, c.group_id, c.at, c.node, c.key, c.pid, c.outcome, c.back_after_ms,
               row_number() OVER (PARTITION BY c.group_id COLLATE "C" ORDER BY c.at DESC, c.id DESC) AS place
        FROM found c WHERE c.group_id IN (SELECT g.group_id FROM ${groups} g)
      ) c WHERE c.place <= ${limit}${empty}`,
  }
}

const HOUR = sql`(floor(extract(epoch FROM c.at) / 3600) * 3600000)::float8`
