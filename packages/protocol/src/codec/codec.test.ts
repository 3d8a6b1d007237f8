import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../handshake.ts'
import type { Drops, Frame, WireRecord } from '../records.ts'
import { decodeFrame, encodeFrame, FrameWriter } from './index.ts'

const uint = fc.oneof(fc.nat(300), fc.maxSafeNat())
const ref = fc.oneof(fc.nat(300), fc.nat({ max: 2 ** 31 - 1 }), fc.constant(2 ** 51))
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constant('é'.repeat(512)))
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const json = fc.jsonValue()

const started = fc.record({
  type: fc.constant('process.started' as const),
  atUs: uint,
  ref: ref.map((number) => Math.max(1, number)),
  pid: text,
  parentRef: ref,
  childId: text,
  slot: uint,
  replaces: ref,
  name: text,
  label: text,
  behaviour: text,
  module: text,
  kind: fc.constantFrom('supervisor' as const, 'worker' as const),
  isInitialised: fc.boolean(),
  supervisor: fc.option(
    fc.record({
      strategy: fc.constantFrom('one_for_one' as const, 'simple_one_for_one' as const),
      intensity: uint,
      periodMs: uint,
    }),
  ),
  restart: fc.constantFrom('permanent' as const, 'transient' as const, 'temporary' as const),
  shutdown: fc.oneof(fc.constantFrom('brutal_kill' as const, 'infinity' as const), fc.nat(60_000)),
  restarts: uint,
})

const told = (kind: keyof Drops) => fc.record({ kind: fc.constant(kind), sent: uint, why: text })

const samples = fc.array(fc.tuple(ref, uint, uint, uint), { maxLength: 50 }).map((rows) => ({
  type: 'process.samples' as const,
  atUs: 7,
  refs: rows.map((row) => row[0]),
  mailbox: rows.map((row) => row[1]),
  received: rows.map((row) => row[2]),
  handled: rows.map((row) => row[3]),
}))

const timings = fc
  .tuple(
    fc.array(fc.record({ behaviour: text, module: text }), { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(ref, fc.nat(), uint, uint, uint, uint), { maxLength: 50 }),
  )
  .map(([kinds, rows]) => ({
    type: 'message.timings' as const,
    atUs: 7,
    kinds,
    refs: rows.map((row) => row[0]),
    kind: rows.map((row) => row[1] % kinds.length),
    waitedUs: rows.map((row) => row[2]),
    ranUs: rows.map((row) => row[3]),
    awaitedUs: rows.map((row) => row[4]),
    weights: rows.map((row) => row[5]),
  }))

const record: fc.Arbitrary<WireRecord> = fc.oneof(
  fc.record({ type: fc.constantFrom('snapshot.begin' as const, 'snapshot.end' as const), atUs: uint }),
  fc.record({ type: fc.constant('process.initialised' as const), atUs: uint, ref }),
  started,
  fc.record({
    type: fc.constant('process.exited' as const),
    atUs: uint,
    ref,
    kind: fc.constantFrom('normal' as const, 'node-down' as const),
    tag: text,
    text,
    crashId: text,
    willRestart: fc.boolean(),
  }),
  fc.record(
    {
      type: fc.constant('process.changed' as const),
      atUs: uint,
      ref,
      name: text,
      label: text,
      isSuspended: fc.boolean(),
    },
    { requiredKeys: ['type', 'atUs', 'ref'] },
  ),
  fc.record({
    type: fc.constant('supervisor.decided' as const),
    atUs: uint,
    ref,
    crashId: text,
    action: fc.constantFrom('restart' as const, 'leave' as const, 'give_up' as const),
    stops: fc.array(ref, { maxLength: 40 }),
    restartsUsed: uint,
  }),
  samples,
  timings,
  fc.record({
    type: fc.constant('node.sample' as const),
    atUs: uint,
    processes: uint,
    sent: uint,
    handled: uint,
    mailbox: uint,
    crashes: uint,
    restarts: uint,
    eventLoopDelayP99Ms: finite,
    utilisation: finite,
    rssBytes: uint,
    heapUsedBytes: uint,
    heapLimitBytes: uint,
    deadLetters: uint,
    agent: fc.record({ cpuMs: finite, spoolBytes: uint, spoolRefused: uint, accepted: uint, acked: uint }),
  }),
  json.map((value) => ({ type: 'crash' as const, report: { id: 'c-1', value } as never })),
  json.map((value) => ({ type: 'crash.amended' as const, crashId: 'c-1', outcome: { value } as never })),
  fc.record({
    type: fc.constant('storm.counts' as const),
    counts: fc.array(fc.record({ key: text, total: uint, notStored: uint }), { maxLength: 20 }),
  }),
  json.map((value) => ({ type: 'command.result' as const, id: 'k', result: { ok: true as const, value } })),
  fc.record({
    type: fc.constant('node.vitals' as const),
    atUs: uint,
    spawned: uint,
    exited: uint,
    timers: uint,
    delayP50Ms: finite,
    delayMaxMs: finite,
    gc: fc.record({
      minor: uint,
      major: uint,
      totalMs: finite,
      minorMaxMs: finite,
      majorMaxMs: finite,
      p99Ms: finite,
    }),
    spaces: fc.array(fc.record({ name: text, bytes: uint }), { maxLength: 20 }),
    resources: fc.array(fc.record({ name: text, count: uint }), { maxLength: 20 }),
    agent: fc.record({ heldBytes: uint, boundBytes: uint, spoolLimitBytes: uint }),
    told: fc.tuple(told('samples'), told('lifecycle'), told('results'), told('crashes')),
    letters: fc.array(fc.record({ type: text, to: text, why: text, total: uint }), { maxLength: 20 }),
  }),
  fc.record({
    type: fc.constant('lease.ended' as const),
    atUs: uint,
    id: text,
    why: fc.constantFrom('expired' as const, 'halted' as const),
  }),
)

const drops = fc.record({ samples: uint, lifecycle: uint, results: uint, crashes: uint })
const frame: fc.Arbitrary<Frame> = fc.record({
  seq: fc.integer({ min: 1 }),
  atUs: uint,
  wallMs: finite,
  drops,
  records: fc.array(record, { maxLength: 30 }),
})

/** What JSON makes of it: -0 is 0. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const none = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
const header = { seq: 1, atUs: 2, wallMs: 3.5, drops: none }

describe('round trip', () => {
  test('[WIRE-20] every frame reads as it was written', () => {
    fc.assert(
      fc.property(frame, (written) => {
        const read = decodeFrame(encodeFrame(written))
        expect(read.ok && asJson(read.frame)).toEqual(
          asJson({ ...written, skipped: 0, refused: { 'record.malformed': 0, 'record.too_large': 0 } }),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('[WIRE-23] a long string is cut between code points and a lone surrogate replaced', () => {
    const read = decodeFrame(
      encodeFrame({
        ...header,
        records: [
          { type: 'process.changed', atUs: 1, ref: 1, name: '💥'.repeat(5_000_000), label: '\ud800x' },
        ],
      }),
    )
    expect(read.ok && read.frame.records[0]).toMatchObject({ name: '💥'.repeat(256), label: '\ufffdx' })
  })
})

describe('hostile input', () => {
  test('[WIRE-30] no bytes make the decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        decodeFrame(bytes)
        const behindHeader = new Uint8Array([0x4f, 0x52, 1, ...bytes])
        decodeFrame(behindHeader)
      }),
      { numRuns: 2_000 },
    )
  })

  test('[WIRE-30] no damage to a good frame makes the decoder throw', () => {
    fc.assert(
      fc.property(
        frame,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (written, hits, cut) => {
          const bytes = encodeFrame(written)
          for (const [at, value] of hits) bytes[at % bytes.length] = value
          decodeFrame(bytes)
          decodeFrame(bytes.subarray(0, cut % bytes.length))
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('frame writer', () => {
  const big: WireRecord = {
    type: 'command.result',
    id: 'a',
    result: { ok: true, value: 'x'.repeat(300_000) },
  }

  test('[WIRE-25] a record that no longer fits goes into the next frame, whole', () => {
    const writer = new FrameWriter()
    const appended = [big, big, big, big].map((record) => writer.append(record))
    expect(appended).toEqual(['ok', 'ok', 'ok', 'full'])
    const first = decodeFrame(writer.finish(header))
    expect(first.ok && first.frame.records).toEqual([big, big, big])
    expect(writer.append(big)).toBe('ok')
  })

  test('[WIRE-26] a record above its bound is not taken', () => {
    const writer = new FrameWriter()
    const value = 'x'.repeat(LIMITS.recordBytes)
    expect(writer.append({ type: 'command.result', id: 'a', result: { ok: true, value } })).toBe('too_large')
    expect(
      writer.append({ type: 'crash', report: { id: 'x'.repeat(LIMITS.crashReportBytes) } as never }),
    ).toBe('too_large')
    expect(writer.count).toBe(0)
  })

  test('a value that JSON cannot hold is refused, not thrown', () => {
    const writer = new FrameWriter()
    expect(writer.append({ type: 'command.result', id: 'a', result: { ok: true, value: 1n } })).toBe(
      'unencodable',
    )
    expect(writer.sizeBytes).toBe(0)
  })

  test('a report that is already JSON is put in as it is', () => {
    const writer = new FrameWriter()
    expect(writer.appendCrashJson(new TextEncoder().encode('{"id":"c-1"}'))).toBe('ok')
    const read = decodeFrame(writer.finish(header))
    expect(read.ok && read.frame.records).toEqual([{ type: 'crash', report: { id: 'c-1' } }])
  })
})

test('[WIRE-36] a list of more than 64 entries is cut by the writer and no body to the reader', () => {
  const vitals = {
    type: 'node.vitals' as const,
    atUs: 1,
    spawned: 0,
    exited: 0,
    timers: 0,
    delayP50Ms: 0,
    delayMaxMs: 0,
    gc: { minor: 0, major: 0, totalMs: 0, minorMaxMs: 0, majorMaxMs: 0, p99Ms: 0 },
    spaces: Array.from({ length: 70 }, (_, i) => ({ name: `s${i}`, bytes: i })),
    resources: [],
    agent: { heldBytes: 0, boundBytes: 0, spoolLimitBytes: 0 },
    told: [],
    letters: [],
  }
  const drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
  const bytes = encodeFrame({ seq: 1, atUs: 1, wallMs: 1, drops, records: [vitals] })
  const read = decodeFrame(bytes)
  const record = read.ok ? read.frame.records[0] : undefined
  expect(record?.type === 'node.vitals' ? record.spaces.length : 0).toBe(64)
  const count = bytes.indexOf(64, 40)
  bytes[count] = 65
  const broken = decodeFrame(bytes)
  expect(broken.ok && broken.frame.refused['record.malformed']).toBe(1)
})
