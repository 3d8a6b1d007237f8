import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Constellation, type ObservedNode, startConstellation } from './constellation.ts'
import { counter, startShop } from './shop.ts'
import { stall } from './stall.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
vi.setConfig({ testTimeout: SLOW_MS })

let constellation: Constellation
let shop: ObservedNode
beforeAll(async () => {
  constellation = await startConstellation({ database: 'postgres' })
  shop = await constellation.observe(await startShop('shop@localhost', 1_000))
}, SLOW_MS)
afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)

test('a database that is gone freezes nothing: the tree moves, the crash is listed unstored, then stored', async () => {
  const browser = await constellation.browser()
  const tree = browser.view('tree', { node: 'shop@localhost' })
  const cluster = browser.view('cluster', {})
  await tree.waitFor(({ processes }) => processes >= 1_000, 'the whole tree', 30_000)
  await constellation.database?.halt()
  const seq = tree.seq
  shop.node.cast(counter(5), { type: 'fail', why: 'while the database is gone' })
  await until(() => tree.seq > seq, 'the tree stood still')
  await cluster.waitFor(({ nodes }) => (nodes['shop@localhost']?.crashes5m ?? 0) === 1, 'the crash counted')
  await until(() => constellation.hub.counters().storeFailures > 0, 'nobody noticed')
  await cluster.waitFor(({ hub }) => hub.storeState === 'down', 'the hub says so')
  expect(constellation.hub.counters().crashesPending).toBe(1)
  expect(shop.agent.status.pending).toBe(1)
  // The list itself needs the database; the report does not.
  expect((await constellation.api('/api/v1/crashes')).status).toBe(503)
  await constellation.database?.start()
  await until(() => constellation.hub.counters().crashesPending === 0, 'it was not stored', {
    withinMs: 30_000,
  })
  await until(() => shop.agent.status.pending === 0, 'it was not acked')
  await cluster.waitFor(({ hub }) => hub.storeState === 'ready', 'the hub says so')
  const { items } = (await constellation.api('/api/v1/crashes')).body as { items: unknown[] }
  expect(items).toHaveLength(1)
  await browser.close()
})

test('a database that stalls holds up the store alone: the tree moves, reports wait, counted; then each is stored', async () => {
  const browser = await constellation.browser()
  const tree = browser.view('tree', { node: 'shop@localhost' })
  await tree.waitFor(({ processes }) => processes >= 1_000, 'the whole tree', 30_000)
  const stored = async (): Promise<number> => {
    const { body } = await constellation.api('/api/v1/crashes?limit=1000&q=stalled')
    return (body as { items: unknown[] }).items.length
  }
  const STALLED = 200
  const client = new Client({ connectionString: constellation.database?.url })
  await client.connect()
  await client.query('BEGIN; LOCK TABLE crash_reports, crash_groups IN ACCESS EXCLUSIVE MODE')
  const acceptedBefore = shop.agent.status.accepted
  const worstMs = monitorEventLoopDelay({ resolution: 5 })
  worstMs.enable()
  for (let i = 0; i < STALLED; i++) shop.node.cast(counter(i), { type: 'fail', why: `stalled ${i}` })
  await until(() => shop.agent.status.accepted === acceptedBefore + STALLED, 'not all were accepted')
  await until(() => constellation.hub.counters().crashesPending === STALLED, 'they do not wait at the hub')
  const from = { seq: tree.seq, frames: constellation.hub.counters().frames }
  shop.node.cast(counter(STALLED), { type: 'add', by: 1 })
  await until(() => tree.seq > from.seq, 'the tree stood still')
  await until(() => constellation.hub.counters().frames > from.frames, 'no frame was taken')
  worstMs.disable()
  expect(worstMs.percentile(99) / 1e6).toBeLessThan(1_000)
  expect(shop.agent.status.pending).toBe(STALLED)
  await client.query('ROLLBACK')
  await client.end()
  await until(() => shop.agent.status.pending === 0, 'they were not acked', { withinMs: 30_000 })
  expect(await stored()).toBe(STALLED)
  await browser.close()
})

test('a browser that takes nothing is skipped, slows nobody, and gets the whole once it takes again', async () => {
  const stuck = await constellation.browser()
  const quick = await constellation.browser()
  const views = {
    stuck: stuck.view('tree', { node: 'shop@localhost' }),
    quick: quick.view('tree', { node: 'shop@localhost' }),
  }
  await views.stuck.waitFor(() => true)
  await views.quick.waitFor(() => true)
  const readAgain = stall(stuck.socket)
  const skippedBefore = constellation.hub.counters().viewsSkipped
  let failures = 0
  await until(() => {
    for (let i = 0; i < 10; i++) {
      shop.node.cast(counter(failures++ % 1_000), { type: 'fail', why: 'again and again' })
    }
    return constellation.hub.counters().viewsSkipped > skippedBefore + 3
  }, 'nothing was skipped')
  const seq = views.quick.seq
  await until(() => views.quick.seq > seq + 2, 'the quick one was slowed')
  const stuckAt = views.stuck.seq
  readAgain()
  await until(() => views.stuck.seq > stuckAt, 'it never caught up')
  await shop.stop()
  await views.quick.waitFor(({ nodeStatus }) => nodeStatus === 'stopped')
  await views.stuck.waitFor(({ nodeStatus }) => nodeStatus === 'stopped', 'the end', 30_000)
  const counts = (view: (typeof views)['quick']) => [
    view.value.processes,
    Object.keys(view.value.rows).length,
  ]
  expect(counts(views.stuck)).toEqual(counts(views.quick))
})
