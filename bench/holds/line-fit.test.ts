import { expect, test } from 'vitest'
import { fitLine } from './line-fit.ts'

test('a straight line has its slope and no noise', () => {
  const line = fitLine(Array.from({ length: 20 }, (_, x) => ({ x, y: 7 + 3 * x })))
  expect(line.slope).toBeCloseTo(3, 9)
  expect(line.noise).toBeCloseTo(0, 9)
})

test('what swings around a level has a slope within its noise', () => {
  const line = fitLine(Array.from({ length: 300 }, (_, x) => ({ x, y: 100 + 5 * Math.sin(x * 1.7) })))
  expect(Math.abs(line.slope)).toBeLessThan(line.noise)
})

test('a slow rise under a larger swing is above its noise', () => {
  const line = fitLine(
    Array.from({ length: 300 }, (_, x) => ({ x, y: 100 + 0.1 * x + 5 * Math.sin(x * 1.7) })),
  )
  expect(line.slope - line.noise).toBeGreaterThan(0.08)
})

test('neighbouring samples that say the same make the slope less certain', () => {
  const swing = (x: number) => 5 * Math.sin(x * 1.7)
  const apart = fitLine(Array.from({ length: 100 }, (_, x) => ({ x, y: swing(x) })))
  const alike = fitLine(Array.from({ length: 300 }, (_, x) => ({ x: x / 3, y: swing(Math.floor(x / 3)) })))
  expect(alike.noise).toBeGreaterThan(apart.noise)
})

test('two points say nothing about noise', () => {
  expect(
    fitLine([
      { x: 0, y: 1 },
      { x: 1, y: 2 },
    ]).slope,
  ).toBeNaN()
})
