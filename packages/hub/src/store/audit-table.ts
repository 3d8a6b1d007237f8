/** The audit trail: a row before the command leaves the hub, its result when there is one. */
import type { Prisma, PrismaClient } from '../generated/client.ts'
import { cutBytes, KEY_BYTES, toJsonb } from './crash-row.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { AuditEntry, AuditResult, AuditRow, Page, PageRequest } from './store.ts'

/** Parameters are for reading, not for replaying: what is longer is cut. */
const PARAMETER_CHARS = 8_192

export async function appendAudit(prisma: PrismaClient, entry: AuditEntry): Promise<string> {
  const row = await prisma.auditEntry.create({
    data: {
      at: new Date(entry.atMs),
      who: clean(entry.who),
      role: entry.role,
      action: clean(entry.action),
      node: entry.node === null ? null : clean(entry.node).slice(0, 255),
      target: entry.target === null ? null : cutBytes(clean(entry.target), KEY_BYTES),
      pid: entry.pid === null ? null : clean(entry.pid),
      parameters: bounded(entry.parameters),
      ...(entry.result ? { result: json(entry.result), settledAt: new Date(entry.result.atMs) } : {}),
    },
    select: { id: true },
  })
  return row.id
}

export async function settleAudit(prisma: PrismaClient, id: string, result: AuditResult): Promise<void> {
  await prisma.auditEntry.updateMany({
    where: { id },
    data: { result: json(result), settledAt: new Date(result.atMs) },
  })
}

export async function readAudit(
  prisma: PrismaClient,
  filter: { node?: string; target?: string },
  page: PageRequest,
): Promise<Page<AuditRow>> {
  const after = decodeCursor(page.cursor)
  const rows = await prisma.auditEntry.findMany({
    where: {
      ...(filter.node === undefined ? {} : { node: filter.node }),
      ...(filter.target === undefined ? {} : { OR: [{ target: filter.target }, { pid: filter.target }] }),
      ...(after ? { AND: [{ OR: [{ at: { lt: after.at } }, { at: after.at, id: { lt: after.id } }] }] } : {}),
    },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  })
  const items = rows.slice(0, page.limit).map(toRow)
  const last = rows[page.limit - 1]
  return { items, nextCursor: rows.length > page.limit && last ? encodeCursor(last.at, last.id) : null }
}

function toRow(row: Prisma.AuditEntryGetPayload<object>): AuditRow {
  return {
    id: row.id,
    atMs: row.at.getTime(),
    who: row.who,
    role: row.role === 'operator' ? 'operator' : 'viewer',
    action: row.action,
    node: row.node,
    target: row.target,
    pid: row.pid,
    parameters: row.parameters as Record<string, unknown>,
    // Written by `json` below, so it is what it was.
    result: row.result as AuditResult | null,
  }
}

function bounded(parameters: Record<string, unknown>): Prisma.InputJsonObject {
  const text = toJsonb(parameters)
  if (text.length <= PARAMETER_CHARS) return JSON.parse(text) as Prisma.InputJsonObject
  return { truncated: text.slice(0, PARAMETER_CHARS) }
}

function json(result: AuditResult): Prisma.InputJsonObject {
  return JSON.parse(toJsonb(result)) as Prisma.InputJsonObject
}

function clean(text: string): string {
  return text
    .slice(0, 4_096)
    .replaceAll('\0', '\u2400')
    .replace(/\p{Surrogate}/gu, '\ufffd')
}
