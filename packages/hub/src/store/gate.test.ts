import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

test('no more than so many are inside, in the order they came, and one that fails leaves', async () => {
  const gate = createGate(2)
  const order: number[] = []
  let inside = 0
  let most = 0
  const visits = [1, 2, 3, 4, 5].map((n) =>
    gate.pass(async () => {
      most = Math.max(most, ++inside)
      order.push(n)
      await Promise.resolve()
      inside--
      if (n === 1) throw new Error('it failed')
      return n
    }),
  )
  const settled = await Promise.allSettled(visits)
  expect(settled.map(({ status }) => status)).toEqual(['rejected', ...new Array(4).fill('fulfilled')])
  expect(order).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})
