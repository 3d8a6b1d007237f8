import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { type Cluster, postgresBin, startCluster } from '../../test/postgres.ts'
import { parseCrashQuery } from './crash-query.ts'
import { type CrashFixture, crashReport } from './fixture.ts'
import { afterCrashes, NEW_MS } from './group-status.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'

const now = Date.now()
const ago = (ms: number) => new Date(now - ms).toISOString()
const by = (atMs: number, who = 'anna') => ({ who, atMs })

test('a crash regresses a resolved group, except from an older release than the one it was resolved in', () => {
  const group = {
    status: 'resolved',
    status_at: new Date(1_000),
    resolved_in: '1.2.0',
    newest_release: '1.2.0',
  }
  const crash = (release: string | null, atMs = 2_000) => ({ groupId: 'g', node: 'mail@host', release, atMs })
  const after = (...crashes: ReturnType<typeof crash>[]) => afterCrashes(group, crashes, () => undefined)
  expect(after(crash('1.1.9'))).toBeNull()
  expect(after(crash('1.2.0'))).toEqual({ newestRelease: '1.2.0', regressedAtMs: 2_000 })
  expect(after(crash('1.10.0'))).toEqual({ newestRelease: '1.10.0', regressedAtMs: 2_000 })
  expect(after(crash(null))?.regressedAtMs).toBe(2_000)
  expect(after(crash('1.2.0', 999))).toBeNull()
  expect(afterCrashes({ ...group, status: 'ignored' }, [crash('1.2.0')], () => undefined)).toBeNull()
  const seen = (_family: string, release: string) => ({ 'build-b': 1, 'build-a': 2 })[release]
  const built = { ...group, resolved_in: 'build-a', newest_release: 'build-a' }
  expect(afterCrashes(built, [crash('build-b')], seen)).toBeNull()
  expect(afterCrashes({ ...built, resolved_in: 'build-b' }, [crash('build-a')], seen)?.regressedAtMs).toBe(
    2_000,
  )
})

describe.each([{ kind: 'embedded' as const }, { kind: 'postgres' as const }])(
  'groups in the store on $kind',
  ({ kind }) => {
    const isHere = kind === 'embedded' || postgresBin() !== null
    let store: Store
    let cluster: Cluster | null = null
    let folder: string

    beforeAll(async () => {
      if (!isHere) return
      folder = await mkdtemp(join(tmpdir(), 'orrery-groups-'))
      if (kind === 'postgres') cluster = await startCluster()
      store = await openStore({
        databaseUrl: (await cluster?.database()) ?? null,
        dataDir: join(folder, 'data'),
        retentionDays: 30,
        retentionMb: null,
      })
    }, 60_000)

    afterAll(async () => {
      await store?.close()
      await cluster?.[Symbol.asyncDispose]()
      if (folder) await rm(folder, { recursive: true, force: true })
    })

    /** Every test has a node and modules of its own. */
    let node: string
    let tests = 0
    beforeEach(() => {
      node = `${'abcdefghij'[tests++]}-family@host`
    })
    const report = (module: string, fixture: CrashFixture = {}): CrashReport => {
      const one = crashReport({ node, module: `${node[0]}${module}`, ...fixture })
      return one
    }
    const released = (release: string, one: CrashReport): CrashReport => ({
      ...one,
      identity: { ...one.identity, release },
    })
    const save = async (...reports: CrashReport[]): Promise<string> => {
      await store.saveCrashes(reports)
      const first = reports[0] as CrashReport
      const view = await store.crashView(first.id)
      return view.group?.id ?? ''
    }
    const statusOf = async (id: string, atMs = now) => (await store.group(id, atMs))?.status
    const search = async (q: string) => {
      const parsed = parseCrashQuery(q)
      if (!parsed.ok) throw new Error(parsed.error.message)
      return (await store.searchGroups(parsed.query, { limit: 100, cursor: null })).items.map(({ id }) => id)
    }

    it.runIf(isHere)('is new for a day, then ongoing, resolved and ignored as somebody says', async () => {
      const id = await save(report('Life', { at: ago(1_000) }))
      expect(await statusOf(id)).toBe('new')
      expect(await statusOf(id, now + NEW_MS)).toBe('ongoing')
      const ignored = await store.changeGroup(id, { status: 'ignored', note: 'a flaky disk' }, by(now - 500))
      expect(ignored).toEqual({ ok: true, groupId: id })
      await save(report('Life', { at: ago(400) }))
      expect(await statusOf(id)).toBe('ignored')
      await store.changeGroup(id, { status: 'open' }, by(now - 300))
      expect(await statusOf(id)).toBe('new')
      await store.changeGroup(id, { note: 'words alone' }, by(now - 200, 'bo'))
      const notes = await store.groupNotes(id)
      expect(notes.map(({ who, change, text }) => [who, change, text])).toEqual([
        ['bo', null, 'words alone'],
        ['anna', 'opened', ''],
        ['anna', 'ignored', 'a flaky disk'],
      ])
      const unknown = await store.changeGroup('nobody', { status: 'resolved' }, by(now))
      expect(unknown).toEqual({ ok: false, code: 'group.unknown' })
    })

    it.runIf(isHere)(
      'regresses when it crashes after it was resolved, not from an older release',
      async () => {
        const id = await save(
          released('1.2.0', report('Back', { at: ago(9_000) })),
          released('1.1.0', report('Back', { at: ago(8_000) })),
        )
        await store.changeGroup(id, { status: 'resolved' }, by(now - 7_000))
        expect(await store.group(id, now)).toMatchObject({
          status: 'resolved',
          resolvedIn: '1.2.0',
          statusBy: 'anna',
        })
        await save(released('1.1.0', report('Back', { at: ago(6_000) })))
        await save(released('1.2.0', report('Back', { at: ago(7_500) })))
        expect(await statusOf(id)).toBe('resolved')
        const again = report('Back', { at: ago(5_000) })
        await save(released('1.2.1', again))
        expect(await store.group(id, now)).toMatchObject({ status: 'regressed', regressedAtMs: now - 5_000 })
        // The same report once more changes nothing.
        await store.changeGroup(id, { status: 'resolved' }, by(now - 4_000))
        await save(released('1.2.1', again))
        expect(await store.group(id, now)).toMatchObject({ status: 'resolved', resolvedIn: '1.2.1' })
        await store.changeGroup(id, { status: 'open' }, by(now - 3_000))
        expect(await statusOf(id)).toBe('regressed')
      },
    )

    it.runIf(isHere)(
      'orders releases that are no semver by when the family crashed with them first',
      async () => {
        const id = await save(released('build-x', report('Built', { at: ago(9_000) })))
        await save(released('build-c', report('Built', { at: ago(8_000) })))
        await store.changeGroup(id, { status: 'resolved' }, by(now - 7_000))
        expect((await store.group(id, now))?.resolvedIn).toBe('build-c')
        await save(released('build-x', report('Built', { at: ago(6_000) })))
        expect(await statusOf(id)).toBe('resolved')
        await save(released('build-a', report('Built', { at: ago(5_000) })))
        expect(await statusOf(id)).toBe('regressed')
      },
    )

    it.runIf(isHere)(
      'is found by status, hidden by its negation and counted in the facet all the same',
      async () => {
        const one = await save(report('One', { at: ago(9_000) }))
        const other = await save(report('Other', { at: ago(8_000) }))
        await store.changeGroup(one, { status: 'resolved' }, by(now - 7_000))
        expect(await search(`node:${node} is:resolved`)).toEqual([one])
        expect(await search(`node:${node} -is:resolved is:new`)).toEqual([other])
        expect(await search(`node:${node} is:new is:resolved`)).toEqual([])
        const view = await store.crashesView(`node:${node} -is:resolved last:24h`, now)
        expect(view.groups.map(({ id, status }) => [id, status])).toEqual([[other, 'new']])
        expect(view).toMatchObject({
          total: 1,
          groupsFound: 1,
          statuses: { new: 1, resolved: 1, ignored: 0 },
        })
        const all = await store.crashesView(`node:${node} last:24h`, now)
        expect(all).toMatchObject({ total: 2, groupsFound: 2 })
        const crashes = parseCrashQuery(`node:${node} is:resolved`)
        if (!crashes.ok) throw new Error('the query parses')
        const found = await store.searchCrashes(crashes.query, { limit: 10, cursor: null })
        expect(found.items.map(({ groupId }) => groupId)).toEqual([one])
      },
    )

    it.runIf(isHere)('regresses by a storm’s count alone, once it grew after the resolution', async () => {
      const key = `${node} storm`
      const life = randomUUID()
      const id = await save(released('1.2.0', report('Storm', { at: ago(9_000), stormKey: key })))
      const told = (notStored: number, afterMs: number | null, release = '1.2.0') =>
        store.saveStormCounts(node, life, [{ key, total: notStored + 1, notStored, afterMs }], release)
      await told(10, now - 8_000)
      await store.changeGroup(id, { status: 'resolved' }, by(now - 7_000))
      // From before it, perhaps from before it, told again, and from an older release.
      await told(11, now - 7_500)
      await told(12, null)
      await told(12, now - 5_000)
      await told(13, now - 5_000, '1.1.0')
      expect(await statusOf(id)).toBe('resolved')
      await told(14, now - 4_000)
      expect(await store.group(id, now)).toMatchObject({
        status: 'regressed',
        regressedAtMs: now - 4_000,
        summary: { count: 15, notStored: 14 },
      })
      await store.changeGroup(id, { status: 'ignored' }, by(now - 3_000))
      await told(15, now - 2_000, '1.3.0')
      expect(await statusOf(id)).toBe('ignored')
      expect((await store.group(id, now))?.summary.count).toBe(16)
    })

    it.runIf(isHere)('merges by a rule: later crashes, their casualties and storms follow', async () => {
      const a = await save(report('A', { at: ago(9_000), stormKey: `${node} a` }))
      const b = await save(report('B', { at: ago(8_000), stormKey: `${node} b` }))
      await store.saveStormCounts(node, randomUUID(), [
        { key: `${node} a`, total: 11, notStored: 10 },
        { key: `${node} b`, total: 6, notStored: 5 },
      ] as Parameters<Store['saveStormCounts']>[2])
      expect(await store.mergeGroup(a, b, by(now - 7_000))).toEqual({ ok: true, groupId: b })
      const taken = await store.changeGroup(a, { status: 'resolved' }, by(now))
      expect(taken).toEqual({ ok: false, code: 'group.merged' })
      const root = report('A', { at: ago(6_000), stormKey: `${node} a2` })
      const casualty = report('Down', { at: ago(5_990), rootCrash: root.id })
      expect(await save(root, casualty)).toBe(b)
      const merged = await store.group(a, now)
      expect(merged?.summary).toMatchObject({ id: b, count: 3 + 15, casualties: 1, merged: [a] })
      expect(merged?.merged).toMatchObject([{ fingerprint: a, count: 2 }])
      expect(await search(`node:${node}`)).toEqual([b])
      expect((await store.crashesView(`node:${node}`, now)).groups).toMatchObject([
        { id: b, count: 18, merged: [a] },
      ])
      expect(await store.mergeGroup(a, b, by(now))).toEqual({ ok: false, code: 'group.merged' })
      expect(await store.mergeGroup(b, a, by(now))).toEqual({ ok: false, code: 'group.same' })

      expect(await store.unmergeGroup(a, by(now - 3_000))).toEqual({ ok: true, groupId: b })
      const [alone, rest] = [await store.group(a, now), await store.group(b, now)]
      expect(alone?.summary).toMatchObject({
        id: a,
        count: 2 + 10,
        casualties: 1,
        merged: [],
        lastCrashId: root.id,
      })
      expect(rest?.summary).toMatchObject({ id: b, count: 1 + 5, casualties: 0, merged: [] })
      expect([alone?.summary.lastSeenMs, rest?.summary.lastSeenMs]).toEqual([now - 5_990, now - 8_000])
      const view = await store.crashView(casualty.id)
      expect(view.group?.id).toBe(a)
      expect(fieldValue(view.report?.group as CrashReport['group'])?.fingerprint).toBe(a)
      expect(await save(report('A', { at: ago(1_000) }))).toBe(a)
      expect(await store.unmergeGroup(a, by(now))).toEqual({ ok: false, code: 'group.not_merged' })
      expect((await store.groupNotes(b)).map(({ change }) => change)).toEqual(['unmerged', 'merged'])
    })

    it.runIf(isHere)('takes a chain of merges apart one by one, each with what is its own', async () => {
      const [a, b, c] = [
        await save(report('A', { at: ago(9_000) }), report('A', { at: ago(8_900) })),
        await save(report('B', { at: ago(8_000) })),
        await save(report('C', { at: ago(7_000) })),
      ]
      await store.mergeGroup(a, b, by(now - 6_000))
      await store.mergeGroup(b, c, by(now - 5_000))
      await save(report('A', { at: ago(4_000) }))
      expect((await store.group(b, now))?.summary).toMatchObject({ id: c, count: 5, merged: [a, b].sort() })
      await store.unmergeGroup(b, by(now - 3_000))
      await save(report('B', { at: ago(2_000) }))
      const counts = async () =>
        Promise.all([a, b, c].map(async (id) => (await store.group(id, now))?.summary.count))
      expect(await counts()).toEqual([4, 2, 4])
      await store.unmergeGroup(a, by(now - 1_000))
      expect(await counts()).toEqual([3, 2, 1])
    })

    it.runIf(isHere)('a casualty that came before its root joins where a merge put the root', async () => {
      const a = await save(report('A', { at: ago(9_000) }))
      const b = await save(report('B', { at: ago(8_000) }))
      await store.mergeGroup(a, b, by(now - 7_000))
      const root = report('A', { at: ago(6_000) })
      const casualty = report('Early', { at: ago(5_990), rootCrash: root.id })
      const early = await save(casualty)
      expect(early).not.toBe(b)
      expect(await save(root)).toBe(b)
      expect((await store.crashView(casualty.id)).group?.id).toBe(b)
      expect(await store.group(early, now)).toBeNull()
      await store.unmergeGroup(a, by(now))
      expect((await store.group(a, now))?.summary).toMatchObject({ count: 2, casualties: 1 })
      expect((await store.group(b, now))?.summary).toMatchObject({ count: 1, casualties: 0 })
    })

    it.runIf(isHere)(
      'loses and doubles nothing where crashes are stored while groups are merged',
      async () => {
        const a = await save(report('A', { at: ago(9_000) }))
        const b = await save(report('B', { at: ago(8_000) }))
        const storing = Array.from({ length: 12 }, (_, i) =>
          store.saveCrashes([
            report('A', { at: ago(7_000 - i) }),
            report('B', { at: ago(6_000 - i) }),
            report('A', { at: ago(5_000 - i) }),
          ]),
        )
        const ruling = async () => {
          for (let i = 0; i < 4; i++) {
            expect((await store.mergeGroup(a, b, by(now))).ok).toBe(true)
            if (i < 3) expect((await store.unmergeGroup(a, by(now))).ok).toBe(true)
          }
        }
        await Promise.all([...storing, ruling()])
        expect((await store.group(a, now))?.summary).toMatchObject({ id: b, count: 38 })
        await store.unmergeGroup(a, by(now))
        const counts = [await store.group(a, now), await store.group(b, now)].map((one) => one?.summary.count)
        expect(counts).toEqual([25, 13])
        const view = await store.crashesView(`node:${node}`, now)
        expect(new Map(view.groups.map(({ id, count }) => [id, count]))).toEqual(
          new Map([
            [a, 25],
            [b, 13],
          ]),
        )
      },
    )

    it.runIf(isHere)('keeps what a person said when its reports are pruned', async () => {
      const old = ago(40 * 86_400_000)
      const id = await save(report('Old', { at: old }))
      const gone = await save(report('Gone', { at: old }))
      await store.changeGroup(id, { status: 'resolved' }, by(now))
      await store.prune(now)
      expect(await store.group(id, now)).toMatchObject({ status: 'resolved', summary: { count: 1 } })
      expect(await store.group(gone, now)).toBeNull()
    })
  },
)
