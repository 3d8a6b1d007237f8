import { type CrashReport, captured, type StackFrame, unavailable } from '@orrery/protocol'
import { diffTerms } from '@orrery/protocol/text'
import { describe, expect, test } from 'vitest'
import { sampleReport } from '../../../../packages/protocol/src/sample-report.ts'
import { aligned, apart, compareReports, compareSummary } from './compare-model.ts'

const frame = (fn: string, line: number): StackFrame => ({ fn, file: 'a.ts', line, column: 1, owner: 'app' })
const changed = (left: CrashReport, right: CrashReport) =>
  compareReports(left, right).flatMap(({ title, rows }) =>
    rows.filter(({ isSame }) => !isSame).map((row) => [title, row.label, row.left, row.right]),
  )

test('a report beside itself differs in nothing', () => {
  expect(changed(sampleReport, sampleReport)).toEqual([])
  expect(apart(sampleReport, sampleReport)).toBe('at the same moment')
  expect(compareSummary(sampleReport, sampleReport).every(({ isSame }) => isSame)).toBe(true)
})

test('what differs is marked in its part, and only that', () => {
  const other: CrashReport = {
    ...sampleReport,
    at: '2026-11-12T14:32:16.278Z',
    identity: { ...sampleReport.identity, pid: '<0.9.0>' },
    mailbox: unavailable('it was gone'),
  }
  expect(changed(sampleReport, other)).toEqual([
    ['Mailbox at exit', 'Length', '19', 'it was gone'],
    ['Mailbox at exit', 'Oldest', '2.5 ms', 'it was gone'],
    ['Mailbox at exit', 'Fate', 'lost', 'it was gone'],
    ['Timing', 'At', '2026-11-12 14:32:06.278Z', '2026-11-12 14:32:16.278Z'],
    ['Identity', 'Pid', '<0.1712.0>', '<0.9.0>'],
  ])
  expect(apart(sampleReport, other)).toBe('10 s later')
  expect(apart(other, sampleReport)).toBe('10 s earlier')
})

test('at a glance a stack that was not captured is none, and not a frame', () => {
  const without = (report: CrashReport): CrashReport => ({
    ...report,
    cause: { ...report.cause, stack: unavailable('nothing was thrown') },
  })
  const stackOf = (left: CrashReport, right: CrashReport) => compareSummary(left, right)[0]
  expect(stackOf(without(sampleReport), without(sampleReport))).toMatchObject({
    left: 'none',
    right: 'none',
    isSame: true,
  })
  expect(stackOf(sampleReport, without(sampleReport))).toMatchObject({ right: 'none', isSame: false })
})

test('frames of one function stand beside each other, though one side has more of them', () => {
  const pairs = aligned(
    [frame('push', 1), frame('onData', 2), frame('receive', 3)],
    [frame('push', 9), frame('retry', 5), frame('receive', 3)],
  )
  expect(pairs.map(([left, right]) => [left?.fn ?? null, right?.fn ?? null])).toEqual([
    ['push', 'push'],
    ['onData', null],
    [null, 'retry'],
    ['receive', 'receive'],
  ])
})

test('a moved line is a difference of its frame', () => {
  const at = (line: number): CrashReport => ({
    ...sampleReport,
    cause: { ...sampleReport.cause, stack: captured({ frames: [frame('push', line)], raw: '' }) },
  })
  expect(changed(at(1), at(2))).toEqual([['Stack', '1', 'push  a.ts:1:1', 'push  a.ts:2:1']])
})

describe('terms', () => {
  const object = (entries: [string, number | string][]) => ({ $: 'object' as const, entries })
  test('are compared down to what is not the same', () => {
    const left = {
      $: 'object' as const,
      entries: [
        [
          'a',
          object([
            ['x', 1],
            ['y', 2],
          ]),
        ],
        ['b', 1],
      ] as [string, never][],
    }
    const right = {
      $: 'object' as const,
      entries: [
        [
          'a',
          object([
            ['x', 1],
            ['y', 3],
          ]),
        ],
        ['c', 1],
      ] as [string, never][],
    }
    expect(diffTerms(left, right)).toEqual({
      changes: [
        { path: 'a.y', left: 2, right: 3 },
        { path: 'b', left: 1, right: undefined },
        { path: 'c', left: undefined, right: 1 },
      ],
      same: 1,
      more: 0,
    })
  })
  test('of another kind differ as a whole, and changes are bounded', () => {
    expect(diffTerms(object([['a', 1]]), 'text').changes).toEqual([
      { path: '', left: object([['a', 1]]), right: 'text' },
    ])
    const many = (value: number) => object(Array.from({ length: 9 }, (_, i) => [`k${i}`, value]))
    expect(diffTerms(many(1), many(2), 4)).toMatchObject({ more: 5, changes: { length: 4 } })
  })
})
