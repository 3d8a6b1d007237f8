import type { Incarnation, NodeView, TimelineView } from '@orrery/live/views'
import { describe, expect, it } from 'vitest'
import { sampleNode } from '../cluster/sample-node.ts'
import {
  coarse,
  crashMarks,
  groupLabel,
  groupRestarts,
  isGroupBar,
  lifeBlocks,
  lifeWords,
  loopLayers,
  statement,
  tableOf,
  untilNow,
  uptime,
  windowOf,
} from './node-model.ts'
import { sampleView } from './sample-view.ts'

function mark(kind: 'crash' | 'restart', atMs: number, more = 0): TimelineView['marks'][number] {
  const at = { id: `${kind}${atMs}`, atMs, kind, node: 'n', key: 'k', name: 'TrunkLink', text: 'overrun' }
  return { ...at, crashId: null, more }
}

function life(change: Partial<Incarnation>): Incarnation {
  const plain = { incarnation: 'a', release: null, startedAtMs: 0, endedAtMs: null, end: null, text: '' }
  return { ...plain, crashId: null, ...change }
}

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

  it('parts the used time into work, collector and agent, and never says more than it knows', () => {
    const { layers, sums } = loopLayers(sampleView())
    expect(layers.map(({ name }) => name)).toEqual(['work', 'GC', 'agent'])
    expect(sums[2]?.[0]).toBeCloseTo(50)
    expect(layers[0]?.line[0]).toBeCloseTo(43)
    expect(sums[0]?.[1]).toBeNull()
    const plain: NodeView = { ...sampleView(), totals: null }
    expect(loopLayers(plain).layers.map(({ name }) => name)).toEqual(['used'])
    expect(loopLayers(null).sums).toEqual([])
  })

  it('the table has the charts’ data, newest first, and keeps gaps', () => {
    const { columns, rows } = tableOf(sampleView(), 0)
    expect(columns).toContain('old')
    expect(rows.map(({ atMs }) => atMs)).toEqual([3_000, 2_000, 1_000])
    expect(rows[1]?.values[0]).toBeNull()
    expect(rows[0]?.values[0]).toBe('40 %')
    expect(tableOf(sampleView(), 2_500).rows).toHaveLength(1)
    expect(windowOf(sampleView(), 1_500).processes).toEqual([11, 12])
  })

  it('a group restart is several restarts in one step', () => {
    expect(groupRestarts([mark('restart', 3_100), mark('restart', 9_000, 34)], 3)).toEqual(
      new Map([[9_000, 35]]),
    )
  })

  it('the largest group restart is named, left of the crosses that would lie under its name', () => {
    const plot = { left: 0, x: (ms: number) => ms / 10 }
    const marks = [mark('crash', 6_000), mark('crash', 8_900), mark('restart', 9_000, 34)]
    const label = groupLabel(groupRestarts(marks, 3), marks, [{ x: 600 }, { x: 890 }], 3, plot)
    expect(label).toEqual({ x: 880, text: 'TrunkLink, 35 restarted' })
    const close = groupLabel(groupRestarts(marks, 3), marks, [{ x: 850 }, { x: 890 }], 3, plot)
    expect(close?.x).toBe(840)
    expect(groupLabel(new Map(), marks, [], 3, plot)).toBeNull()
    expect(groupLabel(groupRestarts(marks, 3), marks, [], 3, { ...plot, left: 800 })).toBeNull()
  })

  it('a bar that holds the group takes its colour, also a second later, and its neighbours do not', () => {
    const groups = new Map([[9_000, 35]])
    expect(isGroupBar(groups, { atMs: 9_000, starts: 2, exits: 3 }, 1)).toBe(false)
    expect(isGroupBar(groups, { atMs: 10_000, starts: 36, exits: 34 }, 1)).toBe(true)
    expect(isGroupBar(groups, { atMs: 11_000, starts: 36, exits: 34 }, 1)).toBe(false)
    expect(isGroupBar(groups, { atMs: 9_000, starts: 40, exits: 40 }, 3)).toBe(true)
  })

  it('crashes that would lie on each other are one cross, and say how many', () => {
    const crosses = crashMarks(
      [mark('crash', 10), mark('crash', 12, 2), mark('crash', 400)],
      0,
      500,
      (ms) => ms,
    )
    expect(crosses.map(({ x, text }) => [x, text])).toEqual([
      [10, 'TrunkLink: overrun, and 3 more'],
      [400, 'TrunkLink: overrun'],
    ])
  })

  it('a node that is gone has lived until it was heard last, and its lines end there', () => {
    const gone = sampleNode({ status: 'gone', lastHeardAtMs: 60_000 })
    expect(uptime(gone, 900_000)).toBe('1 m 00 s')
    expect(uptime(sampleNode(), 900_000)).toBe('15 m 00 s')
    expect(untilNow([1, 2, 3], sampleView(), 4_000)).toEqual([1, 2, 3])
    expect(untilNow([1, 2, 3], sampleView(), 9_000)).toEqual([1, 2, 3, null, null, null])
  })

  it('a tile keeps the worst of each five seconds, and gaps', () => {
    expect(coarse([1, 9, 2, 3, 4, 5])).toEqual([1, 9])
    expect(coarse([null, null, null, null, null, 1, 7, 2, 3, 4])).toEqual([null, 7])
  })
})

describe('incarnations', () => {
  it('say how they ended', () => {
    expect(lifeWords(life({ release: '2.18.0' }))).toEqual({ glyph: 'busy', text: 'running, release 2.18.0' })
    expect(lifeWords(life({ end: 'stopped', text: 'for release 2.18.0' })).text).toBe(
      'stopped: for release 2.18.0',
    )
    expect(lifeWords(life({ end: 'killed' }))).toEqual({ glyph: 'crashed', text: 'killed' })
  })

  it('are blocks as long as they lived, none too short to be seen', () => {
    const blocks = lifeBlocks(
      [
        life({ incarnation: 'b', startedAtMs: 100 }),
        life({ incarnation: 'a', startedAtMs: 99, endedAtMs: 100, end: 'killed' }),
      ],
      1_000,
    )
    expect(blocks.map(({ life }) => life.incarnation)).toEqual(['a', 'b'])
    expect((blocks[0]?.to ?? 0) - (blocks[0]?.from ?? 0)).toBeGreaterThan(0.015)
    expect(blocks.at(-1)?.to).toBeCloseTo(1)
  })
})
