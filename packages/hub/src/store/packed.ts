/** Whole numbers by the ten thousand as one value of a row: a row each would cost more than what is done with them. */
import { Prisma } from '../generated/client.ts'

/**
 * Of an `int` column, all rows, as text. It is the cheapest form here: Prisma hands a text on as it is, and bytes by way of
 * hexadecimal and base 64, which takes four times as long.
 */
export function packed(column: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`array_agg(${column})::text`
}

const COMMA = 44
const MINUS = 45
const ZERO = 48
const NINE = 57

/** Reads an array as Postgres writes it: `{1,2,-3}`. `null` is what no rows add up to. */
export function unpacked(text: string | null): Int32Array {
  if (text === null || text.length < 3) return new Int32Array()
  const codes = Buffer.from(text, 'latin1')
  // The brace that ends it ends a number as well.
  codes[codes.length - 1] = COMMA
  const numbers = new Int32Array(codes.length >> 1)
  let length = 0
  let number = 0
  let sign = 1
  for (let i = 1; i < codes.length; i++) {
    const code = codes[i] ?? 0
    if (code >= ZERO && code <= NINE) number = number * 10 + (code - ZERO)
    else if (code === COMMA) {
      numbers[length++] = sign * number
      number = 0
      sign = 1
    } else if (code === MINUS) sign = -1
    else throw new TypeError(`no array of whole numbers: ${text.slice(0, 40)}`)
  }
  return numbers.subarray(0, length)
}
