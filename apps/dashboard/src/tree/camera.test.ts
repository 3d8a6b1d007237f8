import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Camera, centre, fitScale, openingScale, reveal, visible, zoomAt } from './camera.ts'
import { layOut, type ShapeNode, type TreeShape } from './layout.ts'
import { levelAlphas, levelOf, metricsAt } from './metrics.ts'

const VIEW = { width: 1_032, height: 724 }

function wide(supervisors: number, workers: number): TreeShape {
  const nodes = new Map<string, ShapeNode>()
  const add = (key: string, children: string[]) =>
    nodes.set(key, { key, children, promoted: [], slots: null, isGuarded: false })
  const sups = Array.from({ length: supervisors }, (_, index) => `r/${index}`)
  add('r', sups)
  for (const sup of sups) {
    const kids = Array.from({ length: workers }, (_, index) => `${sup}/${index}`)
    add(sup, kids)
    for (const kid of kids) add(kid, [])
  }
  return { roots: ['r'], nodes }
}

const at = (shape: TreeShape, scale: number) =>
  layOut(shape, metricsAt(scale), () => ({ width: 0, height: 0 }))

describe('camera', () => {
  it('fits what it can: the whole lies within the view', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (supervisors, workers) => {
        const shape = wide(supervisors, workers)
        const layout = at(
          shape,
          fitScale((scale) => at(shape, scale), VIEW),
        )
        expect(layout.width).toBeLessThanOrEqual(VIEW.width)
        expect(layout.height).toBeLessThanOrEqual(VIEW.height)
      }),
      { numRuns: 20 },
    )
  })

  it('opens near where that takes at most three screens, further away where it does not', () => {
    const open = (supervisors: number, workers: number) => {
      const shape = wide(supervisors, workers)
      return levelOf(openingScale((scale) => at(shape, scale), VIEW))
    }
    expect(open(4, 4)).toBe('near')
    expect(open(6, 4)).toBe('near')
    expect(open(40, 40)).toBe('far')
  })

  it('keeps what is under the pointer under the pointer', () => {
    const shape = wide(4, 4)
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1.4, noNaN: true }), (scale) => {
        const before = at(shape, 0.92)
        const after = at(shape, scale)
        const box = before.boxes.get('r/1/2')
        const moved = after.boxes.get('r/1/2')
        if (!box || !moved) throw new Error('not placed')
        const camera: Camera = { scale: 0.92, x: -40, y: 25 }
        const pointer = { x: camera.x + box.x, y: camera.y + box.anchor }
        const next = zoomAt(camera, before, after, scale, pointer)
        expect(next.x + moved.x).toBeCloseTo(pointer.x, 6)
        expect(next.y + moved.anchor).toBeCloseTo(pointer.y, 6)
      }),
    )
  })

  it('brings a box clear of the border and of a floating inspector', () => {
    const layout = at(wide(8, 8), 0.92)
    const camera = centre(layout, VIEW, 0.92)
    for (const box of layout.boxes.values()) {
      const next = reveal(camera, box, VIEW, 372)
      expect(next.x + box.x).toBeGreaterThanOrEqual(0)
      expect(next.x + box.x + box.width).toBeLessThanOrEqual(VIEW.width - 372)
      expect(next.y + box.y).toBeGreaterThanOrEqual(0)
      expect(next.y + box.y + box.height).toBeLessThanOrEqual(VIEW.height)
    }
  })

  it('draws what is in view and leaves out what is far', () => {
    const layout = at(wide(40, 10), 0.92)
    const shown = visible(layout, { scale: 0.92, x: 0, y: 0 }, VIEW, 0)
    expect(shown.length).toBeLessThan(40)
    expect(shown.some((box) => box.key === 'r/0/0')).toBe(true)
  })

  it('sums the levels of a cross-fade to one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 1.5, noNaN: true }), (scale) => {
        const { far, mid, near } = levelAlphas(scale)
        expect(far + mid + near).toBeCloseTo(1, 6)
      }),
    )
  })
})
