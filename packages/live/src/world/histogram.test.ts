import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Histogram } from './histogram.ts'

/** By sorting all of them. */
function exact(samples: [number, number][], share: number): number {
  const sorted = samples.toSorted(([a], [b]) => a - b)
  const wanted = share * sorted.reduce((sum, [, weight]) => sum + weight, 0)
  let sum = 0
  for (const [us, weight] of sorted) {
    sum += weight
    if (sum >= wanted) return us
  }
  return sorted.at(-1)?.[0] ?? 0
}

test('every percentile is told within 3.2 %, by weight', () => {
  const us = fc.oneof(fc.nat(40), fc.nat(100_000), fc.integer({ min: 0, max: 2 ** 35 }))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(us, fc.integer({ min: 1, max: 64 })), { minLength: 1, maxLength: 200 }),
      (samples) => {
        const histogram = new Histogram()
        for (const [value, weight] of samples) histogram.add(value, weight)
        const shares = [0.5, 0.9, 0.99, 0.999]
        const told = histogram.quantiles(shares)
        for (const [i, share] of shares.entries()) {
          const value = exact(samples, share)
          expect(Math.abs((told[i] ?? -1) - value)).toBeLessThanOrEqual(value * 0.032 + 0.5)
        }
      },
    ),
  )
})

test('nothing added has no percentiles, and what is out of bounds is counted at the bound', () => {
  const histogram = new Histogram()
  expect(histogram.quantiles([0.5])).toEqual([])
  histogram.add(-5, 1)
  histogram.add(Number.MAX_SAFE_INTEGER, 1)
  expect(histogram.quantiles([0.5])).toEqual([0])
  expect(Math.abs((histogram.quantiles([1])[0] ?? 0) / 2 ** 36 - 1)).toBeLessThan(0.04)
})
