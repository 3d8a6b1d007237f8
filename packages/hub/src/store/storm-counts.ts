/**
 * Counts of crashes by incarnation and storm key, cumulative, also of those whose report was not kept. A count that grew
 * after its group was resolved makes the group regressed, as a report would have.
 */
import type { Prisma, PrismaClient } from '../generated/client.ts'
import { toJsonb } from './crash-row.ts'
import { holdRules } from './group-rules.ts'
import { followGroups, type GroupBefore } from './group-status.ts'
import type { StormTotal } from './store.ts'

type Transaction = Prisma.TransactionClient

/** See `Store.saveStormCounts`. */
export async function saveStormCounts(
  prisma: PrismaClient,
  node: string,
  incarnation: string,
  counts: readonly StormTotal[],
  release: string | null,
): Promise<void> {
  const byKey = new Map(counts.map((one) => [one.key.slice(0, 255), one]))
  const rows = [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { total, notStored, afterMs = null }]) => ({
      key,
      total,
      not_stored: notStored,
      after_ms: afterMs,
    }))
  if (rows.length === 0) return
  await prisma.$transaction(async (tx) => {
    await holdRules(tx)
    const held = await tx.$queryRaw<{ key: string; not_stored: bigint }[]>`
      SELECT key, not_stored FROM storm_counts WHERE node = ${node} AND incarnation = ${incarnation}
        AND key = ANY(${rows.map(({ key }) => key)}::text[]) ORDER BY key FOR UPDATE`
    await write(tx, node, incarnation, rows)
    const before = new Map(held.map((row) => [row.key, Number(row.not_stored)]))
    const grown = rows.filter(({ key, not_stored }) => not_stored > (before.get(key) ?? 0))
    await regress(tx, grown, { node, release })
  })
}

async function write(
  tx: Transaction,
  node: string,
  incarnation: string,
  rows: { key: string; total: number; not_stored: number }[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO storm_counts (node, incarnation, key, total, not_stored, updated_at)
    SELECT ${node}, ${incarnation}, key, total, not_stored, now()
    FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS r(key text, total bigint, not_stored bigint)
    ON CONFLICT (node, incarnation, key) DO UPDATE SET
      total = GREATEST(excluded.total, storm_counts.total),
      not_stored = GREATEST(excluded.not_stored, storm_counts.not_stored), updated_at = excluded.updated_at
    WHERE excluded.total > storm_counts.total OR excluded.not_stored > storm_counts.not_stored`
}

/** Of the crashes nobody has a report of, only that they are later than `after_ms` is known. */
async function regress(
  tx: Transaction,
  grown: readonly { key: string; after_ms: number | null }[],
  by: { node: string; release: string | null },
): Promise<void> {
  const afterMs = new Map<string, number>(
    grown.flatMap(({ key, after_ms }) => (after_ms === null ? [] : [[key, after_ms] as const])),
  )
  if (afterMs.size === 0) return
  const groups = await tx.$queryRaw<GroupBefore[]>`
    SELECT id, count, status, status_at, resolved_in, newest_release FROM crash_groups
    WHERE id IN (SELECT group_id FROM storm_keys WHERE key = ANY(${[...afterMs.keys()]}::text[]))
      AND status = 'resolved'
    ORDER BY id FOR UPDATE`
  if (groups.length === 0) return
  const keys = await tx.stormKey.findMany({
    where: { key: { in: [...afterMs.keys()] }, groupId: { in: groups.map(({ id }) => id) } },
  })
  const crashes = keys.map(({ key, groupId }) => ({ groupId, atMs: afterMs.get(key) ?? 0, ...by }))
  await followGroups(tx, groups, crashes)
}

/** Counts of crashes whose report was not kept, by group; with `since`, only of incarnations heard from after it. */
export async function storms(
  prisma: PrismaClient,
  groupIds: string[],
  since: Date | null,
): Promise<Map<string, number>> {
  if (groupIds.length === 0) return new Map()
  const rows = await prisma.$queryRaw<{ group_id: string; n: bigint }[]>`
    SELECT k.group_id, sum(s.not_stored)::bigint AS n FROM storm_counts s JOIN storm_keys k ON k.key = s.key
    WHERE k.group_id = ANY(${groupIds}::text[]) AND (${since}::timestamptz IS NULL OR s.updated_at >= ${since})
    GROUP BY k.group_id`
  return new Map(rows.map((row) => [row.group_id, Number(row.n)]))
}
