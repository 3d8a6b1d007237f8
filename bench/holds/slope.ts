/**
 * Memory over time: the demo with its real traffic and outages, the dashboard over its embedded database, and a real page
 * open on the tree. Each is sampled after a collection of garbage; the slope after the warm-up is what leaks, or nothing.
 */
import { appendFileSync } from 'node:fs'
import { type CDPSession, chromium } from '@playwright/test'
import { startConstellation } from '../../e2e/constellation.ts'
import { chromiumPath } from '../../scripts/system-packages.mjs'
import { CHROMIUM_ARGS } from '../pipeline/page-weight.ts'
import type { Figures } from '../suite.ts'
import { fitLine } from './line-fit.ts'
import { memoryOf, probed, snapshotOf } from './memory.ts'

export interface SlopeScale {
  /** Of the whole run, warm-up included. */
  minutes: number
  /** Left out of the fit: caches fill, code is compiled, the database takes its memory. */
  warmUpMinutes: number
  everyS: number
  /** Folder for a line a sample (`samples.jsonl`) and heap snapshots half-way through the warm-up and at the end. */
  keep?: string
}

interface Sample {
  minute: number
  hubRss: number
  hubHeap: number
  nodeRss: number
  nodeHeap: number
  page: number
}

const NODE = 'mail@localhost'

/** `slope_…_kB_per_min` with `…_noise_…` beside each; hub and node by all of their memory and by live heap, the page by live heap. */
export async function slope(scale: SlopeScale, log: (line: string) => void): Promise<Figures> {
  await using constellation = await startConstellation({ demo: false, probed })
  await constellation.startDemo()
  const folder = constellation.dataDir
  const hub = constellation.dashboard.child.pid ?? 0
  const node = constellation.demo?.child.pid ?? 0
  const path = chromiumPath()
  const browser = await chromium.launch({ ...(path ? { executablePath: path } : {}), args: CHROMIUM_ARGS })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${constellation.url}/nodes/${NODE}/tree`)
    await page.getByRole('tree').first().waitFor({ state: 'attached', timeout: 60_000 })
    const devtools = await page.context().newCDPSession(page)
    const startedAt = performance.now()
    const minuteNow = (): number => (performance.now() - startedAt) / 60_000
    const samples: Sample[] = []
    const snapshot = async (when: string): Promise<void> => {
      if (scale.keep === undefined) return
      await snapshotOf(folder, hub, `${scale.keep}/hub-${when}.heapsnapshot`)
      await snapshotOf(folder, node, `${scale.keep}/node-${when}.heapsnapshot`)
    }
    let isHalfWarm = false
    let isWarm = false
    while (minuteNow() < scale.minutes) {
      await new Promise((resolve) => setTimeout(resolve, scale.everyS * 1_000))
      const [hubNow, nodeNow] = [await memoryOf(folder, hub), await memoryOf(folder, node)]
      const sample: Sample = {
        minute: minuteNow(),
        hubRss: hubNow.rss / 1_000,
        hubHeap: (hubNow.heapUsed + hubNow.external) / 1_000,
        nodeRss: nodeNow.rss / 1_000,
        nodeHeap: (nodeNow.heapUsed + nodeNow.external) / 1_000,
        page: (await pageHeap(devtools)) / 1_000,
      }
      samples.push(sample)
      if (scale.keep !== undefined)
        appendFileSync(`${scale.keep}/samples.jsonl`, `${JSON.stringify(sample)}\n`)
      if (!isHalfWarm && sample.minute > scale.warmUpMinutes / 2) {
        isHalfWarm = true
        // A snapshot takes memory of its own, which the second half of the warm-up gives time to settle.
        await snapshot('half-warm')
      }
      if (!isWarm && sample.minute >= scale.warmUpMinutes) {
        isWarm = true
        log(`  warm after ${sample.minute.toFixed(1)} min: ${told(sample)}`)
      }
    }
    const last = samples.at(-1)
    if (last) log(`  at the end: ${told(last)}`)
    await snapshot('end')
    return slopes(samples.filter(({ minute }) => minute >= scale.warmUpMinutes))
  } finally {
    await browser.close()
  }
}

async function pageHeap(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  return (await devtools.send('Runtime.getHeapUsage')).usedSize
}

function slopes(samples: readonly Sample[]): Figures {
  const figures: Figures = { slope_samples: samples.length }
  const add = (name: string, read: (sample: Sample) => number): void => {
    const line = fitLine(samples.map((sample) => ({ x: sample.minute, y: read(sample) })))
    figures[`slope_${name}_kB_per_min`] = line.slope
    figures[`slope_${name}_noise_kB_per_min`] = line.noise
  }
  add('hub', ({ hubRss }) => hubRss)
  add('hub_heap', ({ hubHeap }) => hubHeap)
  add('node', ({ nodeRss }) => nodeRss)
  add('node_heap', ({ nodeHeap }) => nodeHeap)
  add('page', ({ page }) => page)
  return figures
}

function told({ hubRss, hubHeap, nodeRss, nodeHeap, page }: Sample): string {
  const mb = (kb: number): string => `${(kb / 1_000).toFixed(1)} MB`
  return `hub ${mb(hubRss)} (heap ${mb(hubHeap)}), node ${mb(nodeRss)} (heap ${mb(nodeHeap)}), page ${mb(page)}`
}
