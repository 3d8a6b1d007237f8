import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { traceElbow, traceFan } from './edges.ts'
import type { Box } from './layout.ts'

const box = (x: number, anchor: number): Box => ({
  key: `${x} ${anchor}`,
  x,
  y: anchor - 5,
  width: 10,
  height: 10,
  anchor,
  column: 0,
})

/** Every point a pen passes on its way, each straight line in steps of half a pixel; and how often it is put down. */
function pen() {
  const points = new Set<string>()
  let [x, y, strokes] = [0, 0, 0]
  const mark = (px: number, py: number) => points.add(`${Math.round(px)} ${Math.round(py)}`)
  const path = {
    moveTo(toX: number, toY: number) {
      ;[x, y] = [toX, toY]
      strokes++
    },
    lineTo(toX: number, toY: number) {
      const steps = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y) * 2))
      for (let i = 0; i <= steps; i++) mark(x + ((toX - x) * i) / steps, y + ((toY - y) * i) / steps)
      ;[x, y] = [toX, toY]
    },
    quadraticCurveTo(cx: number, cy: number, toX: number, toY: number) {
      for (let i = 0; i <= 24; i++) {
        const t = i / 24
        mark(
          (1 - t) ** 2 * x + 2 * t * (1 - t) * cx + t * t * toX,
          (1 - t) ** 2 * y + 2 * t * (1 - t) * cy + t * t * toY,
        )
      }
      ;[x, y] = [toX, toY]
    },
  }
  return { path: path as unknown as CanvasPath, points, strokes: () => strokes }
}

describe('the edges of one parent', () => {
  it('are traced together as each by itself', () => {
    const anchors = fc.uniqueArray(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(anchors, fc.integer({ min: 4, max: 60 }), (all, gap) => {
        const parent = box(0, 0)
        const children = all.map((anchor) => box(10 + gap, anchor * 5))
        const alone = pen()
        for (const child of children) traceElbow(alone.path, parent, child)
        const together = pen()
        traceFan(together.path, parent, children)
        expect([...together.points].sort()).toEqual([...alone.points].sort())
      }),
    )
  })
  it('share what they have in common', () => {
    const children = Array.from({ length: 100 }, (_, index) => box(60, index * 20))
    const { path, strokes } = pen()
    traceFan(path, box(0, -40), children)
    expect(strokes()).toBe(101)
  })
})
