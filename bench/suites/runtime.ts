/** The runtime beside Erlang on one scheduler, nact, XState and a bare loop over an array: the same workloads, in turns. */
import { type Compared, compare } from '../../packages/runtime/bench/compare.ts'
import { fairness } from '../../packages/runtime/bench/fairness.ts'
import { ensureSystemPackages } from '../../scripts/system-packages.mjs'
import { holdMailUnderKills } from '../holds/mail.ts'
import type { Figures, Suite } from '../suite.ts'

export const parts: Suite['parts'] = {
  async speed(log) {
    ensureSystemPackages({ erlang: true })
    const compared = await compare({ peers: ['beam', 'nact', 'xstate', 'bare'], log })
    return Object.assign({}, ...compared.map(figuresOf)) as Figures
  },
  async fairness(log) {
    log('one process floods itself for ten seconds, two others talk to and fro')
    const fair = await fairness(10)
    return {
      fair_round_trip_p50_ms: fair.roundTripP50Ms,
      fair_round_trip_p99_ms: fair.roundTripP99Ms,
      fair_event_loop_delay_p99_ms: fair.eventLoopDelayP99Ms,
      fair_flood_per_s: fair.flood / 10,
    }
  },
  async upgrade(log) {
    const figures = await holdMailUnderKills(UPGRADE, log)
    if (figures.mail_lost !== 0 || figures.mail_upgrades === 0)
      throw new Error('mail was lost, or nothing upgraded')
    return {
      upgrade_mail_accepted: figures.mail_accepted ?? Number.NaN,
      upgrade_mail_lost: figures.mail_lost,
      upgrades: figures.mail_upgrades ?? Number.NaN,
      upgrade_longest_pause_ms: figures.mail_upgrade_longest_pause_ms ?? Number.NaN,
    }
  },
}

/** A minute of real SMTP, an upgrade every second or two, under the same kills and outages as in `holds mail`. */
const UPGRADE = { durationMs: 60_000, mailsPerS: 30, nodeKillMs: 20_000, upgradeMs: 1_000 }

/** `send_per_s`, `send_vs_beam`, … ; a logged workload is named for its peer, `restart_vs_beam_logged`. */
function figuresOf({ workload, medians, ratios }: Compared): Figures {
  const isLogged = workload.endsWith('_logged')
  const name = isLogged ? workload.slice(0, -'_logged'.length) : workload
  const figures: Figures = {}
  if (medians.orrery !== undefined && !isLogged) {
    figures[workload.startsWith('bytes') ? workload : `${workload}_per_s`] = medians.orrery
  }
  for (const [peer, ratio] of Object.entries(ratios)) {
    figures[`${name}_vs_${peer}${isLogged ? '_logged' : ''}`] = ratio
  }
  return figures
}
