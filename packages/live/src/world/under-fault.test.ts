import { LIMITS } from '@orrery/protocol'
import { PROCESS_FIELDS, parseQuery, type Query } from '@orrery/protocol/query'
import { describe, expect, it } from 'vitest'
import { call, calls, lease, ROOT } from './test/call-node.ts'
import { ONE_FOR_ONE, Teller } from './test/teller.ts'
import type { Injected } from './under-fault.ts'

function query(text: string): Query {
  const parsed = parseQuery(text, PROCESS_FIELDS)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.query
}

function injected(t: Teller, how: Partial<Injected> = {}): Injected {
  return {
    id: 'F-0001',
    kind: 'delay',
    node: t.node,
    keys: ['root/calls/call#0', 'root/calls/call#1'],
    isPause: false,
    startedAtMs: t.nowMs,
    endedAtMs: null,
    ...how,
  }
}

const faultOf = (t: Teller, key: string) => t.world.processView(t.node, key)?.row?.fault

describe('an experiment', () => {
  it('is shown by every process it touches, over restarts, until it ends', () => {
    const t = calls(3)
    t.world.setExperiments([injected(t)])
    t.exit(10, { crashId: 'c', willRestart: true })
    t.start({ ...call(0), ref: 30, replaces: 10 })
    expect([0, 1, 2].map((n) => faultOf(t, `root/calls/call#${n}`))).toEqual(['F-0001', 'F-0001', null])
    expect(t.world.node(t.node)?.faults).toBe(1)
    t.world.setExperiments([injected(t, { endedAtMs: t.nowMs })])
    expect([0, 1].map((n) => faultOf(t, `root/calls/call#${n}`))).toEqual([null, null])
    expect(t.world.node(t.node)?.faults).toBe(0)
  })

  it('leaves a lease on another process where it is', () => {
    const t = calls(3)
    t.world.setFaults([lease('L', 'root/calls/call#2', t)])
    t.world.setExperiments([injected(t)])
    expect(faultOf(t, 'root/calls/call#2')).toBe('L')
    t.world.setExperiments([])
    expect(faultOf(t, 'root/calls/call#2')).toBe('L')
  })

  it('is a span on the strip, on its node, and on each process it touches', () => {
    const t = calls(3)
    t.world.setExperiments([
      injected(t, { endedAtMs: t.nowMs + 10 }),
      injected(t, { id: 'F-0002', kind: 'block', keys: [] }),
    ])
    const spans = [
      { id: 'F-0001', kind: 'delay', key: '', toMs: t.nowMs + 10 },
      { id: 'F-0002', kind: 'block', key: '', toMs: null },
    ]
    expect(t.world.timelineView(null).faults).toMatchObject(spans)
    expect(t.world.nodeView(t.node)?.faults).toMatchObject(spans)
    expect(t.world.processView(t.node, 'root/calls/call#1')?.faults).toMatchObject(
      spans.map((span) => ({ ...span, key: 'root/calls/call#1' })),
    )
    expect(t.world.processView(t.node, 'root/calls/call#2')?.faults).toMatchObject([{ id: 'F-0002' }])
  })

  it('that makes a node stand still explains its silence, and gives it time to be heard again', () => {
    const t = calls(1)
    t.world.setExperiments([injected(t, { kind: 'pause', keys: [], isPause: true })])
    t.pass(LIMITS.goneAfterMs * 3)
    t.world.tick(t.nowMs)
    expect(t.world.node(t.node)).toMatchObject({ status: 'stale', pausedBy: 'F-0001' })
    t.world.setExperiments([])
    t.world.tick(t.nowMs)
    expect(t.world.node(t.node)).toMatchObject({ status: 'stale', pausedBy: null })
    t.pass(LIMITS.goneAfterMs + 1_000)
    t.world.tick(t.nowMs)
    expect(t.world.node(t.node)?.status).toBe('gone')
  })
})

describe('what an experiment reads', () => {
  it('is the living that match, in the order of their keys', () => {
    const t = calls(3)
    t.exit(11)
    expect(t.world.find(query('module:Call')).map(({ key, pid }) => [key, pid])).toEqual([
      ['root/calls/call#0', '<0.10.0>'],
      ['root/calls/call#2', '<0.12.0>'],
    ])
    expect(t.world.find(query('is:supervisor')).map(({ key, parent }) => [key, parent])).toEqual([
      ['root', ''],
      ['root/calls', 'root'],
    ])
    expect(t.world.found(t.node, '<0.12.0>')).toMatchObject({ key: 'root/calls/call#2', isSupervisor: false })
    expect(t.world.found(t.node, '<0.11.0>')).toBeNull()
  })

  it('is what its targets do together, and how much the supervisors above them have left', () => {
    const t = calls(3)
    t.second([
      [10, 0, 0, 0],
      [11, 0, 0, 0],
      [12, 0, 0, 0],
    ])
    t.second([
      [10, 5, 40, 30],
      [11, 900, 0, 10],
      [12, 7, 5, 5],
    ])
    const keys = ['root/calls/call#0', 'root/calls/call#1', 'nobody']
    expect(t.world.touched(t.node, keys)).toMatchObject({
      handledPerS: 40,
      mailbox: 905,
      mailboxMax: 900,
      restarts: 0,
    })
    expect(t.world.touchedMinute(t.node, keys, 'handled').slice(-2)).toEqual([0, 40])
    expect(t.world.touchedMinute(t.node, keys, 'mailbox').at(-1)).toBe(905)
    t.exit(10, { crashId: 'c', willRestart: true })
    t.decide(10, 'restart', { crashId: 'c' })
    t.start({ ...call(0), ref: 30, replaces: 10, restarts: 1 })
    expect(t.world.touched(t.node, keys)?.restarts).toBe(1)
    expect(t.world.windowsAbove(t.node, keys)).toEqual([
      { key: 'root/calls', name: 'calls', used: 1, allowed: 3 },
      { key: 'root', name: 'root', used: 0, allowed: 3 },
    ])
  })

  it('counts the restarts of a supervisor that allows many', () => {
    const t = new Teller()
    const supervisor = { ...ONE_FOR_ONE, intensity: 200 }
    const child = { parentRef: 2, childId: 'a' }
    t.start(ROOT, { ref: 2, parentRef: 1, childId: 'sup', supervisor }, { ...child, ref: 3 })
    for (let n = 0; n < 180; n++) {
      if (n === 30) {
        expect(t.row('root/sup').intensity?.marks).toEqual([])
        expect(t.world.processView(t.node, 'root/sup')?.row?.intensity?.marks).toHaveLength(30)
      }
      t.exit(3 + n, { crashId: `c${n}`, willRestart: true })
      t.decide(3 + n, 'restart', { crashId: `c${n}` })
      t.start({ ...child, ref: 4 + n, replaces: 3 + n, restarts: n + 1 })
    }
    expect(t.world.windowsAbove(t.node, ['root/sup/a'])).toMatchObject([
      { key: 'root/sup', used: 180, allowed: 200 },
      { key: 'root' },
    ])
    expect(t.row('root/sup').intensity?.marks).toHaveLength(180)
  })
})
