/** A node and a browser that have nothing to do with what goes on beside them, and must not notice it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observe } from '@orrery/agent'
import { openBrowser } from '../browser.ts'
import { counter, startShop } from '../shop.ts'
import { until } from '../until.ts'

export interface Bystanders extends AsyncDisposable {
  /** Something happens at the node: a process crashes and is restarted. */
  act(): void
  /** What was noticed; a line each. The views must be the ones a newcomer gets. */
  verdict(): Promise<string[]>
}

const NODE = 'bystander@localhost'
const COUNTERS = 5
const QUIET = { info: () => undefined, warn: () => undefined }
/** A node that is not heard this long is shown stale. */
const STALE_MS = 3_000

export async function createBystanders(url: string): Promise<Bystanders> {
  const spoolDir = await mkdtemp(join(tmpdir(), 'orrery-bystander-'))
  const node = await startShop(NODE, COUNTERS)
  const agent = await observe(node, { hub: url, spoolDir, faults: 'refuse', logger: QUIET })
  await until(() => agent.status.connection === 'welcomed', 'the bystander is welcomed')
  const browser = await openBrowser({ url })
  const tree = browser.view('tree', { node: NODE })
  await tree.waitFor(({ rows }) => rows['Shop/counter-0']?.status === 'running')
  const first = tree.arrivals.length
  const noticed: string[] = []
  let acts = 0
  const ends = [
    agent.onConnection((state) => noticed.push(`the node's connection is ${state}`)),
    listen(browser.socket, 'disconnect', () => noticed.push('the browser is disconnected')),
  ]

  return {
    act() {
      node.cast(counter(acts++ % COUNTERS), { type: 'fail', why: 'as a bystander does' })
    },
    async verdict() {
      const whole = (rows: typeof tree.value.rows): boolean => {
        const restarts = Object.values(rows).reduce((sum, row) => sum + row.restarts, 0)
        return restarts === acts && Object.values(rows).every(({ status }) => status !== 'crashed')
      }
      await tree
        .waitFor(({ rows }) => whole(rows), `${acts} restarts`, 20_000)
        .catch((error: Error) => noticed.push(error.message.slice(0, 300)))
      await using newcomer = await openBrowser({ url })
      const fresh = newcomer.view('tree', { node: NODE })
      await fresh.waitFor(() => true)
      await until(() => JSON.stringify(facts(fresh.value)) === JSON.stringify(facts(tree.value))).catch(() =>
        noticed.push('the view is not what a newcomer gets'),
      )
      if (tree.value.nodeStatus !== 'live') noticed.push(`the node is shown ${tree.value.nodeStatus}`)
      await until(() => agent.status.pending === 0, 'all is acked').catch(() =>
        noticed.push(`${agent.status.pending} reports of the node are not acked`),
      )
      const arrivals = tree.arrivals.slice(first)
      const pause = arrivals.reduce((most, at, i) => Math.max(most, at - (arrivals[i - 1] ?? at)), 0)
      if (pause >= STALE_MS) noticed.push(`the browser heard nothing for ${pause} ms`)
      return noticed.splice(0)
    },
    async [Symbol.asyncDispose]() {
      for (const end of ends) end()
      await browser.close()
      await agent.stop()
      await node.stop()
      await rm(spoolDir, { recursive: true, force: true })
    },
  }
}

/** What of a tree does not move with the seconds. */
function facts(tree: {
  processes: number
  rows: Record<string, { key: string; pid: string; restarts: number }>
}) {
  const rows = Object.values(tree.rows).sort((a, b) => (a.key < b.key ? -1 : 1))
  return [tree.processes, ...rows.map(({ key, pid, restarts }) => [key, pid, restarts])]
}

function listen(
  on: { on(event: string, handler: () => void): unknown; off(event: string, handler: () => void): unknown },
  event: string,
  handler: () => void,
): () => void {
  on.on(event, handler)
  return () => on.off(event, handler)
}
