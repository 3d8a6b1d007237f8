/**
 * The line of a crash with its whole report, in short: hub, nodes and both kinds of database killed in crash storms, and one
 * storm counted to the last crash. `bench/holds` has the same at its stated length.
 */
import { type Constellation, startConstellation, until } from '@orrery/testkit'
import { type Count, STORM_NODE, type StormNode, stormOver } from '../../packages/testkit/src/storm.ts'
import { holdKills } from '../holds/kills.ts'
import { type Figures, quantile } from '../suite.ts'

export interface SoakScale {
  /** Over both kinds of database, half each. */
  kills: number
  stormPerS: number
  stormSeconds: number
  /** Blocks of as many crashes as the node can do, a second each, with the agent and without. */
  pairs: number
}

export const FULL: SoakScale = { kills: 20, stormPerS: 20_000, stormSeconds: 5, pairs: 10 }

const NAME = 'storm@localhost'

export async function soak(scale: SoakScale, log: (line: string) => void): Promise<Figures> {
  const { lost = Number.NaN, doubled = Number.NaN, ...kills } = await holdKills({ kills: scale.kills }, log)
  await using constellation = await startConstellation({ database: 'postgres' })
  const node = stormOver(constellation.fork(STORM_NODE, { STORM_NAME: NAME, NODE_ENV: 'production' }))
  await until(() => node.status?.connection === 'welcomed', 'it was not welcomed', { withinMs: 60_000 })
  const { crashes, seconds } = await node.storm(scale.stormPerS, scale.stormSeconds)
  log(`a storm of ${crashes} crashes in ${seconds.toFixed(1)} s`)
  const miscounted = await settled(constellation, await node.count(), log)
  return {
    lost,
    doubled,
    soak_kills: kills.kills ?? Number.NaN,
    soak_accepted: kills.accepted ?? Number.NaN,
    soak_storm_crashes: crashes,
    soak_storm_miscounted: miscounted,
    agent_cpu_us_per_crash_in_storm: await cpuPerCrash(node, scale.pairs),
  }
}

interface Group {
  module: string
  count: number
}

/** By how many crashes the groups are off, once they have all been told. */
async function settled(
  constellation: Constellation,
  { byModule }: Count,
  log: (line: string) => void,
): Promise<number> {
  let off = Number.NaN
  await until(
    async () => {
      const { items } = (await constellation.api('/api/v1/crash-groups')).body as { items: Group[] }
      const counted = (module: string): number =>
        items.filter((group) => group.module === module).reduce((sum, { count }) => sum + count, 0)
      off = Object.entries(byModule).reduce((sum, [module, n]) => sum + Math.abs(n - counted(module)), 0)
      return off === 0
    },
    () => `counts are off by ${off}`,
    { withinMs: 120_000 },
  ).catch((error: unknown) => log(error instanceof Error ? error.message : String(error)))
  return off
}

/** Processor time of the whole agent by crash: most are only counted then, as it is meant to be. */
async function cpuPerCrash(node: StormNode, pairs: number): Promise<number> {
  const cost: number[] = []
  for (let i = 0; i < pairs; i++) {
    const us = { on: 0, off: 0 }
    // Neither is always the first of its pair.
    for (const isWatched of i % 2 === 0 ? [true, false] : [false, true]) {
      const { crashes, cpuSeconds } = await node.saturate(1, isWatched)
      us[isWatched ? 'on' : 'off'] = (cpuSeconds * 1e6) / crashes
    }
    cost.push(us.on - us.off)
  }
  return quantile(cost, 0.5)
}
