import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIdIndex } from './id-index.ts'

test('finds what a map finds, however far apart the ids are', () => {
  const id = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 0x7fff_ffff }))
  fc.assert(
    fc.property(fc.array(id, { maxLength: 4_000, size: 'max' }), fc.array(id), (added, asked) => {
      const index = createIdIndex()
      const map = new Map<number, number>()
      for (const [place, one] of added.entries()) {
        index.add(one, place)
        if (!map.has(one)) map.set(one, place)
      }
      expect(index.size).toBe(map.size)
      for (const one of [...added, ...asked]) expect(index.placeOf(one)).toBe(map.get(one) ?? -1)
    }),
    { numRuns: 20 },
  )
})

test('what is no id is refused, and has no place', () => {
  const index = createIdIndex()
  for (const id of [0, -1, 2 ** 31, Number.NaN]) {
    expect(() => index.add(id, 0)).toThrow(RangeError)
    expect(index.placeOf(id)).toBe(-1)
  }
})
