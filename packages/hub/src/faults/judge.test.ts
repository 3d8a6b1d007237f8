import type { Resilience } from '@orrery/protocol/faults'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { silentLogger } from '../logger.ts'
import type { CrashFact } from './crash-fact.ts'
import type { ExperimentRecord } from './experiment-store.ts'
import { experimentRecord, targetRecord } from './fixture.ts'
import { createJudge, SETTLE_MS } from './judge.ts'
import type { VerdictCell } from './lab-store.ts'
import type { Seen } from './subtree-watch.ts'

const START = 1_764_400_000_000
beforeEach(() => void vi.useFakeTimers({ now: START + 30_000 }))
afterEach(() => void vi.useRealTimers())

const over = experimentRecord({
  status: 'ended',
  endedBy: 'done',
  endedAtMs: START + 30_000,
  targets: [targetRecord({ state: 'gone', key: 'Shop/counter-0' })],
})

const calm = { seconds: 30, handledPerS: 1, handlingP99Ms: 2, mailboxPeak: 1 }
const SEEN: Seen = { before: calm, during: calm }

const crash: CrashFact = {
  ...{
    id: 'c1',
    rootId: 'c1',
    atMs: START + 5,
    node: 'shop@localhost',
    key: 'Shop/counter-0',
    role: 'direct',
    lost: 0,
  },
  ...{
    action: 'restart',
    supervisor: 'Shop',
    stopped: 0,
    outcome: 'pending',
    backAfterMs: null,
    escalatedTo: null,
  },
}

function setup(record: ExperimentRecord = over) {
  const caused: CrashFact[] = [crash]
  const told: Resilience[] = []
  const cells: VerdictCell[][] = []
  let taken = 0
  let up: boolean | null = true
  const judge = createJudge({
    experiments: {
      get: async () => record,
      endedSince: async () => [record, { ...record, id: 'F-0002', resilience: told[0] ?? null }],
    },
    lab: {
      crashesOf: async () => ({ caused: [...caused], others: 2 }),
      saveVerdicts: async (_id, _atMs, rows) => void cells.push([...rows]),
    },
    world: { above: () => ({ key: 'Shop', pid: '', name: 'Shop' }), isAlive: () => up, node: () => null },
    watch: {
      take() {
        taken++
        return SEEN
      },
    },
    clock: systemClock,
    logger: silentLogger,
    judged: async (_record, resilience) => void told.push(resilience),
  })
  return {
    ...{ judge, told, cells, caused },
    taken: () => taken,
    back(is: boolean | null) {
      up = is
    },
  }
}

test('an experiment is judged when what it caused has settled, once where nothing came later', async () => {
  const { judge, told, cells, taken } = setup()
  judge.ended(over)
  await vi.advanceTimersByTimeAsync(SETTLE_MS - 1)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(120_000)
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({ verdict: 'absorbed', crashesCaused: 1, crashesOther: 2 })
  expect(cells).toEqual([[{ subtree: 'Shop', fault: 'delay', verdict: 'absorbed' }]])
  expect(taken()).toBe(1)
})

test('an outcome that comes within a minute changes the verdict', async () => {
  const { judge, told, cells, caused } = setup()
  judge.ended(over)
  await vi.advanceTimersByTimeAsync(SETTLE_MS)
  caused[0] = { ...crash, outcome: 'restarted', backAfterMs: 9_000 }
  await vi.advanceTimersByTimeAsync(120_000)
  expect(told.map(({ verdict }) => verdict)).toEqual(['absorbed', 'degraded'])
  expect(cells.at(-1)).toEqual([{ subtree: 'Shop', fault: 'delay', verdict: 'degraded' }])
})

test('what has not come back within a minute escalated', async () => {
  const { judge, told, back } = setup()
  back(false)
  judge.ended(over)
  await vi.advanceTimersByTimeAsync(59_999)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toMatchObject([
    { verdict: 'escalated', notBack: 1, because: ['Shop/counter-0 did not come back.'] },
  ])
})

test('what comes back late is never told to have escalated', async () => {
  const { judge, told, back } = setup()
  back(false)
  judge.ended(over)
  await vi.advanceTimersByTimeAsync(SETTLE_MS + 5_000)
  back(true)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(told.map(({ verdict }) => verdict)).toEqual(['absorbed'])
})

test('one that injected nothing is not judged, and is watched no more', async () => {
  const { judge, told, taken } = setup()
  judge.ended({ ...over, targets: [targetRecord({ state: 'refused' })] })
  await vi.advanceTimersByTimeAsync(120_000)
  expect([told, taken()]).toEqual([[], 1])
})

test('what an earlier start left unjudged is caught up', async () => {
  const { judge, told, taken } = setup()
  await judge.catchUp()
  // Nobody watched it, so nobody says that it was absorbed.
  expect(told[0]).toMatchObject({ verdict: 'degraded', handledPerS: { before: null, during: null } })
  expect(taken()).toBe(0)
})

test('closed, it judges nothing more', async () => {
  const { judge, told } = setup()
  judge.ended(over)
  judge.close()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(told).toEqual([])
})
