import type { MessageTimings } from '@orrery/protocol'
import { expect, test } from 'vitest'
import { DEFAULT_PARAMS } from '../../views/params.ts'
import { Teller } from '../test/teller.ts'

const PARAMS = { ...DEFAULT_PARAMS.messages }

function timings(rows: [ref: number, module: string, waitedUs: number, ranUs: number][]): MessageTimings {
  const modules = [...new Set(rows.map(([, module]) => module))]
  return {
    type: 'message.timings',
    atUs: 0,
    kinds: modules.map((module) => ({ behaviour: 'GenServer', module })),
    refs: rows.map(([ref]) => ref),
    kind: rows.map(([, module]) => modules.indexOf(module)),
    waitedUs: rows.map(([, , waitedUs]) => waitedUs),
    ranUs: rows.map(([, , , ranUs]) => ranUs),
    awaitedUs: rows.map(() => 0),
    weights: rows.map(() => 1),
  }
}

/** `a` handles 10 a second, `b` 20 with 5 waiting, for so many seconds. */
function busy(t: Teller, seconds: number): void {
  const from = t.nowMs
  for (let i = 1; i <= seconds; i++) {
    const n = (t.nowMs - from) / 1_000 + 1
    t.second(
      [
        [1, 0, n * 10, n * 10],
        [2, 5, n * 20 + 5, n * 20],
      ],
      { handled: n * 30 },
    )
  }
}

function teller(): Teller {
  const t = new Teller()
  t.snapshot({ ref: 1, name: 'a', module: 'Call' }, { ref: 2, name: 'b', module: 'Rater' })
  return t
}

test('lines by module and by process add up to the node’s, busiest first', () => {
  const t = teller()
  busy(t, 30)
  const read = (by: 'node' | 'behaviour' | 'module' | 'process') =>
    t.world.messagesReader({ ...PARAMS, by }).read()
  const byModule = read('module')
  expect(byModule.order).toEqual(['Rater', 'Call'])
  expect(byModule.lines.Rater?.perS).toBe(20)
  expect(byModule.lines.Rater?.points.at(-1)).toBe(20)
  expect(read('behaviour').lines.GenServer?.points.at(-1)).toBe(30)
  expect(read('node').lines[t.node]?.points.at(-1)).toBe(30)
  const byProcess = read('process')
  expect(byProcess.order).toEqual([`${t.node} <0.2.0>`, `${t.node} <0.1.0>`])
  expect(byProcess.lines[`${t.node} <0.1.0>`]?.points.at(-1)).toBe(10)
  expect(byModule.lines.Call?.points).toHaveLength(100)
  expect(byModule.lines.Call?.points[0]).toBeNull()
})

test('the backlog shows who waits, longest first, and keeps its order for ten seconds', () => {
  const t = teller()
  busy(t, 6)
  const reader = t.world.messagesReader({ ...PARAMS, windowS: 60 })
  const id = `${t.node} <0.2.0>`
  expect(reader.read().backlogOrder).toEqual([id, `${t.node} <0.1.0>`])
  expect(reader.read().backlog[id]).toMatchObject({ mailboxLength: 5, handledPerS: 20, name: 'b' })
  expect(reader.read().backlog[id]?.points.at(-1)).toBe(5)
  t.second([
    [1, 9, 100, 60],
    [2, 5, 130, 125],
  ])
  t.quiet(2)
  expect(reader.read().backlogOrder).toEqual([id, `${t.node} <0.1.0>`])
  t.quiet(11)
  expect(reader.read().backlogOrder).toEqual([`${t.node} <0.1.0>`, id])
})

test('percentiles are counted from samples: all, a module, a process; few are shown each, none is a gap', () => {
  const t = teller()
  busy(t, 3)
  t.pass(1_000)
  t.tell(
    timings(Array.from({ length: 100 }, (_, i) => [1, 'Call', i, (i + 1) * 100] as const).map((r) => [...r])),
  )
  t.tell(timings([[2, 'Rater', 7, 9_000]]))
  t.figures()
  t.quiet(6)
  const read = (by: 'module' | 'process' | 'node', pick: string | null) =>
    t.world.messagesReader({ ...PARAMS, by, pick, windowS: 60 }).read()
  const all = read('node', null)
  const found = all.handling.steps.filter((step) => step !== null)
  expect(found).toHaveLength(1)
  const [step] = found
  if (step === undefined || !('q' in step)) throw new Error('percentiles were expected')
  for (const [i, exact] of [5_100, 9_100, 9_900, 10_000].entries())
    expect(Math.abs((step.q[i] ?? 0) / exact - 1)).toBeLessThan(0.04)
  expect(read('module', 'Rater').handling.steps.filter(Boolean)).toEqual([{ each: [9_000] }])
  expect(read('module', 'Rater').of).toEqual({ id: 'Rater', name: 'Rater' })
  expect(read('process', `${t.node} <0.2.0>`).wait.steps.filter(Boolean)).toEqual([{ each: [7] }])
  expect(read('process', `${t.node} nobody`).of).toBeNull()
  expect(all.wait.now).toBeNull()
})
