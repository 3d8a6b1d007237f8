import { expect, test } from 'vitest'
import { unpacked } from './packed.ts'

test('numbers come out as they went in', () => {
  const numbers = [0, 1, -1, 65_536, 2_147_483_647, -2_147_483_648, 7]
  expect([...unpacked(`{${numbers.join(',')}}`)]).toEqual(numbers)
  expect([...unpacked('{42}')]).toEqual([42])
})

test('no rows are no numbers', () => {
  expect([...unpacked(null)]).toEqual([])
  expect([...unpacked('{}')]).toEqual([])
})

test('what is not all whole numbers is refused', () => {
  expect(() => unpacked('{1,NULL,2}')).toThrow('no array of whole numbers')
  expect(() => unpacked('{1.5}')).toThrow('no array of whole numbers')
})
