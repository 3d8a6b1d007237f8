import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Constellation, startConstellation } from './constellation.ts'
import { STORM_NODE, type StormNode, stormOver } from './storm.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
vi.setConfig({ testTimeout: SLOW_MS })
const NAME = 'storm@localhost'

let constellation: Constellation
let node: StormNode
beforeAll(async () => {
  constellation = await startConstellation()
  node = stormOver(constellation.fork(STORM_NODE, { STORM_NAME: NAME, NODE_ENV: 'production' }))
  await until(() => node.status?.connection === 'welcomed', 'it was not welcomed', { withinMs: 60_000 })
}, SLOW_MS)
afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)

interface Group {
  module: string
  count: number
  notStored: number
}

async function groups(): Promise<Group[]> {
  return ((await constellation.api('/api/v1/crash-groups')).body as { items: Group[] }).items
}

const byModule = (list: readonly Group[]) =>
  Object.fromEntries(list.map(({ module, count }) => [module, count]))

test('[WIRE-46] forty thousand crashes are counted exactly by kind, and few of them are kept whole', async () => {
  const { crashes } = await node.storm(20_000, 2)
  expect(crashes).toBeGreaterThanOrEqual(40_000)
  const truth = await node.count()
  expect(truth.restarts).toBe(truth.crashes)
  await until(
    async () => {
      const counted = byModule(await groups())
      return Object.entries(truth.byModule).every(([module, count]) => counted[module] === count)
    },
    () => `counted otherwise than ${JSON.stringify(truth.byModule)}`,
    { withinMs: 60_000 },
  )
  const all = await groups()
  const kept = all.map(({ count, notStored }) => count - notStored)
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(5)
  expect(kept.reduce((sum, n) => sum + n, 0)).toBeLessThan(2_000)
  expect(node.status?.faults).toEqual({})
})

test('counts stay exact when the hub is away in the middle of a storm', async () => {
  const storming = node.storm(5_000, 3)
  await constellation.stopHub()
  await storming
  const truth = await node.count()
  await constellation.startHub()
  await until(
    async () =>
      JSON.stringify(byModule(await groups())) !== '{}' &&
      Object.entries(byModule(await groups())).every(([module, count]) => truth.byModule[module] === count),
    () => `counted otherwise than ${JSON.stringify(truth.byModule)}`,
    { withinMs: 60_000 },
  )
  expect(Object.keys(byModule(await groups())).sort()).toEqual(Object.keys(truth.byModule).sort())
})
