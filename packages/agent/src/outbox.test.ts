import type { WireRecord } from '@orrery/protocol'
import { LIMITS } from '@orrery/protocol'
import { decodeFrame } from '@orrery/protocol/codec'
import { describe, expect, test } from 'vitest'
import { createOutbox } from './outbox.ts'

function setUp() {
  const wire = { isOpen: true, bufferedBytes: 0, frames: [] as Uint8Array[] }
  let lost = 0
  const outbox = createOutbox({
    wire: {
      get isOpen() {
        return wire.isOpen
      },
      get bufferedBytes() {
        return wire.bufferedBytes
      },
      send: (frame) => wire.frames.push(frame) > 0,
    },
    clock: { nowUs: () => 7, wallMs: () => 8 },
    lifecycleLost: () => lost++,
    run: (_where, work) => work(),
  })
  const read = () =>
    wire.frames.map((bytes) => {
      const decoded = decodeFrame(bytes)
      if (!decoded.ok) throw new Error(decoded.message)
      return decoded.frame
    })
  return { wire, outbox, read, lost: () => lost }
}

const exited = (ref: number): WireRecord => ({
  type: 'process.exited',
  atUs: ref,
  ref,
  kind: 'throw',
  tag: 'Error',
  text: 'x'.repeat(200),
  crashId: '',
  willRestart: false,
})
const sample: WireRecord = {
  type: 'process.samples',
  atUs: 1,
  refs: [1],
  mailbox: [0],
  received: [1],
  handled: [1],
}

describe('outbox', () => {
  test('a frame is sent once it is large enough to keep the hub busy for some milliseconds', () => {
    const { outbox, read } = setUp()
    for (let ref = 1; ref <= 2_000; ref++) outbox.put('lifecycle', exited(ref))
    outbox.flush()
    expect(read().length).toBeGreaterThan(2)
    expect(read().flatMap(({ records }) => records)).toHaveLength(2_000)
    expect(read().map(({ seq }) => seq)).toEqual(read().map((_, i) => i + 1))
  })

  test('many records of one turn go in one frame, in their order', () => {
    const { outbox, read } = setUp()
    for (let ref = 1; ref <= 100; ref++) outbox.put('lifecycle', exited(ref))
    outbox.flush()
    expect(read()).toHaveLength(1)
    expect(read()[0]?.records.map((record) => 'ref' in record && record.ref)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 1),
    )
    outbox.stop()
  })

  test('when the connection is slow, metrics go first and crash reports wait', () => {
    const { wire, outbox } = setUp()
    wire.bufferedBytes = 2_000_000
    expect(outbox.put('samples', sample)).toBe(false)
    expect(outbox.put('lifecycle', exited(1))).toBe(true)
    expect(outbox.putReport(Buffer.from('{"id":"c"}'))).toBe('later')
    expect(outbox.drops).toEqual({ samples: 1, lifecycle: 0, results: 0, crashes: 0 })
    outbox.stop()
  })

  test('when it takes nothing, memory stays one frame, every drop is counted, and the next frame says so', () => {
    const { wire, outbox, read, lost } = setUp()
    wire.bufferedBytes = 50_000_000
    for (let ref = 1; ref <= 20_000; ref++) outbox.put('lifecycle', exited(ref))
    expect(wire.frames).toHaveLength(0)
    expect(outbox.drops.lifecycle).toBeGreaterThan(10_000)
    expect(lost()).toBe(outbox.drops.lifecycle)
    wire.bufferedBytes = 0
    outbox.flush()
    const [frame] = read()
    expect(frame?.drops.lifecycle).toBe(outbox.drops.lifecycle)
    expect((frame?.records.length ?? 0) + outbox.drops.lifecycle).toBe(20_000)
    expect(wire.frames[0]?.length).toBeLessThanOrEqual(LIMITS.frameBytes)
    outbox.stop()
  })

  test('[WIRE-12] what was in the frame when the connection went is counted', () => {
    const { wire, outbox } = setUp()
    outbox.put('lifecycle', exited(1))
    outbox.put('samples', sample)
    wire.isOpen = false
    outbox.abandon()
    expect(outbox.drops).toMatchObject({ lifecycle: 1, samples: 1 })
    outbox.stop()
  })

  test('[WIRE-10] frames are numbered without holes, and go on where the hub is', () => {
    const { outbox, read } = setUp()
    for (let i = 0; i < 3; i++) {
      outbox.put('samples', sample)
      outbox.flush()
    }
    outbox.continueAfter(9)
    outbox.put('samples', sample)
    outbox.flush()
    expect(read().map(({ seq }) => seq)).toEqual([1, 2, 3, 10])
    outbox.stop()
  })
})
