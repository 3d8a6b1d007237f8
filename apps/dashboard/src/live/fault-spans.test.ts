import type { FaultSpan } from '@orrery/live/views'
import { expect, it } from 'vitest'
import { isExperiment, spanLabel, spansById } from './fault-spans.ts'

const span = (change: Partial<FaultSpan>): FaultSpan => ({
  id: 'F-0193',
  kind: 'reorder',
  node: 'a@b',
  key: '',
  fromMs: 10,
  toMs: 20,
  ...change,
})

it('an experiment on several nodes is one span, over all its time', () => {
  const both = spansById([
    span({ node: 'c@d', fromMs: 12, toMs: 30 }),
    span({}),
    span({ id: 'F-0192', fromMs: 1 }),
  ])
  expect(both.map(({ id, fromMs, toMs, node }) => [id, fromMs, toMs, node])).toEqual([
    ['F-0192', 1, 20, 'a@b'],
    ['F-0193', 10, 30, ''],
  ])
  expect(spansById([span({}), span({ toMs: null })])[0]?.toMs).toBeNull()
})

it('an experiment is named, a lease that somebody laid by hand only told', () => {
  expect(spanLabel(span({}))).toBe('F-0193 reorder')
  expect(spanLabel(span({ id: '01931a2b', kind: 'crash_next' }))).toBe('crash next')
  expect(isExperiment('F-0193')).toBe(true)
  expect(isExperiment('F-01x3')).toBe(false)
})
