/** One hundred kills of hub, nodes and database in the middle of crash storms: what was accepted is stored, each once. */
import { holdUnderKills, readSeed } from '@orrery/testkit'
import type { Figures } from '../suite.ts'

export interface KillsScale {
  /** Over both kinds of database, half each. */
  kills?: number
  nodes?: number
  /** Of each node, on average. */
  crashesPerS?: number
  /** Between deeds, from this to three times this. */
  paceMs?: number
  seed?: number
}

/** The stated run by default. Throws when something died that was not killed, or stored what nobody accepted. */
export async function holdKills(
  { kills = 100, nodes = 2, crashesPerS = 60, paceMs = 500, seed = readSeed() }: KillsScale,
  log: (line: string) => void,
): Promise<Figures> {
  const figures = {
    kills: 0,
    node_kills: 0,
    node_ends: 0,
    node_ends_missed: 0,
    thrown: 0,
    accepted: 0,
    stored: 0,
    lost: 0,
    doubled: 0,
  }
  const half = Math.ceil(kills / 2)
  for (const [database, share] of [
    ['postgres', half],
    ['embedded', kills - half],
  ] as const) {
    if (share === 0) continue
    const outcome = await holdUnderKills({ database, kills: share, nodes, crashesPerS, paceMs, seed }, log)
    const { surprises, unheard } = outcome
    if (surprises.length > 0) throw new Error(`not killed, and yet:\n${surprises.join('\n')}`)
    if (unheard.length > 0) throw new Error(`stored, and accepted by nobody: ${unheard.join(', ')}`)
    figures.kills += Object.values(outcome.kills).reduce((sum, n) => sum + n, 0)
    for (const [part, n] of Object.entries(outcome.kills))
      if (part.startsWith('node-')) figures.node_kills += n
    figures.node_ends += outcome.nodeEnds
    figures.node_ends_missed += outcome.unmissed.length
    figures.thrown += outcome.thrown
    figures.accepted += outcome.accepted
    figures.stored += outcome.stored
    figures.lost += outcome.lost.length
    figures.doubled += outcome.doubled
    const seconds = (outcome.durationMs / 1_000).toFixed(0)
    log(`  ${database}: ${JSON.stringify(outcome.kills)} in ${seconds} s, ${outcome.accepted} accepted`)
  }
  return figures
}
