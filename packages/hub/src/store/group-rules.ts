/**
 * Merging crash groups, as rules that last. A merged group keeps its row and its name, its reports and storm keys move, and
 * every later crash of its fingerprint goes where they went. What each fingerprint adds up to is kept in its own part, so
 * that `unmerge` brings apart exactly what was put together.
 */
import type { Prisma, PrismaClient } from '../generated/client.ts'
import { toJsonb } from './crash-row.ts'
import { addressed } from './group-address.ts'
import { addNote } from './group-notes.ts'
import { compareReleases } from './release-order.ts'
import type { GroupChange, GroupOutcome } from './store.ts'

type Transaction = Prisma.TransactionClient

/** Whoever stores reports shares it, whoever changes a rule holds it alone. */
const RULES_LOCK = 6_779_002
/** A group of many thousand reports moves in one transaction. */
const MERGE_MS = 300_000

/** Holds the rules still until the transaction ends. Before any row is locked: a merge locks rows with the rules in its hand. */
export async function holdRules(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${RULES_LOCK})`
}

/** Where crashes of these fingerprints belong, for those a rule speaks of. */
export async function rulesOf(
  tx: Transaction,
  fingerprints: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ fingerprint: string; group_id: string }[]>`
    SELECT fingerprint, group_id FROM crash_group_parts
    WHERE fingerprint = ANY(${[...new Set(fingerprints)]}::text[])`
  return new Map(rows.map((row) => [row.fingerprint, row.group_id]))
}

export interface PartCrash {
  fingerprint: string
  at: string
  node: string
  release: string | null
  is_root: boolean
}

/** Adds crashes to the parts of their own fingerprints. */
export async function countParts(tx: Transaction, crashes: readonly PartCrash[]): Promise<void> {
  if (crashes.length === 0) return
  await tx.$executeRaw`
    UPDATE crash_group_parts p SET
      count = p.count + n.roots,
      casualties = p.casualties + n.casualties,
      first_seen = LEAST(p.first_seen, n.first_at),
      last_seen = GREATEST(p.last_seen, n.last_at),
      nodes = (SELECT array_agg(DISTINCT node ORDER BY node) FROM unnest(p.nodes || n.nodes) AS node),
      first_release = COALESCE(p.first_release, n.release),
      last_release = COALESCE(n.release, p.last_release)
    FROM (
      SELECT r.fingerprint, count(*) FILTER (WHERE r.is_root) AS roots,
             count(*) FILTER (WHERE NOT r.is_root) AS casualties, min(r.at) AS first_at, max(r.at) AS last_at,
             array_agg(DISTINCT r.node) AS nodes, (array_agg(r.release ORDER BY r.at DESC))[1] AS release
      FROM jsonb_to_recordset(${toJsonb(crashes)}::jsonb) AS r(
        fingerprint text, at timestamptz, node text, release text, is_root boolean)
      GROUP BY r.fingerprint
    ) n
    WHERE p.fingerprint = n.fingerprint`
}

/** See `Store.mergeGroup`. */
export async function mergeGroup(
  prisma: PrismaClient,
  id: string,
  into: string,
  by: GroupChange,
): Promise<GroupOutcome> {
  return alone(prisma, async (tx) => {
    const asked = await addressed(tx, id)
    const [from, target] = [await top(tx, id), await top(tx, into)]
    if (from === null || target === null) return { ok: false, code: 'group.unknown' }
    if (from !== asked) return { ok: false, code: 'group.merged' }
    if (from === target) return { ok: false, code: 'group.same' }
    await join(tx, from, target, by)
    await addNote(tx, target, by, 'merged', `G-${from.slice(0, 4)}`)
    return { ok: true, groupId: target }
  })
}

/** See `Store.unmergeGroup`. */
export async function unmergeGroup(
  prisma: PrismaClient,
  given: string,
  by: GroupChange,
): Promise<GroupOutcome> {
  return alone(prisma, async (tx) => {
    const id = await addressed(tx, given)
    const target = await top(tx, id)
    if (target === null) return { ok: false, code: 'group.unknown' }
    if (target === id) return { ok: false, code: 'group.not_merged' }
    await part(tx, id, target)
    await addNote(tx, target, by, 'unmerged', `G-${id.slice(0, 4)}`)
    return { ok: true, groupId: target }
  })
}

/** Puts a group into another, by a rule. Both stand by themselves or hold others; neither is in one. */
export async function join(tx: Transaction, from: string, target: string, by: GroupChange): Promise<void> {
  await becomePart(tx, target, target, null)
  await tx.$executeRaw`UPDATE crash_group_parts SET group_id = ${target} WHERE group_id = ${from}`
  await becomePart(tx, from, target, by)
  await move(tx, from, target)
  await tx.$executeRaw`UPDATE crash_groups SET merged_into = ${target} WHERE id = ${from} OR merged_into = ${from}`
  await addUp(tx, target)
}

/** Takes the group `id` out of `target`, with the addresses that lead to it. */
export async function part(tx: Transaction, id: string, target: string): Promise<void> {
  await tx.$executeRaw`
      UPDATE crash_reports SET group_id = ${id}, merged_from = NULL WHERE group_id = ${target} AND merged_from = ${id}`
  await tx.$executeRaw`
      UPDATE storm_keys SET group_id = ${id}, merged_from = NULL WHERE group_id = ${target} AND merged_from = ${id}`
  await tx.$executeRaw`UPDATE crash_group_parts SET group_id = fingerprint WHERE fingerprint = ${id}`
  await tx.$executeRaw`UPDATE crash_groups SET merged_into = NULL WHERE id = ${id}`
  await tx.$executeRaw`UPDATE crash_groups SET merged_into = ${id} WHERE regrouped_as = ${id}`
  for (const one of [id, target]) {
    await addUp(tx, one)
    // The last part left is the group itself.
    await tx.$executeRaw`
        DELETE FROM crash_group_parts WHERE fingerprint = ${one}
          AND NOT EXISTS (SELECT 1 FROM crash_groups g WHERE g.merged_into = ${one} AND g.regrouped_as IS NULL)`
  }
}

/** A transaction in which nobody else stores a report or changes a rule. */
export function alone<T>(prisma: PrismaClient, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${RULES_LOCK})`
      return work(tx)
    },
    { timeout: MERGE_MS },
  )
}

/** The group this one is in by now; `null` for none that is held. */
export async function top(tx: Transaction, id: string): Promise<string | null> {
  const group = await tx.crashGroup.findUnique({ where: { id }, select: { mergedInto: true } })
  return group === null ? null : (group.mergedInto ?? id)
}

async function becomePart(
  tx: Transaction,
  fingerprint: string,
  groupId: string,
  by: GroupChange | null,
): Promise<void> {
  const at = by === null ? null : new Date(by.atMs)
  await tx.$executeRaw`
    INSERT INTO crash_group_parts (fingerprint, group_id, count, casualties, first_seen, last_seen, nodes, first_release,
                                   last_release, merged_at, merged_by)
    SELECT id, ${groupId}, count, casualties, first_seen, last_seen, nodes, first_release, last_release,
           ${at}::timestamptz, ${by?.who ?? null}
    FROM crash_groups WHERE id = ${fingerprint}
    ON CONFLICT (fingerprint) DO UPDATE SET group_id = excluded.group_id,
      merged_at = COALESCE(excluded.merged_at, crash_group_parts.merged_at),
      merged_by = COALESCE(excluded.merged_by, crash_group_parts.merged_by)`
}

async function move(tx: Transaction, from: string, target: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE crash_reports SET group_id = ${target}, merged_from = COALESCE(merged_from, ${from}) WHERE group_id = ${from}`
  await tx.$executeRaw`
    UPDATE storm_keys SET group_id = ${target}, merged_from = COALESCE(merged_from, ${from}) WHERE group_id = ${from}`
}

/** Makes a group the sum of its parts. */
export async function addUp(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE crash_groups g SET count = p.count, casualties = p.casualties, first_seen = p.first_seen, last_seen = p.last_seen,
      nodes = p.nodes, first_release = p.first_release, last_release = p.last_release, newest_release = ${await newestIn(tx, id)},
      last_crash = (SELECT c.id FROM crash_reports c WHERE c.group_id = g.id AND c.is_root
                    ORDER BY c.at DESC, c.id DESC LIMIT 1)
    FROM (
      SELECT sum(count)::bigint AS count, sum(casualties)::bigint AS casualties, min(first_seen) AS first_seen,
             max(last_seen) AS last_seen,
             (SELECT array_agg(DISTINCT node ORDER BY node) FROM crash_group_parts o, unnest(o.nodes) AS node
              WHERE o.group_id = ${id}) AS nodes,
             (array_agg(first_release ORDER BY first_seen) FILTER (WHERE first_release IS NOT NULL))[1] AS first_release,
             (array_agg(last_release ORDER BY last_seen DESC) FILTER (WHERE last_release IS NOT NULL))[1] AS last_release
      FROM crash_group_parts WHERE group_id = ${id}
    ) p
    WHERE g.id = ${id}`
}

/** The newest release among the reports of a group that are held. */
export async function newestIn(tx: Transaction, id: string): Promise<string | null> {
  const releases = await tx.$queryRaw<{ release: string; first_seen: Date }[]>`
    SELECT c.release, min(r.first_seen) AS first_seen
    FROM (SELECT DISTINCT split_part(node, '@', 1) AS family, release FROM crash_reports
          WHERE group_id = ${id} AND is_root AND release IS NOT NULL) c
      JOIN crash_releases r ON r.family = c.family AND r.release = c.release
    GROUP BY c.release ORDER BY 2`
  const seen = new Map(releases.map((row) => [row.release, row.first_seen.getTime()]))
  return releases.reduce<string | null>((held, { release }) => {
    if (held === null) return release
    return (compareReleases(release, held, (one) => seen.get(one)) ?? 1) > 0 ? release : held
  }, null)
}
