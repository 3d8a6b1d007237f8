/**
 * A constellation: a real hub on a free port over a real database, real nodes with real agents in this process, browsers
 * on real connections. Everything lives in one temporary folder and ends with `await using`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Agent, type ObserveOptions, observe } from '@orrery/agent'
import { type Hub, type Logger, readConfig, type StartedHub, silentLogger, startHub } from '@orrery/hub'
import type { Edition } from '@orrery/protocol/codec'
import type { Node } from '@orrery/runtime'
import { type Browser, type BrowserOptions, openBrowser } from './browser.ts'
import { type ChildNode, forkNode } from './child-node.ts'
import { startPostgres } from './postgres.ts'
import { until } from './until.ts'

export interface ConstellationOptions {
  /** Default: `embedded`. */
  database?: 'embedded' | 'postgres'
  /** Settings of the hub beside address and folder, such as `ORRERY_VIEWER_TOKEN`. */
  settings?: Record<string, string>
  logger?: Logger
  /** Folder of the hub, which is left there; by default one of its own that is removed. */
  dataDir?: string
  /** Versions the hub speaks in place of this build's. */
  edition?: Edition
}

export interface ObservedNode extends AsyncDisposable {
  node: Node
  agent: Agent
  /** Stops agent and node in order. */
  stop(): Promise<void>
}

export interface Constellation extends AsyncDisposable {
  /** Stays the same over restarts of the hub. */
  readonly url: string
  readonly hub: Hub
  readonly dataDir: string
  /** Observes a node that was started elsewhere, armed by default, and waits until the hub has heard of it. */
  observe(node: Node, options?: ObserveOptions & { isAwaited?: boolean }): Promise<ObservedNode>
  /** Runs a node program on its own, armed; `file` observes its node with the settings of the environment. */
  fork(file: URL, settings?: Record<string, string>): ChildNode
  browser(options?: Omit<BrowserOptions, 'url'>): Promise<Browser>
  /** A request to the HTTP API. `json` is its body; the answer is whatever came, parsed. */
  api(path: string, options?: ApiOptions): Promise<{ status: number; body: unknown; headers: Headers }>
  /** Ends the hub as SIGTERM does; nodes go on. */
  stopHub(): Promise<void>
  /** Starts it again on the same port, folder and database; `edition` is that of another release. */
  startHub(release?: { edition?: Edition }): Promise<void>
  /** The database where it is a server of its own: it can be halted as a crash would, and started again. */
  readonly database: { readonly url: string; halt(): Promise<void>; start(): Promise<void> } | null
}

export interface ApiOptions {
  method?: string
  json?: unknown
  headers?: Record<string, string>
}

const QUIET_AGENT = { info: () => undefined, warn: () => undefined }

export async function startConstellation(options: ConstellationOptions = {}): Promise<Constellation> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-'))
  const dataDir = options.dataDir ?? join(folder, 'hub')
  const postgres = options.database === 'postgres' ? await startPostgres() : null
  const nodes = new Set<ObservedNode>()
  const children = new Set<ChildNode>()
  const browsers = new Set<Browser>()
  const settings: Record<string, string> = {
    ...options.settings,
    ORRERY_DATA: dataDir,
    ...(postgres ? { DATABASE_URL: postgres.url } : {}),
  }
  let port = 0
  let running: StartedHub | null = null

  const begin = async ({ edition }: { edition?: Edition | undefined } = options): Promise<void> => {
    const config = readConfig({ ...settings, ORRERY_PORT: String(port) })
    running = await startHub({
      config,
      logger: options.logger ?? silentLogger,
      ...(edition ? { edition } : {}),
    })
    port = Number(new URL(running.url).port)
  }
  const end = async (): Promise<void> => {
    const was = running
    running = null
    await was?.close()
  }
  const hub = (): Hub => {
    if (running === null) throw new Error('the hub is stopped')
    return running.hub
  }
  const dispose = async (): Promise<void> => {
    await Promise.all([...browsers].map((browser) => browser.close()))
    await Promise.all([...children].map((child) => child.kill()))
    await Promise.all([...nodes].map((observed) => observed.stop()))
    await end()
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  }

  try {
    await begin()
  } catch (error) {
    await dispose()
    throw error
  }

  const constellation: Constellation = {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    get hub() {
      return hub()
    },
    dataDir,
    database: postgres,
    async observe(node, { isAwaited = true, ...observing } = {}) {
      const agent = await observe(node, {
        hub: constellation.url,
        token: settings.ORRERY_AGENT_TOKEN ?? null,
        spoolDir: join(folder, 'spool'),
        faults: 'allow',
        logger: QUIET_AGENT,
        ...observing,
      })
      const observed: ObservedNode = {
        node,
        agent,
        async stop() {
          nodes.delete(observed)
          await agent.stop()
          await node.stop()
        },
        [Symbol.asyncDispose]: () => observed.stop(),
      }
      nodes.add(observed)
      if (isAwaited)
        await until(() => agent.status.connection === 'welcomed', `${node.name} was not welcomed`)
      return observed
    },
    fork(file, forking) {
      const child = forkNode(file, {
        ORRERY_HUB_URL: constellation.url,
        ORRERY_SPOOL_DIR: join(folder, 'spool'),
        ORRERY_FAULTS: 'allow',
        ...(settings.ORRERY_AGENT_TOKEN ? { ORRERY_AGENT_TOKEN: settings.ORRERY_AGENT_TOKEN } : {}),
        ...forking,
      })
      children.add(child)
      return child
    },
    async browser(browsing) {
      const browser = await openBrowser({ url: constellation.url, ...browsing })
      browsers.add(browser)
      return browser
    },
    async api(path, { method, json, headers } = {}) {
      const answer = await fetch(new URL(path, constellation.url), {
        method: method ?? (json === undefined ? 'GET' : 'POST'),
        headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      })
      const isJson = answer.headers.get('content-type')?.includes('json') ?? false
      const body: unknown = isJson ? await answer.json() : await answer.text()
      return { status: answer.status, body, headers: answer.headers }
    },
    stopHub: end,
    startHub: begin,
    [Symbol.asyncDispose]: dispose,
  }
  return constellation
}
