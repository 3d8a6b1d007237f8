import type { Term } from '@orrery/protocol'
import { describe, expect, it } from 'vitest'
import { incident, row, treeOf } from '../tree/fixture.ts'
import { blastOf, isStanding, refusalOf, refusedText } from './action-model.ts'
import { brief } from './brief.ts'
import { changedFields } from './changes.ts'
import { intensityOf } from './intensity.ts'
import { membersQuery } from './members-query.ts'

const ALL = ['process.kill', 'process.suspend', 'fault.crash_next']
const situation = {
  capabilities: ALL,
  absent: {},
  row: row('r/a'),
  node: 'mail@localhost',
  isOld: false,
  isHeld: false,
}

describe('actions', () => {
  it('are all on for a running process of an armed node', () => {
    expect(['suspend', 'kill', 'crash_next'].map((name) => refusalOf(name as 'kill', situation))).toEqual([
      null,
      null,
      null,
    ])
  })
  it('say the node’s own reason where a capability is absent', () => {
    const why = 'the node was not started with ORRERY_FAULTS=allow'
    const unarmed = { ...situation, capabilities: [], absent: { 'process.kill': why } }
    expect(refusalOf('kill', unarmed)).toBe('The node was not started with ORRERY_FAULTS=allow.')
    expect(isStanding('kill', unarmed)).toBe(true)
  })
  it('are off while time is held, while the node is not heard, and where nothing runs', () => {
    expect(refusalOf('kill', { ...situation, isHeld: true })).toContain('Time is held')
    expect(refusalOf('kill', { ...situation, isOld: true })).toContain('mail@localhost is not heard')
    expect(refusalOf('kill', { ...situation, row: null })).toBe('The process is not there.')
    expect(isStanding('kill', { ...situation, row: null })).toBe(false)
  })
  it('put a refusal in words, known or not', () => {
    expect(refusedText('process.immune', 'x')).toContain('immune')
    expect(refusedText('something.new', 'the node is on fire')).toBe('The node is on fire.')
  })
})

describe('blast radius', () => {
  it('counts what lives below, members of pools included', () => {
    expect(blastOf(incident(), 'root/TrunkSup', 'permanent')).toMatchObject({
      below: 35,
      siblings: 0,
      total: 36,
    })
  })
  it('counts the siblings that one_for_all takes along', () => {
    const blast = blastOf(incident(), 'root/TrunkSup/TrunkLink', 'permanent')
    expect(blast).toMatchObject({ below: 0, siblings: 34, total: 35 })
    expect(blast.next).toBe('TrunkSup (one_for_all) stops 34 with it and starts all again.')
  })
  it('counts only later siblings under rest_for_one, none for a temporary child', () => {
    const view = treeOf([
      row('r', { strategy: 'rest_for_one' }),
      row('r/a', { order: 0 }),
      row('r/b', { order: 1 }),
      row('r/c', { order: 2 }),
    ])
    expect(blastOf(view, 'r/b', 'permanent').siblings).toBe(1)
    expect(blastOf(view, 'r/b', 'temporary')).toMatchObject({
      siblings: 0,
      next: 'r does not restart it: it is temporary.',
    })
  })
})

describe('restart intensity', () => {
  it('counts restarts inside the window, oldest first', () => {
    const gauge = intensityOf({ allowed: 3, periodMs: 10_000, marks: [1_000, 9_000, 18_900, 11_100] }, 20_000)
    expect(gauge.agoMs).toEqual([8_900, 1_100])
    expect(gauge.share).toBeCloseTo(2 / 3)
    expect(gauge.isLast).toBe(false)
  })
  it('knows when the next exit is the supervisor’s own', () => {
    expect(intensityOf({ allowed: 1, periodMs: 5_000, marks: [0] }, 1_000).isLast).toBe(true)
    expect(intensityOf({ allowed: 0, periodMs: 5_000, marks: [] }, 1_000).isLast).toBe(true)
  })
})

describe('changed fields', () => {
  const object = (entries: [string, Term][]): Term => ({ $: 'object', entries })
  it('are named by their path, with what they were', () => {
    const before = object([
      ['seq', 1],
      ['buffer', object([['last', 7]])],
      ['same', 'x'],
    ])
    const after = object([
      ['seq', 2],
      ['buffer', object([['last', 8]])],
      ['same', 'x'],
      ['new', true],
    ])
    expect(changedFields(before, after)).toEqual(
      new Map<string, Term>([
        ['seq', 1],
        ['buffer.last', 7],
        ['new', { $: 'undefined' }],
      ]),
    )
  })
  it('are none for equal states', () => {
    const state = object([['a', { $: 'array', items: [1, { $: 'bigint', text: '2' }] }]])
    expect(changedFields(state, structuredClone(state)).size).toBe(0)
  })
})

describe('a message in brief', () => {
  it('leaves out the type that stands beside it', () => {
    const value: Term = {
      $: 'object',
      entries: [
        ['type', 'data_ind'],
        ['seq', 48_207],
        ['to', 'kista'],
      ],
    }
    expect(brief(value, 'data_ind')).toBe('seq 48207, to kista')
    expect(brief('tick', 'tick')).toBe('')
    expect(brief(value, 'data_ind', 8)).toBe('seq 482…')
  })
})

describe('members of a pool', () => {
  it('are asked for by supervisor and module, quoted where needed', () => {
    expect(membersQuery({ parent: 'root/CallSup', module: 'Call' })).toBe('key:root/CallSup/* module:Call')
    expect(membersQuery({ parent: 'a b', module: 'x"y' })).toBe('key:"a b/*" module:"x\\"y"')
  })
})
