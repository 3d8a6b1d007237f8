/** Whole numbers by the ten thousand as one value of a row: a row each would cost more than what is done with them. */
import { Prisma } from '../generated/client.ts'

/** Of an `int` column, all rows: the binary form of an array, which `unpacked` reads. */
export function packed(column: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`array_send(array_agg(${column}))`
}

/** Dimensions, flags, type of the elements, length and lower bound; then each element behind its own length. */
const HEADER_BYTES = 20
const ELEMENT_BYTES = 8

/** `null` is what no rows add up to. */
export function unpacked(value: Uint8Array | null): Int32Array {
  if (value === null || value.length < HEADER_BYTES) return new Int32Array()
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  const numbers = new Int32Array((bytes.length - HEADER_BYTES) / ELEMENT_BYTES)
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = bytes.readInt32BE(HEADER_BYTES + i * ELEMENT_BYTES + ELEMENT_BYTES / 2)
  }
  return numbers
}
