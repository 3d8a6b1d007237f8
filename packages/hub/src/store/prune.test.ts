import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { captured, crashReport as schema } from '@orrery/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Connection, connect } from './connect.ts'
import { readCrash, readCrashView, readGroup } from './crash-read.ts'
import { saveCrashes } from './crash-write.ts'
import { crashReport } from './fixture.ts'
import { prune } from './prune.ts'
import { saveStormCounts } from './storm-counts.ts'

const now = Date.now()
const DAY = 86_400_000
let folder: string
let connection: Connection

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-prune-'))
  connection = await connect({ databaseUrl: null, dataDir: join(folder, 'data') })
}, 60_000)

afterAll(async () => {
  await connection?.close()
  await rm(folder, { recursive: true, force: true })
})

const KEEP = { days: 30, mb: null, reports: null }
const BLOB = captured({ before: 'x'.repeat(20_000), sizeBytes: null, changed: [] })

test('what is above the size goes, oldest first, and the group and its reports name what went', async () => {
  const { prisma } = connection
  const reports = Array.from({ length: 40 }, (_, i) =>
    crashReport({ at: new Date(now - i * 60_000).toISOString(), state: BLOB, stormKey: 'size' }),
  )
  await saveCrashes(prisma, reports)
  await saveStormCounts(prisma, 'exchange@kista-1', 'life', [{ key: 'size', total: 47, notStored: 7 }], null)
  const newest = reports[0]?.id ?? ''
  const before = await readCrashView(prisma, newest, now)
  expect(before.group?.reports).toEqual({ held: 40, pruned: 0, notStored: 7 })
  expect(before.report?.losses).not.toHaveProperty('similarPruned')

  const { crashes } = await prune(prisma, { ...KEEP, mb: 0.5 }, now)
  const [held] = await prisma.$queryRaw<{ n: number; bytes: number }[]>`
    SELECT count(*)::int AS n, sum(size_bytes)::int AS bytes FROM crash_reports`
  expect(held?.bytes).toBeLessThanOrEqual(0.5 * 1_048_576)
  // No more than it takes: one more would not fit.
  expect((held?.bytes ?? 0) * (1 + 1 / (held?.n ?? 1))).toBeGreaterThan(0.5 * 1_048_576)
  expect(crashes).toBe(40 - (held?.n ?? 0))
  for (const [i, { id }] of reports.entries()) {
    expect((await readCrash(prisma, id)) !== null, `report ${i}`).toBe(i < (held?.n ?? 0))
  }
  const after = await readCrashView(prisma, newest, now)
  expect(after.group?.reports).toEqual({ held: held?.n, pruned: crashes, notStored: 7 })
  expect(after.groupCount).toBe(47)
  expect(after.report?.losses.similarPruned).toBe(crashes)
  expect(schema.safeParse(after.report).error).toBeUndefined()
})

test('what is older than the days kept goes, casualties too, and what is counted stays', async () => {
  const { prisma } = connection
  const at = (days: number) => new Date(now - days * DAY).toISOString()
  const [old, young] = [
    crashReport({ module: 'Aged', at: at(31) }),
    crashReport({ module: 'Aged', at: at(29) }),
  ]
  const casualty = crashReport({ module: 'Below', at: at(31), rootCrash: old.id })
  await saveCrashes(prisma, [old, casualty, young])
  await prune(prisma, KEEP, now)
  expect(await readCrash(prisma, old.id)).toBeNull()
  expect(await readCrash(prisma, casualty.id)).toBeNull()
  const view = await readCrashView(prisma, young.id, now)
  expect(view.group?.reports).toEqual({ held: 1, pruned: 1, notStored: 0 })
  expect(view.report?.losses.similarPruned).toBe(1)
  const group = await readGroup(prisma, view.group?.id ?? '', now)
  expect(group?.summary).toMatchObject({ count: 2, casualties: 1, notStored: 0 })
})
