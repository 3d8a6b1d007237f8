import type { NodeRow } from '@orrery/live/views'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createCounters } from '../counters.ts'
import { silentLogger } from '../logger.ts'
import type { SeriesBlock } from '../store/store.ts'
import { linesOf } from './lines.ts'
import { stepMsOf } from './metrics.ts'
import { createSeriesRecorder } from './recorder.ts'

const START = Date.UTC(2026, 10, 22, 14, 30)
beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => void vi.useRealTimers())

const row = (messagesPerS: number, status: NodeRow['status'] = 'live') =>
  ({
    'mail@a': {
      node: 'mail@a',
      status,
      messagesPerS,
      processes: 7,
      mailbox: 0,
      utilisation: 0.5,
      rssBytes: 1,
    },
  }) as unknown as Record<string, NodeRow>

function setup() {
  const saved: SeriesBlock[][] = []
  let isAway = false
  const recorder = createSeriesRecorder({
    clock: systemClock,
    logger: silentLogger,
    counters: createCounters(),
    store: {
      async saveSeries(blocks) {
        if (isAway) throw new Error('away')
        saved.push(structuredClone([...blocks]))
      },
    },
  })
  const second = (value: number, status?: NodeRow['status']) => {
    recorder.sample(row(value, status))
    return vi.advanceTimersByTimeAsync(1_000)
  }
  return {
    recorder,
    saved,
    second,
    away(is: boolean) {
      isAway = is
    },
  }
}

test('a value a second goes into blocks of five minutes, written every half minute and at the end', async () => {
  const { recorder, saved, second } = setup()
  for (let s = 0; s < 320; s++) await second(s)
  expect(saved.length).toBe(10)
  await recorder.close()
  const blocks = recorder.blocks('mail@a', 'messages')
  expect(blocks.map(({ fromMs }) => fromMs)).toEqual([START, START + 300_000])
  expect(blocks[0]?.values).toEqual(Array.from({ length: 300 }, (_, i) => i))
  const last = saved.at(-1)?.find(({ metric }) => metric === 'messages')
  expect(last?.values.slice(0, 21)).toEqual([...Array.from({ length: 20 }, (_, i) => 300 + i), null])
})

test('a node that is not heard leaves a gap, never a line', async () => {
  const { recorder, second } = setup()
  await second(5)
  await second(5, 'stale')
  await second(6)
  expect(recorder.blocks(null, 'messages')[0]?.values.slice(0, 3)).toEqual([5, null, 6])
})

test('crashes are counted between two samples', async () => {
  const { recorder, second } = setup()
  recorder.crashed('mail@a')
  recorder.crashed('mail@a')
  await second(1)
  await second(1)
  expect(recorder.blocks('mail@a', 'crashes')[0]?.values.slice(0, 2)).toEqual([2, 0])
})

test('what a database did not take is written when it is back', async () => {
  const { recorder, saved, second, away } = setup()
  away(true)
  for (let s = 0; s < 40; s++) await second(s)
  expect(saved).toEqual([])
  away(false)
  await recorder.flush()
  expect(saved[0]?.find(({ metric }) => metric === 'messages')?.values.slice(0, 3)).toEqual([0, 1, 2])
})

test('a line folds seconds into steps: rates as their mean, mailboxes as the worst, crashes as a sum', () => {
  const block = (metric: string, values: (number | null)[]): SeriesBlock => ({
    node: 'mail@a',
    metric,
    fromMs: 0,
    stepMs: 1_000,
    values,
  })
  const range = { fromMs: 0, stepMs: 2_000, points: 3 }
  const values = [1, 3, null, 4, null, null]
  expect(linesOf([block('messages', values)], 'messages', range)).toEqual({ 'mail@a': [2, 4, null] })
  expect(linesOf([block('mailbox', values)], 'mailbox', range)).toEqual({ 'mail@a': [3, 4, null] })
  expect(linesOf([block('crashes', values)], 'crashes', range)).toEqual({ 'mail@a': [4, 4, null] })
})

test('a chart has at most 360 points', () => {
  for (const windowS of [60, 300, 900, 3_600, 86_400, 7 * 86_400]) {
    expect((windowS * 1_000) / stepMsOf(windowS)).toBeLessThanOrEqual(360)
  }
})

test('of a node that is gone for longer than a chart is wide nothing stays in memory, once it is stored', async () => {
  const { recorder, second, away } = setup()
  away(true)
  for (let s = 0; s < 60; s++) await second(s)
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(recorder.blocks('mail@a', 'messages')).toHaveLength(1)
  away(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(recorder.blocks('mail@a', 'messages')).toEqual([])
  await recorder.close()
})
