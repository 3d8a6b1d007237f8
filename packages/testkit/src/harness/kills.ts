/**
 * Hub, nodes and database killed in the middle of crash storms, their connections cut, stalled and slowed, the nodes' wall
 * clocks stepped: by a schedule that follows from one seed. Afterwards the books are balanced.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../until.ts'
import { type Fleet, type Part, startFleet } from './fleet.ts'
import { type Balance, balance, readStore } from './ledger.ts'
import { type Deed, schedule } from './schedule.ts'

export interface KillsOptions {
  database: 'embedded' | 'postgres'
  kills: number
  nodes: number
  /** Of each node, on average. */
  crashesPerS: number
  /** Between deeds, from this to three times this. */
  paceMs: number
  seed: number
}

export interface KillsOutcome extends Balance {
  /** By part. */
  kills: Record<string, number>
  /** Handlers that were about to throw; a storm is counted and not wholly reported. */
  thrown: number
  /** Ends that nobody asked for, and faults of the agents themselves: there should be none. */
  surprises: string[]
  durationMs: number
}

/** What takes longer than this a kill has hung. */
const MOST_MS_A_KILL = 30_000
const SETTLE_MS = 120_000
const BACK_WITHIN_MS = 90_000
/** Nothing under way for so long is nothing under way: above any pause between a crash and its report. */
const QUIET_MS = 1_500

export async function holdUnderKills(
  options: KillsOptions,
  log: (line: string) => void,
): Promise<KillsOutcome> {
  const { kills, seed } = options
  log(`kills: ${kills} of hub, nodes and ${options.database} database, ORRERY_SEED=${seed}`)
  await using fleet = await startFleet(options)
  const startedAtMs = performance.now()
  const [first = 'hub', ...others] = fleet.parts.keys()
  const [link = 'agents', ...links] = fleet.links.keys()
  const [node = 'node-1', ...nodes] = fleet.nodes.map(({ name }) => name)
  const steps = schedule({
    seed,
    kills,
    parts: [first, ...others],
    links: [link, ...links],
    nodes: [node, ...nodes],
    paceMs: options.paceMs,
  })
  const operator = new Operator(fleet)
  for (const { afterMs, deed } of steps) {
    if (performance.now() - startedAtMs > kills * MOST_MS_A_KILL) throw new Error('the kills take too long')
    await delay(afterMs)
    await operator.perform(deed)
    const { accepted } = fleet.journal()
    log(`  ${describe(deed)}; ${accepted.size} accepted`)
  }
  await operator.settle()
  await allTold(fleet)
  const faults = fleet.nodes.flatMap(({ name, told }) =>
    Object.entries((told.faults ?? {}) as object).map(([where, n]) => `${name}: ${n} faults in ${where}`),
  )
  const surprises = [...fleet.hub.surprises, ...fleet.nodes.flatMap((one) => one.surprises), ...faults]
  const stored = await readStore(fleet.hubUrl())
  for (const { name } of fleet.nodes) await fleet.parts.get(name)?.kill()
  const { thrown, accepted, over } = fleet.journal()
  return {
    ...balance(accepted, over, stored),
    kills: Object.fromEntries(operator.kills),
    thrown,
    surprises,
    durationMs: performance.now() - startedAtMs,
  }
}

/** Performs deeds, and brings back what it killed. */
class Operator {
  readonly kills = new Map<string, number>()
  readonly #fleet: Fleet
  /** By part: it stands again when this resolves. */
  readonly #coming = new Map<string, Promise<void>>()
  readonly #flowing = new Map<string, NodeJS.Timeout>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  async perform(deed: Deed): Promise<void> {
    switch (deed.kind) {
      case 'kill':
        return this.#kill(deed.part, deed.downMs)
      case 'cut':
        this.#fleet.links.get(deed.link)?.cut()
        return
      case 'stall':
        this.#fleet.links.get(deed.link)?.stall()
        return this.#flowAfter(deed.link, deed.forMs)
      case 'slow':
        this.#fleet.links.get(deed.link)?.flow(deed.bytesPerS)
        return this.#flowAfter(deed.link, deed.forMs)
      case 'step':
        this.#fleet.nodes.find(({ name }) => name === deed.node)?.order({ stepMs: deed.byMs })
        return
      default:
        deed satisfies never
    }
  }

  /** Everything stands, every link flows, and no node crashes any more. */
  async settle(): Promise<void> {
    for (const timer of this.#flowing.values()) clearTimeout(timer)
    for (const link of this.#fleet.links.values()) link.flow(null)
    await Promise.all(this.#coming.values())
    for (const node of this.#fleet.nodes) node.order({ crashesPerS: 0 })
  }

  async #kill(name: string, downMs: number): Promise<void> {
    const part = this.#fleet.parts.get(name)
    if (!part) throw new Error(`nothing here is called ${name}`)
    // One that lies dead already is killed once it lives again.
    await until(() => part.kill(), `${name} has no life to end`, { withinMs: BACK_WITHIN_MS })
    this.kills.set(name, (this.kills.get(name) ?? 0) + 1)
    const before = this.#coming.get(name) ?? Promise.resolve()
    const again = before.then(() => delay(downMs)).then(() => bringUp(part))
    // Reported by whoever waits for it.
    again.catch(() => undefined)
    this.#coming.set(name, again)
  }

  #flowAfter(link: string, ms: number): void {
    clearTimeout(this.#flowing.get(link))
    this.#flowing.set(
      link,
      setTimeout(() => this.#fleet.links.get(link)?.flow(null), ms),
    )
  }
}

/** A hub does not start without its database: it is tried until it does. */
function bringUp(part: Part): Promise<void> {
  return until(() => part.start(), `${part.name} did not come back`, { withinMs: BACK_WITHIN_MS })
}

/** Every agent is connected and has nothing left to send, and that has been so for a while. */
async function allTold({ nodes, hub }: Fleet): Promise<void> {
  let sinceMs = performance.now()
  let before = ''
  const now = (): string =>
    JSON.stringify(nodes.map(({ told }) => [told.thrown, told.crashes, told.accepted, told.connection]))
  const isTold = (): boolean =>
    nodes.every(({ told }) => told.connection === 'welcomed' && told.pending === 0) &&
    hub.told.crashesPending === 0
  await until(
    () => {
      if (!isTold() || now() !== before) sinceMs = performance.now()
      before = now()
      return performance.now() - sinceMs > QUIET_MS
    },
    () => `not everything was acked: ${nodes.map(({ told }) => JSON.stringify(told)).join(' ')}`,
    { withinMs: SETTLE_MS },
  )
}

function describe(deed: Deed): string {
  switch (deed.kind) {
    case 'kill':
      return `kill ${deed.part}, down ${deed.downMs} ms`
    case 'cut':
      return `cut ${deed.link}`
    case 'stall':
      return `stall ${deed.link} ${deed.forMs} ms`
    case 'slow':
      return `slow ${deed.link} to ${deed.bytesPerS} bytes/s, ${deed.forMs} ms`
    case 'step':
      return `step the clock of ${deed.node} by ${deed.byMs} ms`
    default:
      return deed satisfies never
  }
}
