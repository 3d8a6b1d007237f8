import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CrashReport,
  captured,
  fieldValue,
  nodeEndReport,
  type Outcome,
  unavailable,
} from '@orrery/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Cluster, postgresBin, startCluster } from '../../test/postgres.ts'
import { parseCrashQuery } from './crash-query.ts'
import { bucketOf } from './crashes-screen.ts'
import { FINGERPRINT_VERSION } from './fingerprint.ts'
import { type CrashFixture, crashReport } from './fixture.ts'
import { openStore } from './open-store.ts'
import { SERIES_BLOCK_MS, type Store } from './store.ts'

const now = Date.now()
const ago = (ms: number) => new Date(now - ms).toISOString()
const page = { limit: 100, cursor: null }

const outcome: Outcome = {
  kind: 'restarted',
  newPid: '<0.1720.0>',
  backAfterMs: 1_840,
  firstHandledAfterMs: 1_900,
  crashedAgain: false,
  escalatedTo: null,
}

describe.each([{ kind: 'embedded' as const }, { kind: 'postgres' as const }])(
  'the store on $kind',
  ({ kind }) => {
    const isHere = kind === 'embedded' || postgresBin() !== null
    let store: Store
    let cluster: Cluster | null = null
    let folder: string

    beforeAll(async () => {
      if (!isHere) return
      folder = await mkdtemp(join(tmpdir(), 'orrery-store-'))
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

    /** Every test has a node of its own, so that none sees another's crashes. */
    let node: string
    let tests = 0
    beforeEach(() => {
      node = `node-${++tests}@host`
    })

    const report = (fixture: CrashFixture = {}): CrashReport =>
      crashReport({ node, module: `M${node.split('@')[0]?.replace('node-', 'x')}`, ...fixture })
    /** The fixture's modules differ in digits alone, which a fingerprint ignores. */
    const own = () => `Mod${[...String(tests)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`

    const found = async (q: string) => {
      const parsed = parseCrashQuery(`node:${node} ${q}`)
      if (!parsed.ok) throw new Error(parsed.error.message)
      const { items } = await store.searchCrashes(parsed.query, page)
      return items.map((item) => item.id)
    }
    const groups = async () => {
      const parsed = parseCrashQuery(`node:${node}`)
      if (!parsed.ok) throw new Error(parsed.error.message)
      return (await store.searchGroups(parsed.query, page)).items
    }

    it.runIf(isHere)('stores a report once, however often it comes', async () => {
      const one = report({ module: own() })
      const two = report({ module: own() })
      expect(await store.saveCrashes([one])).toEqual([one.id])
      expect((await store.saveCrashes([one, two, one])).sort()).toEqual([one.id, two.id].sort())
      expect(await found('')).toHaveLength(2)
      expect((await groups()).map((group) => group.count)).toEqual([2])
    })

    it.runIf(isHere)('stores a report once when several arrive at the same time', async () => {
      const reports = Array.from({ length: 8 }, () => report({ module: own() }))
      await Promise.all(Array.from({ length: 6 }, () => store.saveCrashes(reports)))
      expect(await found('')).toHaveLength(8)
      expect((await groups()).map((group) => group.count)).toEqual([8])
    })

    it.runIf(isHere)('gives back what it was given, and the group', async () => {
      const one = report({ module: own() })
      await store.saveCrashes([one])
      const { group, ...rest } = (await store.crash(one.id)) as CrashReport
      const { group: _, ...sent } = one
      expect(rest).toEqual(sent)
      expect(fieldValue(group)).toMatchObject({ version: FINGERPRINT_VERSION, occurrence: 1 })
      expect(fieldValue(group)?.contributed).toContain('reason frame_overrun')
      expect(await store.crash(randomUUID())).toBeNull()
      expect(await store.crash('no id')).toBeNull()
    })

    it.runIf(isHere)(
      'holds text no database likes: NUL, half a surrogate pair, a backslash before a u',
      async () => {
        const nasty = 'nul \0, half \ud800, kept \\u0000, <script>alert(1)</script>, \u001b[31m'
        const one = report({ module: own(), text: nasty, tag: nasty })
        expect(await store.saveCrashes([one])).toEqual([one.id])
        const held = await store.crash(one.id)
        expect(held?.cause.reason.text).toBe(
          'nul \u2400, half \ufffd, kept \\u0000, <script>alert(1)</script>, \u001b[31m',
        )
        expect(await found('"half \ud800"')).toEqual([one.id])
      },
    )

    it.runIf(isHere)('leaves out what is no report and stores the others', async () => {
      const good = report({ module: own() })
      const broken = [
        { ...good, id: 'not-a-uuid' },
        { ...good, id: randomUUID(), at: 'yesterday' },
        { id: randomUUID(), at: good.at } as unknown as CrashReport,
        // Out of the range of a timestamp: only the database knows.
        { ...good, id: randomUUID(), atUs: 1e30 },
      ]
      expect(await store.saveCrashes([...broken, good])).toEqual([good.id])
      expect(await found('')).toEqual([good.id])
    })

    it.runIf(isHere)('counts casualties beside their root, in its group', async () => {
      const root = report({ module: own() })
      const casualties = [1, 2].map(() =>
        report({ module: 'Channel', tag: 'shutdown', functions: [], rootCrash: root.id }),
      )
      await store.saveCrashes([root, ...casualties])
      expect(await groups()).toMatchObject([{ count: 1, casualties: 2, module: own() }])
      expect(await found('is:casualty')).toHaveLength(2)
      expect(await found('is:root')).toEqual([root.id])
    })

    it.runIf(isHere)('takes casualties into their root’s group when the root comes last', async () => {
      const root = report({ module: own() })
      const casualty = report({ module: 'Stray', tag: 'shutdown', functions: [], rootCrash: root.id })
      await store.saveCrashes([casualty])
      expect(await groups()).toMatchObject([{ count: 0, casualties: 1, module: 'Stray' }])
      await store.saveCrashes([root])
      expect(await groups()).toMatchObject([{ count: 1, casualties: 1, module: own() }])
    })

    it.runIf(isHere)('numbers the crashes of a group', async () => {
      const reports = [3, 2, 1].map((s) => report({ module: own(), at: ago(s * 1_000) }))
      for (const one of reports) await store.saveCrashes([one])
      const numbers = await Promise.all(
        reports.map(
          async (one) => fieldValue(((await store.crash(one.id)) as CrashReport).group)?.occurrence,
        ),
      )
      expect(numbers).toEqual([1, 2, 3])
    })

    it.runIf(isHere)('adds decision and outcome later, also when they overtake the report', async () => {
      const early = report({ module: own() })
      const late = report({ module: own() })
      await store.saveCrashes([early])
      expect(
        await store.amendCrashes([
          { id: early.id, outcome },
          { id: late.id, outcome },
        ]),
      ).toEqual([early.id, late.id])
      await store.saveCrashes([late])
      for (const { id } of [early, late]) {
        expect(fieldValue(((await store.crash(id)) as CrashReport).outcome)).toEqual(outcome)
      }
      expect(await found('outcome:restarted back:>1s')).toHaveLength(2)
      expect(await found('outcome:pending')).toHaveLength(0)
    })

    it.runIf(isHere)(
      '[WIRE-76] holds one report of a node’s end, as it is known last, in one group',
      async () => {
        const incarnation = randomUUID()
        const told = (tag: string, kind: 'node-down' | 'throw', isBack = false) => {
          const one = nodeEndReport(
            {
              node,
              incarnation,
              pid: 11,
              runtime: { name: 'Orrery runtime', version: '1' },
              release: null,
              agentVersion: '1',
              startedAt: ago(9_000),
              uptimeMs: 1,
              messagesHandled: 0,
              atMs: Date.parse(ago(1_000)),
              atUs: 1,
            },
            {
              kind,
              reason: { kind, tag, text: tag, term: tag },
              stack: unavailable('nothing was said'),
              chain: [],
              killer: unavailable('nobody saw who'),
            },
          )
          one.identity.module = own()
          return isBack ? { ...one, outcome: captured(outcome) } : one
        }
        const { id } = told('no_heartbeat', 'node-down')
        for (const [tag, kind, isBack] of [
          ['no_heartbeat', 'node-down', false],
          ['uncaught', 'node-down', true],
          ['RangeError', 'throw', false],
          ['no_heartbeat', 'node-down', false],
        ] as const) {
          expect(await store.saveCrashes([told(tag, kind, isBack)])).toEqual([id])
        }
        expect(await groups()).toMatchObject([{ count: 1, kind: 'throw', reason: 'RangeError' }])
        expect(await found('kind:throw outcome:restarted')).toEqual([id])
        expect(fieldValue(((await store.crash(id)) as CrashReport).outcome)).toEqual(outcome)
      },
    )

    it.runIf(isHere)('keeps the highest of the counts of a storm and adds them to the group', async () => {
      const key = `storm-${node}`
      await store.saveCrashes([report({ module: own(), stormKey: key })])
      await store.saveStormCounts(node, 'a', [{ key, total: 10, notStored: 9 }])
      await store.saveStormCounts(node, 'a', [{ key, total: 5, notStored: 4 }])
      // A report that was given up after its crash was counted.
      await store.saveStormCounts(node, 'a', [{ key, total: 10, notStored: 10 }])
      await store.saveStormCounts(node, 'b', [{ key, total: 3, notStored: 1 }])
      expect(await groups()).toMatchObject([{ count: 12, notStored: 11 }])
    })

    it.runIf(isHere)('finds by every kind of clause', async () => {
      const one = report({
        module: own(),
        name: 'trunk_link',
        pid: '<0.1712.0>',
        mailbox: 31,
        faults: captured([{ fault: 'F-0193', kind: 'reorder', role: 'direct', firing: '1' }]),
      })
      await store.saveCrashes([one])
      const yes = [
        'overrun',
        'frame_overrun',
        'framebuffer',
        'buffer',
        '"frame-buffer.ts:88"',
        `module:${own().toUpperCase()}`,
        `module:${own().slice(0, 4)}*`,
        'module:nothing|Mod*',
        'name:~UNK_l',
        'pid:<0.1712.0>',
        'reason:~overrun',
        'reason:frame_overrun',
        'kind:throw',
        'message:data_ind',
        'from:framer',
        'sup:trunk_sup',
        'stack:frame-buffer.ts:88',
        'mailbox:>30',
        'mailbox:31',
        'uptime:<5m',
        'state.buffer.lost:>0',
        'state.buffer.lost:2',
        'is:injected',
        'cause:injected',
        '-cause:organic',
        '-cause:mixed',
        'fault:F-0193',
        'last:24h',
        `id:${one.id.slice(0, 8)}*`,
        '-kind:exit',
        '-label:x',
        'release:1.*',
      ]
      const no = [
        'nonsense',
        'module:Mod',
        'name:trunk',
        'mailbox:>31',
        'uptime:>5m',
        'state.buffer.lost:>2',
        'state.buffer:>0',
        'state.nothing.at.all:x',
        'is:organic',
        'fault:F-0194',
        '-last:24h',
        '-is:injected',
        '-cause:injected',
        'cause:mixed',
        'reason:~%',
        'reason:frame%',
        "reason:'; drop table crash_reports;--",
      ]
      for (const q of yes) expect([q, await found(q)]).toEqual([q, [one.id]])
      for (const q of no) expect([q, await found(q)]).toEqual([q, []])
    })

    it.runIf(isHere)(
      'calls injected what a fault is proven to have led to, and mixed a group of both',
      async () => {
        const fault = { fault: 'F-1', kind: 'drop', firing: '1' }
        const injected = report({ module: own(), faults: captured([{ ...fault, role: 'direct' }]) })
        const touched = report({ module: own(), faults: captured([{ ...fault, role: 'upstream' }]) })
        await store.saveCrashes([injected])
        expect((await store.crashesView(`node:${node}`, now)).groups).toMatchObject([{ cause: 'injected' }])
        await store.saveCrashes([touched])
        expect((await found('cause:injected')).toString()).toBe(injected.id)
        expect((await found('-cause:injected')).toString()).toBe(touched.id)
        expect((await found('cause:mixed')).sort()).toEqual([injected.id, touched.id].sort())
        const view = await store.crashesView(`node:${node} -cause:injected`, now)
        expect(view.groups).toMatchObject([{ count: 1, cause: 'mixed' }])
        expect(view.facets.cause).toEqual([
          ['mixed', 1],
          ['organic', 1],
        ])
      },
    )

    it.runIf(isHere)('walks pages to the end, newest first, without loss or repetition', async () => {
      const reports = Array.from({ length: 25 }, (_, i) =>
        report({ module: own(), at: ago((i >> 1) * 1_000) }),
      )
      await store.saveCrashes(reports)
      const parsed = parseCrashQuery(`node:${node}`)
      if (!parsed.ok) throw new Error('unreachable')
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const answer = await store.searchCrashes(parsed.query, { limit: 4, cursor })
        seen.push(...answer.items.map((item) => item.id))
        cursor = answer.nextCursor
      } while (cursor !== null)
      expect(seen).toHaveLength(25)
      expect(new Set(seen).size).toBe(25)
      await expect(store.searchCrashes(parsed.query, { limit: 4, cursor: 'made-up' })).rejects.toMatchObject({
        code: 'cursor.malformed',
      })
    })

    it.runIf(isHere)('draws the crashes screen', async () => {
      const reports = [
        report({ module: own(), at: ago(60_000) }),
        report({ module: own(), at: ago(2.5 * 3_600_000) }),
        report({ module: own(), at: ago(30 * 3_600_000) }),
        report({ module: own(), tag: 'timeout', at: ago(120_000) }),
      ]
      await store.saveCrashes(reports)
      const view = await store.crashesView(`node:${node}`, now)
      expect(view.total).toBe(3)
      expect(view.groups.map(({ reason, count }) => [reason, count])).toEqual([
        ['frame_overrun', 2],
        ['timeout', 1],
      ])
      for (const agoMs of [60_000, 2.5 * 3_600_000]) {
        expect(view.groups[0]?.buckets[bucketOf(now - agoMs, now)]).toBe(1)
      }
      expect(view.groups[0]?.latest.map(({ id }) => id)).toEqual([reports[0]?.id, reports[1]?.id])
      expect(view.facets.reason).toEqual([
        ['frame_overrun', 2],
        ['timeout', 1],
      ])
      expect(view.facets.node).toEqual([[node, 3]])
      expect((await store.crashesView(`node:${node} last:48h`, now)).total).toBe(4)
      expect((await store.crashesView('mailbox:>lots', now)).error).toMatchObject({ from: 8, to: 13 })
    })

    it.runIf(isHere)('draws one report with its neighbours', async () => {
      const reports = [3, 2, 1].map((s) => report({ module: own(), at: ago(s * 1_000) }))
      await store.saveCrashes(reports)
      const [first, second, third] = reports.map(({ id }) => id)
      const view = await store.crashView(second ?? '')
      expect(view).toMatchObject({
        stored: true,
        groupCount: 3,
        previousId: first,
        nextId: third,
        error: null,
      })
      expect(view.sameGroup.map(({ id }) => id)).toEqual([third, second, first])
      expect(view.course.map(({ id }) => id)).toEqual([first, second, third])
      // Each fact is a query that finds every one of them.
      expect(view.common).toMatchObject({ reports: 3 })
      expect(view.common?.facts).toContainEqual({ clause: `node:${node}`, inOthers: 0 })
      for (const { clause } of view.common?.facts ?? []) {
        expect(await found(`group:${view.group?.id} ${clause}`)).toHaveLength(3)
      }
      expect(await store.crashView(randomUUID())).toMatchObject({
        report: null,
        error: { code: 'crash.unknown' },
      })
    })

    it.runIf(isHere)('tells the cascade of a crash from the reports of the same root', async () => {
      const root = report({ module: own(), atUs: 1_000_000 })
      const child = report({
        module: own(),
        atUs: 1_000_400,
        rootCrash: root.id,
        key: 'ExchangeSup/trunk_sup',
      })
      await store.saveCrashes([child, root])
      for (const id of [root.id, child.id]) {
        expect((await store.crashView(id)).cascade).toMatchObject({
          members: [
            { id: root.id, afterMs: 0, parentId: null, mechanism: null, depth: 0, decision: null },
            { id: child.id, afterMs: 0.4, parentId: root.id, mechanism: 'link', depth: 1 },
          ],
          more: 0,
        })
      }
      expect((await store.crashView(randomUUID())).cascade).toEqual({ members: [], more: 0 })
    })

    it.runIf(isHere)('keeps the audit trail in order, with results that come later', async () => {
      const entry = {
        who: 'loopback',
        role: 'operator' as const,
        action: 'process.kill',
        node,
        target: 'root/worker',
        pid: '<0.9.0>',
        parameters: { reason: 'kill\0' },
      }
      const first = await store.appendAudit({ ...entry, atMs: now - 2 })
      await store.appendAudit({
        ...entry,
        atMs: now - 1,
        result: { ok: false, atMs: now - 1, code: 'role.insufficient', message: 'no' },
      })
      await store.settleAudit(first, { ok: true, atMs: now })
      const { items } = await store.audit({ node }, page)
      expect(items.map(({ result }) => result?.ok)).toEqual([false, true])
      expect(items[1]?.parameters).toEqual({ reason: 'kill\u2400' })
      const one = await store.audit({ node, target: '<0.9.0>' }, { limit: 1, cursor: null })
      const two = await store.audit({ node }, { limit: 1, cursor: one.nextCursor })
      expect([...one.items, ...two.items]).toEqual(items)
      expect(two.nextCursor).toBeNull()
    })

    it.runIf(isHere)('joins the two halves of a block of series', async () => {
      const fromMs = Math.floor(now / SERIES_BLOCK_MS) * SERIES_BLOCK_MS
      const block = { node, metric: 'messages', fromMs, stepMs: 5_000 }
      await store.saveSeries([{ ...block, values: [1, 2, null] }])
      await store.saveSeries([{ ...block, values: [null, null, null, 4.5] }])
      expect(await store.series({ node, metric: 'messages', fromMs: now - 1, toMs: now })).toEqual([
        { ...block, values: [1, 2, null, 4.5] },
      ])
      expect(await store.series({ node, metric: 'mailbox', fromMs: 0, toMs: now })).toEqual([])
      expect(await store.seriesHeldFromMs()).toBeLessThanOrEqual(fromMs)
    })

    it.runIf(isHere)('removes what is older than the retention', async () => {
      const old = report({ module: own(), at: ago(31 * 86_400_000) })
      const young = report({ module: own() })
      await store.saveCrashes([old, young])
      expect((await store.prune(now)).crashes).toBeGreaterThanOrEqual(1)
      expect(await found('')).toEqual([young.id])
      expect(await groups()).toMatchObject([{ count: 2 }])
    })

    it.runIf(isHere)('keeps settings', async () => {
      expect(await store.readSetting('nothing')).toBeNull()
      await store.writeSetting('halt', { by: 'Ada' })
      await store.writeSetting('halt', { by: 'Grace' })
      expect(await store.readSetting('halt')).toEqual({ by: 'Grace' })
      await store.writeSetting('halt', null)
      expect(await store.readSetting('halt')).toBeNull()
    })

    it.runIf(kind === 'postgres' && isHere)(
      'says when the database is gone and when it is back, and stores again',
      async () => {
        const one = report({ module: own() })
        await cluster?.stop()
        await expect(store.saveCrashes([one])).rejects.toThrow()
        expect(store.ready()).toBe(false)
        await cluster?.start()
        expect(await store.ping()).toBe(true)
        expect(await store.saveCrashes([one])).toEqual([one.id])
        expect(store.ready()).toBe(true)
      },
    )
  },
)
