import { readSeed } from '@orrery/testkit'
import { expect, test } from 'vitest'
import { holdFaults } from './hold-faults.ts'

test('under a scenario of kills, drops and failing back-ends no accepted mail is lost, and the report of it says what it did', async () => {
  const options = { times: 1, everyMs: 12_000, mailsPerS: 20, warmUpMs: 5_000, seed: readSeed() }
  const outcome = await holdFaults(options, (line) => process.stdout.write(`${line}\n`))
  const { lost, unexplained, denied, experiment } = outcome
  expect({ lost, unexplained, denied }).toEqual({ lost: [], unexplained: [], denied: [] })
  expect(outcome.accepted).toBeGreaterThan(50)
  expect(outcome.delivered + outcome.quarantined).toBe(outcome.accepted)
  expect(experiment).toMatchObject({ endedBy: 'done' })
  // Every target was hit, and of each it was read back that the fault is gone.
  const left = experiment.targets.filter(({ state }) => state !== 'recovered' && state !== 'gone')
  expect(left).toEqual([])
  expect(experiment.resilience?.crashesCaused).toBeGreaterThan(5)
  expect(experiment.resilience?.notBack).toBe(0)
  expect(experiment.dropped).toBeGreaterThan(0)
  // Against the mail before it.
  expect(experiment.resilience?.handledPerS.before).toBeGreaterThan(5)
  expect(['absorbed', 'degraded']).toContain(outcome.verdict)
  expect(outcome.text).toContain(`${experiment.id} Kills, drops and back-ends away: ${outcome.verdict}`)
}, 240_000)
