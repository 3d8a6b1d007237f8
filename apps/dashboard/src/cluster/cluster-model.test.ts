import { describe, expect, it } from 'vitest'
import {
  absenceOf,
  glyphOf,
  isBacklog,
  offenderFigures,
  runtimeOf,
  shortNames,
  tonesOf,
  triage,
  verdict,
} from './cluster-model.ts'
import { sampleNode } from './sample-node.ts'

describe('a node row', () => {
  it('takes no colour while nothing is abnormal', () => {
    const tones = tonesOf(sampleNode())
    expect(tones.mailbox.figure).toBeUndefined()
    expect(tones.utilisation.figure).toBeUndefined()
    expect(tones.crashes.figure).toBe('ink-3')
  })

  it('calls a mailbox a backlog when it is long, or longer than 100 and growing', () => {
    expect(isBacklog({ mailbox: 4_012, mailboxGrowthPerS: 0 })).toBe(true)
    expect(isBacklog({ mailbox: 120, mailboxGrowthPerS: 6 })).toBe(true)
    expect(isBacklog({ mailbox: 1_207, mailboxGrowthPerS: 0 })).toBe(false)
  })

  it('draws what nobody hears as last known, and says since when', () => {
    const gone = sampleNode({ status: 'gone', lastHeardAtMs: 88_000 })
    expect(glyphOf(gone)).toBe('lost')
    expect(absenceOf(gone, 100_000)).toBe('gone 12 s')
    expect(absenceOf(sampleNode({ status: 'stale', lastHeardAtMs: 96_000 }), 100_000)).toBe('4 s old')
    expect(absenceOf(sampleNode(), 100_000)).toBeNull()
  })

  it('names other runtimes as they are', () => {
    expect(runtimeOf(sampleNode()).tag).toBe('TypeScript')
    expect(
      runtimeOf(sampleNode({ runtimeKind: 'erlang', runtimeName: 'RabbitMQ', runtimeVersion: '4.1' })).tag,
    ).toBe('RabbitMQ 4.1')
  })
})

describe('an offender', () => {
  const base = { node: 'a@b', key: 'k', pid: '<0.1.0>', name: 'X', status: 'backlog' as const }
  it('shows growth with its sign', () => {
    expect(offenderFigures({ ...base, what: 'mailbox', value: 8_102, growthPerS: 54 })).toEqual({
      value: '8,102',
      after: '+ 54/s',
      isHot: true,
    })
    expect(offenderFigures({ ...base, what: 'mailbox', value: 10, growthPerS: -2 }).after).toBe('− 2/s')
  })
})

describe('the phone', () => {
  it('puts what wants a look first, worst first, and folds the rest', () => {
    const { loud, quiet } = triage([
      sampleNode({ node: 'quiet@a' }),
      sampleNode({ node: 'slow@a', worst: 'backlog' }),
      sampleNode({ node: 'gone@a', status: 'gone' }),
      sampleNode({ node: 'down@a', worst: 'crashed' }),
    ])
    expect(loud.map((row) => row.node)).toEqual(['gone@a', 'down@a', 'slow@a'])
    expect(quiet.map((row) => row.node)).toEqual(['quiet@a'])
  })

  it('says so in a sentence', () => {
    expect(verdict([sampleNode(), sampleNode({ node: 'b@a' })]).title).toBe('All 2 nodes quiet')
    expect(verdict([sampleNode(), sampleNode({ node: 'b@a', worst: 'restarting' })])).toEqual({
      title: '1 of 2 nodes needs a look',
      text: 'One restarting.',
    })
  })
})

it('short names tell nodes apart', () => {
  expect(shortNames(['exchange@kista-1', 'mail@localhost', 'hello@localhost'])).toEqual([
    'kista-1',
    'mail@localhost',
    'hello@localhost',
  ])
})
