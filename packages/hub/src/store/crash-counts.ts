/**
 * Counting the reports that match, cell by cell: what has the same group, node, reason, module, outcome and kind, is a root
 * or a casualty, injected or organic, is one cell.
 *
 * A query over nothing but these facts is answered from cells and their rollups, however many reports are held: whole days
 * from those of days, the hours around them and the last day from those of hours, and only the broken hour at its far end from
 * the reports. Any other query counts the reports it finds. Both give the same numbers.
 */
import type { Clause, Query } from '@orrery/protocol/query'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import { isOfFacts, isOfTag } from './cell-facts.ts'
import { toSql, type WordsBy } from './crash-query.ts'
import type { Spans } from './rollup-book.ts'
import { DAY_MS, HOUR_MS } from './screen.ts'

type Sql = Prisma.Sql
const { sql } = Prisma

const FACTS = sql`c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected`
/** Reports whose words are read one by one. */
const FEW = 10_000

export type Counts = RolledCounts | ReportCounts

/** Counted cell by cell; what the cells are of stands in a `CellBook`. */
export interface RolledCounts {
  from: 'rollups'
  /** What must hold of a cell for it to match: its reports all match, or none does. */
  facts: readonly Clause[]
  /** Before the hours of the bars; these are all from `sinceMs` on. */
  spans: Spans
  /** The hour of the first bar, 0. */
  firstHourMs: number
  /** The broken hour before all of them: reports `n` of cells `cell_id`; `null` where there is none. */
  edge: Sql | null
  /** The bar `edge` is part of, or `null` where it lies before the bars. */
  edgeBar: number | null
  /**
   * From groups by their ids: their `limit` latest reports, the newest first, as rows of `c` with their `place` from 1. Where
   * all that matches is of one `node`, an index leads to them; else it may be `null`.
   */
  latest(ids: readonly string[], limit: number, node: string | null): Sql
}

/** Common table expressions over every report that matches. */
export interface ReportCounts {
  from: 'reports'
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
  const from = new Date(Math.max(0, fromMs))
  const where = (wordsBy: WordsBy) =>
    sql`c.at >= ${from} AND (${toSql({ ...query, clauses: rest }, nowMs, wordsBy)})`
  if (rest.every(isOfFacts) && (await areReasonsTags(prisma, rest))) {
    return ofRollups({ facts: rest, where: where('index'), fromMs: from.getTime(), firstHourMs })
  }
  const hasWords = rest.some(({ kind }) => kind === 'text')
  return ofReports(where(hasWords && (await areFew(prisma, from)) ? 'reading' : 'index'), firstHourMs)
}

/** Whether so few reports are of that time that it is quicker to read the words of each than to look up a common one. */
async function areFew(prisma: PrismaClient, from: Date): Promise<boolean> {
  const [some] = await prisma.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM (SELECT 1 FROM crash_reports WHERE at >= ${from} LIMIT ${FEW + 1}) r`
  return (some?.n ?? 0) <= FEW
}

type Age = Extract<Clause, { kind: 'compare' }>

function isAge(clause: Clause): clause is Age {
  return clause.kind === 'compare' && clause.field === 'last' && !clause.isNegated
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

interface Asked {
  facts: readonly Clause[]
  /** The condition over a report, its time included. */
  where: Sql
  fromMs: number
  firstHourMs: number
}

function ofRollups({ facts, where, fromMs, firstHourMs }: Asked): RolledCounts {
  const hour = Math.ceil(fromMs / HOUR_MS) * HOUR_MS
  const barsFromMs = Math.max(firstHourMs, hour)
  return {
    from: 'rollups',
    facts,
    spans: { ...spansOf(hour, barsFromMs), sinceMs: barsFromMs },
    firstHourMs,
    edge: fromMs < hour ? cellsOf(fromMs, hour) : null,
    edgeBar: hour <= firstHourMs ? null : (hour - firstHourMs) / HOUR_MS - 1,
    latest: (ids, limit, node) => sql`
      SELECT c.*, row_number() OVER (PARTITION BY c.group_id ORDER BY c.at DESC, c.id DESC) AS place
      FROM unnest(${ids}::text[]) g(group_id) CROSS JOIN LATERAL (
        SELECT c.id, c.group_id, c.at, c.node, c.key, c.pid, c.outcome, c.back_after_ms
        FROM crash_reports c WHERE c.group_id = g.group_id ${node === null ? Prisma.empty : sql`AND c.node = ${node}`} AND ${where}
        ORDER BY c.at DESC, c.id DESC LIMIT ${limit}
      ) c`,
  }
}

/** Whole days between two hours, and the hours around them. */
function spansOf(fromMs: number, toMs: number): Pick<Spans, 'days' | 'hours'> {
  const [day, lastDay] = [Math.ceil(fromMs / DAY_MS) * DAY_MS, Math.floor(toMs / DAY_MS) * DAY_MS]
  if (day >= lastDay) return { days: { fromMs: day, toMs: day }, hours: hoursOf(fromMs, toMs) }
  return {
    days: { fromMs: day, toMs: lastDay },
    hours: [...hoursOf(fromMs, day), ...hoursOf(lastDay, toMs)],
  }
}

function hoursOf(fromMs: number, toMs: number): number[] {
  return Array.from({ length: Math.max(0, toMs - fromMs) / HOUR_MS }, (_, i) => fromMs + i * HOUR_MS)
}

/** Reports `n` of cells `cell_id` of less than an hour. */
function cellsOf(fromMs: number, toMs: number): Sql {
  return sql`
    SELECT k.id AS cell_id, c.n FROM (
      SELECT crash_cell(${FACTS}) AS cell, count(*) AS n FROM crash_reports c
      WHERE c.at >= ${new Date(fromMs)} AND c.at < ${new Date(toMs)} GROUP BY 1
    ) c JOIN crash_cells k ON k.cell = c.cell`
}

function ofReports(where: Sql, firstHourMs: number): ReportCounts {
  return {
    from: 'reports',
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
        FROM found c JOIN (${daysOf(groups, limit)}) d ON d.group_id = c.group_id AND ${DAY} >= d.since
      ) c WHERE c.place <= ${limit}`,
  }
}

/** The day from which a group has its `limit` latest; sorting all that was found of it would take longer than finding it. */
function daysOf(groups: Sql, limit: number): Sql {
  return sql`
    SELECT d.group_id, COALESCE(max(d.day) FILTER (WHERE d.so_far >= ${limit}), min(d.day)) AS since FROM (
      SELECT e.group_id, e.day, sum(e.n) OVER (PARTITION BY e.group_id ORDER BY e.day DESC) AS so_far FROM (
        SELECT c.group_id, ${DAY} AS day, count(*) AS n FROM found c
        WHERE c.group_id IN (SELECT g.group_id FROM ${groups} g) GROUP BY 1, 2
      ) e
    ) d GROUP BY d.group_id`
}

const DAY = sql`(extract(epoch FROM c.at)::float8 / 86400)::int`
const HOUR = sql`(floor(extract(epoch FROM c.at) / 3600) * 3600000)::float8`
