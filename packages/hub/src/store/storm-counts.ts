/** Counts of crashes by incarnation and storm key, cumulative, also of those whose report was not kept. */
import type { StormCounts } from '@orrery/protocol'
import type { PrismaClient } from '../generated/client.ts'
import { toJsonb } from './crash-row.ts'

/** See `Store.saveStormCounts`. */
export async function saveStormCounts(
  prisma: PrismaClient,
  node: string,
  incarnation: string,
  counts: StormCounts['counts'],
): Promise<void> {
  const byKey = new Map(counts.map((one) => [one.key.slice(0, 255), one]))
  const rows = [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { total, notStored }]) => ({
      key,
      total,
      not_stored: notStored,
    }))
  if (rows.length === 0) return
  await prisma.$executeRaw`
    INSERT INTO storm_counts (node, incarnation, key, total, not_stored, updated_at)
    SELECT ${node}, ${incarnation}, key, total, not_stored, now()
    FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS r(key text, total bigint, not_stored bigint)
    ON CONFLICT (node, incarnation, key) DO UPDATE SET
      total = GREATEST(excluded.total, storm_counts.total),
      not_stored = GREATEST(excluded.not_stored, storm_counts.not_stored), updated_at = excluded.updated_at
    WHERE excluded.total > storm_counts.total OR excluded.not_stored > storm_counts.not_stored`
}
