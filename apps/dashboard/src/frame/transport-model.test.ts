import { describe, expect, it } from 'vitest'
import {
  countOf,
  edgeOf,
  type Mark,
  placeMarks,
  ratePaths,
  SPAN_MS,
  stripScale,
  ticks,
} from './transport-model.ts'

const mark = (id: string, atMs: number, kind: Mark['kind'] = 'crash'): Mark => ({
  id,
  atMs,
  kind,
  node: 'a@b',
  key: 'k',
  name: 'N',
  text: 't',
  crashId: id,
  more: 0,
})

describe('the strip', () => {
  const edgeMs = 1_000_000_000
  const scale = stripScale(1_204, edgeMs)

  it('live is 50 px from its right end, and five minutes fill the rest', () => {
    expect(scale.edgeX).toBe(1_154)
    expect(scale.x(edgeMs)).toBe(1_154)
    expect(scale.x(edgeMs - SPAN_MS)).toBeCloseTo(16)
  })

  it('a narrow strip keeps its scale and shows the newest part', () => {
    const narrow = stripScale(600, edgeMs)
    expect(narrow.x(edgeMs) - narrow.x(edgeMs - 60_000)).toBeCloseTo(
      scale.x(edgeMs) - scale.x(edgeMs - 60_000),
    )
  })

  it('ticks stand every five seconds, long ones every thirty', () => {
    const all = ticks(scale)
    expect(all.length).toBe(61)
    expect(all.filter((tick) => tick.isMajor)).toHaveLength(10)
  })

  it('marks that would cover each other become one with all of them', () => {
    const placed = placeMarks(
      [
        mark('c', edgeMs - 100),
        mark('a', edgeMs - 90_000),
        mark('b', edgeMs - 1_000),
        mark('r', edgeMs, 'restart'),
      ],
      'crash',
      scale,
    )
    expect(placed.map((one) => one.marks.map((each) => each.id))).toEqual([['a'], ['b', 'c']])
    expect(placed[1]?.id).toBe('b')
  })

  it('what was not told one by one is counted', () => {
    const [placed] = placeMarks([mark('a', edgeMs), { ...mark('b', edgeMs + 1), more: 40 }], 'crash', scale)
    expect(placed && countOf(placed)).toBe(42)
  })

  it('a steady storm stays several marks', () => {
    const storm = Array.from({ length: 600 }, (_, i) => mark(`m${i}`, edgeMs - i * 100))
    const placed = placeMarks(storm, 'crash', scale)
    expect(placed.length).toBeGreaterThan(20)
    placed.slice(1).forEach((one, i) => {
      expect(one.x - (placed[i]?.x ?? 0)).toBeGreaterThanOrEqual(9)
    })
    expect(placed.reduce((sum, one) => sum + one.marks.length, 0)).toBe(600)
  })

  it('what is older than the strip is not placed', () => {
    expect(placeMarks([mark('a', edgeMs - SPAN_MS - 1_000)], 'crash', scale)).toEqual([])
  })

  it('a gap in the rate is a gap', () => {
    const { line } = ratePaths([1, 2, null, 3, 4], edgeMs - 4_000, 1_000, scale, 8, 30)
    expect(line.match(/M/g)).toHaveLength(2)
  })

  it('the edge is the last value held', () => {
    const view = { stepMs: 1_000, fromMs: 5_000, messagesPerS: [1, 2, 3], marks: [], faults: [] }
    expect(edgeOf(view)).toBe(7_000)
    expect(edgeOf({ ...view, messagesPerS: [] })).toBe(5_000)
  })
})
