/** What people say of a crash group and do to it: its status, and notes with who and when. */
import type { GroupNote } from '@orrery/live/views'
import type { Prisma, PrismaClient } from '../generated/client.ts'
import { addressed } from './group-address.ts'
import type { GroupChange, GroupOutcome, GroupPatch } from './store.ts'

type Client = Prisma.TransactionClient | PrismaClient

/** Of notes the screens show, newest first; the API pages through all. */
export const NOTES_SHOWN = 50
export const NOTE_CHARS = 4_000

const CHANGES = { resolved: 'resolved', ignored: 'ignored', open: 'opened' } as const

/** See `Store.changeGroup`. */
export function changeGroup(
  prisma: PrismaClient,
  given: string,
  patch: GroupPatch,
  by: GroupChange,
): Promise<GroupOutcome> {
  return prisma.$transaction(async (tx) => {
    const id = await addressed(tx, given)
    const [held] = await tx.$queryRaw<{ status: string; merged_into: string | null }[]>`
      SELECT status, merged_into FROM crash_groups WHERE id = ${id} FOR UPDATE`
    if (!held) return { ok: false, code: 'group.unknown' }
    if (held.merged_into !== null) return { ok: false, code: 'group.merged' }
    const { status, note } = patch
    const isChanged = status !== undefined && status !== held.status
    if (isChanged) {
      await tx.$executeRaw`
        UPDATE crash_groups SET status = ${status}, status_at = ${new Date(by.atMs)}, status_by = ${by.who},
          resolved_in = ${status === 'resolved' ? await newestRelease(tx, id) : null}
        WHERE id = ${id}`
    }
    if (isChanged || note !== undefined) {
      await addNote(tx, id, by, isChanged ? CHANGES[status] : null, note ?? '')
    }
    return { ok: true, groupId: id }
  })
}

export async function addNote(
  client: Client,
  groupId: string,
  { atMs, who }: GroupChange,
  change: GroupNote['change'],
  text: string,
): Promise<void> {
  await client.crashGroupNote.create({
    data: { groupId, at: new Date(atMs), who: clean(who), change, text: clean(text).slice(0, NOTE_CHARS) },
  })
}

/** Newest first, those of groups merged into it among them. */
export async function notesOf(client: Client, groupId: string, limit = NOTES_SHOWN): Promise<GroupNote[]> {
  const merged = await client.crashGroup.findMany({ where: { mergedInto: groupId }, select: { id: true } })
  const rows = await client.crashGroupNote.findMany({
    where: { groupId: { in: [groupId, ...merged.map(({ id }) => id)] } },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: limit,
  })
  return rows.map(({ id, at, who, change, text }) => ({
    id,
    atMs: at.getTime(),
    who,
    // Written above, so it is what it was.
    change: change as GroupNote['change'],
    text,
  }))
}

async function newestRelease(tx: Client, id: string): Promise<string | null> {
  const group = await tx.crashGroup.findUnique({ where: { id }, select: { newestRelease: true } })
  return group?.newestRelease ?? null
}

function clean(text: string): string {
  return text.replaceAll('\0', '\u2400').replace(/\p{Surrogate}/gu, '\ufffd')
}
