/** Source maps in the database: given, listed, found by what a report tells of a bundle, and forgotten. */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Prisma, PrismaClient } from '../generated/client.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { NewSourceMap, Page, PageRequest, SourceMapRow } from './store.ts'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Of all maps, packed; above it the ones that were not used for longest go. */
const HELD_BYTES = 268_435_456

const FACTS = {
  id: true,
  application: true,
  release: true,
  file: true,
  debugId: true,
  sha256: true,
  sizeBytes: true,
  sources: true,
  uploadedAt: true,
  uploadedBy: true,
  usedAt: true,
} as const
type Facts = Prisma.SourceMapGetPayload<{ select: typeof FACTS }>

/** See `Store.saveSourceMap`. */
export async function saveSourceMap(
  prisma: PrismaClient,
  { json, atMs, by, ...given }: NewSourceMap,
): Promise<SourceMapRow> {
  const content = new Uint8Array(await pack(json))
  const at = new Date(atMs)
  const { application, release, file, debugId } = given
  const row = await prisma.$transaction(async (tx) => {
    const same = [
      ...(application !== null && release !== null && file !== null ? [{ application, release, file }] : []),
      ...(debugId === null ? [] : [{ debugId }]),
      ...(given.sha256 === null ? [] : [{ sha256: given.sha256 }]),
    ]
    await tx.sourceMap.deleteMany({ where: { OR: same } })
    return tx.sourceMap.create({
      data: {
        ...given,
        content,
        sizeBytes: Buffer.byteLength(json),
        uploadedAt: at,
        uploadedBy: by,
        usedAt: at,
      },
      select: FACTS,
    })
  })
  await makeRoom(prisma, row.id)
  return toRow(row)
}

async function makeRoom(prisma: PrismaClient, kept: string): Promise<void> {
  await prisma.$executeRaw`
    DELETE FROM source_maps WHERE id IN (
      SELECT id FROM (
        SELECT id, sum(octet_length(content)) OVER (ORDER BY (id = ${kept}::uuid) DESC, used_at DESC, id DESC) AS bytes
        FROM source_maps
      ) m WHERE bytes > ${HELD_BYTES})`
}

/** Newest first. */
export async function listSourceMaps(prisma: PrismaClient, page: PageRequest): Promise<Page<SourceMapRow>> {
  const after = decodeCursor(page.cursor)
  if (after && !UUID.test(after.id)) return { items: [], nextCursor: null }
  const rows = await prisma.sourceMap.findMany({
    where: after
      ? { OR: [{ uploadedAt: { lt: after.at } }, { uploadedAt: after.at, id: { lt: after.id } }] }
      : {},
    orderBy: [{ uploadedAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
    select: FACTS,
  })
  const last = rows[page.limit - 1]
  return {
    items: rows.slice(0, page.limit).map(toRow),
    nextCursor: rows.length > page.limit && last ? encodeCursor(last.uploadedAt, last.id) : null,
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export async function deleteSourceMap(prisma: PrismaClient, id: string): Promise<boolean> {
  if (!UUID.test(id)) return false
  return (await prisma.sourceMap.deleteMany({ where: { id } })).count > 0
}

/** What bundles are told by. */
export interface Sought {
  application: string
  release: string | null
  /** As a frame names it. */
  file: string
  debugId: string | null
  sha256: string | null
}

/** The newest map of each that has one, by its place in `sought`. */
export async function findSourceMaps(
  prisma: PrismaClient,
  sought: readonly Sought[],
): Promise<Map<number, SourceMapRow>> {
  const of = <T>(values: readonly (T | null)[]) => [...new Set(values.filter((value) => value !== null))]
  const releases = of(sought.map(({ release }) => release))
  const rows = await prisma.sourceMap.findMany({
    where: {
      OR: [
        { sha256: { in: of(sought.map(({ sha256 }) => sha256)) } },
        { debugId: { in: of(sought.map(({ debugId }) => debugId)) } },
        {
          application: { in: of(sought.map(({ application }) => application)) },
          release: { in: releases },
          file: { in: of(sought.flatMap(({ file }) => endings(file))) },
        },
      ],
    },
    orderBy: [{ uploadedAt: 'desc' }, { id: 'desc' }],
    select: FACTS,
  })
  const found = new Map<number, SourceMapRow>()
  for (const [place, one] of sought.entries()) {
    const [best] = rows
      .map((row) => ({ row, rank: rank(row, one) }))
      .filter(({ rank }) => rank > 0)
      .sort((a, b) => b.rank - a.rank)
    if (best) found.set(place, toRow(best.row))
  }
  return found
}

/** How well a map fits, 0 for not at all: by what the bundle is, else by where it is said to be, the longer path first. */
function rank(row: Facts, sought: Sought): number {
  if (row.sha256 !== null && sought.sha256 !== null)
    return row.sha256 === sought.sha256 ? Number.MAX_SAFE_INTEGER : 0
  if (row.debugId !== null && sought.debugId !== null)
    return row.debugId === sought.debugId ? Number.MAX_SAFE_INTEGER : 0
  if (row.application !== sought.application || row.release !== sought.release || row.release === null)
    return 0
  return row.file !== null && endings(sought.file).includes(row.file) ? row.file.length : 0
}

/** `dist/a.js` is said of `/srv/app/dist/a.js`, too, and `a.js` of both. */
function endings(file: string): string[] {
  const parts = file.split('/')
  return [...parts.keys()]
    .slice(-8)
    .map((from) => parts.slice(from).join('/'))
    .concat(file)
}

/** The JSON of a map; `null` once it is gone. */
export async function readSourceMap(prisma: PrismaClient, id: string): Promise<string | null> {
  const row = await prisma.sourceMap.findUnique({ where: { id }, select: { content: true } })
  return row === null ? null : (await unpack(row.content)).toString('utf8')
}

export async function markUsed(prisma: PrismaClient, id: string, atMs: number): Promise<void> {
  await prisma.sourceMap.updateMany({ where: { id }, data: { usedAt: new Date(atMs) } })
}

function toRow({ uploadedAt, usedAt, ...row }: Facts): SourceMapRow {
  return { ...row, uploadedAtMs: uploadedAt.getTime(), usedAtMs: usedAt.getTime() }
}
