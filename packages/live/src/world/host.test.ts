import type { NodeVitals } from '@orrery/protocol'
import { describe, expect, test } from 'vitest'
import { Teller } from './test/teller.ts'

function vitals(atUs: number, over: Partial<NodeVitals> = {}): NodeVitals {
  return {
    type: 'node.vitals',
    atUs,
    spawned: 10,
    exited: 4,
    timers: 3,
    delayP50Ms: 0.5,
    delayMaxMs: 9,
    gc: { minor: 1, major: 0, totalMs: 0, minorMaxMs: 1.5, majorMaxMs: 0, p99Ms: 2 },
    spaces: [{ name: 'old', bytes: 232_049_000 }],
    resources: [{ name: 'TCPSocketWrap', count: 2 }],
    agent: { heldBytes: 1, boundBytes: 2, spoolLimitBytes: 3 },
    told: [{ kind: 'samples', sent: 7, why: 'the hub was slow' }],
    letters: [],
    ...over,
  }
}

function second(t: Teller, over: Partial<NodeVitals> = {}, sample = {}): void {
  t.second([], sample)
  t.pass(1)
  t.tell(vitals(t.atUs, over))
}

describe('the page of a node', () => {
  test('makes shares and counts of cumulative figures, second by second', () => {
    const t = new Teller()
    second(t)
    const gc = { minor: 3, major: 1, totalMs: 50, minorMaxMs: 2, majorMaxMs: 30, p99Ms: 30 }
    second(
      t,
      { spawned: 12, exited: 9, gc },
      { agent: { cpuMs: 10, spoolBytes: 0, spoolRefused: 0, accepted: 5, acked: 3 }, deadLetters: 6 },
    )
    const view = t.world.nodeView(t.node)
    expect(view?.lines.gc.at(-1)).toBeCloseTo(0.05, 3)
    expect(view?.lines.agent.at(-1)).toBeCloseTo(0.01, 3)
    expect(view?.lines.starts.at(-1)).toBe(2)
    expect(view?.lines.exits.at(-1)).toBe(5)
    expect(view?.lines.gcMajorMs.at(-1)).toBe(30)
    expect(view?.spaces).toEqual([{ name: 'old', line: [232_000_000, 232_000_000] }])
    expect(view?.totals).toMatchObject({ gcMinor: 3, gcMajor: 1, deadLetters: 6 })
    expect(view?.deadLetterBuckets.reduce((a, b) => a + b)).toBe(6)
    expect(view?.agent).toMatchObject({ accepted: 5, acked: 3, heldBytes: 1 })
    expect(view?.told[0]).toEqual({ kind: 'samples', sent: 7, dropped: 0, why: 'the hub was slow' })
    expect(view?.lines.processes).toHaveLength(2)
  })

  test('a silence is a gap, and another incarnation counts from zero', () => {
    const t = new Teller()
    second(t)
    t.pass(8_000)
    second(t, { spawned: 40 })
    const silent = t.world.nodeView(t.node)?.lines.timers
    expect(silent?.slice(-3)).toEqual([null, null, 3])
    expect(t.world.nodeView(t.node)?.lines.starts.at(-1)).toBe(3)
    t.again('00000000-0000-4000-8000-000000000002')
    expect(t.world.nodeView(t.node)?.totals).toBeNull()
    second(t, { spawned: 5 })
    second(t, { spawned: 6 })
    expect(t.world.nodeView(t.node)?.lines.starts.at(-1)).toBe(1)
  })

  test('says nothing where the agent tells no vitals, but the figures that every agent tells', () => {
    const t = new Teller()
    t.quiet(3)
    const view = t.world.nodeView(t.node)
    expect(view?.totals).toBeNull()
    expect(view?.facts).toBeNull()
    expect(view?.lines.utilisation).toEqual([0.5, 0.5, 0.5])
    expect(view?.lines.gc).toEqual([null, null, null])
    expect(t.world.nodeView('nobody@nowhere')).toBeNull()
  })
})
