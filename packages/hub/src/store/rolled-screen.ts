/**
 * The crashes screen from cells and their rollups. The database finds the ranges and hands over bare numbers; they are added
 * up here, beside the facts of the cells, which are known already. A month of a million reports is some hundred thousand
 * numbers: to have Postgres join them with their texts and group them took ten times as long.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { GroupStatus } from '@orrery/live/views'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import type { CellBook, Cells } from './cell-book.ts'
import { isAboutMixed, matching } from './cell-facts.ts'
import {
  type Bar,
  bucketsOf,
  type Counted,
  counted,
  type GroupState,
  type GroupTally,
  groupsOf,
  type Parts,
  tally,
} from './cell-tally.ts'
import type { RolledCounts } from './crash-counts.ts'
import { IS_MIXED, MIXED_GROUPS } from './crash-query.ts'
import { statusSql } from './group-status.ts'
import { packed, unpacked } from './packed.ts'
import type { RollupBook } from './rollup-book.ts'
import { GROUP_ROWS, HOUR_MS, LATEST, type Screen, type ScreenGroup, type ScreenLatest } from './screen.ts'

const { sql } = Prisma

export interface RolledQuery {
  counts: RolledCounts
  statuses: ReadonlySet<GroupStatus>
  nowMs: number
  day: Date
  patienceMs: number
}

/** What a hub keeps in memory of its reports; none of it can be out of date. */
export interface CrashBooks {
  cells: CellBook
  rollups: RollupBook
}

/** All of it as of one moment. */
export function readRolledScreen(
  prisma: PrismaClient,
  books: CrashBooks,
  query: RolledQuery,
): Promise<Screen> {
  return prisma.$transaction((tx) => screenOf(tx, books, query), {
    isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead,
  })
}

async function screenOf(
  tx: Prisma.TransactionClient,
  books: CrashBooks,
  query: RolledQuery,
): Promise<Screen> {
  // Rollups lie in the order of time, and a group's latest are read in theirs: indices, where the planner would rather scan.
  await tx.$queryRaw`
    SELECT set_config('statement_timeout', ${String(query.patienceMs)}, true), set_config('jit', 'off', true),
           set_config('enable_bitmapscan', 'off', true), set_config('random_page_cost', '1.1', true),
           set_config('work_mem', '64MB', true)`
  const { cells, counts, bars } = await count(tx, books, query.counts)
  const found = await statesOf(tx, groupsOf(counts, cells), query)
  const { total, groups, facets } = tally(counts, cells, found.states, {
    statuses: query.statuses,
    limit: GROUP_ROWS,
  })
  const shown = [...groups.keys()]
  const nodes = facets.flatMap(({ node }) => node ?? [])
  const [node = null] = nodes.length === 1 ? nodes : []
  const latest = await rowsOf<ScreenLatest>(
    tx,
    sql`
    SELECT c.group_id, c.id::text, (extract(epoch FROM c.at) * 1000)::float8 AS at_ms, c.node, c.key, c.pid, c.outcome,
           c.back_after_ms
    FROM (${query.counts.latest(shown, LATEST, node)}) c ORDER BY c.place`,
  )
  await turn()
  return {
    total,
    groups_total: found.groupsTotal,
    statuses: tallied(found.states.values()),
    groups: await described(tx, { shown, groups, states: found.states, latest }),
    buckets: bucketsOf(bars, counts, cells, new Set(shown)),
    latest,
    facets,
  }
}

/** Reports of every cell, matching or not, before the bars and in them. */
async function read(
  tx: Prisma.TransactionClient,
  book: RollupBook,
  { spans, firstHourMs, edge, edgeBar }: RolledCounts,
): Promise<{ before: Parts[]; bars: Bar[] }> {
  const { days, hours } = await book.read(tx, spans)
  const before = [...days.values()]
  const bars: Bar[] = []
  for (const [fromMs, parts] of hours) {
    if (fromMs < spans.sinceMs) before.push(parts)
    else bars.push({ ...parts, bar: (fromMs - firstHourMs) / HOUR_MS })
  }
  if (edge !== null) {
    const [row] = await tx.$queryRaw<[{ cells: string | null; counts: string | null }]>`
      SELECT ${packed(sql`e.cell_id`)} AS cells, ${packed(sql`e.n`)} AS counts FROM (${edge}) e`
    const parts = { cells: unpacked(row.cells), counts: unpacked(row.counts) }
    if (edgeBar === null) before.push(parts)
    else bars.push({ ...parts, bar: edgeBar })
  }
  return { before, bars }
}

async function count(
  tx: Prisma.TransactionClient,
  books: CrashBooks,
  asked: RolledCounts,
): Promise<{ cells: Cells; counts: Counted; bars: Bar[] }> {
  const { before, bars } = await read(tx, books.rollups, asked)
  const parts = [...before, ...bars]
  const cells = await books.cells.learn(
    tx,
    parts.map((part) => part.cells),
  )
  const mixed = isAboutMixed(asked.facts) ? await mixedGroups(tx) : new Set<string>()
  // Others of this process get their turn between one walk over all cells and the next.
  await turn()
  return { cells, counts: counted(cells, parts, matching(asked.facts, cells, mixed)), bars }
}

async function mixedGroups(tx: Prisma.TransactionClient): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw<{ group_id: string }[]>(MIXED_GROUPS)
  return new Set(rows.map(({ group_id }) => group_id))
}

/** Those that crashed last first. */
async function statesOf(
  tx: Prisma.TransactionClient,
  ids: readonly string[],
  { nowMs, day }: RolledQuery,
): Promise<{ states: Map<string, GroupState>; groupsTotal: number }> {
  const rows = await rowsOf<GroupState & { id: string }>(
    tx,
    sql`
    SELECT g.id, ${statusSql(nowMs)} AS status, ${IS_MIXED} AS "isMixed" FROM crash_groups g WHERE g.id = ANY(${ids}::text[])
    ORDER BY g.last_seen DESC, g.id`,
  )
  const [all] = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM crash_groups WHERE last_seen >= ${day} AND merged_into IS NULL`
  return { states: new Map(rows.map(({ id, ...state }) => [id, state])), groupsTotal: all?.n ?? 0 }
}

function tallied(states: Iterable<GroupState>): Screen['statuses'] {
  const counts: Screen['statuses'] = {}
  for (const { status } of states) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

interface Shown {
  shown: readonly string[]
  groups: ReadonlyMap<string, GroupTally>
  states: ReadonlyMap<string, GroupState>
  latest: readonly ScreenLatest[]
}

async function described(
  tx: Prisma.TransactionClient,
  { shown, groups, states, latest }: Shown,
): Promise<ScreenGroup[]> {
  type Described = Omit<ScreenGroup, keyof GroupTally | 'status' | 'last_at_ms'>
  const rows = await rowsOf<Described>(
    tx,
    sql`
    SELECT g.id, g.fingerprint, g.name, g.module, g.reason, g.reason_text, g.top_frame, g.resolved_in,
           ARRAY(SELECT m.id FROM crash_groups m WHERE m.merged_into = g.id AND m.regrouped_as IS NULL ORDER BY m.id) AS merged,
           (extract(epoch FROM g.first_seen) * 1000)::float8 AS first_seen_ms
    FROM crash_groups g WHERE g.id = ANY(${shown}::text[])`,
  )
  const lastAt = new Map<string, number>()
  for (const { group_id, at_ms } of latest) {
    if (!lastAt.has(group_id)) lastAt.set(group_id, at_ms)
  }
  return rows
    .flatMap((row) => {
      const group = groups.get(row.id)
      const status = states.get(row.id)?.status
      const last_at_ms = lastAt.get(row.id)
      if (!group || !status || last_at_ms === undefined) return []
      return [{ ...row, ...group, status, last_at_ms }]
    })
    .sort((a, b) => b.last_at_ms - a.last_at_ms || (a.id < b.id ? -1 : 1))
}

/** As one text: else Prisma converts every value of every row by itself. */
async function rowsOf<T>(tx: Prisma.TransactionClient, rows: Prisma.Sql): Promise<T[]> {
  const [read] = await tx.$queryRaw<
    { rows: string | null }[]
  >`SELECT json_agg(r)::text AS rows FROM (${rows}) r`
  return JSON.parse(read?.rows ?? '[]') as T[]
}
