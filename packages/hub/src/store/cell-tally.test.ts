import { expect, test } from 'vitest'
import { createShelf } from './cell-book.ts'
import { bucketsOf, counted, groupsOf, tally } from './cell-tally.ts'

const shelf = createShelf()
const add = (id: number, group: string, node: string, isRoot = true, isInjected = false) =>
  shelf.add([id, group, node, 'timeout', 'Parser', 'restarted', 'exit', isRoot, isInjected])
add(10, 'a', 'mail')
add(11, 'a', 'web', false)
add(12, 'b', 'web', true, true)
const cells = shelf.known()
const parts = (...pairs: [cell: number, n: number][]) => ({
  cells: Int32Array.from(pairs, ([id]) => id),
  counts: Int32Array.from(pairs, ([, n]) => n),
})

test('parts of a cell add up, and one that is gone counts nothing', () => {
  expect([...counted(cells, [parts([10, 2], [12, 1]), parts([10, 3], [99, 7])], null)]).toEqual([5, 0, 1])
})

test('what does not match is left out', () => {
  expect([...counted(cells, [parts([10, 2], [11, 4], [12, 1])], Uint8Array.of(1, 0, 1))]).toEqual([2, 0, 1])
})

test('groups of other statuses than those wanted are in no count', () => {
  const counts = Float64Array.of(5, 2, 1)
  expect(groupsOf(counts, cells)).toEqual(['a', 'b'])
  const states = new Map([
    ['a', { status: 'new', isMixed: true }],
    ['b', { status: 'ignored', isMixed: false }],
  ] as const)
  const { total, groups, facets } = tally(counts, cells, states, {
    statuses: new Set(['new'] as const),
    limit: 200,
  })
  expect(total).toBe(7)
  expect([...groups]).toEqual([['a', { roots: 5, casualties: 2, cause: 'mixed', nodes: ['mail', 'web'] }]])
  expect(facets.filter(({ node }) => node !== undefined)).toEqual([
    { node: 'mail', n: 5 },
    { node: 'web', n: 2 },
  ])
  expect(facets.filter(({ cause }) => cause !== undefined)).toEqual([
    { cause: 'mixed', n: 7 },
    { cause: 'organic', n: 7 },
  ])
})

test('groups beyond the limit are counted and not shown, and none on another node than its own', () => {
  const states = new Map([
    ['b', { status: 'new', isMixed: false }],
    ['a', { status: 'new', isMixed: false }],
  ] as const)
  const { total, groups } = tally(Float64Array.of(5, 2, 1), cells, states, {
    statuses: new Set(['new'] as const),
    limit: 1,
  })
  expect(total).toBe(8)
  expect([...groups]).toEqual([['b', { roots: 1, casualties: 0, cause: 'injected', nodes: ['web'] }]])
})

test('bars are of root crashes, of cells that match and groups that are shown', () => {
  const hours = [
    { ...parts([10, 2], [11, 1]), bar: 0 },
    { ...parts([12, 3]), bar: 5 },
    { ...parts([10, 4]), bar: 30 },
    { ...parts([99, 7]), bar: 1 },
  ]
  const bars = (counts: Float64Array, ...shown: string[]) => bucketsOf(hours, counts, cells, new Set(shown))
  expect(bars(Float64Array.of(6, 1, 3), 'b', 'a')).toEqual([
    ['b', 5, 3],
    ['a', 0, 2],
    ['a', 23, 4],
  ])
  expect(bars(Float64Array.of(0, 1, 3), 'b', 'a')).toEqual([['b', 5, 3]])
  expect(bars(Float64Array.of(6, 1, 3), 'b')).toEqual([['b', 5, 3]])
})

test('what is read later changes nothing for who holds what was known', () => {
  const book = createShelf()
  book.add([1, 'a', 'mail', 'timeout', 'Parser', 'restarted', 'exit', true, false])
  const before = book.known()
  for (let id = 2; id < 5_000; id++)
    book.add([id, `g${id}`, 'web', 'noproc', 'Router', 'pending', 'throw', true, false])
  const sums = counted(before, [parts([1, 3], [2, 9], [4_999, 9])], null)
  expect([...sums]).toEqual([3])
  expect(groupsOf(sums, before)).toEqual(['a'])
  expect(book.known().size).toBe(4_999)
  expect(groupsOf(counted(book.known(), [parts([1, 3], [4_999, 9])], null), book.known())).toEqual([
    'a',
    'g4999',
  ])
})
