import type { MessagesView } from '@orrery/live/views'
import { expect, test } from 'vitest'
import {
  bandRuns,
  heat,
  heatRuns,
  instantAt,
  logAxis,
  logY,
  msText,
  placeLabels,
  stepText,
} from './messages-model.ts'

test('labels that would lie on another share its place', () => {
  const lines = [
    { id: 'exchange@kista-1', name: 'exchange@kista-1', x: 40, y: 60 },
    { id: 'exchange@kista-2', name: 'exchange@kista-2', x: 40, y: 64 },
    { id: 'mail@localhost', name: 'mail@localhost', x: 90, y: 140 },
  ]
  expect(placeLabels(lines, 0, 160)).toEqual([
    { id: 'exchange@kista-1', text: 'exchange@kista-1, kista-2', x: 40, y: 55 },
    { id: 'mail@localhost', text: 'mail@localhost', x: 90, y: 135 },
  ])
  const many = Array.from({ length: 5 }, (_, i) => ({ id: `m${i}`, name: `m${i}`, x: 0, y: 50 }))
  expect(placeLabels(many, 0, 160)[0]?.text).toBe('m0, m1, m2 and 2 more')
})

test('a log axis has whole decades around all values', () => {
  const axis = logAxis({ now: null, steps: [{ q: [240, 900, 248_000, 300_000] }, null, { each: [20] }] })
  expect(axis.ticks).toEqual([0.01, 0.1, 1, 10, 100, 1_000])
  expect(logY(axis, 10, 0, 100)).toBe(100)
  expect(logY(axis, 1e6, 0, 100)).toBeCloseTo(0)
  expect(logY(axis, 0, 0, 100)).toBe(100)
})

test('a band is broken where there are too few samples', () => {
  const q: [number, number, number, number] = [1, 2, 3, 4]
  expect(bandRuns([{ q }, null, { each: [5] }, { q }, { q }])).toEqual([
    { from: 0, q: [q] },
    { from: 3, q: [q, q] },
  ])
})

test('heat is log from 1 to 10,000, a gap is none, equal neighbours are one', () => {
  expect([heat(null), heat(0), heat(10_000), heat(1e6)]).toEqual([null, 0, 100, 100])
  expect((heat(10) ?? 0) < (heat(1_000) ?? 0)).toBe(true)
  expect(heatRuns([0, 0, null, 5])).toEqual([
    { from: 0, length: 2, heat: 0 },
    { from: 2, length: 1, heat: null },
    { from: 3, length: 1, heat: heat(5) },
  ])
})

test('the instant under a pixel is the middle of its step', () => {
  const frame = { left: 0, right: 100, top: 0, floor: 10, fromMs: 3_000, toMs: 33_000 }
  const view = { fromMs: 3_000, stepMs: 3_000 } as MessagesView
  expect(instantAt(frame, 15, view)).toBe(7_500)
  expect(instantAt(frame, 101, view)).toBeNull()
})

test('durations keep three figures', () => {
  expect([0, 16, 240, 3_140, 24_060, 248_400, 1_260_000].map(msText)).toEqual([
    '0',
    '0.016',
    '0.24',
    '3.14',
    '24.1',
    '248',
    '1,260',
  ])
  expect(stepText({ each: [9_000, 200] })).toBe('0.20 / 9.00')
})
