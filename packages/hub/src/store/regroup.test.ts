import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Connection, connect } from './connect.ts'
import { parseCrashQuery } from './crash-query.ts'
import { readCrashView, readGroup } from './crash-read.ts'
import { saveCrashes } from './crash-write.ts'
import { FINGERPRINT_VERSION, fingerprint, fromVersion1 } from './fingerprint.ts'
import { type CrashFixture, crashReport } from './fixture.ts'
import { leadGroups } from './group-address.ts'
import { changeGroup } from './group-notes.ts'
import { mergeGroup, unmergeGroup } from './group-rules.ts'
import { regroup } from './regroup.ts'
import { saveStormCounts } from './storm-counts.ts'

const now = Date.now()
const ago = (ms: number) => new Date(now - ms).toISOString()
const by = (atMs: number, who = 'ada') => ({ who, atMs })

let folder: string
let connection: Connection

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-regroup-'))
  connection = await connect({ databaseUrl: null, dataDir: join(folder, 'data') })
}, 60_000)

afterAll(async () => {
  await connection?.close()
  await rm(folder, { recursive: true, force: true })
})

/** As version 1 printed: the three topmost functions of the application, whatever they are for. */
function version1(report: CrashReport): { id: string; contributed: string[] } {
  const { identity, cause } = report
  const names = (fieldValue(cause.stack)?.frames ?? [])
    .filter(({ owner, fn }) => owner === 'app' && fn !== null)
    .map(({ fn }) => fn as string)
  const message = fieldValue(report.message)
  const parts = [
    [identity.behaviour, identity.behaviour === 'Process' ? identity.initialCall : identity.module],
    ['kind', cause.kind],
    ['reason', cause.reason.tag],
    ...[...new Set(names)].slice(0, 3).map((name) => ['function', name]),
    ...(message ? [['message', message.type]] : []),
  ]
  const id = createHash('sha256')
    .update(JSON.stringify([1, ...parts]))
    .digest('hex')
    .slice(0, 32)
  return { id, contributed: parts.map((part) => part.join(' ')) }
}

let module = ''
let tests = 0
beforeEach(() => {
  module = `Module${'ABCDEFGHIJ'[tests++]}`
})

const made = (fixture: CrashFixture = {}) => crashReport({ module, ...fixture })

/** Stores reports, and makes of their group one as version 1 would have left it. `pruned` root crashes are counted alone. */
async function storeOld(reports: CrashReport[], pruned = 0): Promise<string> {
  const { prisma } = connection
  const first = reports[0] as CrashReport
  const { id, contributed } = version1(first)
  const ids = reports.map((report) => report.id)
  await saveCrashes(prisma, reports)
  const { fingerprint: current } = fingerprint(first)
  await prisma.$executeRaw`
    INSERT INTO crash_groups (id, fingerprint, version, contributed, name, module, kind, reason, reason_text, top_frame,
                              first_seen, last_seen, last_crash, nodes, first_release, last_release, newest_release, count)
    SELECT ${id}, ${id}, 1, ${contributed}::text[], name, module, kind, reason, reason_text, top_frame, first_seen,
           last_seen, last_crash, nodes, first_release, last_release, newest_release, ${reports.length + pruned}
    FROM crash_groups WHERE id = ${current}`
  await prisma.$executeRaw`UPDATE crash_reports SET group_id = ${id} WHERE id = ANY(${ids}::uuid[])`
  await prisma.$executeRaw`UPDATE storm_keys SET group_id = ${id} WHERE group_id = ${current}`
  await prisma.$executeRaw`
    UPDATE crash_groups SET count = count - ${reports.length} WHERE id = ${current}`
  await prisma.$executeRaw`DELETE FROM crash_groups WHERE id = ${current} AND count = 0`
  return id
}

async function regroupAll(): Promise<number> {
  let steps = 0
  while (await regroup(connection.prisma)) steps++
  return steps
}

const group = (id: string) => readGroup(connection.prisma, id, now)
const way = (functions: string[], fixture: CrashFixture = {}) => made({ functions, ...fixture })

test('the words of version 1 hold all that goes into this version', () => {
  const stacks = [
    ['push', 'onData', 'loop'],
    ['assertNext', 'push', 'onData'],
    ['assertNext', 'assertNext', 'ensureOpen'],
    ['push', 'push', 'push', 'push', 'onData'],
    [],
  ]
  for (const functions of stacks) {
    for (const report of [
      way(functions),
      { ...way(functions), message: { status: 'unavailable', why: '' } as const },
    ]) {
      expect(fromVersion1(version1(report).contributed)).toEqual(fingerprint(report))
    }
  }
  expect(fromVersion1(['GenServer', 'kind'])).toBeNull()
  expect(fromVersion1([])).toBeNull()
})

test('old groups of one bug become one, their ids lead to it, and nothing counted is lost', async () => {
  const { prisma } = connection
  const paths = [
    ['push', 'onData'],
    ['push', 'onTimer'],
  ]
  const many = Array.from({ length: 450 }, (_, i) =>
    way(paths[0] as string[], { at: ago(90_000 + i), stormKey: module }),
  )
  const a = await storeOld(many, 40)
  const b = await storeOld([way(paths[1] as string[], { at: ago(50_000), node: 'exchange@b' })])
  await saveStormCounts(prisma, 'exchange@b', 'life', [{ key: module, total: 500, notStored: 10 }], null)
  expect((await group(a))?.summary).toMatchObject({ count: 500, version: 1 })
  // A batch at a time, and at every moment each report is counted where it is.
  await regroup(prisma)
  await regroup(prisma)
  const { fingerprint: id } = fingerprint(many[0] as CrashReport)
  const counts = new Map<string, number>()
  for (const each of [a, b, id]) {
    const held = await group(each)
    if (held) counts.set(held.id, held.summary.count)
  }
  expect([...counts.values()].reduce((sum, n) => sum + n)).toBe(501)
  expect(await regroupAll()).toBeGreaterThan(0)

  const summary = {
    id,
    count: 501,
    notStored: 10,
    version: FINGERPRINT_VERSION,
    merged: [],
    nodes: ['exchange@b', 'exchange@kista-1'],
  }
  for (const address of [a, b, id]) expect((await group(address))?.summary).toMatchObject(summary)
  const view = await readCrashView(prisma, (many[7] as CrashReport).id, now)
  expect([view.group?.id, view.groupCount]).toEqual([id, 501])
  const parsed = parseCrashQuery(`group:${a}`)
  const led = parsed.ok ? await leadGroups(prisma, parsed.query) : null
  expect(led?.clauses).toMatchObject([{ patterns: [{ op: 'equals', text: id }] }])
  await saveCrashes(prisma, [way(paths[1] as string[])])
  expect((await group(b))?.summary.count).toBe(502)
  expect(await regroup(prisma)).toBe(false)
})

test('what a person said goes with it: status and notes, unless it crashed since', async () => {
  const { prisma } = connection
  const [resolved, back, ignored] = [
    await storeOld([way(['resolved', 'onData'], { at: ago(9_000) })]),
    await storeOld([way(['back', 'onData'], { at: ago(9_000) })]),
    await storeOld([way(['ignored', 'onData'], { at: ago(9_000) })]),
  ]
  await changeGroup(prisma, resolved, { status: 'resolved', note: 'a flaky disk' }, by(now - 8_000))
  await changeGroup(prisma, back, { status: 'resolved' }, by(now - 8_000))
  await changeGroup(prisma, ignored, { status: 'ignored' }, by(now - 8_000))
  // These groups are here already when the old ones come.
  await saveCrashes(prisma, [way(['back', 'onTimer'], { at: ago(7_000) }), way(['ignored', 'onTimer'])])
  await regroupAll()
  expect(await group(resolved)).toMatchObject({ status: 'resolved', statusBy: 'ada', resolvedIn: '1.0.0' })
  expect((await group(resolved))?.notes).toMatchObject([{ change: 'resolved', text: 'a flaky disk' }])
  expect(await group(back)).toMatchObject({ status: 'regressed', regressedAtMs: now - 7_000 })
  expect(await group(ignored)).toMatchObject({ status: 'ignored' })
  expect(await changeGroup(prisma, ignored, { status: 'open' }, by(now))).toMatchObject({ ok: true })
  expect((await group(ignored))?.status).toBe('new')
})

test('merges hold between what the merged groups became, and are taken apart with what is their own', async () => {
  const { prisma } = connection
  const [a, b] = [
    await storeOld([way(['one', 'onData'], { at: ago(9_000) }), way(['one', 'onData'], { at: ago(8_900) })]),
    await storeOld([way(['two', 'onData'], { at: ago(8_000) })]),
  ]
  const also = await storeOld([way(['one', 'onTimer'], { at: ago(7_000) })])
  await mergeGroup(prisma, a, b, by(now - 6_000))
  await regroupAll()
  const [one, two] = [fingerprint(way(['one'])).fingerprint, fingerprint(way(['two'])).fingerprint]
  for (const id of [a, b, also, one, two]) {
    expect((await group(id))?.summary).toMatchObject({ id: two, count: 4, merged: [one] })
  }
  await saveCrashes(prisma, [way(['one', 'onClose'])])
  expect((await group(b))?.summary.count).toBe(5)
  expect(await mergeGroup(prisma, also, b, by(now))).toEqual({ ok: false, code: 'group.merged' })
  expect(await unmergeGroup(prisma, also, by(now))).toEqual({ ok: true, groupId: two })
  for (const id of [a, also, one])
    expect((await group(id))?.summary).toMatchObject({ id: one, count: 4, merged: [] })
  expect((await group(b))?.summary).toMatchObject({ id: two, count: 1, merged: [] })
  expect(await mergeGroup(prisma, b, a, by(now))).toEqual({ ok: true, groupId: one })
  expect((await group(b))?.summary).toMatchObject({ id: one, count: 5 })
})

test('an old group joins where its new fingerprint was merged', async () => {
  const { prisma } = connection
  const old = await storeOld([way(['lost', 'onData'], { at: ago(9_000) })])
  const [fresh, kept] = [way(['lost', 'onTimer']), way(['kept'])]
  await saveCrashes(prisma, [fresh, kept])
  const [from, into] = [fingerprint(fresh).fingerprint, fingerprint(kept).fingerprint]
  await mergeGroup(prisma, from, into, by(now))
  await regroupAll()
  expect((await group(old))?.summary).toMatchObject({ id: into, count: 3, merged: [from] })
  await unmergeGroup(prisma, from, by(now))
  expect((await group(old))?.summary).toMatchObject({ id: from, count: 2 })
  expect((await group(into))?.summary).toMatchObject({ id: into, count: 1 })
})
