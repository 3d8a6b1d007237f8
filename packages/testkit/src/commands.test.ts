import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { type Constellation, type ObservedNode, startConstellation } from './constellation.ts'
import { counter, startShop } from './shop.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
const NODE = 'shop@localhost'

let constellation: Constellation
let shop: ObservedNode
let browser: Browser
beforeAll(async () => {
  constellation = await startConstellation()
  shop = await constellation.observe(await startShop(NODE))
  browser = await constellation.browser()
}, SLOW_MS)
afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)
afterEach(() => constellation.api('/api/v1/faults/halt', { method: 'DELETE' }))

const command = (target: string, json: unknown, node = NODE) =>
  constellation.api(`/api/v1/nodes/${node}/processes/${encodeURIComponent(target)}/commands`, { json })
const row = (key: string) => {
  const tree = browser.view('tree', { node: NODE })
  return { tree, of: () => tree.value.rows[key] }
}

test(
  'kill: the process dies of the reason that was chosen, comes back, and its report names the command',
  async () => {
    const { tree } = row('')
    const key = 'Shop/counter-1'
    await tree.waitFor(({ rows }) => rows[key]?.status === 'running')
    const pid = tree.value.rows[key]?.pid ?? ''
    const answer = await command(pid, { command: 'kill', reason: 'maintenance' })
    expect(answer).toMatchObject({ status: 200, body: { status: 'applied', auditId: expect.any(String) } })
    await tree.waitFor(
      ({ rows }) => rows[key]?.pid !== pid && rows[key]?.status === 'running',
      'its successor',
    )
    const crashes = browser.view('crashes', { q: 'reason:maintenance' })
    const { groups } = await crashes.waitFor(
      ({ groups }) => groups[0]?.latest[0]?.stored === true,
      'the report',
    )
    const id = groups[0]?.latest[0]?.id ?? ''
    const report = (await constellation.api(`/api/v1/crashes/${id}`)).body
    expect(report).toMatchObject({ cause: { killer: { status: 'captured', value: { via: 'command' } } } })
  },
  SLOW_MS,
)

test(
  '[WIRE-50] [WIRE-53] [WIRE-54] a command with an id is taken once; unknown nodes, processes and words are refused with a code',
  async () => {
    const twice = { command: 'kill', id: 'the-only-one' }
    expect(await command('Shop/counter-0', twice)).toMatchObject({
      status: 200,
      body: { id: 'the-only-one' },
    })
    expect(await command('Shop/counter-0', twice)).toMatchObject({ body: { code: 'command.replayed' } })
    expect(await command('Shop/nobody', { command: 'kill' })).toMatchObject({
      body: { code: 'process.unknown' },
    })
    expect(await command('x', { command: 'kill' }, 'no@where')).toMatchObject({
      body: { code: 'node.unknown' },
    })
    expect(await command('Shop', { command: 'kill' })).toMatchObject({ body: { code: 'process.immune' } })
    expect((await command('Shop/counter-0', { command: 'explode' })).status).toBe(400)
  },
  SLOW_MS,
)

test(
  '[WIRE-9] [WIRE-52] a node that was not armed says so, and stays as it is',
  async () => {
    const meek = await constellation.observe(await startShop('meek@localhost'), { faults: 'refuse' })
    const answer = await command('Shop/counter-0', { command: 'kill' }, 'meek@localhost')
    expect(answer).toMatchObject({ status: 403, body: { code: 'node.not_armed' } })
    await meek.stop()
  },
  SLOW_MS,
)

test(
  '[WIRE-55] [WIRE-56] suspend holds a process under a lease until it is resumed; the lease is seen to begin and end',
  async () => {
    const key = 'Shop/counter-2'
    const tree = browser.view('tree', { node: NODE })
    const faults = browser.view('faults', {})
    const answer = await command(key, { command: 'suspend', durationMs: 60_000 })
    expect(answer).toMatchObject({ status: 200, body: { leaseId: expect.any(String) } })
    const { leaseId } = answer.body as { leaseId: string }
    await tree.waitFor(
      ({ rows }) => rows[key]?.status === 'suspended' && rows[key]?.fault === leaseId,
      'suspended',
    )
    await faults.waitFor(({ leases }) => leases[leaseId]?.status === 'active', 'the lease')
    shop.node.cast(counter(2), { type: 'add', by: 40 })
    // Held over more than one lease of five seconds: the hub renews it.
    await until(() => shop.agent.status.leases === 1)
    expect(await command(key, { command: 'resume' })).toMatchObject({ status: 200 })
    expect(await shop.node.call(counter(2), { type: 'get' })).toBe(42)
    await faults.waitFor(({ leases }) => leases[leaseId]?.status === 'ended', 'its end')
    await tree.waitFor(
      ({ rows }) => rows[key]?.status !== 'suspended' && rows[key]?.fault === null,
      'resumed',
    )
  },
  SLOW_MS,
)

test(
  'crash on the next message is an experiment: the report names it, and it is over when it has fired',
  async () => {
    const key = 'Shop/counter-0'
    const answer = await command(key, { command: 'crash_next', reason: 'as a test' })
    const { leaseId } = answer.body as { leaseId: string }
    shop.node.cast(counter(0), { type: 'add', by: 1 })
    const crashes = browser.view('crashes', { q: `is:injected fault:${leaseId}` })
    const view = await crashes.waitFor(({ groups }) =>
      groups.some(({ latest }) => latest[0]?.stored === true),
    )
    const id = view.groups[0]?.latest[0]?.id ?? ''
    const { body } = await constellation.api(`/api/v1/crashes/${id}`)
    expect(body).toMatchObject({ faults: { value: [{ fault: leaseId, role: 'direct' }] } })
    const faults = browser.view('faults', {})
    await faults.waitFor(({ experiments }) => experiments[leaseId]?.endedBy === 'done', 'fired')
  },
  SLOW_MS,
)

test(
  '[WIRE-57] halt all ends every lease at once, is latched over a restart of the hub, and takes none until released',
  async () => {
    const faults = browser.view('faults', {})
    await command('Shop/counter-1', { command: 'suspend' })
    await command('Shop/counter-2', { command: 'suspend' })
    await until(() => shop.agent.status.leases === 2)
    const halt = () => constellation.api('/api/v1/faults/halt', { method: 'POST' })
    expect(await halt()).toMatchObject({ status: 200, body: { isHalted: true, released: 2, unreached: [] } })
    expect(await shop.node.call(counter(1), { type: 'get' })).toBe(1)
    expect(shop.agent.status.leases).toBe(0)
    expect(await halt()).toMatchObject({ status: 200, body: { isHalted: true, released: 0 } })
    await faults.waitFor(
      ({ isHalted, leases }) => isHalted && Object.values(leases).every(({ status }) => status === 'ended'),
    )
    expect(await command('Shop/counter-1', { command: 'suspend' })).toMatchObject({
      body: { code: 'halt.latched' },
    })
    expect(await command('Shop/counter-1', { command: 'kill' })).toMatchObject({ status: 200 })
    await constellation.stopHub()
    await constellation.startHub()
    await until(() => shop.agent.status.connection === 'welcomed', 'not welcomed again', { withinMs: 30_000 })
    await faults.waitFor(
      ({ isHalted, leases }) => isHalted && Object.keys(leases).length === 0,
      'the latch',
      30_000,
    )
    expect((await constellation.api('/api/v1/faults/halt', { method: 'DELETE' })).status).toBe(200)
    expect(await command('Shop/counter-1', { command: 'suspend' })).toMatchObject({
      body: { status: 'applied' },
    })
    await halt()
  },
  SLOW_MS,
)

test(
  '[WIRE-55] a lease dies by itself five seconds after the hub is gone',
  async () => {
    await command('Shop/counter-1', { command: 'suspend', durationMs: 600_000 })
    await until(() => shop.agent.status.leases === 1)
    const goneAt = Date.now()
    await constellation.stopHub()
    await until(() => shop.agent.status.leases === 0, 'the lease outlived the hub')
    expect(Date.now() - goneAt).toBeLessThan(9_000)
    expect(await shop.node.call(counter(1), { type: 'get' })).toBe(1)
    await constellation.startHub()
  },
  SLOW_MS,
)
