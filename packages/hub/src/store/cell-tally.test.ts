import { expect, test } from 'vitest'
import type { Cells } from './cell-book.ts'
import { counted, groupsOf, tally } from './cell-tally.ts'

const words = ['a', 'b', 'mail', 'web', 'timeout', 'Parser', 'restarted', 'exit']
const cell = (group: number, node: number, isRoot = true) => ({
  group,
  node,
  reason: 4,
  module: 5,
  outcome: 6,
  kind: 7,
  isRoot,
  isInjected: false,
})
const cells: Cells = {
  places: new Map([
    [10, 0],
    [11, 1],
    [12, 2],
  ]),
  facts: [cell(0, 2), cell(0, 3, false), cell(1, 3)],
  words,
}
const parts = (...pairs: [cell: number, n: number][]) => ({
  cells: Int32Array.from(pairs, ([id]) => id),
  counts: Int32Array.from(pairs, ([, n]) => n),
})

test('parts of a cell add up, and one that is gone counts nothing', () => {
  expect([...counted(cells, null, parts([10, 2], [12, 1], [10, 3], [99, 7]), false)]).toEqual([5, 0, 1])
})

test('what does not match is left out, and what lies before the time is taken off', () => {
  const matching = parts([10, 9], [11, 4])
  expect([...counted(cells, matching, parts([10, 2], [12, 1]), false)]).toEqual([2, 0, 0])
  expect([...counted(cells, matching, parts([10, 2], [12, 1]), true)]).toEqual([7, 4, 0])
})

test('groups of other statuses than those wanted are in no count', () => {
  const counts = Float64Array.of(5, 2, 1)
  expect(groupsOf(counts, cells)).toEqual(['a', 'b'])
  const statuses = new Map([
    ['a', { status: 'new', isMixed: true }],
    ['b', { status: 'ignored', isMixed: false }],
  ] as const)
  const { total, groups, facets } = tally(counts, cells, statuses, new Set(['new'] as const))
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
