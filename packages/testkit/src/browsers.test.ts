import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Browser } from './browser.ts'
import { type Constellation, type ObservedNode, startConstellation } from './constellation.ts'
import { counter, startShop } from './shop.ts'
import { stall } from './stall.ts'
import { until } from './until.ts'

const SLOW_MS = 60_000
vi.setConfig({ testTimeout: SLOW_MS, hookTimeout: SLOW_MS })

const NODE = 'shop@localhost'
const COUNTERS = 500
const MANY = 20

let constellation: Constellation
let shop: ObservedNode
let healthy: Browser
beforeAll(async () => {
  constellation = await startConstellation()
  shop = await constellation.observe(await startShop(NODE, COUNTERS))
  healthy = await constellation.browser()
})
afterAll(() => constellation?.[Symbol.asyncDispose]())

const counted = () => constellation.hub.counters()
const ofHub = async () => (await constellation.api('/api/v1/hub')).body

test('[WIRE-62] browsers that read nothing are behind and skipped, are told to the operator, and end with the picture of those who read', async () => {
  const tree = healthy.view('tree', { node: NODE })
  await tree.waitFor(({ processes }) => processes > COUNTERS)
  const slow = await Promise.all(Array.from({ length: 5 }, () => constellation.browser()))
  const views = slow.map((browser) => browser.view('tree', { node: NODE }))
  await Promise.all(views.map((view) => view.waitFor(() => true)))
  const ends = slow.map(({ socket }) => stall(socket))
  const before = counted().viewsSkipped
  let failures = 0
  await until(() => {
    for (let i = 0; i < 10; i++)
      shop.node.cast(counter(failures++ % COUNTERS), { type: 'fail', why: 'to be seen' })
    return counted().viewsSkipped > before + 50
  }, 'they are skipped')
  expect(counted().browsersBehind).toBe(slow.length)
  expect(await ofHub()).toMatchObject({ browsers: { behind: slow.length, cut: 0 } })
  const { seq } = tree
  await until(() => tree.seq > seq + 3, 'the healthy one is told on')
  for (const end of ends) end()
  const restarts = (view: typeof tree): number =>
    Object.values(view.value.rows).reduce((sum, row) => sum + row.restarts, 0)
  await tree.waitFor(() => restarts(tree) === failures, 'all restarts')
  for (const view of views) await view.waitFor(() => restarts(view) === failures, 'the same', 30_000)
  await until(() => counted().browsersBehind === 0, 'nobody is behind')
  for (const browser of slow) await browser.close()
})

test('[WIRE-64] one that asks on and on and does not listen is cut, counted, and hurts nobody', async () => {
  const tree = healthy.view('tree', { node: NODE })
  await tree.waitFor(() => true)
  const deaf = await constellation.browser()
  const view = deaf.view('tree', { node: NODE })
  await view.waitFor(() => true)
  const gone = new Promise((resolve) => deaf.socket.once('disconnect', resolve))
  const listenAgain = stall(deaf.socket)
  const nonsense = { id: 'x', view: 'processes', params: { limit: -1 } }
  // What the network holds by itself is filled first.
  const padding = 'p'.repeat(4_000)
  const { seq } = tree
  await until(
    () => {
      for (let i = 0; i < 200; i++) deaf.socket.emit('subscribe', { ...nonsense, padding })
      shop.node.cast(counter(1), { type: 'fail', why: 'meanwhile' })
      return counted().browsersCut === 1
    },
    'it is cut',
    { withinMs: SLOW_MS / 2 },
  )
  await until(() => tree.seq > seq, 'the healthy one is told on')
  expect(await ofHub()).toMatchObject({ browsers: { cut: 1 } })
  expect((await constellation.api('/metrics')).body).toContain('orrery_browsers_cut_total 1')
  listenAgain()
  await gone
  await until(() => view.snapshots > 1, 'it comes again by itself')
  await deaf.close()
})

test(`${MANY} browsers that come at once share what is made for them`, async () => {
  const browsers = await Promise.all(Array.from({ length: MANY }, () => constellation.browser()))
  const views = browsers.map((browser) => browser.view('tree', { node: NODE }))
  await Promise.all(views.map((view) => view.waitFor(({ processes }) => processes > COUNTERS)))
  for (const { socket } of browsers) socket.disconnect()
  await until(() => counted().browsersConnected === 1, 'all are gone')
  for (const { socket } of browsers) socket.connect()
  await until(() => views.every((view) => view.snapshots === 2), 'each has a snapshot again')
  expect(counted()).toMatchObject({ browsersConnected: MANY + 1, browsersBehind: 0 })
  for (const view of views)
    expect(Object.keys(view.value.rows)).toEqual(Object.keys(views[0]?.value.rows ?? {}))
})
