import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Box, layOut, type ShapeNode, type TreeShape } from './layout.ts'
import { levelAlphas, metricsAt } from './metrics.ts'
import { poolSize } from './pool.ts'

/** A tree from nested lists: `[]` a worker, a number a pool of so many slots. */
type Nest = number | Nest[]

function shapeOf(nests: Nest[], isGuarded: (key: string) => boolean = () => false): TreeShape {
  const nodes = new Map<string, ShapeNode>()
  const add = (nest: Nest, key: string): string => {
    const isPool = typeof nest === 'number'
    const promoted = isPool ? [0, 1, 2].slice(0, nest % 4).map((index) => `${key}!${index}`) : []
    const children = isPool ? [] : nest.map((child, index) => add(child, `${key}/${index}`))
    nodes.set(key, { key, children, promoted, slots: isPool ? nest : null, isGuarded: isGuarded(key) })
    return key
  }
  return { roots: nests.map((nest, index) => add(nest, `r${index}`)), nodes }
}

const lay = (shape: TreeShape, scale: number) => {
  const metrics = metricsAt(scale)
  const alphas = levelAlphas(scale)
  return layOut(shape, metrics, (node) => poolSize(node.slots ?? 0, false, metrics, alphas))
}

const { nest } = fc.letrec<{ nest: Nest; inner: Nest[] }>((tie) => ({
  nest: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constant<Nest>([]),
    fc.integer({ min: 8, max: 6_000 }),
    tie('inner'),
  ),
  inner: fc.array(tie('nest'), { minLength: 1, maxLength: 6 }),
}))
const trees = fc
  .tuple(fc.array(nest, { minLength: 1, maxLength: 4 }), fc.func(fc.boolean()))
  .map(([roots, isGuarded]) => shapeOf(roots, isGuarded))
const scales = fc.double({ min: 0.06, max: 1.5, noNaN: true })

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width - 0.01 &&
  b.x < a.x + a.width - 0.01 &&
  a.y < b.y + b.height - 0.01 &&
  b.y < a.y + a.height - 0.01

describe('layout', () => {
  it('lets nothing overlap, at any scale', () => {
    fc.assert(
      fc.property(trees, scales, (shape, scale) => {
        const boxes = [...lay(shape, scale).boxes.values()]
        for (const [index, box] of boxes.entries()) {
          for (const other of boxes.slice(index + 1)) if (overlap(box, other)) return false
        }
        return true
      }),
    )
  })

  it('places every process once and keeps all within its bounds', () => {
    fc.assert(
      fc.property(trees, scales, (shape, scale) => {
        const { boxes, order, width, height } = lay(shape, scale)
        expect(new Set(order).size).toBe(order.length)
        for (const key of shape.nodes.keys()) expect(boxes.has(key)).toBe(true)
        for (const box of boxes.values()) {
          expect(box.x).toBeGreaterThanOrEqual(0)
          expect(box.y).toBeGreaterThanOrEqual(0)
          expect(box.x + box.width).toBeLessThanOrEqual(width)
          expect(box.y + box.height).toBeLessThanOrEqual(height)
        }
      }),
    )
  })

  it('keeps children in start order, right of their parent', () => {
    fc.assert(
      fc.property(trees, scales, (shape, scale) => {
        const { boxes } = lay(shape, scale)
        for (const node of shape.nodes.values()) {
          const parent = boxes.get(node.key) as Box
          const children = node.children.map((key) => boxes.get(key) as Box)
          for (const [index, child] of children.entries()) {
            expect(child.x).toBeGreaterThan(parent.x)
            if (index > 0) expect(child.anchor).toBeGreaterThan((children[index - 1] as Box).anchor)
          }
        }
      }),
    )
  })

  it('keeps everything in place when a promoted member comes or goes', () => {
    fc.assert(
      fc.property(trees, scales, (shape, scale) => {
        const bare: TreeShape = {
          roots: shape.roots,
          nodes: new Map([...shape.nodes].map(([key, node]) => [key, { ...node, promoted: [] }])),
        }
        const before = lay(bare, scale).boxes
        const after = lay(shape, scale).boxes
        for (const [key, box] of before) expect(after.get(key)).toEqual(box)
      }),
    )
  })

  it('moves nothing above a child that is added at the end', () => {
    const before = lay(
      shapeOf([
        [
          [[], []],
          [[], []],
        ],
      ]),
      0.92,
    ).boxes
    const after = lay(
      shapeOf([
        [
          [[], []],
          [[], [], []],
        ],
      ]),
      0.92,
    ).boxes
    for (const key of ['r0/0', 'r0/0/0', 'r0/0/1', 'r0/1/0', 'r0/1/1']) {
      expect(after.get(key)?.x).toBe(before.get(key)?.x)
      if (key !== 'r0/1') expect(after.get(key)?.y).toBe(before.get(key)?.y)
    }
  })

  it('draws the exchange of the design where the design draws it', () => {
    const leaf: Nest = []
    const exchange: Nest = [leaf, [leaf, leaf, leaf], [leaf, leaf, [32]], [1_024], [leaf, leaf, leaf], [64]]
    const { boxes } = lay(
      shapeOf([exchange], (key) => key === 'r0/2'),
      0.92,
    )
    const at = (key: string) => [boxes.get(key)?.x, boxes.get(key)?.y]
    expect(at('r0')).toEqual([18, 191])
    expect(at('r0/0')).toEqual([276, 14])
    expect(at('r0/1')).toEqual([276, 112])
    expect(at('r0/1/0')).toEqual([534, 63])
    expect(at('r0/2')).toEqual([276, 273])
    expect(at('r0/2/0')).toEqual([534, 224])
    expect(at('r0/2/2')).toEqual([534, 322])
    expect(at('r0/2/2/0')).toEqual([792, 300])
    expect(at('r0/3/0')).toEqual([534, 383])
    expect(boxes.get('r0/3/0')?.height).toBe(80)
    expect(at('r0/3')).toEqual([276, 399])
    expect(at('r0/4/0')).toEqual([534, 477])
    expect(at('r0/5/0')).toEqual([534, 624])
  })

  it('lays out a chain as deep as the node is wide', () => {
    const nodes = new Map<string, ShapeNode>()
    for (let index = 0; index < 20_000; index++) {
      const children = index < 19_999 ? [`${index + 1}`] : []
      nodes.set(`${index}`, { key: `${index}`, children, promoted: [], slots: null, isGuarded: false })
    }
    expect(lay({ roots: ['0'], nodes }, 0.2).boxes.size).toBe(20_000)
  })
})
