import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sharedClock } from './clock.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

test('any number of lookers share one timer, and see the same time', () => {
  const clock = sharedClock(50)
  const seen: number[] = []
  const stops = Array.from({ length: 25 }, () => clock.subscribe(() => seen.push(clock.nowMs())))
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(50)
  expect(seen).toEqual(Array(25).fill(1_050))
  for (const stop of stops) stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('who looks again after a pause sees the present, not the time of the last tick', () => {
  const clock = sharedClock(50)
  clock.subscribe(() => undefined)()
  vi.advanceTimersByTime(10_000)
  const stop = clock.subscribe(() => undefined)
  expect(clock.nowMs()).toBe(11_000)
  stop()
})
