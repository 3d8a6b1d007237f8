import { describe, expect, it } from 'vitest'
import { heldRanges, linePaths, timeTicks, valueAt, valueAxis } from './chart-model.ts'

describe('a chart', () => {
  it('offers only ranges that show more than a shorter one', () => {
    const now = 10_000_000
    expect(heldRanges(now - 20_000, now).map((range) => range.id)).toEqual(['5'])
    expect(heldRanges(now - 400_000, now).map((range) => range.id)).toEqual(['5', '15'])
    expect(heldRanges(now - 4_000_000, now).map((range) => range.id)).toEqual(['5', '15', '60'])
    expect(heldRanges(null, now).map((range) => range.id)).toEqual(['5'])
  })

  it('starts at zero, with at most five lines', () => {
    const axis = valueAxis(21_124, 10)
    expect(axis.ticks[0]).toBe(0)
    expect(axis.top).toBeGreaterThan(21_124)
    expect(axis.ticks.length).toBeLessThanOrEqual(6)
  })

  it('puts ticks on round minutes', () => {
    const ticks = timeTicks(30_000, 330_000)
    expect(ticks).toEqual([60_000, 120_000, 180_000, 240_000, 300_000])
  })

  it('draws a gap as a gap', () => {
    const line = linePaths(
      [1, 2, null, 3, 4],
      0,
      1,
      (x) => x,
      (y) => y,
      0,
    )
    expect(line.path.match(/M/g)).toHaveLength(2)
  })

  it('draws fewer than four values as points', () => {
    const line = linePaths(
      [null, 1, 2, 3],
      0,
      1,
      (x) => x,
      (y) => y,
      0,
    )
    expect(line.path).toBe('')
    expect(line.points).toHaveLength(3)
  })

  it('knows no value in a gap', () => {
    expect(valueAt([5, null, 7], 1_000, 1_000, 2_000)).toBeNull()
    expect(valueAt([5, null, 7], 1_000, 1_000, 3_000)).toBe(7)
    expect(valueAt([5], 1_000, 1_000, 9_000)).toBeNull()
  })
})
