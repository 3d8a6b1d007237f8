/**
 * Counting the reports that match, cell by cell: what has the same group, node, reason, module, outcome and kind, is a root
 * or a casualty, injected or organic, is one cell.
 *
 * A query over nothing but these facts is answered from cells and their rollups, however many reports are held: whole days
 * from those of days, the hours around them from those of hours, and only the broken hour at its far end from the reports.
 * Any other query counts the reports it finds. Both give the same numbers.
 */
import type { Clause, Query } from '@orrery/protocol/query'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import { toSql } from './crash-query.ts'

type Sql = Prisma.Sql
const { sql } = Prisma

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

const FACTS = sql`c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected`
const ROLLED_FIELDS: readonly string[] = ['group', 'node', 'module', 'outcome', 'kind', 'cause']

/** Common table expressions, of what matches. */
export interface Counts {
  /**
   * Whether a group's latest are read in their order and cells are joined as a whole. The planner, who does not know how many
   * `lower(…)` matches and takes it for few, would rather gather all of a group, and join cell by cell.
   */
  isInOrder: boolean
  /**
   * `cells`: facts and how many, `n`, none twice; `bars`: root crashes `n` of a group `group_id` by the hour that begins at
   * `hour_ms`, for `hour_ms` from `firstHourMs` on.
   */
  tables: Sql
  /**
   * From the groups in a table `g`: their `limit` latest reports, the newest first, as rows of `c` with their `place` from 1.
   */
  latest(groups: Sql, limit: number): Sql
}

/** How to count what matches `query` at `nowMs`: over the last 24 hours where it does not say itself how far back. */
export async function countsOf(
  prisma: PrismaClient,
  query: Query,
  nowMs: number,
  firstHourMs: number,
): Promise<Counts> {
  const ages = query.clauses.filter(isAge)
  const fromMs = ages.length === 0 ? nowMs - DAY_MS : nowMs - Math.min(...ages.map(({ value }) => value))
  const rest = query.clauses.filter((clause) => !isAge(clause))
  const where = sql`c.at >= ${new Date(Math.max(0, fromMs))} AND (${toSql({ ...query, clauses: rest }, nowMs)})`
  if (rest.every(isOfFacts) && (await areReasonsTags(prisma, rest))) {
    const [held] = await prisma.$queryRaw<{ from_at: Date | null }[]>`
      SELECT min(from_at) AS from_at FROM crash_rollups WHERE span_hours = 24`
    const heldFromMs = held?.from_at?.getTime() ?? nowMs
    const facts = toSql({ ...query, clauses: rest }, nowMs)
    return ofRollups({ facts, where, fromMs: Math.max(0, fromMs), nowMs, heldFromMs, firstHourMs })
  }
  return ofReports(where, firstHourMs)
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

interface Rolled {
  /** The condition over a cell. */
  facts: Sql
  /** The condition over a report, its time included. */
  where: Sql
  fromMs: number
  nowMs: number
  /** The day of the oldest report. */
  heldFromMs: number
  firstHourMs: number
}

function ofRollups({ facts, where, fromMs, nowMs, heldFromMs, firstHourMs }: Rolled): Counts {
  // What lies before is subtracted from all that is held where that is the shorter way.
  const isBackward = fromMs - heldFromMs < nowMs - fromMs
  const hour = (isBackward ? Math.floor : Math.ceil)(fromMs / HOUR_MS) * HOUR_MS
  const day = (isBackward ? Math.floor : Math.ceil)(fromMs / DAY_MS) * DAY_MS
  const [edgeFrom, edgeTo] = isBackward ? [hour, fromMs] : [fromMs, hour]
  const spans = isBackward
    ? sql`(r.span_hours = 24 AND r.from_at < ${new Date(day)})
        OR (r.span_hours = 1 AND r.from_at >= ${new Date(day)} AND r.from_at < ${new Date(hour)})`
    : sql`(r.span_hours = 24 AND r.from_at >= ${new Date(day)})
        OR (r.span_hours = 1 AND r.from_at >= ${new Date(hour)} AND r.from_at < ${new Date(day)})`
  const edge = sql`c.at >= ${new Date(edgeFrom)} AND c.at < ${new Date(edgeTo)}`
  return {
    isInOrder: true,
    tables: sql`
      matching AS MATERIALIZED (
        SELECT c.id, ${FACTS}, c.n FROM (SELECT k.*, k.reason AS reason_text FROM crash_cells k) c WHERE ${facts}
      ), counted AS (
        SELECT cell_id, sum(n)::bigint AS n FROM (
          SELECT r.cell_id, r.n FROM crash_rollups r WHERE ${spans}
          UNION ALL
          SELECT k.id, 1 FROM crash_reports c JOIN crash_cells k ON k.cell = crash_cell(${FACTS}) WHERE ${edge}
        ) parts GROUP BY cell_id
      ), cells AS MATERIALIZED (
        ${
          isBackward
            ? sql`SELECT * FROM (
                SELECT ${FACTS}, c.n - COALESCE(p.n, 0) AS n FROM matching c LEFT JOIN counted p ON p.cell_id = c.id
              ) c WHERE c.n > 0`
            : sql`SELECT ${FACTS}, p.n FROM matching c JOIN counted p ON p.cell_id = c.id`
        }
      ), bars AS (
        SELECT c.group_id, hour_ms, sum(r.n)::bigint AS n FROM (
          SELECT r.cell_id, (extract(epoch FROM r.from_at) * 1000)::float8 AS hour_ms, r.n FROM crash_rollups r
          WHERE r.span_hours = 1 AND r.from_at >= ${new Date(Math.max(firstHourMs, Math.ceil(fromMs / HOUR_MS) * HOUR_MS))}
          UNION ALL
          SELECT k.id, ${HOUR}, 1 FROM crash_reports c JOIN crash_cells k ON k.cell = crash_cell(${FACTS})
          WHERE c.at >= ${new Date(Math.max(fromMs, firstHourMs))}
            AND c.at < ${new Date(Math.ceil(fromMs / HOUR_MS) * HOUR_MS)}
        ) r JOIN matching c ON c.id = r.cell_id
        WHERE c.is_root GROUP BY 1, 2
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

function ofReports(where: Sql, firstHourMs: number): Counts {
  return {
    isInOrder: false,
    tables: sql`
      found AS MATERIALIZED (
        SELECT c.id, c.at, ${FACTS}, c.key, c.pid, c.back_after_ms FROM crash_reports c WHERE ${where}
      ), cells AS MATERIALIZED (
        SELECT ${FACTS}, count(*) AS n FROM found c GROUP BY ${FACTS}
      ), bars AS (
        SELECT c.group_id, ${HOUR} AS hour_ms, count(*) AS n FROM found c
        WHERE c.is_root AND c.at >= ${new Date(firstHourMs)} GROUP BY 1, 2
      )`,
    latest: (groups, limit) => sql`
      SELECT * FROM (
        SELECT c.id, c.group_id, c.at, c.node, c.key, c.pid, c.outcome, c.back_after_ms,
               row_number() OVER (PARTITION BY c.group_id COLLATE "C" ORDER BY c.at DESC, c.id DESC) AS place
        FROM found c WHERE c.group_id IN (SELECT g.group_id FROM ${groups} g)
      ) c WHERE c.place <= ${limit}`,
  }
}

const HOUR = sql`(floor(extract(epoch FROM c.at) / 3600) * 3600000)::float8`
