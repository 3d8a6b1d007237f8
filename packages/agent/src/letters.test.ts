import { expect, test } from 'vitest'
import { createLetters } from './letters.ts'

const type = () => 'data_ind'

test('the commonest dead letters come first', () => {
  const letters = createLetters()
  for (let i = 0; i < 3; i++) letters.add(type, 'TrunkLink', 'noproc')
  letters.add(type, '<0.7.0>', 'overflow')
  expect(letters.take()).toEqual([
    { type: 'data_ind', to: 'TrunkLink', why: 'noproc', total: 3 },
    { type: 'data_ind', to: '<0.7.0>', why: 'overflow', total: 1 },
  ])
})

test('a storm is looked at for a thousand letters a second, and remembers 256 kinds', () => {
  const letters = createLetters()
  let looked = 0
  const counting = () => {
    looked++
    return 'x'
  }
  for (let i = 0; i < 5_000; i++) letters.add(counting, `<0.${i}.0>`, 'noproc')
  expect(looked).toBe(1_000)
  expect(letters.take()).toHaveLength(8)
  for (let i = 0; i < 20; i++) letters.add(counting, 'again', 'noproc')
  expect(letters.take()[0]).toEqual({ type: 'x', to: 'again', why: 'noproc', total: 20 })
})
