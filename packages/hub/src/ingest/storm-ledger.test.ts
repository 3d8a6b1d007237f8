import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createCounters } from '../counters.ts'
import { createStormLedger } from './storm-ledger.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setup(maxKeys?: number) {
  const saved = new Map<string, number>()
  const afterMs = new Map<string, number | null | undefined>()
  const room: string[][] = []
  let isAway = false
  const ledger = createStormLedger({
    clock: systemClock,
    counters: createCounters(),
    saved: () => undefined,
    room: (nodes) => void room.push(nodes),
    store: {
      async saveStormCounts(node, incarnation, counts) {
        if (isAway) throw new Error('away')
        for (const one of counts) {
          saved.set(`${node} ${incarnation} ${one.key}`, one.total)
          afterMs.set(one.key, one.afterMs)
        }
      },
    },
    ...(maxKeys === undefined ? {} : { maxKeys }),
  })
  return {
    ledger,
    saved,
    afterMs,
    room,
    away(is: boolean) {
      isAway = is
    },
  }
}

const told = (afterMs: number | null = null) => ({ release: '1.2.0', afterMs })
const counts = (key: string, total: number) => [{ key, total, notStored: total }]

test('[WIRE-46] only the last count of a key is written', async () => {
  const { ledger, saved } = setup()
  for (let total = 1; total <= 50; total++) ledger.take('a@x', '1', counts('loop', total), told())
  await vi.advanceTimersByTimeAsync(2_000)
  expect([...saved]).toEqual([['a@x 1 loop', 50]])
})

test('counts that came while the database was away are written once it is there, the newer ones where there are two', async () => {
  const { ledger, saved, away } = setup()
  away(true)
  ledger.take('a@x', '1', counts('loop', 10), told())
  ledger.take('a@x', '1', counts('other', 3), told())
  await vi.advanceTimersByTimeAsync(2_000)
  ledger.take('a@x', '1', counts('loop', 20), told())
  away(false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(Object.fromEntries(saved)).toEqual({ 'a@x 1 loop': 20, 'a@x 1 other': 3 })
})

test('what finds no room is asked for again when there is some', async () => {
  const { ledger, saved, room, away } = setup(2)
  away(true)
  for (const key of ['a', 'b', 'c']) ledger.take('n@x', '1', counts(key, 1), told())
  await vi.advanceTimersByTimeAsync(2_000)
  expect(room).toEqual([])
  away(false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(saved.size).toBe(2)
  expect(room).toEqual([['n@x']])
  for (const key of ['a', 'b', 'c']) ledger.take('n@x', '1', counts(key, 1), told())
  await vi.advanceTimersByTimeAsync(2_000)
})

test('only a count that grew by crashes without a report says that there was one', async () => {
  const { ledger, afterMs } = setup()
  ledger.take('a@x', '1', [{ key: 'grew', total: 2, notStored: 1 }], told(null))
  ledger.take('a@x', '1', [{ key: 'grew', total: 3, notStored: 2 }], told(5_000))
  ledger.take('a@x', '1', [{ key: 'stored', total: 2, notStored: 1 }], told(4_000))
  ledger.take('a@x', '1', [{ key: 'stored', total: 3, notStored: 1 }], told(6_000))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(Object.fromEntries(afterMs)).toEqual({ grew: 5_000, stored: 4_000 })
})
