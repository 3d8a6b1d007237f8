/** Experiments from request to proof, on real nodes: what is injected is felt, attributed, undone and proven; what does harm is refused and written down. */
import type { Experiment } from '@orrery/protocol/faults'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { type Constellation, type ObservedNode, startConstellation } from './constellation.ts'
import { counter, startLate, startShop } from './shop.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
const NODE = 'lab@localhost'
const COUNTERS = 40
const target = (i: number) => ({ node: NODE, pid: `Shop/counter-${i}` })

let constellation: Constellation
let shop: ObservedNode
let browser: Browser
beforeAll(async () => {
  constellation = await startConstellation()
  shop = await constellation.observe(await startShop(NODE, COUNTERS))
  browser = await constellation.browser()
  await until(async () => (await processes()) > COUNTERS, 'the hub has not seen the node')
}, SLOW_MS)
afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)
afterEach(async () => {
  const open = [...(await list('running')), ...(await list('scheduled'))]
  for (const { id } of open) await constellation.api(`/api/v1/faults/${id}`, { method: 'DELETE' })
  const lasting = async () => [...(await list('running')), ...(await list('ending'))].length
  await until(async () => (await lasting()) === 0, 'something lasts', { withinMs: 60_000 })
}, SLOW_MS)

const processes = async () =>
  ((await constellation.api(`/api/v1/nodes/${NODE}`)).body as { processes: number }).processes
const post = (json: unknown, query = '') => constellation.api(`/api/v1/faults${query}`, { json })
const begin = async (json: unknown): Promise<Experiment> => {
  const { status, body } = await post(json)
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body as Experiment
}
const read = async (id: string) => (await constellation.api(`/api/v1/faults/${id}`)).body as Experiment
const list = async (status: string) =>
  ((await constellation.api(`/api/v1/faults?status=${status}`)).body as { items: Experiment[] }).items
const over = async (id: string): Promise<Experiment> => {
  await until(
    async () => (await read(id)).status === 'ended',
    () => `${id} is not over`,
    { withinMs: 20_000 },
  )
  return read(id)
}
const audited = async () =>
  (
    (await constellation.api('/api/v1/audit?limit=20')).body as {
      items: { action: string; result: { code?: string } }[]
    }
  ).items

test(
  'a throw is felt, attributed to its experiment, seen in the lab, and over when it has fired',
  async () => {
    const faults = browser.view('faults', {})
    const begun = await begin({
      fault: 'throw',
      target: target(0),
      when: { kind: 'times', times: 1 },
      durationMs: 60_000,
    })
    expect(begun).toMatchObject({
      id: expect.stringMatching(/^F-\d{4}$/),
      status: 'running',
      targets: [{ key: 'Shop/counter-0', state: 'injected', node: NODE }],
    })
    await faults.waitFor(({ experiments }) => experiments[begun.id]?.status === 'running', 'the row')
    const tree = browser.view('tree', { node: NODE })
    await tree.waitFor(({ rows }) => rows['Shop/counter-0']?.fault === begun.id, 'the diamond')
    shop.node.cast(counter(0), { type: 'add', by: 1 })
    const ended = await over(begun.id)
    expect(ended).toMatchObject({ endedBy: 'done', firings: 1 })
    expect(ended.targets[0]?.readBack).not.toBe('')
    await until(async () => (await read(begun.id)).crashes >= 0)
    const crashes = browser.view('crashes', { q: `fault:${begun.id}` })
    const { groups } = await crashes.waitFor(({ groups }) =>
      groups.some(({ latest }) => latest[0]?.stored === true),
    )
    const { body } = await constellation.api(`/api/v1/crashes/${groups[0]?.latest[0]?.id}`)
    expect(body).toMatchObject({ faults: { value: [{ fault: begun.id, kind: 'throw', role: 'direct' }] } })
    const row = (await faults.waitFor(({ experiments }) => experiments[begun.id]?.crashes === 1, 'its crash'))
      .experiments[begun.id]
    expect(row?.chart?.marks.map(({ kind }) => kind)).toContain('crashed')
  },
  SLOW_MS,
)

test(
  'hang is held by renewals, undone when it is stopped, and read back',
  async () => {
    const { id } = await begin({ fault: 'hang', target: target(1), durationMs: null })
    shop.node.cast(counter(1), { type: 'add', by: 41 })
    // Longer than a lease lasts without renewal.
    const sinceMs = Date.now()
    await until(() => Date.now() - sinceMs > 6_000)
    expect(shop.agent.status.leases).toBe(1)
    expect((await read(id)).status).toBe('running')
    const stopped = await constellation.api(`/api/v1/faults/${id}`, { method: 'DELETE' })
    expect(stopped.status).toBe(200)
    const ended = await over(id)
    expect(ended).toMatchObject({ endedBy: 'stopped', targets: [{ state: 'recovered' }] })
    expect(ended.targets[0]?.recoveredAt).not.toBeNull()
    expect(await shop.node.call(counter(1), { type: 'get' })).toBe(42)
  },
  SLOW_MS,
)

test(
  'a query takes some of those that match, the same ones for the same seed, and a dry run changes nothing',
  async () => {
    const ask = {
      fault: 'hang',
      target: { query: 'module:Counter sample:10%' },
      seed: 77,
      durationMs: 60_000,
    }
    const dry = await post(ask, '?dryRun=true')
    expect(dry).toMatchObject({ status: 200, body: { matching: COUNTERS, refusal: null, seed: 77 } })
    expect(shop.agent.status.leases).toBe(0)
    const keys = (dry.body as { targets: { key: string }[] }).targets.map(({ key }) => key)
    expect(keys).toHaveLength(4)
    const begun = await begin(ask)
    expect(begun.targets.map(({ key }) => key)).toEqual(keys)
    const again = (await post({ ...ask, seed: 78 }, '?dryRun=true')).body as { targets: { key: string }[] }
    expect(again.targets.map(({ key }) => key)).not.toEqual(keys)
  },
  SLOW_MS,
)

test(
  'steps of a sequence follow each other, and runs of a schedule too',
  async () => {
    const kill = (i: number) => ({ fault: 'kill', target: target(i) })
    const two = await begin({ steps: [kill(2), kill(3)], arrangement: 'sequence', name: 'two in a row' })
    const ended = await over(two.id)
    expect(ended.targets.map(({ step, state }) => [step, state])).toEqual([
      [0, 'gone'],
      [1, 'gone'],
    ])
    const often = await begin({ ...kill(4), schedule: { kind: 'every', everyMs: 1_000, times: 2 } })
    const done = await over(often.id)
    expect(done.targets.map(({ state }) => state)).toEqual(['gone', 'gone'])
    expect(done.targets[0]?.pid).not.toBe(done.targets[1]?.pid)
  },
  SLOW_MS,
)

test(
  'a step of a sequence finds whom the step before has ended in the next life',
  async () => {
    const late = await constellation.observe(await startLate('late@localhost'))
    const target = { node: 'late@localhost', pid: 'Opening/till' }
    await until(async () => (await post({ fault: 'hang', target }, '?dryRun=true')).status === 200, 'no till')
    const hang = { fault: 'hang', target, durationMs: 500 }
    const steps = [{ fault: 'kill', target }, hang]
    const { id } = await begin({ steps, arrangement: 'sequence', blastPercent: 100 })
    const [killed, hung] = (await over(id)).targets
    expect([killed?.state, hung?.state]).toEqual(['gone', 'recovered'])
    expect(hung?.pid).not.toBe(killed?.pid)
    await late.stop()
  },
  SLOW_MS,
)

test(
  'more crashes than it may cause end an experiment',
  async () => {
    const { id } = await begin({ fault: 'throw', target: target(5), durationMs: null, stop: { crashes: 2 } })
    await until(
      async () => {
        shop.node.cast(counter(5), { type: 'add', by: 1 })
        return (await read(id)).status !== 'running'
      },
      'it goes on',
      { withinMs: 60_000 },
    )
    expect(await over(id)).toMatchObject({
      endedBy: 'crashes',
      endedWhy: expect.stringMatching(/crashes caused, more than 2/),
    })
  },
  SLOW_MS,
)

test(
  'halt all ends what runs and what is scheduled, takes nothing new until it is released, and says so',
  async () => {
    const running = await begin({ fault: 'hang', target: target(6), durationMs: null })
    const at = new Date(Date.now() + 3_600_000).toISOString()
    const later = await begin({ fault: 'kill', target: target(7), schedule: { kind: 'at', at } })
    expect(later.status).toBe('scheduled')
    const halted = await constellation.api('/api/v1/faults/halt', { method: 'POST' })
    expect(halted).toMatchObject({ status: 200, body: { isHalted: true, released: 2 } })
    expect(await over(running.id)).toMatchObject({ endedBy: 'halted', targets: [{ state: 'recovered' }] })
    expect(await over(later.id)).toMatchObject({ endedBy: 'halted' })
    expect(await post({ fault: 'hang', target: target(6) })).toMatchObject({
      status: 423,
      body: { code: 'halt.latched' },
    })
    expect(shop.agent.status.leases).toBe(0)
    await constellation.api('/api/v1/faults/halt', { method: 'DELETE' })
    expect((await post({ fault: 'hang', target: target(6) })).status).toBe(201)
  },
  SLOW_MS,
)

test(
  'whoever tries to do harm is refused with a reason that is written down, and nothing is injected',
  async () => {
    const meek = await constellation.observe(await startShop('meek@localhost'), { faults: 'refuse' })
    const hang = { fault: 'hang', durationMs: 60_000 }
    const tries: [asked: object, status: number, code: string][] = [
      [{ ...hang, target: { node: NODE, pid: 'Shop/nobody' } }, 404, 'process.unknown'],
      [{ ...hang, target: { node: 'no@where', pid: 'x' } }, 404, 'node.unknown'],
      [{ ...hang, target: { query: 'module:Nothing' } }, 404, 'fault.no_target'],
      [{ ...hang, target: { query: 'node:meek' } }, 403, 'node.not_armed'],
      [{ ...hang, target: { query: '' } }, 422, 'fault.blast_limit'],
      [{ ...hang, target: target(8), durationMs: 3_600_001 }, 422, 'fault.over_limit'],
      [{ fault: 'drop', target: target(8), parameters: { nonsense: 1 } }, 400, 'fault.malformed'],
      [{ fault: 'explode', target: target(8) }, 400, 'fault.unknown'],
      [{ fault: 'kill', target: { node: NODE, pid: 'Shop' } }, 403, 'process.immune'],
    ]
    for (const [asked, status, code] of tries) {
      expect(await post(asked), JSON.stringify(asked)).toMatchObject({ status, body: { code } })
      const [row] = await audited()
      expect(row, JSON.stringify(asked)).toMatchObject({ action: 'fault.start', result: { code } })
    }
    const once = { ...hang, target: target(8), id: 'only-once' }
    expect((await post(once)).status).toBe(201)
    expect(await post(once)).toMatchObject({ status: 409, body: { code: 'command.replayed' } })
    expect(shop.agent.status.leases).toBe(1)
    expect(meek.agent.status.leases).toBe(0)
    await meek.stop()
  },
  SLOW_MS,
)

test(
  'a thousand requests at once are all answered: a few are taken, the rest refused and counted in the audit trail',
  async () => {
    const sinceMs = Date.now()
    const ask = () => post({ fault: 'hang', target: target(9), durationMs: 500 })
    const answers = await Promise.all(Array.from({ length: 1_000 }, ask))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.every((status) => [201, 409, 429, 503].includes(status))).toBe(true)
    const through = statuses.filter((status) => status !== 429).length
    expect(through).toBeGreaterThan(0)
    expect(through).toBeLessThanOrEqual(20 * (1 + (Date.now() - sinceMs) / 1_000))
    expect((await constellation.api('/healthz')).status).toBe(200)
    await until(async () => (await audited()).some(({ result }) => result?.code === 'fault.too_often'))
  },
  SLOW_MS,
)

test(
  'only an operator begins and ends experiments; a wrong token is nobody, and the agents’ token asks after leases alone',
  async () => {
    const [operator, viewer, agent] = ['operator', 'viewer', 'agent'].map((who) => `${who}-token-0123456789`)
    await using guarded = await startConstellation({
      settings: {
        ORRERY_OPERATOR_TOKEN: operator ?? '',
        ORRERY_VIEWER_TOKEN: viewer ?? '',
        ORRERY_AGENT_TOKEN: agent ?? '',
      },
    })
    const node = await guarded.observe(await startShop('guarded@localhost'))
    const as = (token: string | undefined) => ({ headers: { authorization: `Bearer ${token}` } })
    const json = {
      fault: 'hang',
      target: { node: 'guarded@localhost', pid: 'Shop/counter-0' },
      durationMs: null,
    }
    const asked = async (token: string | undefined) => {
      const { status, body } = await guarded.api('/api/v1/faults', { json, ...as(token) })
      return [status, (body as { code?: string }).code]
    }
    expect(await asked(viewer)).toEqual([403, 'role.insufficient'])
    expect(await asked('expired-token-0123456789')).toEqual([401, 'session.required'])
    expect(await asked(agent)).toEqual([401, 'session.required'])
    expect(node.agent.status.leases).toBe(0)
    await until(async () => (await guarded.api('/api/v1/nodes', as(operator))).status === 200)
    await until(async () => (await asked(operator))[0] === 201)
    const audit = (await guarded.api('/api/v1/audit', as(operator))).body as {
      items: { role: string; result: object }[]
    }
    expect(audit.items).toContainEqual(
      expect.objectContaining({
        role: 'viewer',
        action: 'fault.start',
        result: expect.objectContaining({ code: 'role.insufficient' }),
      }),
    )
    const { items } = (await guarded.api('/api/v1/faults', as(viewer))).body as { items: Experiment[] }
    expect(
      await guarded.api(`/api/v1/faults/${items[0]?.id}`, { method: 'DELETE', ...as(viewer) }),
    ).toMatchObject({ status: 403 })
    expect(await guarded.api('/api/v1/leases/nothing', as(agent))).toMatchObject({
      status: 200,
      body: { isHeld: false },
    })
    expect((await guarded.api('/api/v1/faults', as(agent))).status).toBe(401)
    expect(node.agent.status.leases).toBe(1)
  },
  SLOW_MS,
)

test(
  'a hub that stops in order ends its experiments first, and the next one has the record of it',
  async () => {
    await using own = await startConstellation()
    const node = await own.observe(await startShop('left@localhost'))
    const json = {
      fault: 'hang',
      target: { node: 'left@localhost', pid: 'Shop/counter-0' },
      durationMs: null,
    }
    let id = ''
    await until(async () => {
      const { status, body } = await own.api('/api/v1/faults', { json })
      id = (body as Experiment).id
      return status === 201
    })
    await own.stopHub()
    expect(node.agent.status.leases).toBe(0)
    await own.startHub()
    const { body } = await own.api(`/api/v1/faults/${id}`)
    expect(body).toMatchObject({
      status: 'ended',
      endedBy: 'hub_restarted',
      targets: [{ state: 'recovered' }],
    })
  },
  SLOW_MS,
)
