/**
 * Agents and hubs of neighbouring releases together. The next release is this one with another version and a record type
 * more, so that all of its code runs.
 */
import { PROTOCOL } from '@orrery/protocol'
import { EDITION, type Edition, encodeFrame } from '@orrery/protocol/codec'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { knock } from './agent-stub.ts'
import { type Constellation, type ObservedNode, startConstellation } from './constellation.ts'
import { startHostileHub } from './fuzz/hostile-hub.ts'
import { counter, startShop } from './shop.ts'
import { until } from './until.ts'

const SLOW_MS = 60_000
vi.setConfig({ testTimeout: SLOW_MS, hookTimeout: SLOW_MS })

const NODE = 'shop@localhost'
const FURTHER = 64
const NEXT_VERSION = PROTOCOL.max + 1

/** Words of the record that the next release has, as its hubs read them. */
let heard: string[] = []
const NEXT: Edition = {
  range: { min: PROTOCOL.min, max: NEXT_VERSION },
  further: [
    {
      byte: FURTHER,
      since: NEXT_VERSION,
      write: (to) => to.text('from the next release'),
      read: (from) => heard.push(from.text()),
    },
  ],
}

let constellation: Constellation
beforeAll(async () => {
  constellation = await startConstellation()
})
afterAll(() => constellation?.[Symbol.asyncDispose]())

/** The hub of this release or another, in place of the one before. */
async function startHub(edition: Edition): Promise<void> {
  await constellation.stopHub()
  await constellation.startHub({ edition })
  heard = []
}

const observed = async (edition: Edition): Promise<ObservedNode> =>
  constellation.observe(await startShop(NODE), { edition })

/** What an agent and a hub are for: a crash is seen, stored and acked, a command carried out, nothing left out. */
async function worksTogether(shop: ObservedNode): Promise<void> {
  await using browser = await constellation.browser()
  const tree = browser.view('tree', { node: NODE })
  const { restarts = -1 } =
    (await tree.waitFor(({ nodeStatus, rows }) => nodeStatus === 'live' && 'Shop/counter-0' in rows)).rows[
      'Shop/counter-0'
    ] ?? {}
  const { accepted } = shop.agent.status
  shop.node.cast(counter(0), { type: 'fail', why: 'to be told of' })
  await tree.waitFor(({ rows }) => rows['Shop/counter-0']?.restarts === restarts + 1, 'the restart')
  await until(() => shop.agent.status.pending === 0 && shop.agent.status.accepted > accepted)
  const path = `/api/v1/nodes/${NODE}/processes/${encodeURIComponent('Shop/counter-1')}/commands`
  expect(await constellation.api(path, { json: { command: 'kill' } })).toMatchObject({
    body: { status: 'applied' },
  })
  const { frameErrors, recordsSkipped } = constellation.hub.counters()
  expect({ frameErrors, recordsSkipped }).toEqual({ frameErrors: {}, recordsSkipped: 0 })
}

const isAgreed = (shop: ObservedNode, version: number): Promise<void> =>
  until(
    () => shop.agent.status.protocol === version,
    () => `version ${shop.agent.status.protocol}, not ${version}`,
    {
      withinMs: 20_000,
    },
  )
/** Long enough for a record that is written once a second. */
const seconds = async (shop: ObservedNode, count: number): Promise<void> => {
  await using browser = await constellation.browser()
  const view = browser.view('cluster', {})
  const heardAt = (): number => view.value.nodes[NODE]?.lastHeardAtMs ?? 0
  await view.waitFor(() => heardAt() > 0)
  const from = heardAt()
  await until(() => heardAt() >= from + count * 1_000 && shop.agent.status.connection === 'welcomed')
}

describe('an upgrade', () => {
  test('[WIRE-81] [WIRE-82] hub first: the old agent goes on, and the new one says more; what crashed between them is stored', async () => {
    await startHub(EDITION)
    await using old = await observed(EDITION)
    await worksTogether(old)
    await constellation.stopHub()
    old.node.cast(counter(2), { type: 'fail', why: 'while the hub is away' })
    await until(() => old.agent.status.pending === 1, 'the report waits')
    await constellation.startHub({ edition: NEXT })
    await isAgreed(old, PROTOCOL.max)
    await until(() => old.agent.status.pending === 0, 'it is stored')
    await worksTogether(old)
    expect(heard).toEqual([])
    await old.stop()
    await using upgraded = await observed(NEXT)
    await isAgreed(upgraded, NEXT_VERSION)
    await until(() => heard.length > 0, 'the further record')
    await worksTogether(upgraded)
  })

  test('[WIRE-81] [WIRE-82] agents first: they speak the old version until the hub has the new one, and again when it goes back', async () => {
    await startHub(EDITION)
    await using shop = await observed(NEXT)
    await isAgreed(shop, PROTOCOL.max)
    await worksTogether(shop)
    await startHub(NEXT)
    await isAgreed(shop, NEXT_VERSION)
    await until(() => heard.length > 0, 'the further record')
    await worksTogether(shop)
    await startHub(EDITION)
    await isAgreed(shop, PROTOCOL.max)
    await seconds(shop, 2)
    await worksTogether(shop)
  })
})

describe('who is not a neighbour', () => {
  const far: Edition = { range: { min: NEXT_VERSION, max: NEXT_VERSION + 1 }, further: [] }

  test('[WIRE-2] [WIRE-6] is refused with what both speak and a cure, keeps its reports, and comes in when there is a version', async () => {
    await startHub(far)
    await using shop = await constellation.observe(await startShop(NODE), { isAwaited: false })
    await until(() => shop.agent.status.refusal !== null, 'a refusal')
    const { min, max } = PROTOCOL
    expect(shop.agent.status).toMatchObject({
      protocol: null,
      refusal: {
        code: 'protocol.version',
        message: expect.stringContaining(`${min} to ${max}, this hub ${NEXT_VERSION} to ${NEXT_VERSION + 1}`),
        cure: expect.stringContaining('neighbouring'),
      },
    })
    shop.node.cast(counter(0), { type: 'fail', why: 'nobody listens' })
    await until(() => shop.agent.status.pending === 1, 'the report waits')
    await startHub(NEXT)
    await until(() => shop.agent.status.pending === 0, 'it is stored', { withinMs: 20_000 })
  })

  test('[WIRE-83] a hub that welcomes with a version the agent does not speak has refused it', async () => {
    await startHub(EDITION)
    await using hub = await startHostileHub({ protocol: NEXT_VERSION })
    await using shop = await constellation.observe(await startShop(NODE), { hub: hub.url, isAwaited: false })
    await until(() => shop.agent.status.refusal?.code === 'protocol.version', 'a refusal')
    expect(shop.agent.status.connection).not.toBe('welcomed')
  })
})

describe('what comes from a later version all the same', () => {
  test('[WIRE-21] [WIRE-22] [WIRE-27] [WIRE-84] costs a hub nothing but what it does not know', async () => {
    await startHub(EDITION)
    using stub = knock(constellation.url, {
      ...{ capabilities: ['tree', 'process.teleport'], mood: 'cheerful' },
      node: NODE,
    })
    expect(await stub.answer).toBe(null)
    stub.send([{ type: 'snapshot.begin', atUs: 0 }])
    const drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
    const head = encodeFrame({ seq: 2, atUs: 1, wallMs: Date.now(), drops, records: [] }).subarray(0, -1)
    const unknownType = [FURTHER, 3, 1, 2, 3]
    const longerBody = [2, 4, 1, 9, 9, 9]
    const unknownChoice = [14, 3, 1, 0, 200]
    stub.raw(Uint8Array.from([...head, 3, ...unknownType, ...longerBody, ...unknownChoice]))
    stub.socket.emit('weather', { tomorrow: 'rain' })
    await until(() => constellation.hub.counters().recordsSkipped === 1, 'it is counted')
    expect(constellation.hub.counters().frameErrors).toEqual({ 'record.malformed': 1 })
    expect(stub.socket.connected).toBe(true)
    const metrics = await constellation.api('/metrics')
    expect(metrics.body).toContain('orrery_records_skipped_total 1')
  })

  test('[WIRE-84] an agent ignores keys and events it does not know, and answers commands it does not know', async () => {
    await startHub(EDITION)
    await using hub = await startHostileHub({ mood: 'cheerful' })
    await using shop = await constellation.observe(await startShop(NODE), { hub: hub.url })
    hub.emit('weather', { tomorrow: 'rain' })
    hub.emit('command', { op: 'process.teleport', id: 'c-1', to: 'elsewhere' })
    hub.emit('command', { op: 'process.inspect', id: 'c-2', target: 'Shop/counter-0', mood: 'cheerful' })
    await until(() => hub.results.length === 2, 'both are answered')
    expect(hub.results.map(({ result }) => (result.ok ? 'applied' : result.code))).toEqual([
      'command.malformed',
      'applied',
    ])
    expect(shop.agent.status).toMatchObject({ connection: 'welcomed', faults: {} })
  })
})
