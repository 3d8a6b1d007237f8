import { type Resilience, type RoutineBody, routineBody, scenarioBody } from '@orrery/protocol/faults'
import { beforeEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../logger.ts'
import type { AuditEntry, AuditResult } from '../store/store.ts'
import { createAudited } from './audited.ts'
import type { StartOutcome } from './faults.ts'
import { experimentRecord } from './fixture.ts'
import { FRESH, type RoutineState, type StoredRoutine } from './lab-store.ts'
import { createRoutines } from './routines.ts'

const MINUTE = 60_000
/** A Monday. */
const NINE = Date.parse('2026-11-30T09:00:00Z')
const operator = { who: 'ann', role: 'operator' } as const
const body = (changes: Partial<RoutineBody> = {}): RoutineBody =>
  routineBody.parse({ name: 'calls', scenario: 'S-0001', everyMs: 10 * MINUTE, ...changes })

let nowMs: number
let isHalted: boolean
let kept: Map<string, StoredRoutine>
let asked: { who: string; body: unknown; routine: string | null | undefined }[]
let answers: (() => StartOutcome)[]
let audit: (AuditEntry & { settled?: AuditResult })[]

beforeEach(() => {
  nowMs = NINE - 5 * MINUTE
  isHalted = false
  kept = new Map()
  asked = []
  answers = []
  audit = []
})

const refusal = (code: 'fault.no_target' | 'halt.latched', message: string) => (): StartOutcome => ({
  ok: false,
  code,
  message,
  auditId: null,
})

/** Routines over a store in memory and a conductor that starts what it is asked for. */
function open() {
  const saved = (id: string, wanted: RoutineBody, by: { who: string; atMs: number }): StoredRoutine => {
    const stored = { id, by: by.who, savedAtMs: by.atMs, body: wanted, state: FRESH }
    kept.set(id, stored)
    return stored
  }
  const clock = { nowMs: () => nowMs, after: () => () => undefined, every: () => () => undefined }
  return createRoutines({
    lab: {
      scenario: async (id) =>
        id === 'S-0001'
          ? {
              ...{ id, name: 'One call', by: 'ann', savedAt: '2026-11-29T00:00:00.000Z' },
              body: scenarioBody.parse({
                steps: [{ fault: 'kill', target: { query: 'module:Call sample:1' } }],
              }),
            }
          : null,
      routines: async () => [...kept.values()],
      addRoutine: async (wanted, by) => saved(`R-000${kept.size + 1}`, wanted, by),
      putRoutine: async (id, wanted, by) => (kept.has(id) ? saved(id, wanted, by) : null),
      dropRoutine: async (id) => kept.delete(id),
      async saveRoutineState(id, state: RoutineState) {
        const stored = kept.get(id)
        if (stored) kept.set(id, { ...stored, state })
      },
    },
    faults: {
      async start(actor, wanted, from) {
        asked.push({ who: actor.who, body: wanted, routine: from?.routine })
        const id = `F-000${asked.length}`
        const record = experimentRecord({ id, routine: from?.routine ?? null })
        return answers.shift()?.() ?? { ok: true, experiment: record, auditId: 'a' }
      },
    },
    audited: createAudited({
      clock,
      trail: {
        write: async (entry) => String(audit.push({ ...entry })),
        settle: (id, result) => Object.assign(audit[Number(id) - 1] ?? {}, { settled: result }),
      },
    }),
    clock,
    logger: silentLogger,
    isHalted: () => isHalted,
    moved: () => undefined,
  })
}

type Opened = Awaited<ReturnType<typeof open>>

/** Second by second, as the hub does it; each experiment is over at once unless `isLong`. */
async function pass(routines: Opened, ms: number, isLong = false): Promise<void> {
  for (const untilMs = nowMs + ms; nowMs < untilMs; ) {
    nowMs += 1_000
    const before = asked.length
    await routines.tick()
    if (asked.length > before && !isLong) routines.ended({ id: `F-000${asked.length}`, routine: 'R-0001' })
  }
}

const outcome = (verdict: Resilience['verdict'], crashesCaused = 1): Resilience => ({
  ...{ verdict, because: [`It ${verdict}.`], crashesCaused, crashesOther: 0, restarts: 0 },
  ...{ recoveryP50Ms: null, recoveryP99Ms: null, messagesTouched: 0, messagesDropped: 0, messagesLost: 0 },
  ...{ cascadeLargest: 0, escalations: [], notBack: 0 },
  ...{ mailboxPeak: NONE, handledPerS: NONE, handlingP99Ms: NONE },
})
const NONE = { before: null, during: null }

describe('a routine', () => {
  test('runs its scenario when it is due, each time with a seed of its own, in its own name', async () => {
    const routines = await open()
    const made = await routines.add(operator, body())
    expect(made).toMatchObject({
      ok: true,
      value: { id: 'R-0001', nextAt: '2026-11-30T09:00:00.000Z', runsToday: 0 },
    })
    await pass(routines, 30 * MINUTE)
    expect(asked.map(({ who, routine }) => [who, routine])).toEqual(
      Array.from({ length: 3 }, () => ['routine R-0001', 'R-0001']),
    )
    expect(new Set(asked.map(({ body: wanted }) => JSON.stringify(wanted))).size).toBe(3)
    expect(asked[0]?.body).toMatchObject({ scenario: 'S-0001', seed: expect.any(Number) })
    expect(routines.list()).toMatchObject([
      { runsToday: 3, lastExperiment: 'F-0003', nextAt: '2026-11-30T09:30:00.000Z', stoppedWhy: '' },
    ])
  })

  test('that is off, or out of its hours, does nothing', async () => {
    const routines = await open()
    await routines.add(operator, body({ isOn: false }))
    await routines.add(operator, body({ weekdays: [2] }))
    await pass(routines, 30 * MINUTE)
    expect(asked).toEqual([])
    expect(routines.list().map(({ nextAt }) => nextAt)).toEqual([null, '2026-12-01T09:00:00.000Z'])
  })

  test('waits for the run before, and is held while all is halted', async () => {
    const routines = await open()
    await routines.add(operator, body())
    await pass(routines, 30 * MINUTE, true)
    expect(asked).toHaveLength(1)
    routines.ended({ id: 'F-0001', routine: 'R-0001' })
    isHalted = true
    await pass(routines, 20 * MINUTE)
    expect(asked).toHaveLength(1)
    expect(routines.list()).toMatchObject([{ nextAt: null, stoppedWhy: expect.stringContaining('halted') }])
    isHalted = false
    await pass(routines, 10 * MINUTE)
    expect(asked).toHaveLength(2)
    expect(routines.list()).toMatchObject([{ stoppedWhy: '' }])
  })

  test('has a budget of runs a day, and goes on the next day', async () => {
    const routines = await open()
    await routines.add(operator, body({ budget: { runsPerDay: 2, crashesPerDay: 100 } }))
    await pass(routines, 60 * MINUTE)
    expect(asked).toHaveLength(2)
    expect(routines.list()).toMatchObject([
      { nextAt: '2026-12-01T09:00:00.000Z', stoppedWhy: "Today's 2 runs are used up; it goes on tomorrow." },
    ])
    nowMs = NINE + 24 * 60 * MINUTE - 2_000
    await pass(routines, MINUTE)
    expect(asked).toHaveLength(3)
    expect(routines.list()).toMatchObject([{ runsToday: 1, stoppedWhy: '' }])
  })

  test('has a budget of crashes a day, each counted once however often it is judged', async () => {
    const routines = await open()
    await routines.add(operator, body({ budget: { runsPerDay: 48, crashesPerDay: 10 } }))
    await pass(routines, 6 * MINUTE)
    const first = { id: 'F-0001', routine: 'R-0001' }
    routines.judged(first, outcome('absorbed', 4))
    routines.judged(first, outcome('absorbed', 6))
    expect(routines.list()).toMatchObject([{ crashesToday: 6, stoppedWhy: '' }])
    await pass(routines, 10 * MINUTE)
    routines.judged({ id: 'F-0002', routine: 'R-0001' }, outcome('absorbed', 5))
    await pass(routines, 30 * MINUTE)
    expect(asked).toHaveLength(2)
    expect(routines.list()).toMatchObject([
      { crashesToday: 11, stoppedWhy: expect.stringContaining('11 crashes today') },
    ])
  })

  test('stops itself when it made things worse, and says why; a change begins it anew', async () => {
    const routines = await open()
    await routines.add(operator, body({ stopAfter: 'degraded' }))
    await pass(routines, 6 * MINUTE)
    routines.judged({ id: 'F-0001', routine: 'R-0001' }, outcome('degraded'))
    await pass(routines, 60 * MINUTE)
    expect(asked).toHaveLength(1)
    expect(routines.list()).toMatchObject([{ stoppedWhy: 'F-0001 degraded: It degraded.', nextAt: null }])
    await routines.put(operator, 'R-0001', body())
    await pass(routines, 10 * MINUTE)
    routines.judged({ id: 'F-0002', routine: 'R-0001' }, outcome('degraded'))
    expect(routines.list()).toMatchObject([{ stoppedWhy: '', runsToday: 1 }])
  })

  test('stops itself when it was refused three times in a row', async () => {
    const routines = await open()
    await routines.add(operator, body())
    const none = refusal('fault.no_target', 'nothing matches the target')
    const started = (): StartOutcome => ({
      ok: true,
      experiment: experimentRecord({ endedAtMs: 1 }),
      auditId: 'a',
    })
    answers = [none, none, started, none, none, none]
    await pass(routines, 50 * MINUTE)
    expect(routines.list()).toMatchObject([{ stoppedWhy: '', runsToday: 1 }])
    await pass(routines, 10 * MINUTE)
    expect(asked).toHaveLength(6)
    const why = 'It was refused 3 times in a row: nothing matches the target.'
    expect(routines.list()).toMatchObject([{ stoppedWhy: why, nextAt: null }])
    await pass(routines, 30 * MINUTE)
    expect(asked).toHaveLength(6)
  })

  test('a refusal because of a halt counts for nothing', async () => {
    const routines = await open()
    await routines.add(operator, body())
    answers = Array.from({ length: 3 }, () => refusal('halt.latched', 'all is halted'))
    await pass(routines, 40 * MINUTE)
    expect(asked).toHaveLength(4)
    expect(routines.list()).toMatchObject([{ stoppedWhy: '', runsToday: 1 }])
  })

  test('what was missed while the hub was away is not caught up, and what was used up is remembered', async () => {
    const first = await open()
    await first.add(operator, body({ budget: { runsPerDay: 3, crashesPerDay: 100 } }))
    await pass(first, 6 * MINUTE)
    const again = await open()
    nowMs += 45 * MINUTE
    await pass(again, 10 * MINUTE)
    expect(asked).toHaveLength(2)
    expect(again.list()).toMatchObject([{ runsToday: 2, lastExperiment: 'F-0002' }])
  })
})

describe('a change', () => {
  test('that cannot be read is refused with a reason and written down', async () => {
    const routines = await open()
    const codes = []
    for (const wrong of [
      { name: 'x' },
      body({ zone: 'Kista/Torg' }),
      body({ fromHour: 20 }),
      body({ scenario: 'S-9' }),
      null,
    ]) {
      const answer = await routines.add(operator, wrong)
      codes.push(answer.ok ? null : answer.code)
    }
    expect(codes).toEqual([
      'fault.malformed',
      'fault.malformed',
      'fault.malformed',
      'scenario.unknown',
      'fault.malformed',
    ])
    expect(audit.map(({ action, result }) => [action, result?.ok])).toEqual(
      codes.map(() => ['routine.create', false]),
    )
    expect(kept.size).toBe(0)
  })

  test('by a viewer is refused, and of a routine that is not there', async () => {
    const routines = await open()
    const viewer = { who: 'vic', role: 'viewer' } as const
    expect(await routines.add(viewer, body())).toMatchObject({ ok: false, code: 'role.insufficient' })
    expect(await routines.put(operator, 'R-0009', body())).toMatchObject({
      ok: false,
      code: 'routine.unknown',
    })
    expect(await routines.drop(operator, 'R-0009')).toMatchObject({ ok: false, code: 'routine.unknown' })
    expect(audit).toMatchObject([
      { who: 'vic', result: { code: 'role.insufficient' } },
      { action: 'routine.change', target: 'R-0009', settled: { code: 'routine.unknown' } },
      { action: 'routine.delete', settled: { ok: false } },
    ])
  })

  test('that deletes it ends it', async () => {
    const routines = await open()
    await routines.add(operator, body())
    expect(await routines.drop(operator, 'R-0001')).toMatchObject({ ok: true })
    await pass(routines, 30 * MINUTE)
    expect([asked, routines.list()]).toEqual([[], []])
  })
})
