/** The tree in a real Chromium: shapes and sizes, far, mid and near, and what hub and wire have to do for it. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startPostgres } from '@orrery/testkit'
import { chromium, type Page } from '@playwright/test'
import { startConstellation } from '../../e2e/constellation.ts'
import { chromiumPath } from '../../scripts/system-packages.mjs'
import { memoryOf, probed } from '../holds/memory.ts'
import { CHROMIUM_ARGS } from '../pipeline/page-weight.ts'
import { framesOf, idlePercent } from './measure.ts'
import type { Shape } from './shape-node.ts'

export interface TreeFigures {
  readonly processes: number
  readonly firstViewMs: number
  readonly frameMsP95: number
  readonly frameCpuMsP95: number
  readonly fpsP5: number
  readonly fpsMedian: number
  readonly droppedPercent: number
  readonly idlePercent: number
  readonly wireKBPerS: number
  readonly firstWireKB: number
  readonly agentKBPerS: number
  readonly paletteMs: number
  readonly hubMb: number
}

const SPAWNS_PER_S = 1_000
const SETTLE_MS = 4_000
const IDLE_MS = 8_000
const LONG = 120_000
/** Memory that moves less than this stands still. */
const STILL_BYTES = 2_000_000

export async function measureTree(shape: Shape, count: number): Promise<TreeFigures> {
  // A server for the database: the embedded one's memory comes and goes by hundreds of megabytes, and is not what is measured.
  const postgres = await startPostgres()
  await using _stopped = { [Symbol.asyncDispose]: () => postgres.stop() }
  await using constellation = await startConstellation({
    demo: false,
    probed,
    env: { DATABASE_URL: postgres.url },
  })
  const hub = constellation.dashboard.child.pid ?? 0
  // What starting took, and serving a page for the first time, has been given back by then.
  await (await fetch(constellation.url)).text()
  const empty = await settledMemory(constellation.dataDir, hub)
  const node = fork(join(import.meta.dirname, 'shape-node.ts'), {
    execArgv: ['--import', 'tsx', '--max-old-space-size=4096'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      SHAPE: shape,
      PROCESSES: String(count),
      SPAWNS_PER_S: String(SPAWNS_PER_S),
      ORRERY_HUB_URL: constellation.url,
      ORRERY_SPOOL_DIR: join(constellation.dataDir, 'spool'),
    },
  })
  const path = chromiumPath()
  const browser = await chromium.launch({ ...(path ? { executablePath: path } : {}), args: CHROMIUM_ARGS })
  try {
    const processes = await ready(node)
    await known(constellation.url, processes)
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    // The compiler names inner functions by a helper that the page does not have.
    await page.addInitScript({ content: 'globalThis.__name = (value) => value' })
    const devtools = await page.context().newCDPSession(page)
    let received = 0
    devtools.on('Network.webSocketFrameReceived', ({ response }) => {
      received += response.payloadData.length
    })
    await devtools.send('Network.enable')
    await devtools.send('Performance.enable')

    // The page's own code is in the cache, as it is for whoever opens a tree.
    await page.goto(`${constellation.url}/`)
    await page.waitForLoadState('networkidle', { timeout: LONG }).catch(() => undefined)
    const began = performance.now()
    const before = received
    await page.goto(`${constellation.url}/nodes/bench@localhost/tree`)
    await page.locator('canvas[data-drawn="true"]').first().waitFor({ state: 'attached', timeout: LONG })
    const firstViewMs = performance.now() - began
    await page.waitForTimeout(SETTLE_MS)
    const firstWireKB = (received - before) / 1_000

    const frames = await framesOf(browser, page, () => lookAround(page))
    await page.keyboard.press('1')
    await page.waitForTimeout(1_000)

    const wireAt = received
    const ingestAt = await ingested(constellation.url)
    const idle = await idlePercent(devtools, IDLE_MS)
    const wireKBPerS = (received - wireAt) / IDLE_MS
    const agentKBPerS = ((await ingested(constellation.url)) - ingestAt) / IDLE_MS
    const paletteMs = await palette(page, namesOf(shape, processes))
    const full = await settledMemory(constellation.dataDir, hub)
    return {
      processes,
      firstViewMs,
      frameMsP95: frames.mainMsP95,
      frameCpuMsP95: frames.mainCpuMsP95,
      fpsP5: frames.fpsP5,
      fpsMedian: frames.fpsMedian,
      droppedPercent: frames.droppedPercent,
      idlePercent: idle,
      wireKBPerS,
      firstWireKB,
      agentKBPerS,
      paletteMs,
      hubMb: (full - empty) / 1_000_000,
    }
  } finally {
    await browser.close()
    node.removeAllListeners('exit')
    const ended = new Promise((resolve) => node.once('exit', resolve))
    node.send('stop')
    await ended
  }
}

function ready(node: ReturnType<typeof fork>): Promise<number> {
  return new Promise((resolve, reject) => {
    node.once('exit', (code) => reject(new Error(`the node ended with ${code}`)))
    if (node.stdout === null) return
    createInterface({ input: node.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(Number(line.slice(6)))
    })
  })
}

/** Until the hub has the whole of it. */
async function known(url: string, processes: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const answer = await fetch(`${url}/api/v1/nodes/bench@localhost`).catch(() => null)
    const node = answer?.ok === true ? ((await answer.json()) as { processes?: number }) : {}
    if ((node.processes ?? 0) >= processes * 0.98) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the hub does not know the whole node')
}

async function ingested(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^orrery_ingest_bytes_total (\S+)$/m.exec(text)?.[1] ?? Number.NaN)
}

/** Far, mid and near: drags to and fro, and zooms in and out, at the pace of a hand. */
async function lookAround(page: Page): Promise<void> {
  for (const level of ['1', '2', '3']) {
    await page.keyboard.press(level)
    await page.waitForTimeout(400)
    await page.mouse.move(760, 450)
    await page.mouse.down()
    for (let i = 0; i < 60; i++) {
      await page.mouse.move(760 + Math.sin(i / 8) * 260, 450 + Math.cos(i / 6) * 200)
      await page.waitForTimeout(12)
    }
    await page.mouse.up()
    for (let i = 0; i < 40; i++) {
      await page.keyboard.down('Control')
      await page.mouse.wheel(0, i < 20 ? -60 : 60)
      await page.keyboard.up('Control')
      await page.waitForTimeout(12)
    }
  }
}

/** Resident bytes, once they stand still. */
async function settledMemory(dataDir: string, pid: number): Promise<number> {
  let last = (await memoryOf(dataDir, pid)).rss
  for (let i = 0; i < 12; i++) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS / 2))
    const { rss } = await memoryOf(dataDir, pid)
    if (Math.abs(rss - last) < STILL_BYTES) return rss
    last = rss
  }
  return last
}

/** Names that are there whatever the size, far from each other. */
function namesOf(shape: Shape, processes: number): string[] {
  const sizes = { wide: 500, chain: 0, pool: 1_000, many: 11 }
  const groups = sizes[shape] === 0 ? 0 : Math.max(1, Math.floor(processes / sizes[shape]))
  const stem = groups > 0 ? 'group-' : 'w'
  const last = groups > 0 ? groups - 1 : 4
  return [0, 0.25, 0.5, 0.75, 1].map((share) => `${stem}${Math.floor(last * share)}`)
}

/** From a name typed to the process found, the median of a few. */
async function palette(page: Page, names: readonly string[]): Promise<number> {
  const times: number[] = []
  for (const name of names) times.push(await find(page, name))
  return times.sort((a, b) => a - b)[2] ?? Number.NaN
}

async function find(page: Page, name: string): Promise<number> {
  await page.keyboard.press('Control+k')
  const input = page.getByRole('combobox').first()
  await input.waitFor({ timeout: 10_000 })
  await page.waitForTimeout(300)
  const took = await page.evaluate(async (name) => {
    const box = document.querySelector<HTMLInputElement>('[role="combobox"]')
    if (box === null) return Number.NaN
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
    const began = performance.now()
    setter?.call(box, name)
    box.dispatchEvent(new Event('input', { bubbles: true }))
    return await new Promise<number>((resolve) => {
      const look = () => {
        const options = [...document.querySelectorAll('[role="option"]')]
        if (options.some((option) => option.textContent?.includes(name)))
          return resolve(performance.now() - began)
        if (performance.now() - began > 3_000) return resolve(Number.NaN)
        setTimeout(look, 1)
      }
      look()
    })
  }, name)
  await page.keyboard.press('Escape')
  await page.waitForTimeout(300)
  return took
}
