import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Resilience } from '@orrery/protocol/faults'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { experimentRecord, targetRecord } from '../faults/fixture.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'

let store: Store
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-faults-'))
  store = await openStore({ databaseUrl: null, dataDir: folder, retentionDays: 30, retentionMb: null })
}, 60_000)
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const begin = async (record: Parameters<typeof experimentRecord>[0] = {}) => {
  const begun = experimentRecord({ ...record, id: await store.experiments.mintId() })
  await store.experiments.begin(begun)
  return begun
}

it('gives every experiment the next number, also when many ask at once', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => store.experiments.mintId()))
  expect(new Set(ids).size).toBe(20)
  const numbers = ids.map((id) => Number(/^F-(\d{4})$/.exec(id)?.[1])).sort((a, b) => a - b)
  expect((numbers[19] ?? 0) - (numbers[0] ?? 0)).toBe(19)
})

it('reads an experiment back as it was begun, with all its targets in their order', async () => {
  const targets = Array.from({ length: 120 }, (_, n) => targetRecord({ key: `Shop/counter-${n} "\\u0000 ü` }))
  const begun = await begin({
    targets,
    legs: [{ leaseId: 'l', step: 0, node: 'n', incarnation: 'i', endsAtMs: 5 }],
  })
  expect(await store.experiments.get(begun.id)).toEqual(begun)
  expect(await store.experiments.get('F-9999')).toBeNull()
})

it('saves what became of single targets, and takes new ones', async () => {
  const begun = await begin({ targets: [targetRecord(), targetRecord({ key: 'Shop/counter-1' })] })
  const first = targetRecord({
    state: 'recovered',
    firings: 3,
    injectedAtMs: 1_000,
    recoveredAtMs: 2_001,
    readBack: 'clean',
  })
  const moved = {
    ...begun,
    status: 'ended' as const,
    endedBy: 'done' as const,
    endedAtMs: begun.createdAtMs + 5,
    firings: 3,
    targets: [first, ...begun.targets.slice(1), targetRecord({ key: 'Shop/counter-2' })],
  }
  await store.experiments.save(moved, [0, 2])
  expect(await store.experiments.get(begun.id)).toEqual(moved)
})

it('lists the newest first, page by page and by status, with 50 targets of each', async () => {
  const later = Date.now()
  const many = Array.from({ length: 60 }, (_, n) => targetRecord({ key: `k${n}` }))
  const ids: string[] = []
  for (let n = 0; n < 3; n++)
    ids.push((await begin({ createdAtMs: later + n, status: 'refused', targets: many })).id)
  const first = await store.experiments.list({ status: 'refused' }, { limit: 2, cursor: null })
  expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]])
  expect(first.items[0]?.targets.map(({ key }) => key)).toEqual(many.slice(0, 50).map(({ key }) => key))
  const rest = await store.experiments.list({ status: 'refused' }, { limit: 2, cursor: first.nextCursor })
  expect(rest.items.map(({ id }) => id)).toEqual([ids[0]])
  expect(rest.nextCursor).toBeNull()
})

it('tells those that are not over, and those that are since a time with what was judged of them', async () => {
  const open = await begin({ status: 'ending' })
  const over = await begin({ status: 'ended', createdAtMs: Date.now() + 60_000 })
  await store.experiments.saveResilience(over.id, VERDICT)
  const unfinished = await store.experiments.unfinished()
  expect(unfinished.map(({ id }) => id)).toContain(open.id)
  expect(unfinished.map(({ id }) => id)).not.toContain(over.id)
  expect(await store.experiments.endedSince(over.createdAtMs)).toEqual([{ ...over, resilience: VERDICT }])
})

it('takes ten thousand targets at once', { timeout: 30_000 }, async () => {
  const targets = Array.from({ length: 10_000 }, (_, n) =>
    targetRecord({ key: `ExchangeSup/CallSup/Call#${n}` }),
  )
  const begun = await begin({ targets })
  expect((await store.experiments.get(begun.id))?.targets).toHaveLength(10_000)
})

const none = { before: null, during: null }
const VERDICT: Resilience = {
  verdict: 'absorbed',
  because: ['everything came back'],
  crashesCaused: 1,
  crashesOther: 0,
  restarts: 1,
  recoveryP50Ms: 12,
  recoveryP99Ms: 12,
  messagesTouched: 1,
  messagesDropped: 0,
  messagesLost: 0,
  mailboxPeak: none,
  handledPerS: none,
  handlingP99Ms: none,
  cascadeLargest: 1,
  escalations: [],
  notBack: 0,
}
