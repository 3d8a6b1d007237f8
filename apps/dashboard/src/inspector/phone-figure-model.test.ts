import { expect, it } from 'vitest'
import { phoneFigure } from './phone-figure-model.ts'

it('says how long the mailbox is, how it grows, and where that leads', () => {
  expect(phoneFigure([3_000, 3_031, 3_062, 3_093, 3_124, 3_155])).toEqual({
    waiting: 3_155,
    growthPerS: 31,
    forecast: '10,000 in 3 m 40 s at this rate.',
  })
})

it('foretells nothing of a mailbox that is short, shrinks, or grows so slowly that nobody waits for it', () => {
  expect(phoneFigure([0, 1, 2, 3, 4, 5]).forecast).toBeNull()
  expect(phoneFigure([900, 880, 860, 840, 820, 800]).forecast).toBeNull()
  expect(phoneFigure([900, 900, 900, 900, 900, 901]).forecast).toBeNull()
  expect(phoneFigure([7]).growthPerS).toBeNull()
  expect(phoneFigure([]).waiting).toBe(0)
  expect(phoneFigure([9_990, 10_000, 10_100, 10_200, 10_300, 10_490]).forecast).toContain('100,000 in')
})
