/** The mail robustifier for ten minutes under the fault lab: a scenario of kills, drops and failing back-ends every half minute. */
import { readSeed } from '@orrery/testkit'
import { holdFaults } from '../../apps/mail-robustifier/test/hold-faults.ts'
import type { Figures } from '../suite.ts'

export interface MailFaultsScale {
  times?: number
  everyMs?: number
  mailsPerS?: number
  warmUpMs?: number
  seed?: number
}

/** The stated run by default. Throws when the front-end refused what was delivered all the same, or something was not read back. */
export async function holdMailUnderFaults(
  { times = 20, everyMs = 30_000, mailsPerS = 20, warmUpMs = 60_000, seed = readSeed() }: MailFaultsScale,
  log: (line: string) => void,
): Promise<Figures> {
  const outcome = await holdFaults({ times, everyMs, mailsPerS, warmUpMs, seed }, log)
  const { lost, unexplained, denied, experiment } = outcome
  for (const line of outcome.text.trimEnd().split('\n')) log(`  ${line}`)
  if (denied.length > 0) throw new Error(`refused, and delivered all the same: ${denied.join(', ')}`)
  const unverified = experiment.targets.filter(({ state }) => state === 'unverified')
  if (unverified.length > 0) throw new Error(`not read back: ${JSON.stringify(unverified)}`)
  return {
    mail_faults_accepted: outcome.accepted,
    mail_faults_delivered: outcome.delivered,
    mail_faults_quarantined: outcome.quarantined,
    mail_faults_lost: lost.length,
    mail_faults_duplicates: outcome.duplicates,
    mail_faults_unexplained_duplicates: unexplained.length,
    mail_faults_targets: experiment.targets.length,
    mail_faults_firings: experiment.firings,
    mail_faults_dropped: experiment.dropped,
    mail_faults_crashes: experiment.resilience?.crashesCaused ?? experiment.crashes,
    mail_faults_not_back: experiment.resilience?.notBack ?? 0,
    mail_faults_recovery_p99_ms: experiment.resilience?.recoveryP99Ms ?? 0,
    mail_faults_escalated: outcome.verdict === 'escalated' ? 1 : 0,
  }
}
