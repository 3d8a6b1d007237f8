/**
 * From a throw in a node to the change in the page: 10,000 processes, 50 crashes a second, three browsers on the tree.
 * A sample is the time until the crashed process' own chip changed in the DOM, on the same machine's clock.
 */
import { fork } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { startConstellation } from '../../e2e/constellation.ts'
import { chromiumPath } from '../../scripts/system-packages.mjs'
import { quantile } from '../suite.ts'
import { CHROMIUM_ARGS, pageWeight } from './page-weight.ts'

const BROWSERS = 3
const CRASHES_PER_S = 50
const SECONDS = 25
const WARM_UP_SECONDS = 3

interface Throw {
  key: string
  pid: string
  at: number
}

interface Seen {
  key: string
  at: number
}

export interface CrashFigures {
  p50Ms: number
  p99Ms: number
  samples: number
  unseen: number
  pageJsKb: number
}

export async function crashToBrowser(): Promise<CrashFigures> {
  await using constellation = await startConstellation({ demo: false })
  const here = dirname(fileURLToPath(import.meta.url))
  const node = fork(join(here, 'crashing-node.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      ORRERY_HUB_URL: constellation.url,
      ORRERY_SPOOL_DIR: join(constellation.dataDir, 'spool'),
      CRASHES_PER_S: String(CRASHES_PER_S),
    },
  })
  const throws: Throw[] = []
  const ready = new Promise<void>((resolve, reject) => {
    node.once('exit', (code) => reject(new Error(`the node ended with ${code}`)))
    if (!node.stdout) return
    createInterface({ input: node.stdout }).on('line', (line) => {
      if (line === 'ready') resolve()
      else if (line.startsWith('{')) throws.push(JSON.parse(line) as Throw)
    })
  })
  const path = chromiumPath()
  const browsers = []
  try {
    await ready
    const url = `${constellation.url}/nodes/bench@localhost/tree`
    // A selected worker stands in the middle at near zoom, where chips are in the DOM.
    const near = `${url}?key=${encodeURIComponent('bench_sup/FragileSup2/fragile_2_2')}`
    const pages: Page[] = []
    for (let i = 0; i < BROWSERS; i++) {
      const browser = await chromium.launch({
        ...(path ? { executablePath: path } : {}),
        args: CHROMIUM_ARGS,
      })
      browsers.push(browser)
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      pages.push(page)
      // The compiler names inner functions by a helper that the page does not have.
      await page.addInitScript({ content: 'globalThis.__name = (value) => value' })
      await page.goto(near)
      await page.getByRole('tree').first().waitFor({ state: 'attached', timeout: 30_000 })
      await page.keyboard.press('3')
      await page.locator('[data-key^="bench_sup/FragileSup2/"]').first().waitFor({ timeout: 30_000 })
      await page.evaluate(watchChips)
    }
    node.send('go')
    await new Promise((resolve) => setTimeout(resolve, (SECONDS + WARM_UP_SECONDS) * 1_000))
    const counted = throws
      .filter((event) => event.at > (throws[0]?.at ?? 0) + WARM_UP_SECONDS * 1_000)
      .slice(0, -CRASHES_PER_S)
    const samples: number[] = []
    let unseen = 0
    for (const page of pages) {
      const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen[] }).seen)
      const visible = new Set(seen.map((event) => event.key))
      for (const event of counted.filter(({ key }) => visible.has(key))) {
        const first = seen.find((change) => change.key === event.key && change.at >= event.at)
        if (first) samples.push(first.at - event.at)
        else unseen += 1
      }
    }
    return {
      p50Ms: quantile(samples, 0.5),
      p99Ms: quantile(samples, 0.99),
      samples: samples.length,
      unseen,
      pageJsKb: await pageWeight(url),
    }
  } finally {
    node.removeAllListeners('exit')
    node.send('stop')
    await Promise.all(browsers.map((browser) => browser.close()))
  }
}

/** Runs in the page: the time of every change of a chip that shows a crash or a new pid. */
function watchChips(): void {
  const seen: Seen[] = []
  Object.assign(globalThis, { seen })
  const last = new Map<string, string>()
  const look = (chip: Element) => {
    const key = chip.getAttribute('data-key') ?? ''
    const now = `${chip.getAttribute('data-pid')} ${chip.getAttribute('data-exit')}`
    if (last.get(key) !== now && last.has(key))
      seen.push({ key, at: performance.timeOrigin + performance.now() })
    last.set(key, now)
  }
  for (const chip of document.querySelectorAll('[data-pid]')) look(chip)
  new MutationObserver((changes) => {
    for (const change of changes) {
      const chip = change.target instanceof Element ? change.target.closest('[data-pid]') : null
      if (chip) look(chip)
    }
  }).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['data-pid', 'data-exit'],
  })
}
