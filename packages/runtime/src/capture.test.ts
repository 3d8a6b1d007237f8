import fc from 'fast-check'
import { expect, test } from 'vitest'
import { capture, createNode } from './index.ts'

test('[CAP-1] plain values stand for themselves, others say what they were', () => {
  expect(capture({ a: [1, 'x', null, true] })).toEqual({
    $: 'object',
    entries: [['a', { $: 'array', items: [1, 'x', null, true] }]],
  })
  expect(capture(undefined)).toEqual({ $: 'undefined' })
  expect(capture(Number.NaN)).toEqual({ $: 'number', text: 'NaN' })
  expect(capture(-0)).toEqual({ $: 'number', text: '-0' })
  expect(capture(12n)).toEqual({ $: 'bigint', text: '12' })
  expect(capture(Symbol('s'))).toEqual({ $: 'symbol', text: 's' })
  expect(
    capture(function named() {
      return 1
    }),
  ).toEqual({ $: 'function', name: 'named' })
  expect(capture(new Date(0))).toEqual({ $: 'date', iso: '1970-01-01T00:00:00.000Z' })
  expect(capture(new Date(Number.NaN))).toEqual({ $: 'date', iso: 'invalid' })
  expect(capture(/a/g)).toEqual({ $: 'regexp', text: '/a/g' })
  expect(capture(new Map([[1, 2]]))).toEqual({ $: 'map', entries: [[1, 2]] })
  expect(capture(new Set([1]))).toEqual({ $: 'set', items: [1] })
  expect(capture(new Uint8Array([1, 255]))).toEqual({
    $: 'bytes',
    name: 'Uint8Array',
    length: 2,
    head: '01ff',
  })
  expect(capture(Promise.resolve())).toEqual({ $: 'opaque', name: 'Promise' })
  class Point {
    x = 1
  }
  expect(capture(new Point())).toEqual({ $: 'object', name: 'Point', entries: [['x', 1]] })
})

test('[CAP-2] errors carry name, message, cause and their own fields, never a formatted stack', () => {
  const error = Object.assign(new RangeError('far', { cause: new Error('deep') }), { code: 'E' })
  expect(capture(error)).toEqual({
    $: 'error',
    name: 'RangeError',
    message: 'far',
    cause: { $: 'error', name: 'Error', message: 'deep' },
    entries: [['code', 'E']],
  })
})

test('[CAP-3] pids are shown with their name', () => {
  const node = createNode({ name: 'a@localhost' })
  const pid = node.spawn({ handle: () => undefined }, { name: 'clerk' })
  expect(capture(pid)).toEqual({ $: 'pid', pid: '<0.1.0>', name: 'clerk' })
})

test('[CAP-4] getters are never called', () => {
  let called = 0
  const value = {
    get secret() {
      called += 1
      return 1
    },
  }
  expect(capture(value)).toEqual({ $: 'object', entries: [['secret', { $: 'getter' }]] })
  const array: unknown[] = []
  Object.defineProperty(array, 0, { get: () => ++called, enumerable: true })
  capture(array)
  class Evil extends Error {
    override get name() {
      called += 1
      return 'x'
    }
  }
  capture(new Evil('e'))
  expect(called).toBe(0)
})

test('[CAP-5] cycles, depth, breadth, text and number of nodes are bounded', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = { back: cycle }
  expect(capture(cycle)).toEqual({
    $: 'object',
    entries: [['self', { $: 'object', entries: [['back', { $: 'circular', up: 2 }]] }]],
  })
  expect(capture([[[1]]], { depth: 2 })).toEqual({
    $: 'array',
    items: [{ $: 'array', items: [{ $: 'truncated', why: 'depth' }] }],
  })
  expect(capture([1, 2, 3], { breadth: 2 })).toEqual({ $: 'array', items: [1, 2], more: 1 })
  expect(capture('abcdef', { text: 3 })).toEqual({ $: 'text', text: 'abc', length: 6 })
  const wide = Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => 1))
  expect(JSON.stringify(capture(wide, { nodes: 100 })).length).toBeLessThan(2_000)
  const huge = 'x'.repeat(10_000_000)
  expect(capture({ huge })).toMatchObject({ entries: [['huge', { $: 'text', length: 10_000_000 }]] })
})

test('[CAP-6] lone surrogates become U+FFFD, in keys too', () => {
  expect(capture({ '\ud800': 'a\udc00' })).toEqual({ $: 'object', entries: [['\ufffd', 'a\ufffd']] })
})

test('[CAP-7] hostile objects are opaque, and nothing throws', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const throwing = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no')
      },
    },
  )
  expect(capture([proxy, throwing])).toEqual({
    $: 'array',
    items: [
      { $: 'opaque', name: 'unreadable' },
      { $: 'opaque', name: 'unreadable' },
    ],
  })
  const proto = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no')
      },
    },
  )
  expect(capture(Object.create(proto))).toBeDefined()
  expect(capture(BigInt(2) ** BigInt(100_000))).toEqual({ $: 'bigint', text: 'larger than 4096 bits' })
})

test('[CAP-8] any value gives JSON within the bounds', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withSparseArray: true,
        withNullPrototype: true,
        withObjectString: true,
      }),
      (value) => {
        const text = JSON.stringify(capture(value, { nodes: 50, text: 100 }))
        return typeof text === 'string' && text.length < 50 * 1_500
      },
    ),
    { numRuns: 500 },
  )
})
