import type { Process } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { Timings } from './timings.ts'

const process = (id: number, module: string): Process =>
  ({ id, behaviour: 'GenServer', module }) as unknown as Process

test('what was timed is told once, with its kind and in microseconds', () => {
  const timings = new Timings()
  expect(timings.take(5)).toBeNull()
  timings.add(process(7, 'Call'), 32, 250.4, 250.4, 1)
  timings.add(process(8, 'Rater'), 0, 1_000, 200, 64)
  timings.add(process(7, 'Call'), 16, 3, 3, 1)
  expect(timings.take(5)).toEqual({
    type: 'message.timings',
    atUs: 5,
    kinds: [
      { behaviour: 'GenServer', module: 'Call' },
      { behaviour: 'GenServer', module: 'Rater' },
    ],
    refs: [7, 8, 7],
    kind: [0, 1, 0],
    waitedUs: [32, 0, 16],
    ranUs: [250, 200, 3],
    awaitedUs: [0, 800, 0],
    weights: [1, 64, 1],
  })
  expect(timings.take(6)).toBeNull()
})

test('of a storm a fair sample is kept, whose weights add up to all', () => {
  const timings = new Timings()
  for (let i = 0; i < 100_000; i++) timings.add(process(i, 'Call'), i, 1, 1, 2)
  const record = timings.take(1)
  expect(record?.refs.length).toBe(1_024)
  const sum = record?.weights.reduce((total, weight) => total + weight, 0) ?? 0
  expect(Math.abs(sum / 200_000 - 1)).toBeLessThan(0.01)
  const mean = (record?.waitedUs.reduce((total, us) => total + us, 0) ?? 0) / 1_024
  expect(Math.abs(mean / 50_000 - 1)).toBeLessThan(0.15)
})
