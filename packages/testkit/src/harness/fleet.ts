/**
 * A constellation of processes that can be killed: hub, nodes in a crash storm, database. Agents reach the hub and the hub
 * its Postgres through proxies, so that connections can be cut, stalled and slowed, and whoever starts anew is found.
 * Loopback and one temporary folder; everything ends with `await using`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '../postgres.ts'
import { until } from '../until.ts'
import { type Journal, readJournal, readSpool } from './ledger.ts'
import { type Program, program } from './program.ts'
import { startProxy, type TcpProxy } from './proxy.ts'

export interface FleetOptions {
  database: 'embedded' | 'postgres'
  nodes: number
  /** Of each node, on average. */
  crashesPerS: number
  seed: number
}

/** What can be killed and comes again. */
export interface Part {
  readonly name: string
  /** At once, without a word; whether there was a life to end. */
  kill(): Promise<boolean>
  /** One attempt at a new life: whether it stands now. */
  start(): Promise<boolean>
}

export interface Fleet extends AsyncDisposable {
  readonly hub: Program
  readonly nodes: readonly Program[]
  /** By the names a schedule speaks of: `hub`, `database`, `node-1` and on. */
  readonly parts: ReadonlyMap<string, Part>
  /** `agents`, and `database` where it is a server of its own. */
  readonly links: ReadonlyMap<string, TcpProxy>
  /** Address of the hub's present life. */
  hubUrl(): string
  /** What the sources have said and left behind so far, all lives together. */
  journal(): Journal & {
    /** Lives that the hub knew of and that are over. */
    over: string[]
  }
}

const HUB = new URL('./hub-program.ts', import.meta.url)
const NODE = new URL('./storm-program.ts', import.meta.url)

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const undo: (() => unknown)[] = []
  const end = async (): Promise<void> => {
    for (const close of undo.splice(0).reverse()) await close()
  }
  try {
    return await boot(options, undo, end)
  } catch (error) {
    await end()
    throw error
  }
}

async function boot(
  options: FleetOptions,
  undo: (() => unknown)[],
  end: () => Promise<void>,
): Promise<Fleet> {
  const use = <T extends AsyncDisposable>(resource: T): T => {
    undo.push(() => resource[Symbol.asyncDispose]())
    return resource
  }
  const folder = await mkdtemp(join(tmpdir(), 'orrery-fleet-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  const postgres = options.database === 'postgres' ? await startPostgres() : null
  if (postgres) undo.push(() => postgres.stop())
  const agents = use(await startProxy())
  const links = new Map([['agents', agents]])
  if (postgres) links.set('database', use(await startProxy(postgres.port)))

  const hub = use(
    program({
      name: 'hub',
      file: HUB,
      settings: () => ({
        ORRERY_PORT: '0',
        ORRERY_DATA: join(folder, 'hub'),
        ORRERY_PUBLIC_URL: `http://127.0.0.1:${agents.port}`,
        DATABASE_URL: postgres ? through(links.get('database'), postgres.url) : '',
      }),
    }),
  )
  const names = Array.from({ length: options.nodes }, (_, i) => `node-${i + 1}`)
  const journalOf = (name: string): string => join(folder, `${name}.journal`)
  const spoolOf = (name: string): string => join(folder, 'spool', `${name}@localhost`)
  const nodes = names.map((name, i) =>
    use(
      program({
        name,
        file: NODE,
        settings: (life) => ({
          ORRERY_HUB_URL: `http://127.0.0.1:${agents.port}`,
          ORRERY_SPOOL_DIR: join(folder, 'spool'),
          STORM_NAME: `${name}@localhost`,
          STORM_JOURNAL: journalOf(name),
          STORM_CRASHES_PER_S: String(options.crashesPerS),
          STORM_SEED: String(options.seed + i * 1_000 + life),
        }),
      }),
    ),
  )

  const left = new Set<string>()
  const parts = new Map<string, Part>()
  const add = (part: Part): void => void parts.set(part.name, part)
  add({
    name: 'hub',
    async kill() {
      agents.target = null
      return hub.kill()
    },
    async start() {
      if (!(await hub.start())) return false
      agents.target = Number(new URL(String(hub.told.url)).port)
      return true
    },
  })
  add(postgres ? serverPart(postgres) : threadPart(hub))
  for (const node of nodes) {
    add({
      name: node.name,
      start: () => node.start(),
      async kill() {
        const wasAlive = await node.kill()
        // Before its next life sends and forgets it.
        for (const id of readSpool(spoolOf(node.name))) left.add(id)
        return wasAlive
      },
    })
  }
  const begin = async (part: Part): Promise<void> => {
    if (!(await part.start())) throw new Error(`${part.name} does not start:\n${hub.output()}`)
  }
  await begin(parts.get('hub') as Part)
  await Promise.all(nodes.map((node) => begin(parts.get(node.name) as Part)))

  return {
    hub,
    nodes,
    parts,
    links,
    hubUrl: () => String(hub.told.url),
    journal() {
      const all = { thrown: 0, accepted: new Set(left), lives: [] as string[], over: [] as string[] }
      for (const name of names) {
        const { thrown, accepted, lives } = readJournal(journalOf(name))
        all.thrown += thrown
        all.lives.push(...lives)
        all.over.push(...lives.slice(0, -1))
        for (const id of accepted) all.accepted.add(id)
      }
      return all
    },
    [Symbol.asyncDispose]: end,
  }
}

function serverPart(postgres: Postgres): Part {
  return {
    name: 'database',
    kill: () => postgres.kill(),
    start: async () => {
      await postgres.start()
      return true
    },
  }
}

/** The embedded database lives in a thread of the hub, which is to start it again by itself. */
function threadPart(hub: Program): Part {
  return {
    name: 'database',
    async kill() {
      if (!hub.isReady) return false
      const { lives } = hub
      const killed = Number(hub.told.killed ?? 0)
      hub.order({ kill: 'database' })
      await until(() => hub.lives !== lives || !hub.isReady || Number(hub.told.killed ?? 0) > killed)
      return hub.lives === lives && Number(hub.told.killed ?? 0) > killed
    },
    start: () => Promise.resolve(true),
  }
}

function through(proxy: TcpProxy | undefined, url: string): string {
  const address = new URL(url)
  address.port = String(proxy?.port ?? address.port)
  return address.href
}
