import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Constellation, startConstellation } from './constellation.ts'
import { type Count, STORM_NODE, type StormNode, stormOver } from './storm.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
vi.setConfig({ testTimeout: SLOW_MS })
const NAME = 'storm@localhost'
const SPOOL_MB = 1

let constellation: Constellation
let node: StormNode
beforeAll(async () => {
  constellation = await startConstellation()
  node = stormOver(
    constellation.fork(STORM_NODE, {
      STORM_NAME: NAME,
      NODE_ENV: 'production',
      ORRERY_SPOOL_MB: String(SPOOL_MB),
    }),
  )
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

function isCounted(list: readonly Group[], { byModule }: Count): boolean {
  const counted = new Map(list.map(({ module, count }) => [module, count]))
  return Object.entries(byModule).every(([module, count]) => counted.get(module) === count)
}

test('[WIRE-46] forty thousand crashes are counted exactly by kind, and few of them are kept whole', async () => {
  const { crashes } = await node.storm(20_000, 2)
  expect(crashes).toBeGreaterThanOrEqual(40_000)
  const truth = await node.count()
  expect(truth.restarts).toBe(truth.crashes)
  await until(
    async () => isCounted(await groups(), truth),
    () => `counted otherwise than ${JSON.stringify(truth)}`,
    {
      withinMs: 60_000,
    },
  )
  const all = await groups()
  const kept = all.map(({ count, notStored }) => count - notStored)
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(5)
  expect(kept.reduce((sum, n) => sum + n, 0)).toBeLessThan(2_000)
  expect(node.status?.faults).toEqual({})
})

test('while the hub is away the node runs on and its full spool refuses; then all that was accepted is stored, and all is counted', async () => {
  await constellation.stopHub()
  const before = await node.count()
  await node.storm(2_000, 3)
  const truth = await node.count()
  expect(truth.crashes - before.crashes).toBeGreaterThanOrEqual(6_000)
  await until(() => (node.status?.spoolRefused ?? 0) > 0, 'the spool never was full')
  expect(node.status?.spoolBytes).toBeLessThanOrEqual(SPOOL_MB * 1_048_576)
  expect(node.status?.faults).toEqual({})
  await constellation.startHub()
  await until(
    async () => isCounted(await groups(), truth),
    () => `counted otherwise than ${JSON.stringify(truth)}`,
    {
      withinMs: 60_000,
    },
  )
  await until(() => node.status?.pending === 0, 'not everything was acked', { withinMs: 30_000 })
  const kept = (await groups()).reduce((sum, { count, notStored }) => sum + count - notStored, 0)
  expect(kept).toBe(node.status?.accepted)
  await until(async () => {
    const { body } = await constellation.api(`/api/v1/nodes/${NAME}`)
    return (body as { agent: { spoolRefused: number } }).agent.spoolRefused === node.status?.spoolRefused
  }, 'the node’s refusals are not shown')
})
