/** Twelve deaths on Erlang/OTP and here: nothing OTP's own reports hold is absent from ours. */
import type { CrashReport } from '@orrery/protocol'
import { beforeAll, expect, test } from 'vitest'
import { FACTS } from './facts.ts'
import { reportsOfOurs, SCENARIOS, type Scenario } from './ours.ts'
import { type OtpReport, reportsOfOtp } from './theirs.ts'

let otp: OtpReport[]
const ours = new Map<Scenario, CrashReport[]>()

beforeAll(async () => {
  otp = reportsOfOtp()
  for (const scenario of SCENARIOS) ours.set(scenario, await reportsOfOurs(scenario))
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
