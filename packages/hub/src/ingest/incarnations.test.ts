import { type Hello, nodeEndReport, unavailable } from '@orrery/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createIncarnations } from './incarnations.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const FIRST = '5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11'
const SECOND = '77aa7c1e-9f6a-4c38-8d5e-1f6f0b7c2a22'

function helloOf(incarnation: string, lives?: Hello['lives']): Hello {
  return {
    protocol: { min: 1, max: 1 },
    node: 'mail@a',
    incarnation,
    runtime: { kind: 'orrery', name: 'Orrery runtime', version: '1' },
    agentVersion: '1',
    release: '2.18.0',
    capabilities: [],
    absent: {},
    token: null,
    startedAt: new Date().toISOString(),
    pid: 42,
    host: 'a',
    ...(lives ? { lives } : {}),
  }
}

function endOf(incarnation: string, tag: string) {
  const facts = {
    node: 'mail@a',
    incarnation,
    pid: 42,
    runtime: { name: 'Orrery runtime', version: '1' },
    release: null,
    agentVersion: '1',
    startedAt: new Date().toISOString(),
    uptimeMs: 1,
    messagesHandled: 0,
    atMs: Date.now(),
    atUs: 0,
  }
  return nodeEndReport(facts, {
    kind: 'node-down',
    reason: { kind: 'node-down', tag, text: `${tag} it was`, term: tag },
    stack: unavailable('none'),
    chain: [],
    killer: unavailable('none'),
  })
}

async function setUp(held = new Map<string, unknown>()) {
  const lives = await createIncarnations({
    store: {
      readSetting: async (key) => held.get(key) ?? null,
      writeSetting: async (key, value) => void held.set(key, structuredClone(value)),
    },
    clock: systemClock,
    failed: (error) => {
      throw error
    },
  })
  return { lives, held }
}

test('a life ends as its report says, and links to it; the next one lives', async () => {
  const { lives } = await setUp()
  lives.hello(helloOf(FIRST))
  lives.reported(endOf(FIRST, 'killed'))
  lives.hello(helloOf(SECOND))
  expect(lives.of('mail@a')).toMatchObject([
    { incarnation: SECOND, end: null, endedAtMs: null, release: '2.18.0' },
    { incarnation: FIRST, end: 'killed', text: 'killed it was', crashId: endOf(FIRST, 'killed').id },
  ])
  expect(lives.of('nobody@a')).toEqual([])
})

test('a goodbye is an end in order, and so is what the next life says of the one before', async () => {
  const { lives } = await setUp()
  lives.hello(helloOf(FIRST))
  lives.goodbye('mail@a', 'stopped')
  expect(lives.of('mail@a')[0]).toMatchObject({ end: 'stopped', crashId: null })
  lives.hello(helloOf(FIRST))
  expect(lives.of('mail@a')).toMatchObject([{ end: null }])
  const now = new Date().toISOString()
  const earlier = { incarnation: FIRST, startedAt: now, lastSignAt: now, pid: 1, host: 'a', detail: '' }
  lives.hello(helloOf(SECOND, [{ ...earlier, end: 'stopped' }]))
  expect(lives.of('mail@a').map(({ end }) => end)).toEqual([null, 'stopped'])
})

test('who was taken for dead and is heard again lives', async () => {
  const { lives } = await setUp()
  lives.hello(helloOf(FIRST))
  lives.reported(endOf(FIRST, 'no_heartbeat'))
  lives.reported(endOf(FIRST, 'heard_again'))
  expect(lives.of('mail@a')).toMatchObject([{ end: null, endedAtMs: null, crashId: null }])
})

test('lives are kept over restarts of the hub, sixteen of a node, thirty days', async () => {
  const { lives, held } = await setUp()
  for (let i = 0; i < 20; i++) lives.hello(helloOf(`${FIRST.slice(0, -2)}${10 + i}`))
  await lives.close()
  const again = await setUp(held)
  expect(again.lives.of('mail@a')).toHaveLength(16)
  vi.advanceTimersByTime(31 * 86_400_000)
  again.lives.hello(helloOf(SECOND))
  expect(again.lives.of('mail@a')).toHaveLength(1)
})
