/**
 * Counts a second in two bytes: 11 bits of value, 5 of exponent. Exact to 2,047, within 0.05 % above, up to 4 · 10^12.
 * A minute of three figures of one process is then 360 bytes.
 */

/** Nothing was heard in that second. */
export const GAP = 0xffff

const MANTISSA = 2_047
const SCALE = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** exponent)

export function pack(value: number): number {
  if (!(value > 0)) return 0
  let mantissa = Math.round(value)
  if (mantissa <= MANTISSA) return mantissa
  let exponent = 0
  while (mantissa > MANTISSA && exponent < 31) {
    exponent++
    mantissa = Math.round(value / (SCALE[exponent] ?? 1))
  }
  const packed = (exponent << 11) | Math.min(mantissa, MANTISSA)
  return packed === GAP ? GAP - 1 : packed
}

export function unpack(packed: number): number | null {
  if (packed === GAP) return null
  return (packed & MANTISSA) * (SCALE[packed >> 11] ?? 1)
}
