import type { Term } from '@orrery/protocol'
import { CRASH_FIELDS, parseQuery } from '@orrery/protocol/query'
import { expect, test } from 'vitest'
import { commonFacts, type FactSource } from './common-facts.ts'

const state = (window: number, lost: number): Term => ({
  $: 'object',
  entries: [
    [
      'buffer',
      {
        $: 'object',
        entries: [
          ['window', window],
          ['lost', lost],
        ],
      },
    ],
    ['mode', 'up'],
  ],
})
const source = (over: Partial<FactSource> = {}): FactSource => ({
  node: 'exchange@kista-1',
  message_type: 'data_ind',
  release: '1.0.0',
  sender: 'Framer',
  supervisor: 'TrunkSup',
  faults: [],
  state: state(4, 1),
  ...over,
})
const other = (over: Partial<FactSource> = {}) =>
  source({
    node: 'mail@lund',
    message_type: 'tick',
    sender: null,
    supervisor: 'MailSup',
    state: state(8, 0),
    ...over,
  })

test('what stands in all reports of a group and in few others is told, and how many others have it', () => {
  const own = [source(), source({ state: state(4, 2) }), source({ state: state(4, 3) })]
  const others = [...Array.from({ length: 9 }, () => other()), other({ message_type: 'data_ind' })]
  expect(commonFacts(own, others)).toEqual({
    reports: 3,
    others: 10,
    facts: [
      { clause: 'from:Framer', inOthers: 0 },
      { clause: 'node:exchange@kista-1', inOthers: 0 },
      { clause: 'supervisor:TrunkSup', inOthers: 0 },
      { clause: 'state.buffer.window:4', inOthers: 0 },
      { clause: 'message:data_ind', inOthers: 1 },
    ],
  })
})

test('what differs within the group, what many others have, and what only this module has is not told', () => {
  const own = [
    source({ node: 'a@b' }),
    source({ node: 'c@d', state: { $: 'object', entries: [['mode', 'up']] } }),
  ]
  const plain: Term = { $: 'object', entries: [] }
  const told = commonFacts(
    own,
    Array.from({ length: 4 }, () => source({ node: 'e@f', state: plain })),
  )
  expect(told).toEqual({ reports: 2, others: 4, facts: [] })
})

test('one report is compared with nothing', () => {
  expect(commonFacts([source()], [other()])).toBeNull()
})

test('a fault that touched each is a fact, and every fact is a clause that can be asked', () => {
  const odd = source({ faults: ['F-0193'], sender: 'the "framer" *|x', release: '>1' })
  const facts = commonFacts([odd, odd], [other(), other()])?.facts ?? []
  expect(facts.map(({ clause }) => clause)).toContain('fault:F-0193')
  for (const { clause } of facts) {
    const parsed = parseQuery(clause, CRASH_FIELDS)
    expect(parsed, clause).toMatchObject({ ok: true })
    const [only, ...more] = parsed.ok ? parsed.query.clauses : []
    expect([only?.kind === 'match' || only?.kind === 'compare', more], clause).toEqual([true, []])
  }
})
