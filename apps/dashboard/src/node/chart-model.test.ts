import { describe, expect, it } from 'vitest'
import {
  axisAround,
  axisFromZero,
  bandPaths,
  spreadLabels,
  stacked,
  steps,
  timeTicks,
  valueAt,
} from './chart-model.ts'

const same = (value: number) => value

describe('an axis', () => {
  it('starts at zero for rates and shares, with at most five lines', () => {
    const axis = axisFromZero(21_124, 10)
    expect(axis.ticks[0]).toBe(0)
    expect(axis.top).toBeGreaterThan(21_124)
    expect(axis.ticks.length).toBeLessThanOrEqual(6)
  })

  it('stands around a population that moves little, and never below zero', () => {
    const axis = axisAround([1_150, 1_116, null, 1_152], 10)
    expect(axis.low).toBeGreaterThan(1_000)
    expect(axis.low).toBeLessThanOrEqual(1_116)
    expect(axis.top).toBeGreaterThanOrEqual(1_152)
    expect(axisAround([3], 10).low).toBe(0)
    expect(axisAround([], 10).top).toBeGreaterThan(0)
  })

  it('puts ticks on round instants, of a minute and of five', () => {
    expect(timeTicks(30_000, 330_000)).toEqual([60_000, 120_000, 180_000, 240_000, 300_000])
    expect(timeTicks(0, 60_000)).toEqual([0, 15_000, 30_000, 45_000, 60_000])
  })
})

describe('a band', () => {
  it('draws a gap as a gap, and few values as points', () => {
    const broken = bandPaths([1, 2, null, 3, 4, 5], null, same, same, 0)
    expect(broken.edge.match(/M/g)).toHaveLength(2)
    expect(broken.points).toEqual([])
    const few = bandPaths([null, 1, 2, 3], null, same, same, 0)
    expect(few.edge).toBe('')
    expect(few.points).toHaveLength(3)
  })

  it('lies on what is below it', () => {
    const [first, second] = stacked([
      [1, null, 3],
      [10, 10, null],
    ])
    expect(first).toEqual([1, null, 3])
    expect(second).toEqual([11, null, 3])
  })
})

it('labels never cover each other, and stay above the floor', () => {
  const placed = spreadLabels([100, 98, 20, 99], 14, 110)
  const sorted = [...placed].sort((a, b) => a - b)
  for (let i = 1; i < sorted.length; i++)
    expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(14)
  expect(Math.max(...placed)).toBeLessThanOrEqual(110)
  expect(placed[2]).toBe(20)
})

it('sums over whole steps, so that a bar does not change its place as time goes on', () => {
  expect(steps([1, 2, null, null, null, 5], 3_000, 3)).toEqual([
    { atMs: 3_000, sum: 3 },
    { atMs: 6_000, sum: 5 },
  ])
  expect(steps([null, null, null], 3_000, 3)).toEqual([{ atMs: 3_000, sum: null }])
})

it('knows no value in a gap', () => {
  expect(valueAt([5, null, 7], 1_000, 2_000)).toBeNull()
  expect(valueAt([5, null, 7], 1_000, 3_000)).toBe(7)
  expect(valueAt([5], 1_000, 9_000)).toBeNull()
})
