/** One crash group with what people said of it. */
import type { CrashGroupDetail } from '@orrery/live/views'
import type { PrismaClient } from '../generated/client.ts'
import { notesOf } from './group-notes.ts'
import { statusOf } from './group-status.ts'

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
    notes: await notesOf(prisma, id),
  }
}
