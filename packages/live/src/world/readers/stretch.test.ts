import { expect, test } from 'vitest'
import { ONE_FOR_ONE, START_MS, Teller } from '../test/teller.ts'
import { Stretch } from './stretch.ts'

function shop(): Teller {
  const teller = new Teller()
  teller.start(
    { ref: 1, name: 'Root', supervisor: ONE_FOR_ONE },
    { ref: 2, parentRef: 1, childId: 'tills', supervisor: ONE_FOR_ONE, module: 'TillSup' },
    { ref: 3, parentRef: 2, childId: 'a', module: 'Till' },
    { ref: 4, parentRef: 2, childId: 'b', module: 'Till' },
    { ref: 5, parentRef: 1, childId: 'books', module: 'Books' },
  )
  return teller
}

const second = (at: number): number => START_MS / 1_000 + at

function read(teller: Teller, roots: string[] | null, from: number, to: number): Stretch {
  const into = new Stretch()
  teller.world.addStretch(teller.node, roots, second(from), second(to), into)
  return into
}

test('a subtree has what its modules handled, its longest mailbox and no more', () => {
  const teller = shop()
  teller.second([])
  for (let s = 1; s <= 10; s++)
    teller.second([
      [3, s === 4 ? 70 : 1, 5 * s, 5 * s],
      [4, 0, 2 * s, 2 * s],
      [5, 900, 100 * s, 100 * s],
    ])
  const tills = read(teller, ['Root/tills'], 3, 10)
  expect([tills.seconds, tills.handled, tills.mailboxPeak]).toEqual([8, 56, 70])
  expect(read(teller, ['Root/tills'], 6, 10).mailboxPeak).toBe(1)
  expect(read(teller, ['Root'], 3, 10).handled).toBe(56 + 800)
  expect(read(teller, ['Root', 'Root/tills'], 3, 10).handled).toBe(56 + 800)
  expect(read(teller, null, 3, 10)).toMatchObject({ seconds: 8, mailboxPeak: 900 })
  expect(read(teller, ['Root/nobody'], 3, 10)).toMatchObject({ handled: 0, mailboxPeak: null })
})

test('stretches add up, and times are those of its modules', () => {
  const teller = shop()
  teller.second([])
  const timing = (ref: number, kind: number, ranUs: number) => ({
    type: 'message.timings' as const,
    atUs: teller.atUs,
    kinds: [
      { behaviour: 'GenServer', module: 'Till' },
      { behaviour: 'GenServer', module: 'Books' },
    ],
    refs: [ref],
    kind: [kind],
    waitedUs: [0],
    ranUs: [ranUs],
    awaitedUs: [0],
    weights: [1],
  })
  teller.second([[3, 0, 5, 5]])
  teller.tell(timing(3, 0, 10), timing(5, 1, 5_000))
  teller.second([[3, 0, 15, 15]])
  const into = new Stretch()
  teller.world.addStretch(teller.node, ['Root/tills'], second(2), second(2), into)
  teller.world.addStretch(teller.node, ['Root/tills'], second(3), second(3), into)
  expect([into.seconds, into.handled, into.tookP99Us]).toEqual([2, 15, 10])
  expect(new Stretch().tookP99Us).toBeNull()
})

test('seconds that were not heard count for nothing', () => {
  const teller = shop()
  for (let s = 0; s < 3; s++) teller.second([[3, 0, s, s]])
  expect(read(teller, ['Root/tills'], 4, 9)).toMatchObject({ seconds: 0, handled: 0, mailboxPeak: null })
  const into = new Stretch()
  teller.world.addStretch('nobody@a', null, second(0), second(3), into)
  expect(into.seconds).toBe(0)
})

test('it knows who is above and who lives', () => {
  const teller = shop()
  const { world, node } = teller
  expect(world.above(node, 'Root/tills/a')).toMatchObject({ key: 'Root/tills', name: 'tills' })
  expect(world.above(node, 'Root')).toBeNull()
  expect(world.above(node, 'Root/nobody')).toBeNull()
  expect([world.isAlive(node, 'Root/tills/a'), world.isAlive(node, 'Root/nobody')]).toEqual([true, false])
  teller.exit(3, { crashId: 'c', willRestart: true })
  expect(world.isAlive(node, 'Root/tills/a')).toBe(false)
  world.goodbye(node, teller.nowMs)
  expect([world.isAlive(node, 'Root/tills/b'), world.isAlive('nobody@a', 'x')]).toEqual([null, null])
})
