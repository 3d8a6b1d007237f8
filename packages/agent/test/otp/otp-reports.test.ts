/** Twelve deaths on Erlang/OTP and here: nothing OTP's own reports hold is absent from ours. */
import type { CrashReport } from '@orrery/protocol'
import { beforeAll, expect, test } from 'vitest'
import { FACTS } from './facts.ts'
import { reportsOfOurs, SCENARIOS, type Scenario } from './ours.ts'
import { page } from './page.ts'
import { type OtpReport, reportsOfOtp } from './theirs.ts'

let otp: OtpReport[]
const ours = new Map<Scenario, CrashReport[]>()

beforeAll(async () => {
  otp = reportsOfOtp()
  const played = await Promise.all(
    SCENARIOS.map(async (scenario) => [scenario, await reportsOfOurs(scenario)] as const),
  )
  for (const [scenario, reports] of played) ours.set(scenario, reports)
}, 120_000)

test.each(SCENARIOS)('%s: every fact of OTP is in our report', (scenario) => {
  const reports = otp.filter((report) => report.scenario === scenario)
  expect(reports.length).toBeGreaterThan(0)
  const missing: string[] = []
  for (const { kind, process, nth, facts } of reports) {
    const own = (ours.get(scenario) ?? []).filter(({ identity }) => identity.name === process)
    // Of a supervisor that gives up OTP has one report more than there were deaths.
    const report = own[Math.min(nth, own.length - 1)]
    if (report === undefined) {
      missing.push(`${kind} of ${process}: no report of ours`)
      continue
    }
    for (const [fact, theirs] of facts) {
      const known = FACTS[kind]?.[fact]
      if (known === undefined) missing.push(`${kind}.${fact}: nobody says where it is`)
      if (known === undefined || known.read === undefined) continue
      const value = known.read(report, theirs)
      if (value === null) missing.push(`${kind}.${fact} of ${process}: ${known.ours} is not there`)
      else if (known.is === 'equal' && value !== theirs)
        missing.push(`${kind}.${fact} of ${process}: OTP ${theirs}, ours ${value}`)
    }
  }
  expect(missing).toEqual([])
})

test('every fact that is spoken of is one of OTP', () => {
  const seen = new Set(otp.flatMap(({ kind, facts }) => [...facts.keys()].map((fact) => `${kind}.${fact}`)))
  const spoken = Object.entries(FACTS).flatMap(([kind, facts]) =>
    Object.keys(facts).map((fact) => `${kind}.${fact}`),
  )
  // A state machine's last message is in its queue, and its client and log are a server's.
  const same = new Set(['gen_statem.last_message', 'gen_statem.client.stacktrace', 'gen_server.reason.class'])
  expect(spoken.filter((fact) => !seen.has(fact) && !same.has(fact))).toEqual([])
})

test('the table in the docs is this one', async () => {
  await expect(page(otp)).toMatchFileSnapshot('../../../../docs/otp-reports.md')
})
