import { expect, test } from 'vitest'
import { createClockOffset } from './clock-offset.ts'

test('[WIRE-16] the answer with the shortest way is believed', () => {
  const offset = createClockOffset()
  offset.answered(1_000, 6_900, 1_800)
  offset.answered(2_000, 7_005, 2_010)
  expect(offset.correctionMs).toBe(-5_000)
})

test('an offset smaller than half its round trip counts as none', () => {
  const offset = createClockOffset()
  offset.answered(1_000, 1_040, 1_100)
  expect(offset.correctionMs).toBe(0)
})

test('before any answer the clocks are taken to agree', () => {
  expect(createClockOffset().correctionMs).toBe(0)
})
