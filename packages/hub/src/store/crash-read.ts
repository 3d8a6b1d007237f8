/** Reading crash reports: one, a page of them, a page of groups. */
import type { CrashView } from '@orrery/live/views'
import type { CrashReport } from '@orrery/protocol'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import { readCascade } from './cascade-read.ts'
import { readCommon } from './common-facts.ts'
import { fieldOf } from './crash-row.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { readDetail } from './group-read.ts'
import { statusOf } from './group-status.ts'
import type { CrashSummary, GroupDetail, GroupSummary, Page, PageRequest } from './store.ts'
import { storms } from './storm-counts.ts'

const LATEST = 8
/** Root crashes that the strip of a group shows. */
const COURSE = 60

export async function readCrash(prisma: PrismaClient, id: string): Promise<CrashReport | null> {
  const found = await find(prisma, id)
  return found?.report ?? null
}

interface Found {
  report: CrashReport
  groupId: string
  at: Date
  id: string
  rootId: string
  importedBy: string | null
}

async function find(prisma: PrismaClient, id: string): Promise<Found | null> {
  if (!UUID.test(id)) return null
  const [row] = await prisma.$queryRaw<
    {
      id: string
      at: Date
      report: CrashReport
      group_id: string
      root_id: string
      occurrence: bigint
      fingerprint: string | null
      version: number
      contributed: string[]
      first_seen: Date
      imported_by: string | null
      pruned: bigint | null
    }[]
  >`
    SELECT c.id::text, c.at, c.report, c.group_id, c.root_id::text, c.occurrence, g.fingerprint, g.version, g.contributed, g.first_seen,
           c.imported_by,
           g.count - (SELECT COALESCE(sum(k.n), 0) FROM crash_cells k WHERE k.group_id = g.id AND k.is_root)::bigint AS pruned
    FROM crash_reports c LEFT JOIN crash_groups g ON g.id = c.group_id
    WHERE c.id = ${id}::uuid`
  if (!row) return null
  const report: CrashReport = { ...row.report }
  if (row.fingerprint !== null) {
    report.group = fieldOf({
      fingerprint: row.fingerprint,
      version: row.version,
      contributed: row.contributed,
      firstSeen: row.first_seen.toISOString(),
      occurrence: Number(row.occurrence),
    })
  }
  const pruned = Number(row.pruned ?? 0)
  if (pruned > 0) report.losses = { ...report.losses, similarPruned: pruned }
  return {
    report,
    groupId: row.group_id,
    at: row.at,
    id: row.id,
    rootId: row.root_id,
    importedBy: row.imported_by,
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export async function readCrashView(prisma: PrismaClient, id: string, nowMs: number): Promise<CrashView> {
  const found = await find(prisma, id)
  if (!found) return { ...MISSING, id }
  const { groupId, at } = found
  const same = await prisma.crashReport.findMany({
    where: { groupId, isRoot: true },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: COURSE,
    select: { id: true, at: true, node: true, mailboxLength: true, backAfterMs: true, isInjected: true },
  })
  const group = await prisma.crashGroup.findUnique({ where: { id: groupId }, select: { count: true } })
  const [step] = await prisma.$queryRaw<{ previous: string | null; next: string | null }[]>`
    SELECT
      (SELECT id::text FROM crash_reports WHERE group_id = ${groupId} AND (at, id) < (${at}, ${found.id}::uuid)
       ORDER BY at DESC, id DESC LIMIT 1) AS previous,
      (SELECT id::text FROM crash_reports WHERE group_id = ${groupId} AND (at, id) > (${at}, ${found.id}::uuid)
       ORDER BY at, id LIMIT 1) AS next`
  const notStored = await storms(prisma, [groupId], null)
  return {
    id: found.id,
    stored: true,
    importedBy: found.importedBy,
    report: found.report,
    sameGroup: same.slice(0, LATEST).map((row) => ({
      id: row.id,
      atMs: row.at.getTime(),
      node: row.node,
      mailbox: row.mailboxLength,
      backAfterMs: row.backAfterMs,
    })),
    groupCount: Number(group?.count ?? 0) + (notStored.get(groupId) ?? 0),
    cascade: await readCascade(prisma, found.rootId),
    course: same.map(({ id, at, isInjected }) => ({ id, atMs: at.getTime(), isInjected })).reverse(),
    common: await readCommon(prisma, groupId),
    group: await readDetail(prisma, groupId, nowMs),
    previousId: step?.previous ?? null,
    nextId: step?.next ?? null,
    error: null,
  }
}

const MISSING: CrashView = {
  id: '',
  stored: false,
  importedBy: null,
  report: null,
  sameGroup: [],
  groupCount: 0,
  cascade: { members: [], more: 0 },
  course: [],
  common: null,
  group: null,
  previousId: null,
  nextId: null,
  error: { code: 'crash.unknown', message: 'No report with this id is held; it may have expired.' },
}

export async function searchCrashes(
  prisma: PrismaClient,
  where: Prisma.Sql,
  page: PageRequest,
): Promise<Page<CrashSummary>> {
  const after = decodeCursor(page.cursor)
  if (after && !UUID.test(after.id)) return { items: [], nextCursor: null }
  const rows = await prisma.$queryRaw<SummaryRow[]>`
    SELECT c.id::text, c.at, c.at_us, c.node, c.incarnation, c.key, c.pid, c.name, c.behaviour, c.module, c.kind, c.reason,
           c.reason_text, c.top_frame, c.message_type, c.mailbox_length, c.outcome, c.back_after_ms, c.group_id, c.is_root,
           c.is_injected
    FROM crash_reports c
    WHERE ${where} ${after ? Prisma.sql`AND (c.at, c.id) < (${after.at}, ${after.id}::uuid)` : Prisma.empty}
    ORDER BY c.at DESC, c.id DESC LIMIT ${page.limit + 1}`
  const last = rows[page.limit - 1]
  return {
    items: rows.slice(0, page.limit).map(summary),
    nextCursor: rows.length > page.limit && last ? encodeCursor(last.at, last.id) : null,
  }
}

interface SummaryRow {
  id: string
  at: Date
  at_us: bigint
  node: string
  incarnation: string
  key: string
  pid: string
  name: string | null
  behaviour: string
  module: string
  kind: string
  reason: string
  reason_text: string
  top_frame: string | null
  message_type: string | null
  mailbox_length: number | null
  outcome: string
  back_after_ms: number | null
  group_id: string
  is_root: boolean
  is_injected: boolean
}

function summary(row: SummaryRow): CrashSummary {
  return {
    id: row.id,
    atMs: row.at.getTime(),
    atUs: Number(row.at_us),
    node: row.node,
    incarnation: row.incarnation,
    key: row.key,
    pid: row.pid,
    name: row.name,
    behaviour: row.behaviour,
    module: row.module,
    kind: row.kind,
    reason: row.reason,
    reasonText: row.reason_text,
    topFrame: row.top_frame,
    messageType: row.message_type,
    mailboxLength: row.mailbox_length,
    outcome: row.outcome,
    backAfterMs: row.back_after_ms,
    groupId: row.group_id,
    isRoot: row.is_root,
    isInjected: row.is_injected,
  }
}

/** See `Store.group`. */
export async function readGroup(
  prisma: PrismaClient,
  id: string,
  nowMs: number,
): Promise<GroupDetail | null> {
  const held = await prisma.crashGroup.findUnique({ where: { id }, select: { mergedInto: true } })
  if (!held) return null
  const top = held.mergedInto ?? id
  const detail = await readDetail(prisma, top, nowMs)
  const { items } = await searchGroups(prisma, Prisma.sql`g.id = ${top}`, { limit: 1, cursor: null }, nowMs)
  const [summary] = items
  return detail && summary ? { ...detail, summary } : null
}

/** `where` is of the group `g`. */
export async function searchGroups(
  prisma: PrismaClient,
  where: Prisma.Sql,
  page: PageRequest,
  nowMs: number,
): Promise<Page<GroupSummary>> {
  const after = decodeCursor(page.cursor)
  const rows = await prisma.$queryRaw<GroupRow[]>`
    SELECT g.id, g.fingerprint, g.version, g.contributed, g.name, g.module, g.kind, g.reason, g.reason_text, g.top_frame,
           g.count, g.casualties, g.first_seen, g.last_seen, g.nodes, g.last_crash::text, g.status, g.status_at, g.status_by,
           g.resolved_in, g.regressed_at,
           ARRAY(SELECT m.id FROM crash_groups m WHERE m.merged_into = g.id AND m.regrouped_as IS NULL ORDER BY m.id) AS merged
    FROM crash_groups g
    WHERE g.merged_into IS NULL AND ${where}
      ${after ? Prisma.sql`AND (g.last_seen, g.id) < (${after.at}, ${after.id})` : Prisma.empty}
    ORDER BY g.last_seen DESC, g.id DESC LIMIT ${page.limit + 1}`
  const last = rows[page.limit - 1]
  const items = rows.slice(0, page.limit)
  const notStored = await storms(
    prisma,
    items.map((row) => row.id),
    null,
  )
  return {
    items: items.map((row) => groupSummary(row, notStored.get(row.id) ?? 0, nowMs)),
    nextCursor: rows.length > page.limit && last ? encodeCursor(last.last_seen, last.id) : null,
  }
}

interface GroupRow {
  id: string
  fingerprint: string
  version: number
  contributed: string[]
  name: string
  module: string
  kind: string
  reason: string
  reason_text: string
  top_frame: string | null
  count: bigint
  casualties: bigint
  first_seen: Date
  last_seen: Date
  nodes: string[]
  last_crash: string | null
  status: string
  status_at: Date | null
  status_by: string | null
  resolved_in: string | null
  regressed_at: Date | null
  merged: string[]
}

function groupSummary(row: GroupRow, notStored: number, nowMs: number): GroupSummary {
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    version: row.version,
    contributed: row.contributed,
    name: row.name,
    module: row.module,
    kind: row.kind,
    reason: row.reason,
    reasonText: row.reason_text,
    topFrame: row.top_frame,
    count: Number(row.count) + notStored,
    casualties: Number(row.casualties),
    notStored,
    firstSeenMs: row.first_seen.getTime(),
    lastSeenMs: row.last_seen.getTime(),
    nodes: row.nodes,
    lastCrashId: row.last_crash,
    status: statusOf({ status: row.status, regressedAt: row.regressed_at, firstSeen: row.first_seen }, nowMs),
    statusAtMs: row.status_at?.getTime() ?? null,
    statusBy: row.status_by,
    resolvedIn: row.resolved_in,
    regressedAtMs: row.regressed_at?.getTime() ?? null,
    merged: row.merged,
  }
}
