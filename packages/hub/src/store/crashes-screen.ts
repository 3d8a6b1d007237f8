/**
 * The crashes screen: groups, facets and the last day's course of every report that matches. Counted from rollups where they
 * can answer (`rolled-screen.ts`), else in one statement over the reports that are found (`crash-counts.ts` says which). It is
 * asked for again whenever a crash is stored, and an embedded database answers one at a time.
 */
import type { CrashesView, CrashGroupRow, GroupStatus } from '@orrery/live/views'
import type { Query } from '@orrery/protocol/query'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import { countsOf, type ReportCounts } from './crash-counts.ts'
import { IS_MIXED } from './crash-query.ts'
import { statusSql } from './group-status.ts'
import { type CrashBooks, readRolledScreen } from './rolled-screen.ts'
import { BUCKETS, DAY_MS, type Facet, GROUP_ROWS, HOUR_MS, LATEST, type Screen } from './screen.ts'
import { storms } from './storm-counts.ts'

const FACET_VALUES = 20
/** A search is given up after this long, milliseconds; the embedded database knows no such bound. */
const PATIENCE_MS = 5_000

/** The bar of the last day that a moment belongs to: 0 to 23, a bar an hour by the clock, newest last; below 0 before. */
export function bucketOf(atMs: number, nowMs: number): number {
  return Math.min(BUCKETS - 1, BUCKETS - 1 + Math.floor(atMs / HOUR_MS) - Math.floor(nowMs / HOUR_MS))
}

export const NO_STATUSES: CrashesView['statuses'] = {
  new: 0,
  regressed: 0,
  ongoing: 0,
  resolved: 0,
  ignored: 0,
}

/**
 * Over the last 24 hours, or over all that is held where the query names its own time. Groups of other statuses than
 * `statuses` are counted and not shown.
 */
export async function readCrashesView(
  prisma: PrismaClient,
  books: CrashBooks,
  query: Query,
  statuses: ReadonlySet<GroupStatus>,
  nowMs: number,
): Promise<CrashesView> {
  const day = new Date(nowMs - DAY_MS)
  const firstHourMs = (Math.floor(nowMs / HOUR_MS) - BUCKETS + 1) * HOUR_MS
  const counts = await countsOf(prisma, query, nowMs, firstHourMs)
  const screen =
    counts.from === 'rollups'
      ? await readRolledScreen(prisma, books, { counts, statuses, nowMs, day, patienceMs: PATIENCE_MS })
      : await readFoundScreen(prisma, { counts, statuses, nowMs, day, firstHourMs })
  const ids = screen.groups.map((group) => group.id)
  const notStored = await storms(prisma, ids, day)
  const buckets = bucketsOf(screen.buckets)
  const latest = latestOf(screen.latest)
  return {
    error: null,
    total: screen.total,
    groupsTotal: screen.groups_total,
    groupsFound: [...statuses].reduce((sum, status) => sum + (screen.statuses[status] ?? 0), 0),
    statuses: { ...NO_STATUSES, ...screen.statuses },
    groups: screen.groups.map((group) => ({
      id: group.id,
      fingerprint: group.fingerprint,
      name: group.name,
      module: group.module,
      reason: group.reason,
      reasonText: group.reason_text,
      topFrame: group.top_frame,
      nodes: group.nodes,
      count: group.roots + (notStored.get(group.id) ?? 0),
      casualties: group.casualties,
      firstSeenMs: Math.round(group.first_seen_ms),
      lastSeenMs: Math.round(group.last_at_ms),
      buckets: buckets.get(group.id) ?? new Array<number>(BUCKETS).fill(0),
      latest: latest.get(group.id) ?? [],
      cause: group.cause,
      status: group.status,
      resolvedIn: group.resolved_in,
      merged: group.merged,
    })),
    facets: facetsOf(screen.facets),
    pending: 0,
  }
}

interface FoundQuery {
  counts: ReportCounts
  statuses: ReadonlySet<GroupStatus>
  nowMs: number
  day: Date
  firstHourMs: number
}

async function readFoundScreen(
  prisma: PrismaClient,
  { counts, statuses, nowMs, day, firstHourMs }: FoundQuery,
): Promise<Screen> {
  const statement = Prisma.sql`
    WITH ${counts.tables}, known AS MATERIALIZED (
      SELECT g.id, ${statusSql(nowMs)} AS status FROM crash_groups g WHERE g.id IN (SELECT group_id FROM cells)
    ), kept AS MATERIALIZED (
      SELECT c.* FROM cells c JOIN known k ON k.id = c.group_id WHERE k.status = ANY(${[...statuses]}::text[])
    ), mixed AS MATERIALIZED (
      SELECT g.id FROM crash_groups g JOIN known k ON k.id = g.id WHERE ${IS_MIXED}
    ), causes AS MATERIALIZED (
      SELECT group_id, module, reason, kind, is_root, is_injected, sum(n)::bigint AS n
      FROM kept GROUP BY group_id, module, reason, kind, is_root, is_injected
    ), per_group AS (
      SELECT group_id, COALESCE(sum(n) FILTER (WHERE is_root), 0)::int AS roots,
             COALESCE(sum(n) FILTER (WHERE NOT is_root), 0)::int AS casualties,
             COALESCE(bool_or(is_injected AND is_root), false) AS is_injected
      FROM causes GROUP BY group_id
    ), shown AS MATERIALIZED (
      SELECT p.*, g.fingerprint, g.name, g.module, g.reason, g.reason_text, g.top_frame, g.resolved_in, k.status,
             ARRAY(SELECT m.id FROM crash_groups m WHERE m.merged_into = g.id AND m.regrouped_as IS NULL ORDER BY m.id) AS merged,
             (extract(epoch FROM g.first_seen) * 1000)::float8 AS first_seen_ms
      FROM per_group p JOIN crash_groups g ON g.id = p.group_id JOIN known k ON k.id = p.group_id
      ORDER BY g.last_seen DESC, g.id LIMIT ${GROUP_ROWS}
    ), latest AS MATERIALIZED (
      SELECT c.group_id, c.id, (extract(epoch FROM c.at) * 1000)::float8 AS at_ms, c.node, c.key, c.pid, c.outcome,
             c.back_after_ms, c.place
      FROM (${counts.latest(Prisma.sql`shown`, LATEST)}) c
    ), nodes AS (
      SELECT group_id, to_jsonb(array_agg(node ORDER BY node)) AS nodes
      FROM (SELECT DISTINCT c.group_id, c.node FROM cells c JOIN shown s ON s.group_id = c.group_id) each GROUP BY group_id
    ), groups AS (
      SELECT s.group_id AS id, s.fingerprint, s.name, s.module, s.reason, s.reason_text, s.top_frame, s.first_seen_ms,
             s.resolved_in, s.status, s.merged, s.roots, s.casualties, l.at_ms AS last_at_ms, n.nodes,
             CASE WHEN s.group_id IN (TABLE mixed) THEN 'mixed' WHEN s.is_injected THEN 'injected' ELSE 'organic' END AS cause
      FROM shown s JOIN nodes n ON n.group_id = s.group_id JOIN latest l ON l.group_id = s.group_id AND l.place = 1
    ), buckets AS (
      SELECT b.group_id, LEAST(${BUCKETS - 1}, (b.hour_ms - ${firstHourMs}::float8) / ${HOUR_MS})::int AS bucket, b.n
      FROM bars b JOIN shown s ON s.group_id = b.group_id
    ), facets AS (
      SELECT reason, NULL AS node, module, NULL AS outcome, kind, NULL AS cause, sum(n)::int AS n
      FROM causes GROUP BY GROUPING SETS ((reason), (module), (kind))
      UNION ALL SELECT NULL, node, NULL, NULL, NULL, NULL, sum(n)::int FROM kept GROUP BY node
      UNION ALL SELECT NULL, NULL, NULL, outcome, NULL, NULL, sum(n)::int FROM kept GROUP BY outcome
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, CASE WHEN is_injected THEN 'injected' ELSE 'organic' END, sum(n)::int
      FROM causes GROUP BY is_injected
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, 'mixed', sum(n)::int
      FROM causes WHERE group_id IN (TABLE mixed) HAVING sum(n) > 0
    )
    SELECT
      (SELECT COALESCE(sum(n), 0) FROM kept)::int AS total,
      (SELECT count(*) FROM crash_groups WHERE last_seen >= ${day} AND merged_into IS NULL)::int AS groups_total,
      (SELECT COALESCE(jsonb_object_agg(status, n), '{}') FROM (SELECT status, count(*) AS n FROM known GROUP BY 1) s)
        AS statuses,
      (SELECT COALESCE(jsonb_agg(groups ORDER BY last_at_ms DESC, id), '[]') FROM groups) AS groups,
      (SELECT COALESCE(jsonb_agg(jsonb_build_array(group_id, bucket, n)), '[]') FROM buckets) AS buckets,
      (SELECT COALESCE(jsonb_agg(latest ORDER BY place), '[]') FROM latest) AS latest,
      (SELECT COALESCE(jsonb_agg(jsonb_strip_nulls(to_jsonb(facets)) ORDER BY n DESC, facets), '[]') FROM facets) AS facets`
  const [screen] = await patiently<[Screen]>(prisma, statement)
  return screen
}

/** One statement over many reports: with memory for what it counts, and an end to how long it may take. */
async function patiently<T>(prisma: PrismaClient, statement: Prisma.Sql): Promise<T> {
  const [, rows] = await prisma.$transaction([
    prisma.$queryRaw`
      SELECT set_config('statement_timeout', ${String(PATIENCE_MS)}, true), set_config('work_mem', '64MB', true),
             set_config('jit', 'off', true)`,
    prisma.$queryRaw<T>(statement),
  ])
  return rows
}

function bucketsOf(rows: Screen['buckets']): Map<string, number[]> {
  const buckets = new Map<string, number[]>()
  for (const [groupId, bucket, n] of rows) {
    const of = buckets.get(groupId) ?? new Array<number>(BUCKETS).fill(0)
    buckets.set(groupId, of)
    of[bucket] = (of[bucket] ?? 0) + n
  }
  return buckets
}

function latestOf(rows: Screen['latest']): Map<string, CrashGroupRow['latest']> {
  const latest = new Map<string, CrashGroupRow['latest']>()
  for (const { group_id, id, at_ms, node, key, pid, outcome, back_after_ms } of rows) {
    const of = latest.get(group_id) ?? []
    latest.set(group_id, of)
    of.push({
      id,
      atMs: Math.round(at_ms),
      node,
      key,
      pid,
      outcome,
      backAfterMs: back_after_ms,
      stored: true,
    })
  }
  return latest
}

function facetsOf(rows: Screen['facets']): CrashesView['facets'] {
  const facets: CrashesView['facets'] = { reason: [], node: [], module: [], outcome: [], kind: [], cause: [] }
  for (const { n, ...of } of rows) {
    for (const [facet, value] of Object.entries(of)) {
      const values = facets[facet as Facet]
      if (values.length < FACET_VALUES) values.push([value, n])
    }
  }
  return facets
}
