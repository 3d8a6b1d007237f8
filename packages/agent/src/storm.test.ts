import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStormBook } from './storm.ts'

describe('storms', () => {
  test('counts are exact whatever comes, and what is not stored is counted beside them', () => {
    const crash = fc.record({ key: fc.constantFrom('a', 'b', 'c'), gapMs: fc.nat(50) })
    fc.assert(
      fc.property(fc.array(crash, { maxLength: 2_000 }), (crashes) => {
        const book = createStormBook()
        const total = new Map<string, number>()
        const stored = new Map<string, number>()
        let now = 0
        for (const { key, gapMs } of crashes) {
          now += gapMs
          total.set(key, (total.get(key) ?? 0) + 1)
          if (book.admit(key, now)) stored.set(key, (stored.get(key) ?? 0) + 1)
        }
        for (const count of book.takeChanged()) {
          expect(count.total).toBe(total.get(count.key))
          expect(count.total - count.notStored).toBe(stored.get(count.key) ?? 0)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('twenty thousand crashes a second for thirty seconds become few reports, and never none', () => {
    const book = createStormBook()
    let stored = 0
    let lastStored = 0
    for (let i = 0; i < 600_000; i++) {
      const now = i / 20
      if (!book.admit('loop', now)) continue
      stored++
      lastStored = now
    }
    expect(stored).toBeGreaterThan(100)
    expect(stored).toBeLessThan(5_000)
    expect(lastStored).toBeGreaterThan(20_000)
    expect(book.takeChanged()).toEqual([{ key: 'loop', total: 600_000, notStored: 600_000 - stored }])
    expect(book.takeChanged()).toEqual([])
  })

  test('fifty crashes a second of one kind are all kept for half a minute', () => {
    const book = createStormBook()
    for (let i = 0; i < 1_500; i++) expect(book.admit('x', i * 20)).toBe(true)
  })

  test('counts that could not be told are given again, as they are by then', () => {
    const book = createStormBook()
    book.admit('loop', 0)
    const counts = book.takeChanged()
    book.untold(counts)
    book.admit('loop', 1)
    expect(book.takeChanged()).toEqual([{ key: 'loop', total: 2, notStored: 0 }])
    expect(book.takeChanged()).toEqual([])
  })

  test('a loop of a whole day keeps some reports of every hour, and few in all', () => {
    const book = createStormBook()
    const HOUR = 3_600_000
    const byHour = new Map<number, number>()
    for (let now = 0; now < 24 * HOUR; now += 200) {
      if (book.admit('loop', now))
        byHour.set(Math.floor(now / HOUR), (byHour.get(Math.floor(now / HOUR)) ?? 0) + 1)
    }
    expect(byHour.size).toBe(24)
    expect([...byHour.values()].reduce((sum, n) => sum + n, 0)).toBeLessThan(10_000)
  })

  test('a storm of one kind does not hide the first crashes of another', () => {
    const book = createStormBook()
    for (let i = 0; i < 100_000; i++) book.admit('loop', i / 100)
    for (let i = 0; i < 5; i++) expect(book.admit('new', 1_000)).toBe(true)
  })

  test('generated keys are counted together once there are too many', () => {
    const book = createStormBook()
    for (let i = 0; i < 50_000; i++) book.admit(`key-${i}`, i)
    const counts = book.takeChanged()
    expect(counts.length).toBeLessThanOrEqual(1_001)
    expect(counts.reduce((sum, { total }) => sum + total, 0)).toBe(50_000)
  })
})
