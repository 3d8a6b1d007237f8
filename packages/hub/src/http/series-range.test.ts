import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seriesRange } from './series-range.ts'

describe('seriesRange', () => {
  it('covers what was asked on a grid of whole steps', () => {
    expect(seriesRange({ fromMs: 61_500, toMs: 120_000, stepMs: 10_000 })).toEqual({
      fromMs: 60_000,
      stepMs: 10_000,
      points: 6,
    })
    expect(seriesRange({ fromMs: 0, toMs: 3_000, stepMs: 1_000 })).toEqual({
      fromMs: 0,
      stepMs: 1_000,
      points: 3,
    })
  })

  it('makes the step longer rather than answer with more points than a screen has', () => {
    const times = fc.integer({ min: 0, max: 4_000_000_000_000 })
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1_000, max: 86_400_000 }), (a, b, stepMs) => {
        const [fromMs, toMs] = a < b ? [a, b] : [b, a]
        const range = seriesRange({ fromMs, toMs, stepMs })
        expect(range.points).toBeLessThanOrEqual(5_001)
        expect(range.stepMs % 1_000).toBe(0)
        expect(range.stepMs).toBeGreaterThanOrEqual(stepMs)
        expect(range.fromMs).toBeLessThanOrEqual(fromMs)
        expect(range.fromMs + range.points * range.stepMs).toBeGreaterThanOrEqual(toMs)
      }),
    )
  })
})
