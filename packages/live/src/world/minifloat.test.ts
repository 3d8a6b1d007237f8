import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GAP, pack, unpack } from './minifloat.ts'

describe('a count in two bytes', () => {
  it('is exact to 2,047', () => {
    for (let n = 0; n <= 2_047; n++) expect(unpack(pack(n))).toBe(n)
  })
  it('is within a thousandth above', () => {
    fc.assert(
      fc.property(fc.double({ min: 2_048, max: 4e12, noNaN: true }), (n) => {
        expect(Math.abs((unpack(pack(n)) ?? 0) / n - 1)).toBeLessThan(0.001)
      }),
    )
  })
  it('is never a gap, whatever it is given', () => {
    for (const n of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) expect(pack(n)).not.toBe(GAP)
    expect(unpack(GAP)).toBeNull()
  })
})
