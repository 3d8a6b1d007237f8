/**
 * Retention: what is older than the days kept, or above the megabytes kept, goes; oldest first, in batches small enough
 * that nobody waits for one. A report that was imported is as old as its import, a source map as its last use.
 */
import type { PrismaClient } from '../generated/client.ts'
import type { Pruned } from './store.ts'

export interface Retention {
  days: number
  /** Of crash reports; `null` for no bound. */
  mb: number | null
  /** Reports; `null` for no bound. */
  reports: number | null
}

const BATCH = 500

export async function prune(prisma: PrismaClient, retention: Retention, nowMs: number): Promise<Pruned> {
  const limit = new Date(nowMs - retention.days * 86_400_000)
  const pruned: Pruned = { crashes: 0, audit: 0, series: 0, sourceMaps: 0, experiments: 0 }
  pruned.crashes += await inBatches(
    () => prisma.$executeRaw`
      DELETE FROM crash_reports WHERE id IN (
        SELECT id FROM crash_reports WHERE at < ${limit} AND (imported_by IS NULL OR stored_at < ${limit})
        ORDER BY at LIMIT ${BATCH})`,
  )
  pruned.crashes += await removeAbove(prisma, retention)
  pruned.audit = await inBatches(
    () => prisma.$executeRaw`
      DELETE FROM audit_entries WHERE id IN (
        SELECT id FROM audit_entries WHERE at < ${limit} ORDER BY at LIMIT ${BATCH})`,
  )
  pruned.series = await inBatches(
    () => prisma.$executeRaw`
      DELETE FROM series_blocks WHERE (node, metric, from_at) IN (
        SELECT node, metric, from_at FROM series_blocks WHERE from_at < ${limit} LIMIT ${BATCH})`,
  )
  pruned.sourceMaps = await prisma.$executeRaw`DELETE FROM source_maps WHERE used_at < ${limit}`
  pruned.experiments = await inBatches(
    () => prisma.$executeRaw`
      DELETE FROM fault_experiments WHERE id IN (
        SELECT id FROM fault_experiments WHERE created_at < ${limit} AND status IN ('ended', 'refused')
        ORDER BY created_at LIMIT ${BATCH})`,
  )
  // Ten thousand targets an experiment are more than one statement should take with it.
  await inBatches(
    () => prisma.$executeRaw`
      DELETE FROM fault_targets WHERE (experiment_id, place) IN (
        SELECT t.experiment_id, t.place FROM fault_targets t
        WHERE NOT EXISTS (SELECT 1 FROM fault_experiments e WHERE e.id = t.experiment_id) LIMIT ${BATCH})`,
  )
  await prisma.$executeRaw`DELETE FROM fault_verdicts WHERE at < ${limit}`
  await forget(prisma, limit, nowMs)
  return pruned
}

/** Removed rows worth a vacuum, which the embedded database stands still for. */
const VACUUM_ROWS = 5_000

/**
 * What a server's autovacuum does and the embedded database has nobody for: tells the planner what is there, without which
 * a search by words reads every report, and gives the room of many removed rows back to new ones. A tenth of the usual
 * sample, because every sampled report is split into words.
 */
export async function tidy(prisma: PrismaClient, pruned: Pruned): Promise<void> {
  await prisma.$transaction([
    prisma.$executeRaw`SET LOCAL default_statistics_target = 10`,
    prisma.$executeRaw`ANALYZE crash_reports`,
    prisma.$executeRaw`ANALYZE crash_groups`,
    prisma.$executeRaw`ANALYZE crash_cells`,
    prisma.$executeRaw`ANALYZE crash_rollups`,
  ])
  if (pruned.crashes >= VACUUM_ROWS) await prisma.$executeRaw`VACUUM crash_reports`
}

/** Counts of groups outlive their reports; a group nothing happened to for the whole retention goes with
 * its keys, unless a person said something of it. */
async function forget(prisma: PrismaClient, limit: Date, nowMs: number): Promise<void> {
  await prisma.$executeRaw`
    DELETE FROM crash_groups g WHERE last_seen < ${limit} AND status = 'open' AND merged_into IS NULL
      AND NOT EXISTS (SELECT 1 FROM crash_group_parts p WHERE p.group_id = g.id)
      AND NOT EXISTS (SELECT 1 FROM crash_group_notes n WHERE n.group_id = g.id)
      AND NOT EXISTS (SELECT 1 FROM crash_reports c WHERE c.group_id = g.id)`
  await prisma.$executeRaw`
    DELETE FROM crash_groups g WHERE regrouped_as IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM crash_groups n WHERE n.id = g.regrouped_as)`
  await prisma.$executeRaw`DELETE FROM storm_counts WHERE updated_at < ${limit}`
  await prisma.$executeRaw`
    DELETE FROM storm_keys k WHERE NOT EXISTS (SELECT 1 FROM crash_groups g WHERE g.id = k.group_id)`
  // Nobody trusts what they read for longer than half a day (`rollup-book.ts`).
  await prisma.$executeRaw`DELETE FROM crash_rollup_changes WHERE changed_at < now() - interval '1 day'`
  // An amendment whose report did not come within a day has none: the node refused or lost it.
  await prisma.$executeRaw`DELETE FROM crash_amendments WHERE at < ${new Date(nowMs - 86_400_000)}`
}

async function removeAbove(prisma: PrismaClient, retention: Retention): Promise<number> {
  if (retention.mb === null && retention.reports === null) return 0
  const [held] = await prisma.$queryRaw<{ n: bigint; bytes: bigint }[]>`
    SELECT COALESCE(sum(n), 0)::bigint AS n, COALESCE(sum(bytes), 0)::bigint AS bytes FROM crash_cells`
  // Of the cells: to count a million reports takes longer than to prune some.
  let n = Number(held?.n ?? 0)
  let bytes = Number(held?.bytes ?? 0)
  let removed = 0
  const isAbove = () =>
    (retention.mb !== null && bytes > retention.mb * 1_048_576) ||
    (retention.reports !== null && n > retention.reports)
  while (isAbove()) {
    const size = Math.min(BATCH, Math.max(1, oversize(n, bytes, retention)))
    const [gone] = await prisma.$queryRaw<{ n: bigint; bytes: bigint | null }[]>`
      WITH gone AS (
        DELETE FROM crash_reports WHERE id IN (SELECT id FROM crash_reports ORDER BY at LIMIT ${size})
        RETURNING size_bytes)
      SELECT count(*) AS n, sum(size_bytes)::bigint AS bytes FROM gone`
    const count = Number(gone?.n ?? 0)
    if (count === 0) break
    n -= count
    bytes -= Number(gone?.bytes ?? 0)
    removed += count
  }
  return removed
}

/** How many reports are too many, by the mean size where bytes are what is exceeded. */
function oversize(n: number, bytes: number, retention: Retention): number {
  const byCount = retention.reports === null ? 0 : n - retention.reports
  const byBytes =
    retention.mb === null || n === 0 ? 0 : Math.ceil((bytes - retention.mb * 1_048_576) / (bytes / n))
  return Math.max(byCount, byBytes)
}

async function inBatches(remove: () => Promise<number>): Promise<number> {
  let removed = 0
  for (;;) {
    const n = await remove()
    removed += n
    if (n < BATCH) return removed
  }
}
