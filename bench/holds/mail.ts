/** The mail robustifier for ten minutes of real SMTP under worker kills, outages and deaths of the whole node. */
import { readSeed } from '@orrery/testkit'
import { holdMail } from '../../apps/mail-robustifier/test/hold-mail.ts'
import type { Figures } from '../suite.ts'

export interface MailScale {
  durationMs?: number
  mailsPerS?: number
  /** Between SIGKILLs of the whole node, from this to twice this. */
  nodeKillMs?: number
  /** Between upgrades to the next release, or back, from this to twice this. */
  upgradeMs?: number
  seed?: number
}

/** The stated run by default. Throws when the front-end refused what was delivered all the same. */
export async function holdMailUnderKills(
  {
    durationMs = 600_000,
    mailsPerS = 20,
    nodeKillMs = 30_000,
    upgradeMs = 3_000,
    seed = readSeed(),
  }: MailScale,
  log: (line: string) => void,
): Promise<Figures> {
  const outcome = await holdMail({ durationMs, mailsPerS, nodeKillMs, upgradeMs, seed }, log)
  const { lost, unexplained, denied } = outcome
  for (const [what, numbers] of Object.entries({ lost, unexplained, denied })) {
    if (numbers.length > 0) log(`  ${what}: ${numbers.join(', ')}`)
  }
  if (denied.length > 0) throw new Error(`refused, and delivered all the same: ${denied.join(', ')}`)
  return {
    mail_accepted: outcome.accepted,
    mail_delivered: outcome.delivered,
    mail_quarantined: outcome.quarantined,
    mail_lost: lost.length,
    mail_duplicates: outcome.duplicates,
    mail_unexplained_duplicates: unexplained.length,
    mail_ambiguous_attempts: outcome.ambiguousAttempts,
    mail_worker_kills: outcome.workerKills,
    mail_outages: outcome.outages,
    mail_node_kills: outcome.nodeKills,
    mail_upgrades: outcome.upgrades,
    mail_upgrades_taken_back: outcome.upgradesFailed,
    mail_upgrade_longest_pause_ms: outcome.longestPauseMs,
  }
}
