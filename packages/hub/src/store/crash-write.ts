/**
 * Storing crash reports: a batch is one transaction, exactly once by id, counts exact.
 *
 * Order inside: casualties learn their root's group, groups come to be and are locked in one order (two hubs on one
 * database never wait for each other in a circle), new reports go in, and only what went in is counted.
 */
import { type CrashReport, type Decision, isNodeEnd, type Outcome } from '@orrery/protocol'
import type { Prisma, PrismaClient } from '../generated/client.ts'
import {
  type CrashRow,
  decisionColumns,
  type Extracted,
  extract,
  fieldOf,
  outcomeColumns,
  toJsonb,
} from './crash-row.ts'
import { isDataError } from './database-error.ts'
import { countParts, holdRules, rulesOf } from './group-rules.ts'
import { followGroups, type GroupBefore, type RootCrash } from './group-status.ts'
import { laterEnd } from './node-end.ts'
import type { Amendment } from './store.ts'

type Transaction = Prisma.TransactionClient

/** Most reports or amendments in one transaction: about a second on the embedded database at its slowest. */
const BATCH = 200

/** Postgres' own numbering of locks: any number nobody else uses. */
const AMENDMENTS_LOCK = 6_779_001

/** See `Store.saveCrashes`. A report that is none, or that no database would take, is left out of the answer. */
export async function saveCrashes(
  prisma: PrismaClient,
  reports: readonly CrashReport[],
  importedBy: string | null = null,
): Promise<string[]> {
  const extracted = new Map<string, Extracted>()
  for (const report of reports) {
    const one = extract(report)
    if (one) extracted.set(one.row.id, one)
  }
  const all = [...extracted.values()]
  const saved: string[] = []
  for (let from = 0; from < all.length; from += BATCH) {
    const batch = all.slice(from, from + BATCH)
    const written = await halving(batch, (part) => prisma.$transaction((tx) => insert(tx, part, importedBy)))
    saved.push(...written.map((one) => one.row.report.id))
  }
  return saved
}

/** What could be written of a batch: one item the database refuses must not hold the others back. */
async function halving<T>(
  batch: readonly T[],
  write: (part: readonly T[]) => Promise<void>,
): Promise<readonly T[]> {
  try {
    await write(batch)
    return batch
  } catch (error) {
    if (!isDataError(error)) throw error
    if (batch.length === 1) return []
    const middle = batch.length >> 1
    return [...(await halving(batch.slice(0, middle), write)), ...(await halving(batch.slice(middle), write))]
  }
}

async function insert(
  tx: Transaction,
  given: readonly Extracted[],
  importedBy: string | null,
): Promise<void> {
  await holdRules(tx)
  const batch = await withLaterEnds(tx, given)
  const placed = await place(tx, batch)
  await tx.$executeRaw`
    INSERT INTO crash_groups (id, fingerprint, version, contributed, name, module, kind, reason, reason_text, top_frame,
                              first_seen, last_seen, nodes)
    SELECT g.id, g.id, g.version, ARRAY(SELECT jsonb_array_elements_text(g.contributed)), g.name, g.module, g.kind,
           g.reason, g.reason_text, g.top_frame, g.at, g.at, ARRAY[g.node]
    FROM jsonb_to_recordset(${toJsonb(newGroups(placed))}::jsonb) AS g(
      id text, version int, contributed jsonb, name text, module text, kind text, reason text, reason_text text,
      top_frame text, at timestamptz, node text)
    ORDER BY g.id
    ON CONFLICT (id) DO NOTHING`
  const groups = await tx.$queryRaw<GroupBefore[]>`
    SELECT id, count, status, status_at, resolved_in, newest_release FROM crash_groups WHERE id = ANY(${[...new Set(placed.map((one) => one.groupId))]}::text[])
    ORDER BY id FOR UPDATE`
  const known = await existing(
    tx,
    placed.map((one) => one.row.id),
  )
  const fresh = placed.filter((one) => !known.has(one.row.id))
  if (fresh.length === 0) return
  const numbered = number(fresh, new Map(groups.map((row) => [row.id, Number(row.count)])))
  await insertReports(
    tx,
    numbered.map((row) => ({ ...row, imported_by: importedBy })),
  )
  await count(tx, fresh)
  await countParts(
    tx,
    fresh.filter((one) => one.isRuled).map(({ ownId, row }) => ({ fingerprint: ownId, ...partOf(row) })),
  )
  await followGroups(tx, groups, fresh.filter((one) => one.row.is_root).map(rootCrash))
  await adopt(tx, fresh)
  await learnStormKeys(tx, fresh)
  await takeAmendments(
    tx,
    fresh.map((one) => one.row.id),
  )
}

/**
 * Ends of nodes that are held already and of which more is known now: the old report leaves its group, and what is known
 * goes in as a new one.
 */
async function withLaterEnds(tx: Transaction, batch: readonly Extracted[]): Promise<readonly Extracted[]> {
  const ends = batch.filter((one) => isNodeEnd(one.row.report)).map((one) => one.row.id)
  if (ends.length === 0) return batch
  const held = await tx.$queryRaw<
    { id: string; group_id: string; merged_from: string | null; report: CrashReport }[]
  >`
    SELECT id::text, group_id, merged_from, report FROM crash_reports WHERE id = ANY(${ends}::uuid[]) ORDER BY id FOR UPDATE`
  const later = new Map<string, Extracted>()
  for (const { id, group_id, merged_from, report } of held) {
    const after = batch.find((one) => one.row.id === id)?.row.report
    const known = after && laterEnd(report, after)
    const extracted = known && extract(known)
    if (!extracted) continue
    later.set(id, extracted)
    await tx.$executeRaw`DELETE FROM crash_reports WHERE id = ${id}::uuid`
    await tx.$executeRaw`
      UPDATE crash_groups g SET count = count - 1,
        last_crash = (SELECT id FROM crash_reports c WHERE c.group_id = g.id AND c.is_root ORDER BY at DESC LIMIT 1)
      WHERE id = ${group_id}`
    await tx.$executeRaw`
      UPDATE crash_group_parts SET count = count - 1 WHERE fingerprint = ${merged_from ?? group_id}`
    await dropEmpty(tx, group_id)
  }
  return batch.map((one) => later.get(one.row.id) ?? one)
}

interface Placed extends Extracted {
  groupId: string
  /** The group of its root's own fingerprint; `groupId` unless a merge put it elsewhere. */
  ownId: string
  /** Whether a rule of a merge speaks of `ownId`. */
  isRuled: boolean
  isRootMissing: boolean
}

/** A casualty joins its root's group: found in this batch, else in the store, else its own until the root arrives. */
async function place(tx: Transaction, batch: readonly Extracted[]): Promise<Placed[]> {
  const own = new Map<string, string>()
  for (const { row, print } of batch) if (row.is_root) own.set(row.id, print.fingerprint)
  const wanted = batch.map((one) => one.row.root_id).filter((id) => !own.has(id))
  if (wanted.length > 0) {
    const rows = await tx.$queryRaw<{ id: string; own_id: string }[]>`
      SELECT id::text, COALESCE(merged_from, group_id) AS own_id FROM crash_reports
      WHERE id = ANY(${[...new Set(wanted)]}::uuid[]) AND is_root`
    for (const row of rows) own.set(row.id, row.own_id)
  }
  const rules = await rulesOf(tx, [...own.values(), ...batch.map((one) => one.print.fingerprint)])
  return batch.map((one) => {
    const ownId = own.get(one.row.root_id) ?? one.print.fingerprint
    const groupId = rules.get(ownId) ?? ownId
    return { ...one, groupId, ownId, isRuled: rules.has(ownId), isRootMissing: !own.has(one.row.root_id) }
  })
}

function newGroups(placed: readonly Placed[]) {
  const groups = new Map<string, object>()
  for (const { row, print, groupId } of placed) {
    if (groupId !== print.fingerprint || groups.has(groupId)) continue
    groups.set(groupId, {
      id: groupId,
      version: print.version,
      contributed: print.contributed,
      name: row.module,
      module: row.module,
      kind: row.kind,
      reason: row.reason,
      reason_text: row.reason_text,
      top_frame: row.top_frame,
      at: row.at,
      node: row.node,
    })
  }
  return [...groups.values()]
}

async function existing(tx: Transaction, ids: string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM crash_reports WHERE id = ANY(${ids}::uuid[])`
  return new Set(rows.map((row) => row.id))
}

/** What groups and their parts are counted by. */
function partOf({ at, node, release, is_root }: CrashRow) {
  return { at, node, release, is_root }
}

function rootCrash({ row, groupId }: Placed): RootCrash {
  return { groupId, atMs: Date.parse(row.at), node: row.node, release: row.release }
}

type NumberedRow = CrashRow & {
  group_id: string
  merged_from: string | null
  occurrence: number
  is_root_missing: boolean
}
type InsertRow = NumberedRow & { imported_by: string | null }

/** The how-manieth root crash of its group each report is; a casualty carries the number its root's group had reached. */
function number(fresh: readonly Placed[], counts: Map<string, number>): NumberedRow[] {
  return fresh.map(({ row, groupId, ownId, isRootMissing }) => {
    const occurrence = (counts.get(groupId) ?? 0) + (row.is_root ? 1 : 0)
    if (row.is_root) counts.set(groupId, occurrence)
    const size = Buffer.byteLength(JSON.stringify(row.report))
    const merged_from = ownId === groupId ? null : ownId
    return {
      ...row,
      size_bytes: size,
      group_id: groupId,
      merged_from,
      occurrence,
      is_root_missing: isRootMissing,
    }
  })
}

async function insertReports(tx: Transaction, rows: readonly InsertRow[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO crash_reports (id, at, at_us, node, incarnation, key, pid, name, label, behaviour, module, release, kind,
      reason, reason_text, top_frame, message_type, mailbox_length, uptime_ms, restarts, action, outcome, back_after_ms,
      root_id, is_root, is_root_missing, is_injected, faults, group_id, merged_from, occurrence, search_text, stack, size_bytes,
      report, imported_by)
    SELECT r.id, r.at, r.at_us, r.node, r.incarnation, r.key, r.pid, r.name, r.label, r.behaviour, r.module, r.release,
      r.kind, r.reason, r.reason_text, r.top_frame, r.message_type, r.mailbox_length, r.uptime_ms, r.restarts, r.action,
      r.outcome, r.back_after_ms, r.root_id, r.is_root, r.is_root_missing, r.is_injected,
      ARRAY(SELECT jsonb_array_elements_text(r.faults)), r.group_id, r.merged_from, r.occurrence, r.search_text, r.stack,
      r.size_bytes, r.report, r.imported_by
    FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS r(
      id uuid, at timestamptz, at_us bigint, node text, incarnation text, key text, pid text, name text, label text,
      behaviour text, module text, release text, kind text, reason text, reason_text text, top_frame text,
      message_type text, mailbox_length int, uptime_ms float8, restarts int, action text, outcome text,
      back_after_ms float8, root_id uuid, is_root boolean, is_root_missing boolean, is_injected boolean, faults jsonb,
      group_id text, merged_from text, occurrence bigint, search_text text, stack text, size_bytes int, report jsonb,
      imported_by text)`
}

async function count(tx: Transaction, fresh: readonly Placed[]): Promise<void> {
  const rows = fresh.map(({ row, groupId }) => ({ group_id: groupId, id: row.id, ...partOf(row) }))
  await tx.$executeRaw`
    UPDATE crash_groups g SET
      count = g.count + n.roots,
      casualties = g.casualties + n.casualties,
      first_seen = LEAST(g.first_seen, n.first_at),
      last_seen = GREATEST(g.last_seen, n.last_at),
      last_crash = CASE WHEN n.last_root_at >= g.last_seen OR g.last_crash IS NULL THEN COALESCE(n.last_root, g.last_crash)
                        ELSE g.last_crash END,
      nodes = (SELECT array_agg(DISTINCT node ORDER BY node) FROM unnest(g.nodes || n.nodes) AS node),
      first_release = COALESCE(g.first_release, n.release),
      last_release = COALESCE(n.release, g.last_release)
    FROM (
      SELECT r.group_id, count(*) FILTER (WHERE r.is_root) AS roots, count(*) FILTER (WHERE NOT r.is_root) AS casualties,
             min(r.at) AS first_at, max(r.at) AS last_at, max(r.at) FILTER (WHERE r.is_root) AS last_root_at,
             (array_agg(r.id ORDER BY r.at DESC) FILTER (WHERE r.is_root))[1] AS last_root,
             array_agg(DISTINCT r.node) AS nodes, (array_agg(r.release ORDER BY r.at DESC))[1] AS release
      FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS r(
        group_id text, id uuid, at timestamptz, node text, release text, is_root boolean)
      GROUP BY r.group_id
    ) n
    WHERE g.id = n.group_id`
}

/** Roots that arrived after their casualties take them into their group. */
async function adopt(tx: Transaction, fresh: readonly Placed[]): Promise<void> {
  const roots = fresh.filter((one) => one.row.is_root)
  if (roots.length === 0) return
  const rows = roots.map(({ row, groupId, ownId }) => ({ id: row.id, group_id: groupId, own_id: ownId }))
  const moved = await tx.$queryRaw<
    { was: string; now: string; own_was: string; own_now: string; n: bigint }[]
  >`
    WITH root AS (
      SELECT * FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS r(id uuid, group_id text, own_id text)
    ), old AS (
      SELECT c.id, c.group_id AS was, root.group_id AS now, COALESCE(c.merged_from, c.group_id) AS own_was,
             root.own_id AS own_now
      FROM crash_reports c JOIN root ON c.root_id = root.id
      WHERE c.is_root_missing FOR UPDATE OF c
    ), moved AS (
      UPDATE crash_reports c SET group_id = old.now, merged_from = NULLIF(old.own_now, old.now), is_root_missing = false
      FROM old WHERE c.id = old.id
      RETURNING old.was, old.now, old.own_was, old.own_now
    )
    SELECT was, now, own_was, own_now, count(*) AS n FROM moved WHERE own_was <> own_now GROUP BY 1, 2, 3, 4`
  for (const { was, now, own_was, own_now, n } of moved) {
    await tx.$executeRaw`UPDATE crash_group_parts SET casualties = casualties - ${n} WHERE fingerprint = ${own_was}`
    await tx.$executeRaw`UPDATE crash_group_parts SET casualties = casualties + ${n} WHERE fingerprint = ${own_now}`
    await tx.$executeRaw`UPDATE crash_groups SET casualties = casualties - ${n} WHERE id = ${was}`
    await tx.$executeRaw`UPDATE crash_groups SET casualties = casualties + ${n} WHERE id = ${now}`
    // A group that only ever held other roots' casualties was never one.
    await dropEmpty(tx, was)
  }
}

async function dropEmpty(tx: Transaction, groupId: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM crash_groups g WHERE id = ${groupId} AND count = 0 AND casualties = 0
      AND NOT EXISTS (SELECT 1 FROM crash_group_parts p WHERE p.group_id = g.id)`
}

async function learnStormKeys(tx: Transaction, fresh: readonly Placed[]): Promise<void> {
  const keys = new Map<string, Placed>()
  for (const one of fresh)
    if (one.stormKey !== null && one.row.is_root) keys.set(one.stormKey.slice(0, 255), one)
  if (keys.size === 0) return
  const rows = [...keys.keys()].sort().map((key) => {
    const { groupId, ownId } = keys.get(key) as Placed
    return { key, group_id: groupId, merged_from: ownId === groupId ? null : ownId }
  })
  await tx.$executeRaw`
    INSERT INTO storm_keys (key, group_id, merged_from)
    SELECT key, group_id, merged_from FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb)
      AS r(key text, group_id text, merged_from text)
    ON CONFLICT (key) DO UPDATE SET group_id = excluded.group_id, merged_from = excluded.merged_from`
}

/**
 * Amendments that overtook their reports. Whoever parks an amendment holds the lock alone, whoever collects shares it:
 * without it, one parked while the report was being committed would be seen by nobody.
 */
async function takeAmendments(tx: Transaction, ids: string[]): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${AMENDMENTS_LOCK})`
  const rows = await tx.$queryRaw<{ crash_id: string; decision: Decision | null; outcome: Outcome | null }[]>`
    DELETE FROM crash_amendments WHERE crash_id = ANY(${ids}::uuid[])
    RETURNING crash_id::text, decision, outcome`
  await amend(
    tx,
    rows.map(({ crash_id, decision, outcome }) => ({
      id: crash_id,
      ...(decision ? { decision } : {}),
      ...(outcome ? { outcome } : {}),
    })),
  )
}

/** See `Store.amendCrashes`. */
export async function amendCrashes(
  prisma: PrismaClient,
  amendments: readonly Amendment[],
): Promise<string[]> {
  const saved: string[] = []
  for (let from = 0; from < amendments.length; from += BATCH) {
    const batch = amendments.slice(from, from + BATCH)
    saved.push(
      ...(await halving(batch, (part) => prisma.$transaction((tx) => amendOrPark(tx, part)))).map(
        ({ id }) => id,
      ),
    )
  }
  return saved
}

async function amendOrPark(tx: Transaction, batch: readonly Amendment[]): Promise<void> {
  const early = await amend(tx, batch)
  if (early.length === 0) return
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${AMENDMENTS_LOCK})`
  const parked = (await amend(tx, early)).map(({ id, decision, outcome }) => ({ id, decision, outcome }))
  if (parked.length === 0) return
  await tx.$executeRaw`
    INSERT INTO crash_amendments (crash_id, decision, outcome)
    SELECT id, decision, outcome FROM jsonb_to_recordset(${toJsonb(parked)}::jsonb)
      AS a(id uuid, decision jsonb, outcome jsonb)
    ORDER BY id
    ON CONFLICT (crash_id) DO UPDATE SET
      decision = COALESCE(excluded.decision, crash_amendments.decision),
      outcome = COALESCE(excluded.outcome, crash_amendments.outcome)`
}

/** Answers with those whose reports are not there. */
async function amend(tx: Transaction, amendments: readonly Amendment[]): Promise<Amendment[]> {
  if (amendments.length === 0) return []
  const rows = amendments.map(({ id, decision, outcome }) => ({
    id,
    patch: {
      ...(decision ? { decision: fieldOf(decision) } : {}),
      ...(outcome ? { outcome: fieldOf(outcome) } : {}),
    },
    is_decided: decision !== undefined,
    is_over: outcome !== undefined,
    ...decisionColumns(decision),
    ...outcomeColumns(outcome),
  }))
  const changed = await tx.$queryRaw<{ id: string }[]>`
    UPDATE crash_reports c SET
      report = c.report || a.patch,
      restarts = CASE WHEN a.is_decided THEN a.restarts ELSE c.restarts END,
      action = CASE WHEN a.is_decided THEN a.action ELSE c.action END,
      outcome = CASE WHEN a.is_over THEN a.outcome ELSE c.outcome END,
      back_after_ms = CASE WHEN a.is_over THEN a.back_after_ms ELSE c.back_after_ms END
    FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS a(
      id uuid, patch jsonb, is_decided boolean, is_over boolean, restarts int, action text, outcome text,
      back_after_ms float8)
    WHERE c.id = a.id
    RETURNING c.id::text`
  const found = new Set(changed.map((row) => row.id))
  return amendments.filter(({ id }) => !found.has(id.toLowerCase()))
}
