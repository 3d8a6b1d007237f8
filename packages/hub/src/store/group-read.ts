/** One crash group with what people said of it. */
import type { CrashGroupDetail } from '@orrery/live/views'
import type { PrismaClient } from '../generated/client.ts'
import { notesOf } from './group-notes.ts'
import { statusOf } from './group-status.ts'
import { storms } from './storm-counts.ts'

/** As the screens show it. */
export async function readDetail(
  prisma: PrismaClient,
  id: string,
  nowMs: number,
): Promise<CrashGroupDetail | null> {
  const group = await prisma.crashGroup.findUnique({ where: { id } })
  if (!group) return null
  const merged = await prisma.$queryRaw<
    { fingerprint: string; name: string; reason_text: string; count: bigint }[]
  >`
    SELECT g.fingerprint, g.name, g.reason_text, p.count FROM crash_groups g
      JOIN crash_group_parts p ON p.fingerprint = g.fingerprint
    WHERE g.merged_into = ${id} ORDER BY p.merged_at, g.id`
  return {
    id,
    name: group.name,
    status: statusOf(group, nowMs),
    firstSeenMs: group.firstSeen.getTime(),
    statusAtMs: group.statusAt?.getTime() ?? null,
    statusBy: group.statusBy,
    resolvedIn: group.resolvedIn,
    regressedAtMs: group.regressedAt?.getTime() ?? null,
    merged: merged.map(({ fingerprint, name, reason_text, count }) => ({
      fingerprint,
      name,
      reasonText: reason_text,
      count: Number(count),
    })),
    reports: await reportsOf(prisma, id, Number(group.count)),
    notes: await notesOf(prisma, id),
  }
}

/** What became of the reports of a group's root crashes. Cells are counted, not reports. */
async function reportsOf(
  prisma: PrismaClient,
  id: string,
  stored: number,
): Promise<CrashGroupDetail['reports']> {
  const held = await heldOf(prisma, id)
  const notStored = (await storms(prisma, [id], null)).get(id) ?? 0
  return { held, pruned: Math.max(0, stored - held), notStored }
}

/** Root crashes of a group whose reports are here. */
async function heldOf(prisma: PrismaClient, id: string): Promise<number> {
  const [row] = await prisma.$queryRaw<{ n: bigint }[]>`
    SELECT COALESCE(sum(n), 0)::bigint AS n FROM crash_cells WHERE group_id = ${id} AND is_root`
  return Number(row?.n ?? 0)
}
