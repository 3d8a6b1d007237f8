import { describe, expect, it } from 'vitest'
import { sampleNode } from '../cluster/sample-node.ts'
import { scaled, statement, tableRows } from './node-model.ts'

describe('the node screen', () => {
  it('says what is wrong, or that nothing is', () => {
    expect(statement(sampleNode(), [])).toBe('12 processes, none in an abnormal state')
    expect(
      statement(sampleNode({ worst: 'restarting', faults: 2 }), [
        {
          node: 'mail@host',
          key: 'k',
          pid: '<0.1.0>',
          name: 'TrunkLink',
          status: 'restarting',
          what: 'restarts',
          value: 3,
          growthPerS: null,
        },
      ]),
    ).toBe('TrunkLink restarting, of 12 processes, 2 faults active')
  })

  it('the table has the same data, newest first, and keeps gaps', () => {
    const series = (values: (number | null)[]) => ({
      metric: 'messages',
      stepMs: 1_000,
      fromMs: 0,
      heldFromMs: 0,
      lines: { a: values },
    })
    const rows = tableRows([series([1, null, 3]), scaled(series([1e6, 2e6, 3e6]), 1e-6), null])
    expect(rows.map((row) => row.atMs)).toEqual([2_000, 1_000, 0])
    expect(rows[1]?.values).toEqual([null, 2, null])
    expect(tableRows([series(Array(3_600).fill(1))]).length).toBeLessThanOrEqual(60)
  })
})
