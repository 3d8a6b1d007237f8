import { type CrashReport, fieldValue, type Hello, nodeEndId } from '@orrery/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createNodeEnds, RETURN_MS, SILENT_MS } from './node-ends.ts'

beforeEach(() => void vi.useFakeTimers())
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
    release: null,
    capabilities: [],
    absent: {},
    token: null,
    startedAt: new Date().toISOString(),
    pid: 42,
    host: 'a',
    ...(lives ? { lives } : {}),
  }
}

function lifeOf(incarnation: string, end: NonNullable<Hello['lives']>[number]['end'], detail = '') {
  const now = new Date().toISOString()
  return { incarnation, startedAt: now, lastSignAt: now, pid: 41, host: 'a', end, detail }
}

async function setup(settings = new Map<string, unknown>()) {
  const told: CrashReport[] = []
  const ended: string[] = []
  const settled: string[] = []
  let hasRoom = true
  let isPaused = false
  const ends = await createNodeEnds({
    store: {
      readSetting: async (key) => settings.get(key) ?? null,
      writeSetting: async (key, value) => void settings.set(key, structuredClone(value)),
    },
    clock: systemClock,
    report(report) {
      if (hasRoom) told.push(report)
      return hasRoom
    },
    isPaused: () => isPaused,
    ended: ({ id }) => void ended.push(id),
    settled: (_node, ids) => void settled.push(...ids),
    failed: (error) => {
      throw error
    },
  })
  const pass = async (ms: number, isHeard = false) => {
    for (let at = 0; at < ms; at += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000)
      if (isHeard) ends.heard('mail@a', { atUs: at * 1_000, records: [] })
      ends.tick()
    }
  }
  const tags = () => told.map(({ cause }) => cause.reason.tag)
  return {
    ends,
    told,
    ended,
    settled,
    settings,
    pass,
    tags,
    pause: (is: boolean) => {
      isPaused = is
    },
    full: (is: boolean) => {
      hasRoom = !is
    },
  }
}

test('a node that was made to stand still is not reported while it does, and has ten seconds after', async () => {
  const { ends, tags, pass, pause } = await setup()
  ends.hello(helloOf(FIRST))
  pause(true)
  await pass(60_000)
  expect(tags()).toEqual([])
  pause(false)
  await pass(9_000)
  expect(tags()).toEqual([])
  await pass(2_000)
  expect(tags()).toEqual(['no_heartbeat'])
})

test('[WIRE-71] silence of ten seconds without a goodbye is a provisional report, once, at the last word', async () => {
  const { ends, told, ended, pass, tags } = await setup()
  ends.hello(helloOf(FIRST))
  await pass(30_000, true)
  const heardAt = new Date().toISOString()
  expect(told).toEqual([])
  await pass(60_000)
  expect(tags()).toEqual(['no_heartbeat'])
  expect(told[0]).toMatchObject({ id: nodeEndId(FIRST), at: heardAt, cause: { kind: 'node-down' } })
  expect(ended).toEqual([nodeEndId(FIRST)])
})

test('[WIRE-71] a goodbye is no end to report', async () => {
  const { ends, told, pass } = await setup()
  ends.hello(helloOf(FIRST))
  ends.goodbye('mail@a')
  await pass(60_000)
  ends.hello(helloOf(SECOND))
  expect(told).toEqual([])
})

test('[WIRE-71] time in which the hub stood still does not count', async () => {
  const { ends, told, pass } = await setup()
  ends.hello(helloOf(FIRST))
  await pass(5_000, true)
  await vi.advanceTimersByTimeAsync(60_000)
  ends.tick()
  expect(told).toEqual([])
  await pass(SILENT_MS)
  expect(told).toHaveLength(1)
})

test('[WIRE-71] a hub that was away waits for the nodes it knew, and misses who does not come', async () => {
  const before = await setup()
  before.ends.hello(helloOf(FIRST))
  await before.ends.close()
  const returned = await setup(new Map(before.settings))
  await returned.pass(RETURN_MS - 5_000)
  returned.ends.hello(helloOf(FIRST))
  await returned.pass(60_000, true)
  expect(returned.told).toEqual([])
  const missed = await setup(new Map(before.settings))
  await missed.pass(RETURN_MS + 1_000)
  expect(missed.tags()).toEqual(['no_heartbeat'])
})

test.each([
  ['killed', 'killed'],
  ['machine_restarted', 'machine_restarted'],
  ['unknown', 'killed_or_lost_power'],
  ['exited', 'exited'],
  ['crashed', 'uncaught'],
  ['stopped', 'stopped'],
] as const)('[WIRE-73] a life that ended %s amends its provisional report', async (end, tag) => {
  const { ends, told, pass, tags } = await setup()
  ends.hello(helloOf(FIRST))
  await pass(20_000)
  ends.hello(helloOf(SECOND, [lifeOf(FIRST, end, 'a word')]))
  expect(tags()).toEqual(['no_heartbeat', tag])
  expect(told[1]?.id).toBe(told[0]?.id)
  expect(fieldValue(told[1]?.outcome as CrashReport['outcome'])).toMatchObject({
    kind: 'restarted',
    newPid: '42',
  })
})

test('[WIRE-73] a life that stopped in order is settled without a report, others are told though nobody missed them', async () => {
  const { ends, settled, tags } = await setup()
  ends.hello(helloOf(SECOND, [lifeOf(FIRST, 'stopped')]))
  expect(settled).toEqual([nodeEndId(FIRST)])
  expect(tags()).toEqual([])
  ends.hello(helloOf(SECOND, [lifeOf(FIRST, 'killed')]))
  expect(tags()).toEqual(['killed'])
})

test('[WIRE-74] a new incarnation ends the open one at once', async () => {
  const { ends, ended, tags } = await setup()
  ends.hello(helloOf(FIRST))
  ends.hello(helloOf(SECOND))
  expect(tags()).toEqual(['killed_or_lost_power'])
  expect(ended).toEqual([nodeEndId(FIRST)])
})

test('[WIRE-75] who is heard again was not dead', async () => {
  const { ends, pass, tags } = await setup()
  ends.hello(helloOf(FIRST))
  await pass(20_000)
  ends.hello(helloOf(FIRST))
  await pass(20_000, true)
  expect(tags()).toEqual(['no_heartbeat', 'heard_again'])
})

test('a report that finds no room is offered until it is taken', async () => {
  const { ends, pass, tags, full } = await setup()
  full(true)
  ends.hello(helloOf(FIRST))
  await pass(30_000)
  expect(tags()).toEqual([])
  full(false)
  await pass(2_000)
  expect(tags()).toEqual(['no_heartbeat'])
})

test('a node that went down and never came back is let go of after a month', async () => {
  const { ends, pass, settings } = await setup()
  ends.hello(helloOf(FIRST))
  await pass(20_000)
  expect(settings.get('open_lives')).toHaveLength(1)
  vi.setSystemTime(Date.now() + 31 * 86_400_000)
  await pass(30_000)
  expect(settings.get('open_lives')).toEqual([])
})

test('[WIRE-114] a life that a fault has ended has it in its report, proven by its runner; another has none', async () => {
  const { ends, told, tags, pass } = await setup()
  ends.hello(helloOf(FIRST))
  await pass(20_000)
  const fault = { experiment: 'F-0007', kind: 'node_kill', firing: 'lease:1' }
  ends.hello(helloOf(SECOND, [{ ...lifeOf(FIRST, 'killed'), fault }]))
  expect(tags()).toEqual(['no_heartbeat', 'killed'])
  expect(told.map(({ faults }) => fieldValue(faults))).toEqual([
    [],
    [{ fault: 'F-0007', kind: 'node_kill', role: 'direct', firing: 'lease:1' }],
  ])
})
