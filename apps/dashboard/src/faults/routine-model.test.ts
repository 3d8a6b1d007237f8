import type { Routine } from '@orrery/protocol/faults'
import { expect, it } from 'vitest'
import { nextText } from './routine-model.ts'

const routine = (change: Partial<Routine>) => ({
  body: { isOn: true } as Routine['body'],
  nextAt: new Date(90_000).toISOString(),
  stoppedWhy: '',
  ...change,
})

it('a routine tells when it runs next, also one that has used up its day', () => {
  expect(nextText(routine({}), 30_000)).toBe('in 1 m 00 s')
  expect(nextText(routine({ stoppedWhy: "Today's 1 run is used up; it goes on tomorrow." }), 30_000)).toBe(
    'in 1 m 00 s',
  )
  expect(nextText(routine({}), 90_000)).toBe('due')
})

it('one that waits for somebody says so', () => {
  expect(nextText(routine({ nextAt: null, stoppedWhy: 'F-0003 escalated: 1 process gave up.' }), 0)).toBe(
    'stopped itself',
  )
  expect(nextText(routine({ nextAt: null, body: { isOn: false } as Routine['body'] }), 0)).toBe('off')
})
