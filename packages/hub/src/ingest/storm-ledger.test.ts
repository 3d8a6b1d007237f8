import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createCounters } from '../counters.ts'
import { createStormLedger } from './storm-ledger.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setup(maxKeys?: number) {
  const saved = new Map<string, number>()
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
        for (const { key, total } of counts) saved.set(`${node} ${incarnation} ${key}`, total)
      },
    },
    ...(maxKeys === undefined ? {} : { maxKeys }),
  })
  return {
    ledger,
    saved,
    room,
    away(is: boolean) {
      isAway = is
    },
  }
}

const counts = (key: string, total: number) => [{ key, total, notStored: total }]

test('[WIRE-46] only the last count of a key is written', async () => {
  const { ledger, saved } = setup()
  for (let total = 1; total <= 50; total++) ledger.take('a@x', '1', counts('loop', total))
  await vi.advanceTimersByTimeAsync(2_000)
  expect([...saved]).toEqual([['a@x 1 loop', 50]])
})

test('counts that came while the database was away are written once it is there, the newer ones where there are two', async () => {
  const { ledger, saved, away } = setup()
  away(true)
  ledger.take('a@x', '1', counts('loop', 10))
  ledger.take('a@x', '1', counts('other', 3))
  await vi.advanceTimersByTimeAsync(2_000)
  ledger.take('a@x', '1', counts('loop', 20))
  away(false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(Object.fromEntries(saved)).toEqual({ 'a@x 1 loop': 20, 'a@x 1 other': 3 })
})

test('what finds no room is asked for again when there is some', async () => {
  const { ledger, saved, room, away } = setup(2)
  away(true)
  for (const key of ['a', 'b', 'c']) ledger.take('n@x', '1', counts(key, 1))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(room).toEqual([])
  away(false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(saved.size).toBe(2)
  expect(room).toEqual([['n@x']])
  for (const key of ['a', 'b', 'c']) ledger.take('n@x', '1', counts(key, 1))
  await vi.advanceTimersByTimeAsync(2_000)
})
