import { expect, it } from 'vitest'
import { addLines, createFigures, type Second } from './figures.ts'

const START_MS = 1_000_000
const quiet: Second = { handledPerS: 0, mailbox: 0, mailboxMax: 0, restarts: 4, handlingP99Ms: 2 }
const before = (handled: (number | null)[]) =>
  createFigures({
    startedAtMs: START_MS,
    metric: 'handled',
    label: 'Call × 3',
    handled,
    mailbox: [5, 9, null],
    second: quiet,
  })

it('draws the minute before and what has been since, and tells how much is handled against it', () => {
  const figures = before(new Array<number>(60).fill(100))
  for (let s = 0; s < 5; s++) figures.second(START_MS + s * 1_000, { ...quiet, handledPerS: 40 })
  expect(figures.chart.fromMs).toBe(START_MS - 60_000)
  expect(figures.chart.values).toEqual([...new Array<number>(60).fill(100), 40, 40, 40, 40, 40])
  expect(figures.throughputPercent).toBe(40)
  expect(figures.observed()).toMatchObject({
    handledPerS: { before: 100, during: 40 },
    mailboxPeak: { before: 9, during: 0 },
  })
})

it('stays bounded however long it lasts, and keeps its peaks', () => {
  const figures = before([])
  for (let s = 0; s < 3_600; s++)
    figures.second(START_MS + s * 1_000, { ...quiet, handledPerS: s === 1_234 ? 999 : 1 })
  const { values, stepMs, fromMs } = figures.chart
  expect(values.length).toBeLessThanOrEqual(180)
  expect(values[Math.floor((START_MS + 1_234_000 - fromMs) / stepMs)]).toBe(999)
})

it('counts a crash once, restarts from where it began, and recoveries of its own crashes alone', () => {
  const figures = before([])
  figures.crashed('a', START_MS)
  figures.crashed('a', START_MS)
  figures.crashed('b', START_MS + 1)
  figures.cameBack('a', 10)
  figures.cameBack('b', 30)
  figures.cameBack('of another', 9_000)
  figures.second(START_MS, { ...quiet, restarts: 6 })
  // The node began anew: what it counts now is not less than nothing.
  figures.second(START_MS + 1_000, { ...quiet, restarts: 0 })
  figures.second(START_MS + 2_000, { ...quiet, restarts: 1 })
  expect([figures.crashes, figures.restarts]).toEqual([2, 3])
  expect([figures.recoveryMs(0.5), figures.recoveryMs(0.99)]).toEqual([10, 30])
  expect(figures.chart.marks.map(({ kind }) => kind)).toEqual([
    'crashed',
    'crashed',
    'restarted',
    'restarted',
    'restarted',
  ])
})

it('adds lines of several nodes by their newest points', () => {
  expect(
    addLines([
      [1, 2, null],
      [10, 20],
    ]),
  ).toEqual([1, 12, 20])
})
