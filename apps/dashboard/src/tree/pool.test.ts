import { STATUSES } from '@orrery/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellOf, classifyCells, decodeCells, foldCells, poolGrid } from './pool.ts'

const byte = fc.oneof(fc.constant(255), fc.integer({ min: 0, max: 7 }), fc.integer({ min: 128, max: 135 }))
const base64 = (bytes: number[]) => btoa(String.fromCharCode(...bytes))

describe('pool', () => {
  it('reads a cell back as it was written', () => {
    expect(cellOf(STATUSES.indexOf('backlog'))).toEqual({ status: 'backlog', isUnderFault: false })
    expect(cellOf(STATUSES.indexOf('busy') + 128)).toEqual({ status: 'busy', isUnderFault: true })
    expect(cellOf(255)).toEqual({ status: null, isUnderFault: false })
  })

  it('puts every living cell into exactly one class', () => {
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 500 }), (bytes) => {
        const classes = classifyCells(decodeCells(base64(bytes)))
        const placed = [
          ...classes.resting,
          ...classes.busy,
          ...classes.waiting,
          ...classes.exceptions.map((one) => one.index),
        ]
        const living = bytes.filter((one) => {
          const { status } = cellOf(one)
          return status !== null && status !== 'exited'
        })
        expect(new Set(placed).size).toBe(living.length)
      }),
    )
  })

  it('folds 16 cells into one that shows the worst, and hides no fault', () => {
    const cells = new Uint8Array(20).fill(STATUSES.indexOf('running'))
    cells[3] = STATUSES.indexOf('crashed')
    cells[17] = STATUSES.indexOf('busy') + 128
    const folded = foldCells(cells, 16)
    expect([...folded].map(cellOf)).toEqual([
      { status: 'crashed', isUnderFault: false },
      { status: 'busy', isUnderFault: true },
    ])
  })

  it('has 11 px cells, then 5, then 2.5, then a bar', () => {
    expect(poolGrid(30)?.side).toBeGreaterThan(10)
    expect(poolGrid(480)?.side).toBe(5)
    expect(poolGrid(2_560)?.side).toBe(2.5)
    expect(poolGrid(41_354)).toBeNull()
  })

  it('holds all its slots', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_096 }), (slots) => {
        const grid = poolGrid(slots)
        return grid !== null && grid.columns * grid.rows >= slots
      }),
    )
  })
})
