/**
 * A crash storm on one node, watched by a hub in a process of its own and a real page on the node's tree: whether every crash
 * is counted, how few reports are kept, what it costs hub, page and node.
 */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { type Constellation, startConstellation } from '../../e2e/constellation.ts'
import { forkStorm, type StormNode } from '../../packages/testkit/src/storm.ts'
import { until } from '../../packages/testkit/src/until.ts'
import { chromiumPath } from '../../scripts/system-packages.mjs'
import { CHROMIUM_ARGS } from '../pipeline/page-weight.ts'
import { type Figures, quantile } from '../suite.ts'
import { memoryOf, probed } from './memory.ts'

export interface StormScale {
  crashesPerS: number
  seconds: number
  /** Blocks of saturated crashing with the agent, and as many without. */
  pairs: number
  blockSeconds: number
}

const NODE = 'storm@localhost'
const HEAP_EVERY_MS = 5_000
/** Counts are told once a second and written every two; reports wait their turn in the database. */
const COUNTED_WITHIN_MS = 120_000

export async function storm(scale: StormScale, log: (line: string) => void): Promise<Figures> {
  await using constellation = await startConstellation({ demo: false, probed })
  await using node = forkStorm({
    ...probed(constellation.dataDir),
    NODE_ENV: 'production',
    STORM_NAME: NODE,
    ORRERY_HUB_URL: constellation.url,
    ORRERY_SPOOL_DIR: join(constellation.dataDir, 'spool'),
  })
  await until(() => node.status?.connection === 'welcomed', 'the node was not welcomed', { withinMs: 60_000 })
  const path = chromiumPath()
  const browser = await chromium.launch({ ...(path ? { executablePath: path } : {}), args: CHROMIUM_ARGS })
  try {
    const page = await openTree(browser, constellation.url)
    const stormed = await watched(scale, constellation, node, page, log)
    const rates = await saturated(scale, node)
    log(
      `  ${rates.storm_node_crashes_per_s_with_agent?.toFixed(0)} crashes/s with agent, ${rates.storm_node_crashes_per_s_without_agent?.toFixed(0)} without`,
    )
    return { ...stormed, ...rates }
  } finally {
    await browser.close()
  }
}

async function watched(
  scale: StormScale,
  constellation: Constellation,
  node: StormNode,
  page: Page,
  log: (line: string) => void,
): Promise<Figures> {
  const { url, dataDir } = constellation
  const heap = async (): Promise<number> => (await memoryOf(dataDir, node.pid)).heapUsed / 1_000_000
  await node.storm(1_000, 2)
  const heapBefore = await heap()
  let heapMost = heapBefore
  const sampling = setInterval(() => {
    void heap().then((now) => {
      heapMost = Math.max(heapMost, now)
    })
  }, HEAP_EVERY_MS)
  // Reading it begins its histogram anew.
  await metric(url, 'nodejs_eventloop_lag_p99_seconds')
  await page.evaluate(() => (globalThis as unknown as PageProbe).frames.splice(0))
  const storming = node.storm(scale.crashesPerS, scale.seconds)
  const answers = await answersOf(page, url, storming)
  const stormed = await storming
  clearInterval(sampling)
  const loopP99 = await metric(url, 'nodejs_eventloop_lag_p99_seconds')
  const frames = await page.evaluate(() => (globalThis as unknown as PageProbe).frames)
  log(`  ${stormed.crashes} crashes in ${stormed.seconds.toFixed(1)} s`)
  const truth = await node.count()
  let groups = await groupsOf(url)
  await until(
    async () => {
      groups = await groupsOf(url)
      return sum(groups.map(({ count }) => count)) >= truth.crashes
    },
    () => `${truth.crashes} crashes, counted: ${JSON.stringify(groups)}`,
    { withinMs: COUNTED_WITHIN_MS },
  ).catch((error: unknown) => log(`  ${error instanceof Error ? error.message : String(error)}`))
  const modules = Object.entries(truth.byModule)
  const counted = (module: string): number =>
    sum(groups.filter((group) => group.module === module).map(({ count }) => count))
  return {
    storm_crashes: truth.crashes,
    storm_counted: sum(groups.map(({ count }) => count)),
    storm_miscounted: sum(modules.map(([module, crashes]) => Math.abs(crashes - counted(module)))),
    storm_crashes_per_s: stormed.crashes / stormed.seconds,
    storm_reports_stored: sum(groups.map(({ count, notStored }) => count - notStored)),
    storm_hub_loop_p99_ms: loopP99 * 1_000,
    storm_agent_heap_growth_mB: heapMost - heapBefore,
    storm_agent_heap_after_mB: (await heap()) - heapBefore,
    storm_page_frame_p99_ms: quantile(frames, 0.99),
    storm_page_answer_p99_ms: quantile(answers, 0.99),
  }
}

/** Blocks with and without the agent, in turn, so that other programs disturb both alike. */
async function saturated(scale: StormScale, node: StormNode): Promise<Figures> {
  const rates = { on: [] as number[], off: [] as number[] }
  const byCpu = { on: [] as number[], off: [] as number[] }
  for (let i = 0; i < scale.pairs * 2; i++) {
    // Neither is always the first of its pair.
    const isWatched = (i + (i >> 1)) % 2 === 0
    const { crashes, seconds, cpuSeconds } = await node.saturate(scale.blockSeconds, isWatched)
    const when = isWatched ? 'on' : 'off'
    rates[when].push(crashes / seconds)
    byCpu[when].push(crashes / cpuSeconds)
  }
  return {
    storm_node_crashes_per_s_with_agent: quantile(rates.on, 0.5),
    storm_node_crashes_per_s_without_agent: quantile(rates.off, 0.5),
    storm_node_crashes_per_cpu_s_with_agent: quantile(byCpu.on, 0.5),
    storm_node_crashes_per_cpu_s_without_agent: quantile(byCpu.off, 0.5),
  }
}

interface PageProbe {
  frames: number[]
}

async function openTree(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  // The compiler names inner functions by a helper that the page does not have.
  await page.addInitScript({ content: 'globalThis.__name = (value) => value' })
  await page.goto(`${url}/nodes/${NODE}/tree`)
  await page.getByRole('tree').first().waitFor({ state: 'attached', timeout: 60_000 })
  await page.evaluate(() => {
    const frames: number[] = []
    Object.assign(globalThis, { frames })
    let before = performance.now()
    const frame = (now: number): void => {
      frames.push(now - before)
      before = now
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
  return page
}

/** Asks hub and page something small, over and over; milliseconds until both have answered. */
async function answersOf(page: Page, url: string, storming: Promise<unknown>): Promise<number[]> {
  const took: number[] = []
  let isOver = false
  void storming.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const from = performance.now()
    const answer = await fetch(`${url}/api/v1/nodes/${NODE}/processes?limit=50`)
    await answer.arrayBuffer()
    await page.evaluate(() => document.title)
    took.push(performance.now() - from)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return took
}

interface Group {
  module: string
  count: number
  notStored: number
}

async function groupsOf(url: string): Promise<Group[]> {
  const answer = await fetch(`${url}/api/v1/crash-groups?limit=200`)
  return ((await answer.json()) as { items: Group[] }).items
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  if (line === undefined) throw new Error(`/metrics has no ${name}`)
  return Number(line.split(' ')[1])
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
