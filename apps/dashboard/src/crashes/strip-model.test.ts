import type { Lease } from '@orrery/live/views'
import { expect, test } from 'vitest'
import { stripOf } from './strip-model.ts'

const crash = (atMs: number, isInjected = false) => ({ id: String(atMs), atMs, isInjected })
const lease = (startedAtMs: number, endedAtMs: number | null): Lease => ({
  id: 'F-0193',
  kind: 'crash_next',
  node: 'a@b',
  key: 'sup/link',
  pid: '<0.1.0>',
  name: 'link',
  by: 'operator',
  startedAtMs,
  endsAtMs: startedAtMs + 60_000,
  status: endedAtMs === null ? 'active' : 'ended',
  why: null,
  endedAtMs,
})

test('marks lie where their crashes lie between the first and the last', () => {
  const strip = stripOf([crash(10_000), crash(20_000), crash(30_000, true)], [], 99_000, 0.03)
  expect(strip?.marks.map(({ n, isInjected }) => [n, isInjected])).toEqual([
    [1, false],
    [1, false],
    [1, true],
  ])
  expect(strip?.marks[1]?.at).toBeCloseTo(0.5)
})

test('crashes too close for a mark each are counted in one, injected only where all are', () => {
  const strip = stripOf([crash(0, true), crash(1, true), crash(2, false), crash(60_000, true)], [], 0, 0.03)
  expect(strip?.marks.map(({ n, isInjected }) => [n, isInjected])).toEqual([
    [3, false],
    [1, true],
  ])
})

test('a fault is drawn over the time it was active, and only where that is in the picture', () => {
  const course = [crash(10_000), crash(20_000)]
  expect(stripOf(course, [lease(0, 5_000), lease(30_000, null)], 40_000, 0.03)?.spans).toEqual([])
  const [span] = stripOf(course, [lease(15_000, null)], 40_000, 0.03)?.spans ?? []
  expect(span).toMatchObject({ label: 'F-0193 crash next', to: 1 })
  expect(span?.from).toBeCloseTo(0.5)
})

test('one crash stands in the middle, none makes no strip', () => {
  expect(stripOf([crash(10_000)], [], 0, 0.03)?.marks).toEqual([{ at: 0.5, n: 1, isInjected: false }])
  expect(stripOf([], [], 0, 0.03)).toBeNull()
})
