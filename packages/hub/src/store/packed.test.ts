import { expect, test } from 'vitest'
import { unpacked } from './packed.ts'

/** As `array_send` writes them: one dimension, no nulls, `int4`. */
function sent(numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(20 + numbers.length * 8)
  bytes.writeInt32BE(1, 0)
  bytes.writeInt32BE(23, 8)
  bytes.writeInt32BE(numbers.length, 12)
  bytes.writeInt32BE(1, 16)
  for (const [i, number] of numbers.entries()) {
    bytes.writeInt32BE(4, 20 + i * 8)
    bytes.writeInt32BE(number, 24 + i * 8)
  }
  return bytes
}

test('numbers come out as they went in, wherever in memory their bytes begin', () => {
  const numbers = [0, 1, -1, 65_536, 2_147_483_647, -2_147_483_648]
  expect([...unpacked(sent(numbers))]).toEqual(numbers)
  const shifted = new Uint8Array([9, 9, 9, ...sent(numbers)]).subarray(3)
  expect([...unpacked(shifted)]).toEqual(numbers)
})

test('no rows are no numbers', () => {
  expect([...unpacked(null)]).toEqual([])
})
