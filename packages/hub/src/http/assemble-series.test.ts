import { describe, expect, it } from 'vitest'
import { assembleSeries } from './assemble-series.ts'

const block = (fromMs: number, values: (number | null)[], node = 'a@b') => ({
  node,
  metric: 'messages',
  fromMs,
  stepMs: 5_000,
  values,
})

describe('assembleSeries', () => {
  it('lays blocks end to end, with gaps where nothing is held', () => {
    const { fromMs, stepMs, lines } = assembleSeries(
      [block(0, [1, 2]), block(20_000, [5])],
      { fromMs: 0, toMs: 30_000, stepMs: null },
      'mean',
    )
    expect({ fromMs, stepMs }).toEqual({ fromMs: 0, stepMs: 5_000 })
    expect(lines).toEqual([{ node: 'a@b', values: [1, 2, null, null, 5, null] }])
  })

  it('takes the mean over a longer step, and the sum of what counts events', () => {
    const blocks = [block(0, [1, 3, null, 6])]
    const range = { fromMs: 0, toMs: 20_000, stepMs: 10_000 }
    expect(assembleSeries(blocks, range, 'mean').lines[0]?.values).toEqual([2, 6])
    expect(assembleSeries(blocks, range, 'sum').lines[0]?.values).toEqual([4, 6])
  })

  it('leaves out what lies outside the range', () => {
    const { lines } = assembleSeries(
      [block(0, [1, 2, 3, 4])],
      { fromMs: 5_000, toMs: 15_000, stepMs: null },
      'mean',
    )
    expect(lines[0]?.values).toEqual([2, 3])
  })

  it('makes the step longer rather than answer with more points than a screen has', () => {
    const { stepMs } = assembleSeries(
      [block(0, [1])],
      { fromMs: 0, toMs: 30 * 86_400_000, stepMs: 5_000 },
      'mean',
    )
    expect(stepMs).toBeGreaterThanOrEqual((30 * 86_400_000) / 5_000)
    expect(stepMs % 5_000).toBe(0)
  })

  it('keeps a line for each node', () => {
    const { lines } = assembleSeries(
      [block(0, [2], 'b@b'), block(0, [1])],
      { fromMs: 0, toMs: 5_000, stepMs: null },
      'mean',
    )
    expect(lines).toEqual([
      { node: 'a@b', values: [1] },
      { node: 'b@b', values: [2] },
    ])
  })
})
