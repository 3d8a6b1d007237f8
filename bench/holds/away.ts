/**
 * The hub away for minutes while a node crashes on, with a spool too small for it: the node runs as before, the spool
 * stays within its bound and counts what it refuses, and when the hub is back everything accepted is stored and everything
 * that happened is counted.
 */
import { join } from 'node:path'
import { startConstellation } from '../../e2e/constellation.ts'
import { forkStorm } from '../../packages/testkit/src/storm.ts'
import { until } from '../../packages/testkit/src/until.ts'
import type { Figures } from '../suite.ts'
import { memoryOf, probed } from './memory.ts'

export interface AwayScale {
  minutes: number
  crashesPerS: number
  spoolMb: number
}

const NODE = 'away@localhost'
const LOOK_MS = 5_000
const CATCH_UP_WITHIN_MS = 600_000

export async function away(scale: AwayScale, log: (line: string) => void): Promise<Figures> {
  await using constellation = await startConstellation({ demo: false, probed })
  const { url, dataDir } = constellation
  await using node = forkStorm({
    ...probed(dataDir),
    NODE_ENV: 'production',
    STORM_NAME: NODE,
    ORRERY_HUB_URL: url,
    ORRERY_SPOOL_DIR: join(dataDir, 'spool'),
    ORRERY_SPOOL_MB: String(scale.spoolMb),
  })
  await until(() => node.status?.connection === 'welcomed', 'the node was not welcomed', { withinMs: 60_000 })
  await node.storm(scale.crashesPerS, 2)
  const heap = async (): Promise<number> => (await memoryOf(dataDir, node.pid)).heapUsed / 1_000_000
  const heapBefore = await heap()
  let heapMost = heapBefore
  let spoolMost = 0
  await constellation.dashboard.stop()
  const looking = setInterval(() => {
    spoolMost = Math.max(spoolMost, node.status?.spoolBytes ?? 0)
    void heap().then((now) => {
      heapMost = Math.max(heapMost, now)
    })
  }, LOOK_MS)
  const { crashes, seconds } = await node.storm(scale.crashesPerS, scale.minutes * 60)
  clearInterval(looking)
  const waiting = node.status?.pending ?? 0
  log(`  ${crashes} crashes in ${(seconds / 60).toFixed(1)} min without a hub, ${waiting} reports wait`)
  const backAt = performance.now()
  await constellation.startDashboard()
  await until(
    () => node.status?.connection === 'welcomed' && node.status.pending === 0,
    'it never caught up',
    {
      withinMs: CATCH_UP_WITHIN_MS,
    },
  )
  const catchUpS = (performance.now() - backAt) / 1_000
  const truth = await node.count()
  let groups = await groupsOf(url)
  await until(
    async () => {
      groups = await groupsOf(url)
      return sum(groups, ({ count }) => count) >= truth.crashes
    },
    () => `${truth.crashes} crashes, counted: ${JSON.stringify(groups)}`,
    { withinMs: 60_000 },
  ).catch((error: unknown) => log(`  ${error instanceof Error ? error.message : String(error)}`))
  const accepted = node.status?.accepted ?? 0
  const stored = sum(groups, ({ count, notStored }) => count - notStored)
  return {
    away_minutes: seconds / 60,
    away_crashes: truth.crashes,
    away_counted: sum(groups, ({ count }) => count),
    away_accepted: accepted,
    away_stored: stored,
    away_lost: accepted - stored,
    away_refused: node.status?.spoolRefused ?? 0,
    away_refused_shown: await refusedShown(url, node.status?.spoolRefused ?? 0),
    away_spool_most_mB: spoolMost / 1_048_576,
    away_agent_heap_growth_mB: heapMost - heapBefore,
    away_catch_up_s: catchUpS,
  }
}

/** What the node's API says of its refusals, once a sample has come with them. */
async function refusedShown(url: string, expected: number): Promise<number> {
  let shown = 0
  await until(
    async () => {
      const answer = await fetch(`${url}/api/v1/nodes/${NODE}`)
      shown = ((await answer.json()) as { agent: { spoolRefused: number } }).agent.spoolRefused
      return shown === expected
    },
    () => `the node shows ${shown} of ${expected} refusals`,
  )
  return shown
}

interface Group {
  count: number
  notStored: number
}

async function groupsOf(url: string): Promise<Group[]> {
  const answer = await fetch(`${url}/api/v1/crash-groups?limit=200`)
  return ((await answer.json()) as { items: Group[] }).items
}

function sum(groups: readonly Group[], read: (group: Group) => number): number {
  return groups.reduce((total, group) => total + read(group), 0)
}
