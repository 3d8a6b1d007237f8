import { resilienceMatrix, VERDICTS } from '@orrery/protocol/faults'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VerdictRow } from './lab-store.ts'
import { matrixOf } from './matrix.ts'

function row(n: number, subtree: string, fault: string, verdict: VerdictRow['verdict']): VerdictRow {
  return { experiment: `F-000${n}`, subtree, fault, verdict, atMs: n }
}

test('a cell has the verdict of its newest experiment, how often it was tried, and the trend', () => {
  const matrix = matrixOf(
    [
      row(1, 'CallSup', 'kill', 'escalated'),
      row(2, 'TrunkSup', 'kill', 'absorbed'),
      row(2, 'CallSup', 'delay', 'absorbed'),
      row(3, 'CallSup', 'kill', 'degraded'),
    ],
    0,
  )
  expect(resilienceMatrix.parse(matrix)).toEqual({
    from: '1970-01-01T00:00:00.000Z',
    experiments: 3,
    subtrees: ['CallSup', 'TrunkSup'],
    faults: ['delay', 'kill'],
    cells: [
      {
        subtree: 'CallSup',
        fault: 'kill',
        verdict: 'degraded',
        runs: 2,
        trend: ['escalated', 'degraded'],
        latest: 'F-0003',
      },
      {
        subtree: 'TrunkSup',
        fault: 'kill',
        verdict: 'absorbed',
        runs: 1,
        trend: ['absorbed'],
        latest: 'F-0002',
      },
      {
        subtree: 'CallSup',
        fault: 'delay',
        verdict: 'absorbed',
        runs: 1,
        trend: ['absorbed'],
        latest: 'F-0002',
      },
    ],
  })
})

test('of many subtrees those broken last are kept', () => {
  const rows = Array.from({ length: 500 }, (_, i) => row(i, `Sup${i}`, 'kill', 'absorbed'))
  const matrix = matrixOf(rows, 0)
  expect([matrix.subtrees.length, matrix.experiments]).toEqual([200, 500])
  expect(matrix.subtrees).toContain('Sup499')
  expect(matrix.cells).toHaveLength(200)
})

test('every row counts in exactly one cell, and a trend is at most twenty and ends with the verdict', () => {
  const rows = fc.array(
    fc.record({
      experiment: fc.constantFrom('F-1', 'F-2', 'F-3'),
      subtree: fc.constantFrom('A', 'B', 'C'),
      fault: fc.constantFrom('kill', 'drop'),
      verdict: fc.constantFrom(...VERDICTS),
      atMs: fc.nat(),
    }),
    { maxLength: 120 },
  )
  fc.assert(
    fc.property(rows, (given) => {
      const { cells } = matrixOf(given, 0)
      expect(cells.reduce((sum, { runs }) => sum + runs, 0)).toBe(given.length)
      for (const { trend, verdict, runs } of cells) {
        expect(trend.at(-1)).toBe(verdict)
        expect(trend).toHaveLength(Math.min(20, runs))
      }
    }),
  )
})
