import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { knock } from './agent-stub.ts'
import { openBrowser } from './browser.ts'
import { type Constellation, startConstellation } from './constellation.ts'
import { startShop } from './shop.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
const AGENT = 'agents-open-sesame'
const OPERATOR = 'operators-open-sesame'
const VIEWER = 'viewers-open-sesame'
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

vi.setConfig({ testTimeout: SLOW_MS })

let constellation: Constellation
beforeAll(async () => {
  constellation = await startConstellation({
    settings: {
      ORRERY_AGENT_TOKEN: AGENT,
      ORRERY_OPERATOR_TOKEN: OPERATOR,
      ORRERY_VIEWER_TOKEN: VIEWER,
    },
  })
  await constellation.observe(await startShop('shop@localhost'))
}, SLOW_MS)
afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)

test('[WIRE-4] [WIRE-5] [WIRE-6] an agent is refused with a code: no token, a wrong one, another protocol, a name taken, another origin', async () => {
  const { url } = constellation
  const asked = async (...args: Parameters<typeof knock> extends [string, ...infer R] ? R : never) => {
    using stub = knock(url, ...args)
    return await stub.answer
  }
  expect(await asked()).toBe('auth.required')
  expect(await asked({ token: 'not-the-agents-token' })).toBe('auth.invalid')
  expect(await asked({ token: AGENT, protocol: { min: 7, max: 9 } })).toBe('protocol.version')
  expect(await asked({ token: AGENT, node: 'no name' })).toBe('protocol.malformed')
  expect(await asked({ token: AGENT, node: 'shop@localhost' })).toBe('node.duplicate')
  expect(await asked({ token: AGENT }, { origin: 'http://evil.example' })).not.toBe(null)
  const browser = await constellation.browser(bearer(VIEWER))
  const cluster = browser.view('cluster', {})
  await cluster.waitFor(({ door }) =>
    door.some(
      ({ kind, text, cure }) => kind === 'refused' && text.includes('another live node') && cure !== null,
    ),
  )
})

test('[WIRE-5] the same incarnation replaces its old connection; another takes the name once the old one is silent', async () => {
  const incarnation = randomUUID()
  const hello = { token: AGENT, node: 'twice@localhost', incarnation }
  using first = knock(constellation.url, hello)
  expect(await first.answer).toBe(null)
  const gone = new Promise((resolve) => first.socket.once('disconnect', resolve))
  using second = knock(constellation.url, hello)
  expect(await second.answer).toBe(null)
  await gone
  // Still connected, and answers nothing: a process that hangs.
  second.socket.off('clock')
  using third = knock(constellation.url, { ...hello, incarnation: randomUUID() })
  expect(await third.answer).toBe(null)
})

test('[WIRE-10] [WIRE-28] [WIRE-31] [WIRE-45] what cannot be read is counted by code and harms nobody', async () => {
  using stub = knock(constellation.url, { token: AGENT, node: 'garbled@localhost' })
  expect(await stub.answer).toBe(null)
  const before = { ...constellation.hub.counters().frameErrors }
  const since = (code: string) => (constellation.hub.counters().frameErrors[code] ?? 0) - (before[code] ?? 0)
  stub.send([
    { type: 'snapshot.begin', atUs: 0 },
    { type: 'snapshot.end', atUs: 0 },
  ])
  for (const junk of ['text', { an: 'object' }, null, new Uint8Array(0), new Uint8Array([1, 2, 3])])
    stub.raw(junk)
  stub.send([], 1)
  stub.send([{ type: 'process.initialised', atUs: 0, ref: 4_711 }], 2)
  stub.send([{ type: 'crash', report: { id: 'not-a-report' } as never }], 3)
  await until(
    () => since('record.malformed') === 1,
    () => JSON.stringify(constellation.hub.counters()),
  )
  expect(since('frame.malformed')).toBe(5)
  expect(since('frame.sequence')).toBe(1)
  expect(since('record.unknown_ref')).toBe(1)
  expect(stub.socket.connected).toBe(true)
  const browser = await constellation.browser(bearer(VIEWER))
  await browser.view('tree', { node: 'shop@localhost' }).waitFor(({ nodeStatus }) => nodeStatus === 'live')
})

test('[WIRE-10] a hole in the numbers is a gap, shown at the node', async () => {
  using stub = knock(constellation.url, { token: AGENT, node: 'holes@localhost' })
  await stub.answer
  stub.send([{ type: 'snapshot.begin', atUs: 0 }], 1)
  stub.send([{ type: 'snapshot.end', atUs: 0 }], 5)
  const browser = await constellation.browser(bearer(VIEWER))
  await browser.view('cluster', {}).waitFor(({ nodes }) => nodes['holes@localhost']?.agent.gaps === 3)
})

test('a browser needs a login, and a page from another origin gets nowhere', async () => {
  const { url } = constellation
  await expect(openBrowser({ url })).rejects.toThrow()
  await expect(
    openBrowser({ url, headers: { origin: 'http://evil.example', authorization: `Bearer ${OPERATOR}` } }),
  ).rejects.toThrow()
  await expect(
    openBrowser({ url, headers: { authorization: `Bearer ${OPERATOR}`, host: 'evil.example' } }),
  ).rejects.toThrow()
  const login = await constellation.api('/api/v1/session', { json: { token: VIEWER } })
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
  const browser = await constellation.browser({
    headers: { cookie, origin: url },
    transports: ['polling', 'websocket'],
  })
  await browser.view('cluster', {}).waitFor(({ nodes }) => nodes['shop@localhost'] !== undefined)
})

test('a viewer cannot kill, and the attempt is in the audit trail', async () => {
  const path = `/api/v1/nodes/shop@localhost/processes/${encodeURIComponent('Shop/counter-1')}/commands`
  const refused = await constellation.api(path, { json: { command: 'kill' }, ...bearer(VIEWER) })
  expect(refused).toMatchObject({ status: 403, body: { code: 'role.insufficient' } })
  const done = await constellation.api(path, { json: { command: 'kill' }, ...bearer(OPERATOR) })
  expect(done).toMatchObject({ status: 200, body: { status: 'applied' } })
  const halted = await constellation.api('/api/v1/faults/halt', { method: 'POST', ...bearer(VIEWER) })
  expect(halted.status).toBe(403)
  const audit = await constellation.api('/api/v1/audit?limit=10', bearer(VIEWER))
  const { items } = audit.body as { items: { action: string; who: string; result: unknown }[] }
  expect(items.slice(0, 3).map(({ action, who, result }) => [action, who, result])).toMatchObject([
    ['fault.halt', 'viewer token', { ok: false, code: 'role.insufficient' }],
    ['process.kill', 'operator token', { ok: true }],
    ['process.kill', 'viewer token', { ok: false, code: 'role.insufficient' }],
  ])
})
