import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node, RawCrash, RawOutcome } from '@orrery/runtime'
import { sys } from '@orrery/runtime'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startExchange } from './exchange.ts'
import { readSettings, SettingsError } from './settings.ts'
import { decodeFrames, encodeFrame } from './trunk/frames.ts'
import { changeRelease } from './upgrade.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})
const WAIT = { timeout: 15_000, interval: 20 }

async function exchange(...flags: string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-exchange-'))
  const settings = readSettings(['--data', dir, '--seed', '7', '--mishaps', 'off', ...flags], {}, 0)
  if (settings === null) throw new Error('no settings')
  const node = await startExchange(settings)
  undo.push(
    () => rmSync(dir, { recursive: true }),
    () => node.stop(),
  )
  const crashes: RawCrash[] = []
  const outcomes: RawOutcome[] = []
  node.hooks = {
    processCrashed: (crash) => crashes.push(crash),
    crashOutcome: (outcome) => outcomes.push(outcome),
  }
  return { node, crashes, outcomes, dir }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

const seen = async (node: Node, name: string) =>
  (await sys.getStatus(node, name)).state as Record<string, never>

async function two() {
  const port = String(await freePort())
  const small = ['--areas', '08,31', '--processes', '300', '--rate', '60']
  const one = await exchange('--name', 'exchange@kista-1', '--area', '08', '--trunk-listen', port, ...small)
  const other = await exchange(
    '--name',
    'exchange@kista-2',
    '--area',
    '31',
    '--trunk-connect',
    port,
    ...small,
  )
  await vi.waitFor(async () => {
    for (const { node } of [one, other]) expect((await seen(node, 'TrunkLink')).nextIn).toBeGreaterThan(4)
  }, WAIT)
  return { one, other }
}

describe('the exchange', () => {
  test('calls are set up, talk and are booked; so many are under way as were asked for', async () => {
    const { node, crashes, dir } = await exchange('--processes', '500', '--rate', '200')
    await vi.waitFor(async () => {
      expect((await seen(node, 'CdrWriter')).byCause).toMatchObject({ normal: expect.any(Number) })
      expect(readFileSync(join(dir, 'ledger.log'), 'utf8').split('\n').length).toBeGreaterThan(50)
    }, WAIT)
    expect(node.processCount).toBeGreaterThan(350)
    expect(node.processCount).toBeLessThan(800)
    expect(crashes).toEqual([])
    expect(node.counters.deadLetters).toBe(0)
  })

  test('two exchanges talk over TCP; a lost line is taken up again', async () => {
    const { one, other } = await two()
    expect(one.node.ports.get('trunk')).toMatchObject({ isOpen: true, failures: 0 })
    one.node.exit(one.node.process('trunk') as never, 'kill')
    await vi.waitFor(async () => expect((await seen(other.node, 'RouteTable')).hasCarrier).toBe(false), WAIT)
    await vi.waitFor(async () => {
      expect((await seen(other.node, 'RouteTable')).hasCarrier).toBe(true)
      expect((await seen(other.node, 'TrunkLink')).nextIn).toBeGreaterThan(0)
    }, WAIT)
    expect(other.crashes).toEqual([])
  })

  test('parted one way, nothing of the one exchange reaches the other, and the other way all of it; healed, both carry', async () => {
    const { one, other } = await two()
    one.node.ports.block('trunk', 'out')
    await vi.waitFor(() => expect(one.node.ports.get('trunk')?.stopped).toBeGreaterThan(3), WAIT)
    const heard = Number((await seen(other.node, 'Framer')).framesIn)
    const told = Number((await seen(one.node, 'Framer')).framesIn)
    const stopped = one.node.ports.get('trunk')?.stopped ?? 0
    await vi.waitFor(async () => {
      expect(one.node.ports.get('trunk')?.stopped).toBeGreaterThan(stopped + 3)
      expect(Number((await seen(one.node, 'Framer')).framesIn)).toBeGreaterThan(told)
    }, WAIT)
    expect(Number((await seen(other.node, 'Framer')).framesIn)).toBe(heard)
    expect((await seen(one.node, 'RouteTable')).hasCarrier).toBe(true)
    one.node.ports.block('trunk', 'none')
    // The frames that are missing end its TrunkLink, which learns anew where the other side stands.
    await vi.waitFor(async () => {
      expect(other.crashes[0]).toMatchObject({ reason: { tag: 'frame_overrun' } })
      expect(Number((await seen(other.node, 'Framer')).framesIn)).toBeGreaterThan(2)
      expect((await seen(other.node, 'TrunkLink')).isUp).toBe(true)
    }, WAIT)
  })

  test('a far side that begins anew is followed, and its calls of before are released', async () => {
    const { one, other } = await two()
    const heard = async (node: Node) => Number((await seen(node, 'TrunkLink')).nextIn ?? 0)
    // So many that what comes after a new beginning cannot be mistaken for their continuation.
    await vi.waitFor(async () => expect(await heard(other.node)).toBeGreaterThan(40), WAIT)
    one.node.exit(one.node.process('TrunkLink') as never, 'kill')
    await vi.waitFor(async () => {
      expect(one.node.process('TrunkLink')?.restarts).toBe(1)
      expect(await heard(one.node)).toBeGreaterThan(0)
      expect(await heard(other.node)).toBeGreaterThan(1)
      expect(await heard(other.node)).toBeLessThan(30)
    }, WAIT)
    expect(other.crashes).toEqual([])
  })

  test('a frame that is lost ends TrunkLink, and with it all of TrunkSup; they come back', async () => {
    const { one } = await two()
    const framer = one.node.process('Framer')
    one.node.send('TrunkLink', { type: 'frame', seq: 9_999, channel: 1, signal: { kind: 'answer' } })
    await vi.waitFor(() => expect(one.outcomes.length).toBeGreaterThan(0), WAIT)
    expect(one.crashes[0]).toMatchObject({
      identity: { name: 'TrunkLink' },
      reason: { tag: 'frame_overrun', got: 9_999 },
    })
    expect(one.outcomes[0]).toMatchObject({ kind: 'restarted' })
    expect(one.node.process('Framer')?.pid).not.toBe(framer?.pid)
    expect(one.node.process('TrunkSup')?.restarts).toBe(0)
    // The carrier is told again only when the line changes; a new link learns it from what arrives.
    await vi.waitFor(async () => expect((await seen(one.node, 'TrunkLink')).isUp).toBe(true), WAIT)
  })

  test('what is no digit is the death of its call and of nothing else', async () => {
    const { node, crashes } = await exchange('--rate', '0', '--processes', '100')
    node.cast('Router', { type: 'dial', from: '081', to: '0812#4', ringMs: 1, talkMs: 1 })
    await vi.waitFor(() => expect(crashes).toHaveLength(1), WAIT)
    expect(crashes[0]).toMatchObject({
      identity: { module: 'Call' },
      error: { message: 'digit 5 of a dialled number is "#"' },
    })
  })

  test('it changes its release while calls are set up, and loses none', async () => {
    const { node, crashes } = await exchange('--processes', '300', '--rate', '300')
    for (const release of ['1.1.0', '1.0.0', '1.1.0']) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(await changeRelease(node)).toMatchObject({ ok: true, release })
      expect(node.process('Router')?.version).toBe(release.slice(0, 3))
    }
    await vi.waitFor(async () => {
      const { dialled = 0 } = await seen(node, 'Traffic')
      const { routed = 0, refused = 0 } = await seen(node, 'Router')
      expect(routed + refused).toBeGreaterThanOrEqual(dialled - 30)
      expect(routed + refused).toBeGreaterThan(200)
    }, WAIT)
    expect(crashes).toEqual([])
  })
})

describe('frames', () => {
  const frame = { seq: 7, channel: 3, signal: { kind: 'release' as const, cause: 'normal' as const } }
  test('come out as they went in, however they are cut', () => {
    const one = encodeFrame(frame)
    const both = new Uint8Array([...one, ...encodeFrame({ ...frame, seq: 8 })])
    for (let at = 0; at <= both.length; at++) {
      const first = decodeFrames(both.subarray(0, at))
      const second = decodeFrames(new Uint8Array([...first.rest, ...both.subarray(at)]))
      expect([...first.frames, ...second.frames]).toEqual([frame, { ...frame, seq: 8 }])
    }
  })

  test('that are damaged are left out and counted', () => {
    const bytes = new Uint8Array([...encodeFrame(frame), ...encodeFrame({ ...frame, seq: 8 })])
    bytes[10] = (bytes[10] ?? 0) ^ 0xff
    expect(decodeFrames(bytes)).toMatchObject({ frames: [{ seq: 8 }], damaged: 1 })
  })
})

describe('settings', () => {
  test('all faults are named at once', () => {
    const read = () =>
      readSettings(
        ['--rate', 'fast', '--area', '8', '--trunk-listen', '1', '--trunk-connect', '2'],
        { EXCHANGE_MISHAPS: 'some' },
        0,
      )
    expect(read).toThrow(SettingsError)
    expect(read).toThrow(/two digits.*EXCHANGE_MISHAPS.*EXCHANGE_RATE.*not both/)
    expect(readSettings(['--help'], {}, 0)).toBeNull()
  })
})
