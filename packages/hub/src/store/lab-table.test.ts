import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { routineBody, scenarioBody } from '@orrery/protocol/faults'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { experimentRecord, targetRecord } from '../faults/fixture.ts'
import { FRESH, MAX_ROUTINES } from '../faults/lab-store.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'

let store: Store
let folder: string
const by = { who: 'ann', atMs: Date.parse('2026-11-29T04:00:00.000Z') }
const step = { fault: 'kill', target: { query: 'module:Call sample:1' } }
const body = scenarioBody.parse({ name: 'One call', steps: [step] })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-lab-'))
  store = await openStore({
    databaseUrl: null,
    dataDir: join(folder, 'data'),
    retentionDays: 30,
    retentionMb: null,
  })
}, 60_000)

afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

test('a scenario is kept, changed and dropped, and its number never comes again', async () => {
  const { lab } = store
  const first = await lab.addScenario(body, by)
  expect(first).toEqual({
    id: 'S-0001',
    name: 'One call',
    by: 'ann',
    savedAt: '2026-11-29T04:00:00.000Z',
    body,
  })
  const changed = await lab.putScenario(
    'S-0001',
    { ...body, name: 'A call' },
    { who: 'bo', atMs: by.atMs + 1 },
  )
  expect(changed).toMatchObject({ id: 'S-0001', name: 'A call', by: 'bo' })
  expect(await lab.scenario('S-0001')).toEqual(changed)
  expect(await lab.dropScenario('S-0001')).toBe('dropped')
  expect(await lab.dropScenario('S-0001')).toBe('unknown')
  expect(await lab.putScenario('S-0001', body, by)).toBeNull()
  expect((await lab.addScenario({ ...body, name: 'nul \0 and half \ud800' }, by))?.id).toBe('S-0002')
  expect((await lab.scenarios()).map(({ name }) => name)).toEqual(['nul \u2400 and half \ufffd'])
})

test('two at once get two numbers', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => store.lab.addScenario(body, by)))
  expect(new Set(made.map((one) => one?.id)).size).toBe(8)
})

test('a scenario a routine runs is not dropped; a routine begins anew when it is changed', async () => {
  const { lab } = store
  const scenario = await lab.addScenario(body, by)
  const id = scenario?.id ?? ''
  const routine = routineBody.parse({ name: 'calls', scenario: id, everyMs: 600_000 })
  const made = await lab.addRoutine(routine, by)
  expect(made).toMatchObject({ id: 'R-0001', by: 'ann', savedAtMs: by.atMs, body: routine, state: FRESH })
  expect(await lab.dropScenario(id)).toBe('in_use')
  const state = {
    ...FRESH,
    day: '2026-11-29',
    runs: 3,
    crashes: 9,
    stoppedWhy: 'worse',
    lastExperiment: 'F-0007',
  }
  await lab.saveRoutineState('R-0001', state)
  expect((await lab.routines()).map((one) => one.state)).toEqual([state])
  expect((await lab.putRoutine('R-0001', { ...routine, isOn: false }, by))?.state).toEqual(FRESH)
  expect(await lab.dropRoutine('R-0001')).toBe(true)
  expect(await lab.dropRoutine('R-0001')).toBe(false)
  expect(await lab.dropScenario(id)).toBe('dropped')
})

test('there are only so many routines', async () => {
  const routine = routineBody.parse({ name: 'r', scenario: 'S-0002', everyMs: 600_000 })
  for (let i = 0; i < MAX_ROUTINES; i++) await store.lab.addRoutine(routine, by)
  expect(await store.lab.addRoutine(routine, by)).toBeNull()
})

test('the verdicts of an experiment replace those it had, and go with the retention', async () => {
  const { lab } = store
  const cell = (subtree: string, verdict: 'absorbed' | 'escalated') => ({ subtree, fault: 'kill', verdict })
  await lab.saveVerdicts('F-0001', by.atMs, [cell('CallSup', 'absorbed'), cell('CallSup', 'absorbed')])
  await lab.saveVerdicts('F-0002', by.atMs + 5, [cell('CallSup', 'absorbed'), cell('TrunkSup', 'absorbed')])
  await lab.saveVerdicts('F-0001', by.atMs, [cell('CallSup', 'escalated')])
  expect((await lab.verdicts(0)).map((row) => [row.experiment, row.subtree, row.verdict])).toEqual([
    ['F-0001', 'CallSup', 'escalated'],
    ['F-0002', 'CallSup', 'absorbed'],
    ['F-0002', 'TrunkSup', 'absorbed'],
  ])
  expect(await lab.verdicts(by.atMs + 1)).toHaveLength(2)
  await store.prune(by.atMs + 30 * 86_400_000 + 1)
  expect(await lab.verdicts(0)).toHaveLength(2)
})

test('experiments that are over go with the retention, with their targets; one that is not stays, and no number comes again', async () => {
  const { experiments } = store
  const createdAtMs = by.atMs
  const begin = async (status: 'ended' | 'running', atMs: number) => {
    const id = await experiments.mintId()
    await experiments.begin(
      experimentRecord({ id, status, createdAtMs: atMs, targets: [targetRecord(), targetRecord()] }),
    )
    return id
  }
  const old = await begin('ended', createdAtMs)
  const running = await begin('running', createdAtMs)
  const young = await begin('ended', createdAtMs + 60_000)
  const pruned = await store.prune(createdAtMs + 30 * 86_400_000 + 1)
  expect(pruned.experiments).toBe(1)
  expect([await experiments.get(old), (await experiments.get(running))?.targets.length]).toEqual([null, 2])
  expect((await experiments.get(young))?.targets).toHaveLength(2)
  await experiments.begin(experimentRecord({ id: old, createdAtMs, targets: [] }))
  expect((await experiments.get(old))?.targets).toEqual([])
  expect(await experiments.mintId()).toBe('F-0004')
})
