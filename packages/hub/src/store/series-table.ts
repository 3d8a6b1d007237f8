/** Series in blocks of five minutes: a row is one metric of one node, its values an array with nulls for gaps. */
import type { PrismaClient } from '../generated/client.ts'
import { toJsonb } from './crash-row.ts'
import { SERIES_BLOCK_MS, type SeriesBlock } from './store.ts'

export async function saveSeries(prisma: PrismaClient, blocks: readonly SeriesBlock[]): Promise<void> {
  const byId = new Map(blocks.map((block) => [`${block.node}\n${block.metric}\n${block.fromMs}`, block]))
  const rows = [...byId]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, block]) => ({
      node: block.node,
      metric: block.metric,
      from_at: new Date(block.fromMs).toISOString(),
      step_ms: block.stepMs,
      values: block.values,
    }))
  if (rows.length === 0) return
  // A hub that was restarted within five minutes writes the second half over the gaps of the first.
  await prisma.$executeRaw`
    INSERT INTO series_blocks AS held (node, metric, from_at, step_ms, values)
    SELECT r.node, r.metric, r.from_at, r.step_ms,
           ARRAY(SELECT v::float8 FROM jsonb_array_elements_text(r.values) WITH ORDINALITY AS t(v, i) ORDER BY i)
    FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS r(
      node text, metric text, from_at timestamptz, step_ms int, values jsonb)
    ON CONFLICT (node, metric, from_at) DO UPDATE SET
      step_ms = excluded.step_ms,
      values = CASE WHEN held.step_ms = excluded.step_ms
        THEN ARRAY(SELECT COALESCE(n, o) FROM unnest(excluded.values, held.values) WITH ORDINALITY AS t(n, o, i) ORDER BY i)
        ELSE excluded.values END`
}

export async function readSeries(
  prisma: PrismaClient,
  q: { node: string | null; metric: string; fromMs: number; toMs: number },
): Promise<SeriesBlock[]> {
  const rows = await prisma.$queryRaw<
    { node: string; metric: string; from_at: Date; step_ms: number; values: (number | null)[] }[]
  >`
    SELECT node, metric, from_at, step_ms, values FROM series_blocks
    WHERE metric = ${q.metric} AND (${q.node}::text IS NULL OR node = ${q.node})
      AND from_at > ${new Date(q.fromMs - SERIES_BLOCK_MS)} AND from_at <= ${new Date(q.toMs)}
    ORDER BY node, from_at`
  return rows.map((row) => ({
    node: row.node,
    metric: row.metric,
    fromMs: row.from_at.getTime(),
    stepMs: row.step_ms,
    values: row.values,
  }))
}

export async function seriesHeldFromMs(prisma: PrismaClient): Promise<number | null> {
  const oldest = await prisma.seriesBlock.aggregate({ _min: { fromAt: true } })
  return oldest._min.fromAt?.getTime() ?? null
}
