import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apply } from './apply.ts'
import type { Delta } from './delta.ts'
import { DeltaMisfit } from './delta.ts'
import { diff } from './diff.ts'

/** As the value is on the other end of the wire. */
const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

const spark = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(null)), { maxLength: 60 })
const cells = fc
  .array(fc.constantFrom('A', 'B', '/'), { minLength: 60, maxLength: 120 })
  .map((all) => all.join(''))
const json = fc.jsonValue({ maxDepth: 4 }).map(wire)
const row = fc.record({ name: fc.string(), status: fc.constantFrom('busy', 'running'), spark, cells })
const rows = fc.dictionary(
  fc.oneof(
    fc.string(),
    fc.constantFrom('a', 'b', '__proto__', 'constructor'),
    fc.nat(9).map((n) => `root/supervisor-${n}/#pool:Worker`),
  ),
  row,
  {
    maxKeys: 12,
    noNullPrototype: true,
  },
)
const view = fc.record({ rows, roots: fc.array(fc.constantFrom('a', 'b', 'c', 'd')), marks: fc.array(row) })

/** Two values where the second grew out of the first, so that every kind of delta is met. */
const grown = fc.tuple(view, view, fc.nat(20), spark).map(([a, b, shift, add]) => [
  wire(a),
  wire({
    ...b,
    rows: { ...a.rows, ...b.rows },
    roots: [...a.roots.slice(shift % 3), ...b.roots.slice(0, 2)],
    marks: a.marks.map((mark) => ({ ...mark, spark: [...mark.spark.slice(shift), ...add] })),
  }),
])

function same(a: unknown, b: unknown): void {
  const delta = wire(diff(a, b))
  expect(delta === null ? a : apply(a, delta)).toEqual(b)
}

describe('diff and apply', () => {
  it('carry any JSON value to any other', () => {
    fc.assert(fc.property(json, json, same))
  })
  it('carry a view to one that grew out of it', () => {
    fc.assert(fc.property(grown, ([a, b]) => same(a, b)))
  })
  it('carry spark lines', () => {
    fc.assert(
      fc.property(spark, spark, fc.nat(20), (a, more, shift) => same(a, [...a.slice(shift), ...more])),
    )
  })
  it('carry long strings', () => {
    fc.assert(fc.property(cells, cells, same))
  })
  it('find nothing between equal values', () => {
    fc.assert(fc.property(fc.oneof(json, view.map(wire)), (a) => diff(a, structuredClone(a)) === null))
  })
  it('tell long keys by what each has of its own', () => {
    const rows = (n: number) =>
      Object.fromEntries([1, 2, 3, 4].map((id) => [`root/group-${id}/#pool:Worker`, { n, id }]))
    expect(diff(rows(1), rows(2))).toEqual({
      near: [
        [0, 'root/group-1/#pool:Worker', 0, { set: { n: 2 } }],
        [11, '2', 13, { set: { n: 2 } }],
        [11, '3', 13, { set: { n: 2 } }],
        [11, '4', 13, { set: { n: 2 } }],
      ],
    })
    same(rows(1), rows(2))
  })
  it('leave the value they start from alone', () => {
    fc.assert(
      fc.property(grown, ([a, b]) => {
        const before = structuredClone(a)
        const delta = diff(a, b)
        if (delta) apply(a, delta)
        expect(a).toEqual(before)
      }),
    )
  })

  it('share what did not move', () => {
    const a = {
      rows: { x: { n: 1, deep: { k: 1 } }, y: { n: 2, deep: { k: 2 } } },
      list: [{ m: 1 }, { m: 2 }],
    }
    const b = structuredClone(a)
    b.rows.x.n = 5
    b.list[1] = { m: 3 }
    const delta = diff(a, b)
    expect(delta).toEqual({
      at: { rows: { at: { x: { set: { n: 5 } } } }, list: { items: [[1, { set: { m: 3 } }]] } },
    })
    const c = apply(a, delta as Delta)
    expect(c.rows.y).toBe(a.rows.y)
    expect(c.rows.x.deep).toBe(a.rows.x.deep)
    expect(c.list[0]).toBe(a.list[0])
  })
  it('send a spark that moved on as what is new', () => {
    expect(diff([1, 2, null, 4], [2, null, 4, 5])).toEqual({ shift: 1, add: [5] })
    expect(diff([1, 2], [1, 2, null])).toEqual({ shift: 0, add: [null] })
  })
  it('send what came in front of a list as what is new', () => {
    expect(diff(['b', 'c'], ['a', 'b', 'c'])).toEqual({ splice: [0, 0], add: ['a'] })
  })
  it('send changed cells of a pool as runs', () => {
    const before = 'A'.repeat(400)
    const after = `${before.slice(0, 100)}B${before.slice(101, 300)}CC${before.slice(302)}`
    expect(diff(before, after)).toEqual({
      runs: [
        [100, 'B'],
        [300, 'CC'],
      ],
    })
  })
  it('keep a process called __proto__', () => {
    const a = JSON.parse('{"rows":{}}')
    const b = JSON.parse('{"rows":{"__proto__":{"n":1}}}')
    const c = apply(a, wire(diff(a, b)) as Delta)
    expect(JSON.stringify(c)).toBe(JSON.stringify(b))
    expect(Object.getPrototypeOf(c.rows)).toBe(Object.prototype)
  })
  it('refuse a delta made from another value', () => {
    expect(() => apply([1], { items: [[3, { to: 1 }]] })).toThrow(DeltaMisfit)
    expect(() => apply('x', { at: { a: { to: 1 } } } as Delta)).toThrow(DeltaMisfit)
  })
})
