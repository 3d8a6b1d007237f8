import { type BlastGroup, type Schedule, step, stopWhen } from '@orrery/protocol/faults'
import { describe, expect, it } from 'vitest'
import { createTally, createThrottle, overBlast } from './limits.ts'
import { runMs, runsOf } from './schedule.ts'
import { reasonToStop, type Seen } from './stop-conditions.ts'

describe('limits', () => {
  it('let twenty through in any second', () => {
    const takes = createThrottle()
    const at = (ms: number, count: number) =>
      Array.from({ length: count }, () => takes(ms)).filter(Boolean).length
    expect([at(0, 15), at(900, 15), at(999, 5), at(1_000, 30), at(1_899, 3), at(1_900, 3)]).toEqual([
      15, 5, 0, 15, 0, 3,
    ])
  })

  it('refuse more than a share of a node, counting who may end with the chosen, and never a single one', () => {
    const hit = { node: 'a@h', processes: 100, targets: 20, mayExit: 5 }
    expect(overBlast([hit], 25)).toBeNull()
    expect(overBlast([{ ...hit, mayExit: 6 }], 25)).toMatchObject({
      code: 'fault.blast_limit',
      message: expect.stringContaining('26 %'),
    })
    expect(overBlast([{ node: 'a@h', processes: 2, targets: 1, mayExit: 0 }], 25)).toBeNull()
  })

  it('count a process once, whatever steps it is named in', () => {
    const group: BlastGroup = {
      ...{ label: 'Leg', module: 'Leg', parent: 'Shop/calls', count: 50, of: 90 },
      ...{ effect: 'restarted', via: 'link', restart: '', keys: [] },
    }
    const falls = (count: number, parent = 'Shop/calls') => ({
      groups: [{ ...group, parent, count, effect: 'may_exit' as const }, group],
    })
    const tally = createTally()
    tally.add('a@h', 100, [{ key: 'x' }, { key: 'y' }], falls(2))
    tally.add('a@h', 100, [{ key: 'y' }, { key: 'z' }], falls(3))
    tally.add('a@h', 100, [{ key: 'z' }], falls(1, 'Shop/other'))
    tally.add('b@h', 10, [{ key: 'x' }], null)
    expect(tally.hits()).toEqual([
      { node: 'a@h', processes: 100, targets: 3, mayExit: 4 },
      { node: 'b@h', processes: 10, targets: 1, mayExit: 0 },
    ])
  })
})

describe('schedules', () => {
  it('are played again from their seed, gap by gap within bounds', () => {
    const pattern: Schedule = { kind: 'pattern', times: 50, minGapMs: 1_000, maxGapMs: 9_000 }
    const runs = runsOf(pattern, 3, 5_000)
    expect(runsOf(pattern, 3, 5_000)).toEqual(runs)
    expect(runsOf(pattern, 4, 5_000)).not.toEqual(runs)
    const gaps = runs.slice(1).map((at, n) => at - (runs[n] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(9_000)
    expect(runsOf({ kind: 'every', everyMs: 1_000, times: 3 }, 0, 10)).toEqual([10, 1_010, 2_010])
    expect(runsOf({ kind: 'at', at: '2020-01-01T00:00:00Z' }, 0, 5)).toEqual([1_577_836_800_000])
  })

  it('tell how long a run lasts: a shot no time, what is endless no number', () => {
    const target = { query: '' }
    const steps = [
      step.parse({ fault: 'kill', target }),
      step.parse({ fault: 'hang', target, durationMs: 700 }),
    ]
    const both = [...steps, step.parse({ fault: 'drop', target, durationMs: 200 })]
    expect([runMs(both, 'together'), runMs(both, 'sequence')]).toEqual([700, 900])
    expect(runMs([step.parse({ fault: 'hang', target, durationMs: null })], 'together')).toBeNull()
  })
})

describe('stop conditions', () => {
  const calm: Seen = { crashes: 0, windows: [], mailboxMax: 0, handlingP99Ms: null, silent: [] }
  const stop = stopWhen.parse({ handlingP99Ms: 50 })
  const cases: [seen: Partial<Seen>, by: string | null][] = [
    [{}, null],
    [{ crashes: 100 }, null],
    [{ crashes: 101 }, 'crashes'],
    [{ windows: [{ name: 's', used: 4, allowed: 5 }] }, null],
    [{ windows: [{ name: 's', used: 5, allowed: 5 }] }, 'intensity'],
    [{ windows: [{ name: 's', used: 0, allowed: 0 }] }, null],
    [{ mailboxMax: 10_001 }, 'mailbox'],
    [{ silent: [{ node: 'a', forMs: 2_000 }] }, null],
    [{ silent: [{ node: 'a', forMs: 2_001 }] }, 'lost'],
    [{ handlingP99Ms: 51 }, 'handling'],
  ]
  it.each(cases)('%o end it by %s', (seen, by) => {
    expect(reasonToStop(stop, { ...calm, ...seen })?.by ?? null).toBe(by)
  })
  it('that were left out end nothing', () => {
    const never = { crashes: null, intensityPercent: null, mailbox: null, lostMs: null, handlingP99Ms: null }
    const all: Seen = {
      crashes: 1e6,
      windows: [{ name: 's', used: 9, allowed: 1 }],
      mailboxMax: 1e9,
      handlingP99Ms: 1e6,
      silent: [{ node: 'a', forMs: 1e6 }],
    }
    expect(reasonToStop(never, all)).toBeNull()
  })
})
