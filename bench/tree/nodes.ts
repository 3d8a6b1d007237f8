/** Ten nodes of ten thousand processes at one hub, and somebody who looks at the cluster. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from '@playwright/test'
import { startConstellation } from '../../e2e/constellation.ts'
import { chromiumPath } from '../../scripts/system-packages.mjs'
import { CHROMIUM_ARGS } from '../pipeline/page-weight.ts'

export interface NodesFigures {
  readonly processes: number
  /** Of the hub while it is looked at, as its own metrics tell: what a timer of 10 ms came late, 99 of 100 times less. */
  readonly hubDelayP99Ms: number
  /** Between two changes of the cluster's table, 95 of 100 times less. */
  readonly pageGapMsP95: number
  readonly liveNodes: number
}

const NODES = 10
const EACH = 10_000
const SPAWNS_PER_S = 100
const LOOK_MS = 30_000
/** What the meter adds by itself. */
const RESOLUTION_MS = 10

export async function measureNodes(): Promise<NodesFigures> {
  await using constellation = await startConstellation({ demo: false })
  const { url } = constellation
  const nodes: ChildProcess[] = []
  const path = chromiumPath()
  const browser = await chromium.launch({ ...(path ? { executablePath: path } : {}), args: CHROMIUM_ARGS })
  try {
    // One after the other: starting is not what is measured.
    for (let i = 1; i <= NODES; i++) {
      const node = startNode(`bench-${i}@localhost`, url, join(constellation.dataDir, `spool-${i}`))
      nodes.push(node)
      await ready(node)
    }
    await known(url)
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.addInitScript({ content: 'globalThis.__name = (value) => value' })
    await page.goto(url)
    await page.getByText(`bench-${NODES}@localhost`).first().waitFor()
    await page.waitForTimeout(5_000)
    await lagOf(url)
    const gaps = await page.evaluate(async (ms) => {
      const times: number[] = []
      const table = document.querySelector('main')
      if (table === null) return []
      const observer = new MutationObserver(() => times.push(performance.now()))
      observer.observe(table, { subtree: true, childList: true, characterData: true, attributes: true })
      await new Promise((resolve) => setTimeout(resolve, ms))
      observer.disconnect()
      return times.slice(1).map((at, i) => at - (times[i] ?? at))
    }, LOOK_MS)
    const hubDelayP99Ms = Math.max(0, (await lagOf(url)) * 1_000 - RESOLUTION_MS)
    const rows = await nodeRows(url)
    gaps.sort((a, b) => a - b)
    return {
      processes: rows.reduce((sum, { processes }) => sum + processes, 0),
      hubDelayP99Ms,
      pageGapMsP95: gaps[Math.floor(gaps.length * 0.95)] ?? Number.NaN,
      liveNodes: rows.filter(({ status }) => status === 'live').length,
    }
  } finally {
    await browser.close()
    await Promise.all(nodes.map(stopped))
  }
}

function startNode(name: string, url: string, spool: string): ChildProcess {
  return fork(join(import.meta.dirname, 'shape-node.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NODE_NAME: name,
      SHAPE: 'wide',
      PROCESSES: String(EACH),
      SPAWNS_PER_S: String(SPAWNS_PER_S),
      ORRERY_HUB_URL: url,
      ORRERY_SPOOL_DIR: spool,
    },
  })
}

function ready(node: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    node.once('exit', (code) => reject(new Error(`a node ended with ${code}`)))
    if (node.stdout === null) return
    createInterface({ input: node.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve()
    })
  })
}

async function stopped(node: ChildProcess): Promise<void> {
  node.removeAllListeners('exit')
  if (node.exitCode !== null) return
  const ended = new Promise((resolve) => node.once('exit', resolve))
  node.send('stop')
  await ended
}

async function nodeRows(url: string): Promise<{ status: string; processes: number }[]> {
  const answer = await fetch(`${url}/api/v1/nodes`)
  return ((await answer.json()) as { items: { status: string; processes: number }[] }).items
}

/** Until the hub has all of them whole. */
async function known(url: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const rows = await nodeRows(url)
    if (rows.length === NODES && rows.every(({ processes }) => processes >= EACH * 0.98)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the hub does not know all nodes')
}

/** Seconds, since the last time it was asked. */
async function lagOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1] ?? Number.NaN)
}
