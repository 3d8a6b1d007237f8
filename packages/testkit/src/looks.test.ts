import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Browser } from './browser.ts'
import { type Constellation, type ObservedNode, startConstellation } from './constellation.ts'
import { counter, startShop } from './shop.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
const NODE = 'shop@localhost'
vi.setConfig({ testTimeout: SLOW_MS })

let constellation: Constellation
let shop: ObservedNode
let browser: Browser
beforeAll(async () => {
  constellation = await startConstellation()
  shop = await constellation.observe(await startShop(NODE))
  browser = await constellation.browser()
}, SLOW_MS)
afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)

test('a process that is looked at shows its state and messages, and follows its key over a restart', async () => {
  const view = browser.view('process', { node: NODE, key: 'Shop/counter-2' })
  shop.node.cast(counter(2), { type: 'add', by: 40 })
  const { inspection } = await view.waitFor(
    ({ inspection }) => inspection?.messages.entries.some(({ type }) => type === 'add') === true,
    'the message',
  )
  expect(inspection?.state).toMatchObject({ status: 'captured', value: { entries: [['n', 42]] } })
  const pid = view.value.row?.pid
  shop.node.cast(counter(2), { type: 'fail', why: 'looked at' })
  const after = await view.waitFor(
    ({ row, inspection }) => row?.pid !== pid && inspection?.pid === row?.pid,
    'its successor',
  )
  expect(after.inspection?.state).toMatchObject({ value: { entries: [['n', 2]] } })
  expect(after.crashes[0]).toMatchObject({ tag: 'TypeError' })
  expect(after.incarnations.length).toBeGreaterThanOrEqual(2)
  view.close()
})

test('what nobody knows is said, and comes when it comes', async () => {
  const view = browser.view('tree', { node: 'late@localhost' })
  await until(() => view.error?.code === 'node.unknown', 'no word of it')
  const late = await constellation.observe(await startShop('late@localhost'))
  await view.waitFor(({ rows }) => rows['Shop/counter-0'] !== undefined, 'the late node')
  await late.stop()
})

test('series outlive the hub, with a gap while it was away', async () => {
  const ask = { metric: 'processes', node: NODE, key: null, windowS: 300 } as const
  const points = (view: { value: { lines: Record<string, (number | null)[]> } }) =>
    (view.value.lines[NODE] ?? []).filter((point) => point !== null)
  const before = browser.view('series', ask)
  await until(() => points(before).length >= 3, 'no points')
  const { fromMs, stepMs, lines } = before.value
  const first = fromMs + (lines[NODE] ?? []).findIndex((point) => point !== null) * stepMs
  before.close()
  await constellation.stopHub()
  await constellation.startHub()
  await until(() => browser.isConnected, 'not connected')
  const after = browser.view('series', ask)
  await until(() => points(after).length >= 3, 'they are gone')
  const index = Math.round((first - after.value.fromMs) / after.value.stepMs)
  expect(after.value.lines[NODE]?.[index]).toBe(points(after)[0])
  expect(after.value.heldFromMs).toBeLessThanOrEqual(first)
})

test('each crash is in the series of its second', async () => {
  const name = 'series@localhost'
  await using drawn = await constellation.observe(await startShop(name))
  let lines: { values: (number | null)[] }[] = []
  const inSeries = async (): Promise<number> => {
    const from = new Date(Date.now() - 60_000).toISOString()
    const path = `/api/v1/series?node=${name}&metric=crashes&from=${from}`
    lines = ((await constellation.api(path)).body as { lines: typeof lines }).lines
    return (lines[0]?.values ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0)
  }
  for (let i = 0; i < 3; i++) drawn.node.cast(counter(i), { type: 'fail', why: 'to be drawn' })
  await until(
    async () => (await inSeries()) === 3,
    () => `three crashes in ${JSON.stringify(lines)}`,
  )
})
