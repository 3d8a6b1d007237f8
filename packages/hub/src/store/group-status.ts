/**
 * The life of a crash group. A person says open, resolved or ignored; the rest is read from times: *new* until a day after
 * it was first seen, *ongoing* then, *regressed* once it crashed again after it was resolved.
 */
import type { GroupStatus } from '@orrery/live/views'
import { Prisma } from '../generated/client.ts'
import { compareReleases, familyOf } from './release-order.ts'

type Transaction = Prisma.TransactionClient
const { sql } = Prisma

/** How long a group is new. */
export const NEW_MS = 86_400_000

/** The status of the group `g` as SQL. */
export function statusSql(nowMs: number): Prisma.Sql {
  return sql`CASE WHEN g.status IN ('resolved', 'ignored') THEN g.status
    WHEN g.regressed_at IS NOT NULL THEN 'regressed'
    WHEN g.first_seen >= ${new Date(nowMs - NEW_MS)} THEN 'new' ELSE 'ongoing' END`
}

/** The same of a row that was read. */
export function statusOf(
  group: { status: string; regressedAt: Date | null; firstSeen: Date },
  nowMs: number,
): GroupStatus {
  if (group.status === 'resolved' || group.status === 'ignored') return group.status
  if (group.regressedAt !== null) return 'regressed'
  return group.firstSeen.getTime() >= nowMs - NEW_MS ? 'new' : 'ongoing'
}

/** A group as it stood before a batch, locked. */
export interface GroupBefore {
  id: string
  count: bigint
  status: string
  status_at: Date | null
  resolved_in: string | null
  newest_release: string | null
}

export interface RootCrash {
  groupId: string
  atMs: number
  node: string
  release: string | null
}

/** Notes releases that are new, and groups that were resolved and crashed again. `crashes` are new root crashes. */
export async function followGroups(
  tx: Transaction,
  groups: readonly GroupBefore[],
  crashes: readonly RootCrash[],
): Promise<void> {
  const seen = await releasesSeen(tx, groups, crashes)
  const changes = groups.flatMap((group) => {
    const own = crashes.filter(({ groupId }) => groupId === group.id)
    const after = afterCrashes(group, own, (family, release) => seen.get(`${family} ${release}`))
    return after === null ? [] : [{ id: group.id, ...after }]
  })
  for (const { id, newestRelease, regressedAtMs } of changes) {
    await tx.$executeRaw`
      UPDATE crash_groups SET newest_release = ${newestRelease} WHERE id = ${id}`
    if (regressedAtMs === null) continue
    await tx.$executeRaw`
      UPDATE crash_groups SET status = 'open', regressed_at = ${new Date(regressedAtMs)}, status_at = NULL,
        status_by = NULL WHERE id = ${id}`
  }
}

/**
 * What new root crashes make of a group; `null` where nothing changes. A crash regresses a resolved group when it came
 * after the resolution, except from a release older than the one it was resolved in.
 */
export function afterCrashes(
  group: Pick<GroupBefore, 'status' | 'status_at' | 'resolved_in' | 'newest_release'>,
  crashes: readonly RootCrash[],
  seenMs: (family: string, release: string) => number | undefined,
): { newestRelease: string | null; regressedAtMs: number | null } | null {
  let newestRelease = group.newest_release
  let regressedAtMs: number | null = null
  const resolvedAtMs = group.status === 'resolved' ? (group.status_at?.getTime() ?? 0) : null
  for (const { atMs, node, release } of [...crashes].sort((a, b) => a.atMs - b.atMs)) {
    const against = (other: string) =>
      release === null ? null : compareReleases(release, other, (one) => seenMs(familyOf(node), one))
    if (release !== null && (newestRelease === null || (against(newestRelease) ?? 1) > 0))
      newestRelease = release
    if (resolvedAtMs === null || atMs <= resolvedAtMs) continue
    const isOlder = group.resolved_in !== null && (against(group.resolved_in) ?? 0) < 0
    if (!isOlder) regressedAtMs = atMs
  }
  return newestRelease === group.newest_release && regressedAtMs === null
    ? null
    : { newestRelease, regressedAtMs }
}

/** When each release that may have to be compared was first seen, by `family release`; those that crash now are noted. */
async function releasesSeen(
  tx: Transaction,
  groups: readonly GroupBefore[],
  crashes: readonly RootCrash[],
): Promise<Map<string, number>> {
  const first = new Map<string, { family: string; release: string; at: string }>()
  for (const { node, release, atMs } of [...crashes].sort((a, b) => a.atMs - b.atMs)) {
    if (release === null) continue
    const family = familyOf(node)
    const key = `${family} ${release}`
    if (!first.has(key)) first.set(key, { family, release, at: new Date(atMs).toISOString() })
  }
  if (first.size === 0) return new Map()
  const given = [...first.keys()].sort().map((key) => first.get(key))
  await tx.$executeRaw`
    INSERT INTO crash_releases (family, release, first_seen)
    SELECT family, release, at FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      AS r(family text, release text, at timestamptz)
    ON CONFLICT (family, release) DO UPDATE SET first_seen = excluded.first_seen
      WHERE excluded.first_seen < crash_releases.first_seen`
  const releases = groups.flatMap((group) => [group.newest_release, group.resolved_in])
  const asked = [...new Set([...[...first.values()].map(({ release }) => release), ...releases])]
  const rows = await tx.$queryRaw<{ family: string; release: string; first_seen: Date }[]>`
    SELECT family, release, first_seen FROM crash_releases
    WHERE release = ANY(${asked.filter((release) => release !== null)}::text[])`
  return new Map(rows.map((row) => [`${row.family} ${row.release}`, row.first_seen.getTime()]))
}
