/** Ten minutes of random deaths over 10,000 processes of one node: no orphan, no leak, every link and monitor honoured. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LivesResult } from '../../packages/runtime/soak/lives.ts'
import { readSeed } from '../../packages/testkit/src/harness/seed.ts'
import type { Figures } from '../suite.ts'
import { fitLine, type Point } from './line-fit.ts'

export interface LivesHold {
  processes: number
  seconds: number
  deathsPerS: number
  /** Heap is measured after a collection, from `warmUpS` on. */
  sampleEveryS: number
  warmUpS: number
}

/** Figures `lives_…`; throws where a promise did not hold. */
export async function holdLives(hold: LivesHold, log: (line: string) => void): Promise<Figures> {
  const seed = readSeed()
  log(
    `lives: ${hold.processes} processes, ${hold.deathsPerS} deaths/s for ${hold.seconds} s, ORRERY_SEED=${seed}`,
  )
  const script = fileURLToPath(new URL('../../packages/runtime/soak/lives-process.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', script, JSON.stringify({ ...hold, seed })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const points: Point[] = []
  let result: LivesResult | null = null
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, ...rest] = line.split(' ')
    if (kind === 'result') result = JSON.parse(rest.join(' ')) as LivesResult
    if (kind === 'heap') points.push({ x: Number(rest[0]) / 60, y: Number(rest[1]) / 1_000 })
  }
  if (result === null) throw new Error(`the soak ended without a result (exit code ${child.exitCode})`)
  const line = fitLine(points.filter(({ x }) => x * 60 >= hold.warmUpS))
  const figures: Figures = {
    lives_deaths: result.deaths,
    lives_spawned: result.spawned,
    lives_crashes: result.crashes,
    lives_restarts: result.restarts,
    lives_orphans: result.orphans,
    lives_missing: result.missing,
    lives_untold: result.untold,
    lives_links: result.links,
    lives_links_broken: result.links - result.linksHonoured,
    lives_monitors: result.monitors,
    lives_monitors_broken: result.monitors - result.monitorsHonoured,
    lives_calls_hanging: result.calls - result.callsSettled,
    lives_heap_kB_per_min: line.slope,
    lives_heap_noise_kB_per_min: line.noise,
  }
  const promised = ['orphans', 'missing', 'untold', 'links_broken', 'monitors_broken', 'calls_hanging']
  const broken = promised.filter((name) => figures[`lives_${name}`] !== 0)
  if (broken.length > 0)
    throw new Error(`not zero: ${broken.map((name) => `${name} ${figures[`lives_${name}`]}`)}`)
  return figures
}
