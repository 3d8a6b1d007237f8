/** The runtime beside Erlang on one scheduler, nact, XState and a bare loop over an array: the same workloads, in turns. */
import { type Compared, compare } from '../../packages/runtime/bench/compare.ts'
import { fairness } from '../../packages/runtime/bench/fairness.ts'
import { isolation } from '../../packages/runtime/bench/isolation.ts'
import { playOnErlang } from '../../packages/runtime/differential/erlang.ts'
import { generate } from '../../packages/runtime/differential/generate.ts'
import { play } from '../../packages/runtime/differential/ours.ts'
import { ensureSystemPackages } from '../../scripts/system-packages.mjs'
import { holdMailUnderKills } from '../holds/mail.ts'
import type { Figures, Suite } from '../suite.ts'

export const parts: Suite['parts'] = {
  async speed(log) {
    ensureSystemPackages({ erlang: true })
    const compared = await compare({ peers: ['beam', 'nact', 'xstate', 'bare'], log })
    return Object.assign({}, ...compared.map(figuresOf)) as Figures
  },
  async differential(log) {
    ensureSystemPackages({ erlang: true })
    const first = Number(process.env.ORRERY_SEED ?? 1)
    log(`scenarios ${first} to ${first + SCENARIOS - 1}, on Erlang/OTP and here (ORRERY_SEED=${first})`)
    const scenarios = Array.from({ length: SCENARIOS }, (_, i) => generate(first + i))
    const theirs = playOnErlang(scenarios)
    let equal = 0
    for (const scenario of scenarios) {
      if ((await play(scenario)).join() === theirs.get(scenario.seed)?.join()) equal += 1
      else log(`scenario ${scenario.seed} differs`)
    }
    return { scenarios_run: scenarios.length, scenarios_equal: equal }
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
  async isolation(log) {
    log('an endless loop and a full heap in isolated children, a sibling at work beside them')
    const seen = await isolation()
    return {
      isolated_heartbeat_ms: seen.heartbeatMs,
      isolated_loop_noticed_ms: seen.loopNoticedMs,
      isolated_loop_back_ms: seen.loopBackMs,
      isolated_heap_noticed_ms: seen.heapNoticedMs,
      isolated_heap_back_ms: seen.heapBackMs,
      isolated_reports: seen.reports,
      isolated_sibling_answers: seen.siblingAnswers,
      isolated_sibling_failures: seen.siblingFailures,
      isolated_sibling_p99_ms: seen.siblingP99Ms,
      isolated_sibling_longest_ms: seen.siblingLongestMs,
      isolated_round_trips_per_s: seen.isolatedRoundTripsPerS,
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

const SCENARIOS = 10_000

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
