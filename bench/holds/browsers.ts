/**
 * Browsers that read nothing beside one that does, and twenty that come again at once. The hub has a process of its own, so
 * that its memory is its own; node and browsers share this one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observe } from '@orrery/agent'
import { type Browser, type ChildHub, forkHub, openBrowser, stall, until } from '@orrery/testkit'
import { counter, startShop } from '../../packages/testkit/src/shop.ts'
import { type Figures, quantile } from '../suite.ts'

export interface BrowsersScale {
  /** Processes of the node, all of them in the tree that is looked at. */
  processes: number
  slowBrowsers: number
  /** Of each of the two measured times: without slow browsers, and with them. */
  seconds: number
  reconnectRounds: number
}

export const FULL: BrowsersScale = { processes: 2_000, slowBrowsers: 20, seconds: 30, reconnectRounds: 10 }

const NODE = 'shop@localhost'
const RECONNECTING = 20
const EVERY_MS = 25
const QUIET = { info: () => undefined, warn: () => undefined }

export async function browsers(scale: BrowsersScale, log: (line: string) => void): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-browsers-'))
  await using hub = await forkHub()
  const node = await startShop(NODE, scale.processes)
  const agent = await observe(node, { hub: hub.url, spoolDir: folder, faults: 'refuse', logger: QUIET })
  const all: Browser[] = []
  const open = async (): Promise<Browser> => {
    const browser = await openBrowser({ url: hub.url })
    all.push(browser)
    return browser
  }
  try {
    const healthy = await open()
    const tree = healthy.view('tree', { node: NODE })
    await tree.waitFor(({ processes }) => processes > scale.processes, 'the whole tree', 60_000)
    let crashes = 0
    const crash = (): number => {
      node.cast(counter(crashes % scale.processes), { type: 'fail', why: 'measured' })
      return ++crashes
    }
    /** So many alike are one row, which counts the restarts of all. */
    const seen = (): number =>
      Object.values(tree.value.rows).find(({ key }) => key.includes('#pool'))?.restarts ?? 0

    log(`a crash every ${EVERY_MS} ms, one browser that reads`)
    const alone = await latencies(crash, seen, scale.seconds, () => undefined)
    const rssAlone = await rssOf(hub)
    const deaf = await Promise.all(Array.from({ length: scale.slowBrowsers }, open))
    for (const browser of deaf) await standStill(browser)
    log(`the same beside ${deaf.length} browsers that read nothing`)
    let rssMost = 0
    let behindMost = 0
    const beside = await latencies(crash, seen, scale.seconds, () => {
      void hub.figures().then(({ rssBytes, counters }) => {
        rssMost = Math.max(rssMost, rssBytes)
        behindMost = Math.max(behindMost, counters.browsersBehind)
      })
    })
    const { counters } = await hub.figures()
    for (const browser of deaf) await browser.close()

    log(`${RECONNECTING} browsers that come again at once, ${scale.reconnectRounds} times`)
    const reconnects = await reconnect(open, scale.reconnectRounds)
    return {
      slow_browser_hub_rss_growth_mB: (rssMost - rssAlone) / 1e6,
      slow_browsers_behind: behindMost,
      slow_browser_views_skipped: counters.viewsSkipped,
      healthy_browser_delta_p99_ms: quantile(beside.ms, 0.99),
      healthy_browser_delta_p50_ms: quantile(beside.ms, 0.5),
      healthy_browser_alone_delta_p99_ms: quantile(alone.ms, 0.99),
      healthy_browser_deltas: beside.ms.length,
      healthy_browser_deltas_unseen: alone.unseen + beside.unseen,
      reconnect_20_p99_ms: quantile(reconnects, 0.99),
      reconnect_20_p50_ms: quantile(reconnects, 0.5),
    }
  } finally {
    for (const browser of all) await browser.close()
    await agent.stop()
    await node.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Milliseconds from each crash to the picture that counts its restart. */
async function latencies(
  crash: () => number,
  seen: () => number,
  seconds: number,
  everySecond: () => void,
): Promise<{ ms: number[]; unseen: number }> {
  const ms: number[] = []
  const open = new Map<number, number>()
  const look = (): void => {
    const upTo = seen()
    for (const [nth, atMs] of open) {
      if (nth > upTo) continue
      ms.push(performance.now() - atMs)
      open.delete(nth)
    }
  }
  const startedAt = performance.now()
  let looks = 0
  while (performance.now() - startedAt < seconds * 1_000) {
    const untilMs = performance.now() + EVERY_MS
    const atMs = performance.now()
    open.set(crash(), atMs)
    while (performance.now() < untilMs) {
      look()
      await new Promise((done) => setTimeout(done, 1))
    }
    if (performance.now() - startedAt < (looks + 1) * 1_000) continue
    looks++
    everySecond()
  }
  await until(() => {
    look()
    return open.size === 0
  }, 'every crash is seen').catch(() => undefined)
  return { ms, unseen: open.size }
}

/** Looks at what a page of a node looks at, and reads nothing after the first picture; so again after each reconnect. */
async function standStill(browser: Browser): Promise<void> {
  const tree = browser.view('tree', { node: NODE })
  browser.view('cluster', {})
  browser.view('processes', { node: NODE, q: '', sort: 'mailbox', order: 'desc', offset: 0, limit: 100 })
  await tree.waitFor(() => true, 'the first picture', 30_000)
  stall(browser.socket)
  browser.socket.on('connect', () => {
    const { snapshots } = tree
    void until(() => tree.snapshots > snapshots, 'a picture', { withinMs: 30_000 }).then(
      () => stall(browser.socket),
      // Gone again before its first picture: the next connection stands still.
      () => undefined,
    )
  })
}

/** Milliseconds from the moment all connect to each one's whole tree. */
async function reconnect(open: () => Promise<Browser>, rounds: number): Promise<number[]> {
  const browsers = await Promise.all(Array.from({ length: RECONNECTING }, open))
  const views = browsers.map((browser) => browser.view('tree', { node: NODE }))
  await Promise.all(views.map((view) => view.waitFor(() => true, 'the tree', 30_000)))
  const ms: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const { socket } of browsers) socket.disconnect()
    await until(() => browsers.every(({ isConnected }) => !isConnected))
    const startedAt = performance.now()
    const before = views.map(({ snapshots }) => snapshots)
    for (const { socket } of browsers) socket.connect()
    await Promise.all(
      views.map(async (view, i) => {
        await view.waitFor(() => view.snapshots > (before[i] ?? 0), 'the tree again', 30_000)
        ms.push(performance.now() - startedAt)
      }),
    )
  }
  return ms
}

async function rssOf(hub: ChildHub): Promise<number> {
  return (await hub.figures({ isExact: true })).rssBytes
}
