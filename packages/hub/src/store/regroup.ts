/**
 * Groups of an older fingerprint become groups of this version's: their reports go over in batches small enough that nobody
 * waits for one, what was counted of pruned ones last, and the old group stays as an address that leads to the new one.
 *
 * At every moment a group counts what it holds. What a person said goes with it: the newer word on either side stands, notes are
 * shown, merges hold between what the merged groups became. New crashes are never in an old group, so that each ends.
 */
import type { Prisma, PrismaClient } from '../generated/client.ts'
import { type Fingerprint, fromVersion1 } from './fingerprint.ts'
import { addUp, alone, join, newestIn, part, rulesOf, top } from './group-rules.ts'
import { followGroups, type GroupBefore } from './group-status.ts'

type Transaction = Prisma.TransactionClient

/** Reports that go over at once. */
const BATCH = 200
/** Crashes that are looked at for whether they are after what a person said. */
const LATEST = 200

/** One batch of one group. Resolves with whether there may be more. */
export async function regroup(prisma: PrismaClient): Promise<boolean> {
  const [old] = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM crash_groups WHERE version = 1 AND regrouped_as IS NULL ORDER BY id LIMIT 1`
  if (!old) return false
  await alone(prisma, async (tx) => {
    const { id } = old
    const head = (await top(tx, id)) ?? id
    const members = await tx.crashGroupPart.findMany({ where: { groupId: head } })
    if (members.length === 0) await step(tx, id, BATCH)
    else await regroupMerged(tx, head, members)
  })
  return true
}

/**
 * What people merged is taken apart, each becomes what it is now, and what they became is merged again. A merge moves in one
 * transaction, and so does this.
 */
async function regroupMerged(
  tx: Transaction,
  head: string,
  members: readonly { fingerprint: string; mergedAt: Date | null; mergedBy: string | null }[],
): Promise<void> {
  const rules = members.filter(({ fingerprint }) => fingerprint !== head)
  for (const { fingerprint } of rules) await part(tx, fingerprint, head)
  for (const { fingerprint } of members) {
    const group = await tx.crashGroup.findUnique({ where: { id: fingerprint }, select: { version: true } })
    if (group?.version === 1) await step(tx, fingerprint, null)
  }
  for (const { fingerprint, mergedAt, mergedBy } of rules) {
    const [from, into] = [await top(tx, fingerprint), await top(tx, head)]
    if (from === null || into === null || from === into) continue
    await join(tx, from, into, { who: mergedBy ?? '', atMs: mergedAt?.getTime() ?? 0 })
  }
}

interface Way {
  old: string
  print: Fingerprint
  /** Where its crashes belong: the new fingerprint's group, or the one that was merged into. */
  target: string
}

/** At most `limit` reports of a group that stands alone; with none left, the rest of it. */
async function step(tx: Transaction, id: string, limit: number | null): Promise<void> {
  const group = await tx.crashGroup.findUniqueOrThrow({ where: { id } })
  const print = fromVersion1(group.contributed)
  // Words nobody wrote: it stays what it is, under a version that is not looked at again.
  if (print === null) return void (await tx.crashGroup.update({ where: { id }, data: { version: 0 } }))
  const target = (await rulesOf(tx, [print.fingerprint])).get(print.fingerprint) ?? print.fingerprint
  const way: Way = { old: id, print, target }
  await open(tx, way)
  await tx.$queryRaw`
    SELECT id FROM crash_groups WHERE id = ANY(${[id, target]}::text[]) ORDER BY id FOR UPDATE`
  if (await moveReports(tx, way, limit)) await finish(tx, way)
}

/** The new group, where there is none: empty, with the old one's facts and status. */
async function open(tx: Transaction, { old, print }: Way): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO crash_groups (id, fingerprint, version, contributed, name, module, kind, reason, reason_text, top_frame,
                              status, status_at, status_by, resolved_in, regressed_at, first_seen, last_seen, nodes,
                              first_release, last_release, newest_release)
    SELECT ${print.fingerprint}, ${print.fingerprint}, ${print.version}, ${print.contributed}::text[], name, module, kind,
           reason, reason_text, top_frame, status, status_at, status_by, resolved_in, regressed_at, first_seen, last_seen,
           nodes, first_release, last_release, newest_release
    FROM crash_groups WHERE id = ${old}
    ON CONFLICT (id) DO NOTHING`
}

/** Whether these were the last. */
async function moveReports(tx: Transaction, way: Way, limit: number | null): Promise<boolean> {
  const { old, print, target } = way
  const mergedFrom = target === print.fingerprint ? null : print.fingerprint
  const [moved] = await tx.$queryRaw<{ roots: bigint; casualties: bigint }[]>`
    WITH moved AS (
      UPDATE crash_reports SET group_id = ${target}, merged_from = ${mergedFrom}
      WHERE id IN (SELECT id FROM crash_reports WHERE group_id = ${old} ORDER BY at LIMIT ${limit}::bigint)
      RETURNING is_root)
    SELECT count(*) FILTER (WHERE is_root) AS roots, count(*) FILTER (WHERE NOT is_root) AS casualties FROM moved`
  const roots = Number(moved?.roots ?? 0)
  const casualties = Number(moved?.casualties ?? 0)
  await carry(tx, way, roots, casualties)
  return limit === null || roots + casualties < limit
}

/** Counts go where what they count went. */
async function carry(
  tx: Transaction,
  { old, print, target }: Way,
  roots: number,
  casualties: number,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE crash_groups SET count = count - ${roots}, casualties = casualties - ${casualties} WHERE id = ${old}`
  await tx.$executeRaw`
    UPDATE crash_group_parts p SET count = p.count + ${roots}, casualties = p.casualties + ${casualties},
      first_seen = LEAST(p.first_seen, o.first_seen), last_seen = GREATEST(p.last_seen, o.last_seen),
      first_release = CASE WHEN o.first_seen < p.first_seen THEN COALESCE(o.first_release, p.first_release)
                           ELSE COALESCE(p.first_release, o.first_release) END,
      last_release = CASE WHEN o.last_seen > p.last_seen THEN COALESCE(o.last_release, p.last_release)
                          ELSE COALESCE(p.last_release, o.last_release) END,
      nodes = (SELECT array_agg(DISTINCT node ORDER BY node) FROM unnest(p.nodes || o.nodes) AS node)
    FROM crash_groups o WHERE o.id = ${old} AND p.fingerprint = ${print.fingerprint}`
  await tx.$executeRaw`
    UPDATE crash_groups g SET count = g.count + ${roots}, casualties = g.casualties + ${casualties},
      first_seen = LEAST(g.first_seen, o.first_seen), last_seen = GREATEST(g.last_seen, o.last_seen),
      first_release = CASE WHEN o.first_seen < g.first_seen THEN COALESCE(o.first_release, g.first_release)
                           ELSE COALESCE(g.first_release, o.first_release) END,
      last_release = CASE WHEN o.last_seen > g.last_seen THEN COALESCE(o.last_release, g.last_release)
                          ELSE COALESCE(g.last_release, o.last_release) END,
      nodes = (SELECT array_agg(DISTINCT node ORDER BY node) FROM unnest(g.nodes || o.nodes) AS node)
    FROM crash_groups o WHERE o.id = ${old} AND g.id = ${target}`
}

/** What is left of the old group: crashes whose reports are pruned, storm keys, a person's word. */
async function finish(tx: Transaction, way: Way): Promise<void> {
  const { old, print, target } = way
  const mergedFrom = target === print.fingerprint ? null : print.fingerprint
  const left = await tx.crashGroup.findUniqueOrThrow({ where: { id: old } })
  await carry(tx, way, Number(left.count), Number(left.casualties))
  await tx.$executeRaw`
    UPDATE storm_keys SET group_id = ${target}, merged_from = ${mergedFrom} WHERE group_id = ${old}`
  await tx.$executeRaw`
    UPDATE crash_groups SET regrouped_as = ${print.fingerprint}, merged_into = ${target} WHERE id = ${old}`
  await tx.$executeRaw`
    UPDATE crash_groups g SET status = o.status, status_at = o.status_at, status_by = o.status_by,
      resolved_in = o.resolved_in, regressed_at = GREATEST(g.regressed_at, o.regressed_at)
    FROM crash_groups o
    WHERE g.id = ${target} AND o.id = ${old} AND o.status_at IS NOT NULL
      AND o.status_at > COALESCE(g.status_at, '-infinity')`
  const isMerged = (await rulesOf(tx, [target])).size > 0
  if (isMerged) await addUp(tx, target)
  const newest = (await newestIn(tx, target)) ?? left.newestRelease
  await tx.$executeRaw`
    UPDATE crash_groups g SET newest_release = COALESCE(${newest}, g.newest_release),
      last_crash = (SELECT c.id FROM crash_reports c WHERE c.group_id = g.id AND c.is_root
                    ORDER BY c.at DESC, c.id DESC LIMIT 1)
    WHERE g.id = ${target}`
  await follow(tx, target)
}

/** A group that is resolved by the other's word may have crashed since. */
async function follow(tx: Transaction, id: string): Promise<void> {
  const groups = await tx.$queryRaw<GroupBefore[]>`
    SELECT id, count, status, status_at, resolved_in, newest_release FROM crash_groups
    WHERE id = ${id} AND status = 'resolved'`
  const [group] = groups
  if (!group) return
  const crashes = await tx.crashReport.findMany({
    where: { groupId: id, isRoot: true, at: { gt: group.status_at ?? new Date(0) } },
    orderBy: { at: 'desc' },
    take: LATEST,
    select: { at: true, node: true, release: true },
  })
  await followGroups(
    tx,
    groups,
    crashes.map(({ at, node, release }) => ({ groupId: id, atMs: at.getTime(), node, release })),
  )
}
