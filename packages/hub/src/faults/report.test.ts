import { faultReport, type Resilience } from '@orrery/protocol/faults'
import { expect, test } from 'vitest'
import { type ExperimentRecord, presentExperiment } from './experiment-store.ts'
import { experimentRecord, targetRecord } from './fixture.ts'
import { reportJunit, reportOf, reportText, whyNoReport } from './report.ts'

const resilience: Resilience = {
  verdict: 'degraded',
  because: [
    'Throughput fell by 28 %, from 400/s to 288/s.',
    '3 crashes caused, all dealt with, within 1.81 s.',
  ],
  crashesCaused: 3,
  crashesOther: 0,
  restarts: 3,
  recoveryP50Ms: 212,
  recoveryP99Ms: 1_810,
  messagesTouched: 412,
  messagesDropped: 0,
  messagesLost: 7,
  mailboxPeak: { before: 3, during: 3_184 },
  handledPerS: { before: 400, during: 288 },
  handlingP99Ms: { before: null, during: 12 },
  cascadeLargest: 1,
  escalations: [{ supervisor: 'Pool', to: null }],
  notBack: 0,
}

function over(changes: Partial<ExperimentRecord> = {}) {
  const endedAtMs = 1_764_400_060_000
  return presentExperiment(
    experimentRecord({
      ...{ name: 'Slow <rater> & co', status: 'ended', endedBy: 'done', endedAtMs, firings: 412, resilience },
      targets: [targetRecord({ state: 'recovered' })],
      ...changes,
    }),
  )
}

test('it passes where the verdict is better than what fails', () => {
  expect([reportOf(over(), 'escalated').pass, reportOf(over(), 'degraded').pass]).toEqual([true, false])
  const absorbed = over({ resilience: { ...resilience, verdict: 'absorbed' } })
  expect(reportOf(absorbed, 'degraded').pass).toBe(true)
  expect(faultReport.parse(reportOf(absorbed, 'degraded')).verdict).toBe('absorbed')
})

test('what injected nothing has shown nothing', () => {
  const refused = over({
    ...{ status: 'refused', endedBy: 'refused', endedWhy: 'shop@localhost is not armed', resilience: null },
    targets: [targetRecord({ state: 'refused', code: 'node.not_armed' })],
  })
  expect(whyNoReport(refused)).toBeNull()
  expect(reportOf(refused, 'escalated')).toMatchObject({
    pass: false,
    verdict: null,
    because: ['Nothing was injected: shop@localhost is not armed.'],
  })
})

test('one that runs, or is not judged yet, has none', () => {
  expect(whyNoReport(over({ status: 'running', resilience: null }))).toContain('running')
  expect(whyNoReport(over({ resilience: null }))).toContain('not judged yet')
  expect(whyNoReport(over())).toBeNull()
})

test('as text it can be pasted into a ticket', () => {
  expect(reportText(reportOf(over(), 'escalated'))).toMatchInlineSnapshot(`
    "F-0001 Slow <rater> & co: degraded (passes, fails on escalated)

    - Throughput fell by 28 %, from 400/s to 288/s.
    - 3 crashes caused, all dealt with, within 1.81 s.

    By       loopback
    From     2025-11-29T07:06:40.000Z
    To       2025-11-29T07:07:40.000Z, done
    Nodes    shop@localhost
    Seed     7
    Step 1   delay on Shop/counter-0 on shop@localhost (delayMs 250, jitterMs 0, for 60.00 s)
    Targets  1 recovered
    Firings  412

    Crashes caused     3
    Other crashes      0
    Restarts           3
    Largest cascade    1
    Recovery p50, p99  212 ms, 1.81 s
    Messages touched   412
    Messages dropped   0
    Messages lost      7
    Longest mailbox    3,184, before 3
    Handled            288/s, before 400/s
    Handling p99       12 ms, before not measured
    Gave up            Pool
    Did not come back  0
    "
  `)
})

test('a shot is done once, whatever time was given', () => {
  const steps = experimentRecord().steps.map((step) => ({ ...step, fault: 'kill', parameters: {} }))
  expect(reportText(reportOf(over({ steps }), 'escalated'))).toContain(
    'kill on Shop/counter-0 on shop@localhost (once)',
  )
})

test('JUnit has one case, with a failure where it does not pass, and no markup of ours in it', () => {
  const passed = reportJunit(reportOf(over(), 'escalated'))
  expect(passed).toContain('tests="1" failures="0" time="60.000"')
  expect(passed).toContain('name="F-0001 Slow &lt;rater&gt; &amp; co"')
  expect(passed).not.toContain('<failure')
  const failed = reportJunit(reportOf(over({ name: 'nul \0' }), 'degraded'))
  expect(failed).toContain('<failure message="degraded: Throughput fell by 28 %, from 400/s to 288/s.">')
  expect(failed).toContain('nul \ufffd')
})
