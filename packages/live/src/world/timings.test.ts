import type { MessageTimings } from '@orrery/protocol'
import { expect, test } from 'vitest'
import { Histogram } from './histogram.ts'
import { NodeState } from './node.ts'
import { Processes } from './processes.ts'
import { type Child, helloOf, START_MS, started } from './test/teller.ts'
import { type TimingScope, Timings } from './timings.ts'

type Row = [ref: number, kind: number, waitedUs: number, ranUs: number, awaitedUs: number, weight: number]

function timed(rows: Row[]): MessageTimings {
  const column = (at: number): number[] => rows.map((row) => row[at] ?? 0)
  return {
    type: 'message.timings',
    atUs: 0,
    kinds: [
      { behaviour: 'GenServer', module: 'Call' },
      { behaviour: 'GenServer', module: 'Rater' },
    ],
    refs: column(0),
    kind: column(1),
    waitedUs: column(2),
    ranUs: column(3),
    awaitedUs: column(4),
    weights: column(5),
  }
}

function counted(timings: Timings, from: number, to: number, scope: TimingScope) {
  const into = { wait: new Histogram(), took: new Histogram() }
  timings.collect(from, to, scope, into)
  return { weight: into.took.weight, p100: into.took.quantiles([1])[0] }
}

test('[WIRE-35] samples count by weight, for all, for a kind and for a process; one of an unknown process for its kind', () => {
  const state = processesOf({ ref: 1, childId: 'a' }, { ref: 2, childId: 'b' })
  const timings = new Timings(state)
  timings.add(
    timed([
      [1, 0, 5, 10, 0, 4],
      [2, 1, 5, 10, 20, 1],
      [99, 0, 5, 7, 0, 2],
      [1, 9, 5, 1, 0, 1],
    ]),
    100,
  )
  timings.add(timed([[2, 1, 5, 12, 0, 1]]), 101)
  expect(counted(timings, 100, 100, { of: 'all' })).toEqual({ weight: 8, p100: 30 })
  expect(counted(timings, 100, 101, { of: 'module', name: 'Rater' })).toEqual({ weight: 2, p100: 30 })
  expect(counted(timings, 100, 101, { of: 'behaviour', name: 'GenServer' }).weight).toBe(8)
  expect(counted(timings, 100, 101, { of: 'process', index: state.refs.get(1) ?? -1 }).weight).toBe(5)
  expect(timings.sampledEvery(101)).toBe(9 / 5)
  expect(timings.recent(101).get(state.refs.get(1) ?? -1)).toEqual({
    waitP99Us: 5,
    tookP99Us: 10,
    busy: 41 / 5e6,
  })
  expect(timings.recent(106).size).toBe(0)
})

test('another incarnation keeps what was timed, as of none of its processes; what is five minutes old is forgotten', () => {
  const timings = new Timings(processesOf({ ref: 1, childId: 'a' }))
  timings.add(timed([[1, 0, 5, 10, 0, 1]]), 100)
  timings.renew(new Processes())
  expect(counted(timings, 100, 100, { of: 'all' }).weight).toBe(1)
  expect(timings.recent(100).size).toBe(0)
  timings.add(timed([[1, 0, 5, 10, 0, 1]]), 400)
  expect(counted(timings, 0, 399, { of: 'all' }).weight).toBe(0)
})

/** The processes of a node that has started these. */
function processesOf(...children: Child[]): Processes {
  const node = new NodeState(helloOf('mail@localhost'), START_MS)
  const drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
  const records = children.map((child) => started(child))
  node.frame({ seq: 1, atUs: 0, wallMs: START_MS, drops, records }, START_MS)
  return node.processes
}
