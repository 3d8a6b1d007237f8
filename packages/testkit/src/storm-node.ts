/**
 * A node that crashes as often as it is told to, and counts each crash where it happens: 100 workers under restarting
 * supervisors that fail in four ways. A program of its own, told by its parent what to do.
 */
import { observe } from '@orrery/agent'
import { child, Exit, GenServer, type Node, nameOf, noreply, Supervisor, start } from '@orrery/runtime'

/** What the parent may ask; each is answered by one message of its own name. */
export type StormOrder =
  | { storm: { perS: number; seconds: number } }
  /** As many crashes as the node can do, the agent's work going on or paused. */
  | { saturate: { seconds: number; isWatched: boolean } }
  | { count: true }

export type StormAnswer =
  | { stormed: { crashes: number; seconds: number } }
  /** `cpuSeconds` of the whole process: what other programs on the machine disturb less. */
  | { saturated: { crashes: number; seconds: number; cpuSeconds: number } }
  | { counted: { byModule: Record<string, number>; crashes: number; restarts: number } }

const SUPERVISORS = 10
const WORKERS = 10
const TICK_MS = 5
/** What a saturated loop hands out before it looks whether it is time to stop. */
const BURST = 100
const WAYS = ['overrun', 'refused', 'garbled', 'stuck'] as const
type Way = (typeof WAYS)[number]

const counts = new Map<string, number>()

function worker(way: Way) {
  const module = `Storm_${way}`
  return GenServer.define<{
    args: { name: string }
    state: { name: string; handled: number; seen: readonly string[] }
    casts: { fail: { n: number } }
  }>({
    module,
    init: ({ name }) => ({ name, handled: 0, seen: ['invite', 'trying', 'ringing', 'answered'] }),
    handleCast: {
      fail: ({ n }, state) => {
        counts.set(module, (counts.get(module) ?? 0) + 1)
        if (way === 'overrun') throw new RangeError(`request ${n} is above what ${state.name} takes`)
        if (way === 'garbled') throw new SyntaxError(`unexpected token in request ${n}`)
        if (way === 'refused') throw new Exit('refused', { request: n })
        if (way === 'stuck') throw new Error('no line was free')
        return noreply(way satisfies never)
      },
    },
  })
}

const workers = WAYS.map(worker)

const StormSup = Supervisor.define<{ args: { index: number } }>({
  module: 'StormSup',
  strategy: 'one_for_one',
  intensity: 1_000_000_000,
  periodMs: 1_000,
  children: ({ index }) =>
    Array.from({ length: WORKERS }, (_, i) => {
      const name = nameAt(index * WORKERS + i)
      return child(workerAt(index * WORKERS + i), { id: name, name, args: { name } })
    }),
})

const Root = Supervisor.define<{ args: undefined }>({
  module: 'storm_sup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 1_000,
  children: () =>
    Array.from({ length: SUPERVISORS }, (_, index) =>
      child(StormSup, { id: `StormSup${index}`, args: { index } }),
    ),
})

function nameAt(i: number): string {
  return `storm_${i}`
}

function workerAt(i: number) {
  return workers[i % workers.length] as (typeof workers)[number]
}

const node = await start(Root, { name: process.env.STORM_NAME ?? 'storm@localhost', args: undefined })
const agent = await observe(node, { logger: { info: () => undefined, warn: (line) => console.error(line) } })
let asked = 0

/** Workers in turn. One that is being started again misses what is sent to its name, so each is asked only while it is there. */
function failSome(many: number): void {
  for (let i = 0; i < many; i++) {
    const at = asked++ % (SUPERVISORS * WORKERS)
    node.cast(nameOf(workerAt(at), nameAt(at)), { type: 'fail', n: asked })
  }
}

async function storm(of: Node, perS: number, seconds: number): Promise<{ crashes: number; seconds: number }> {
  const before = of.counters.crashes
  const startedAt = performance.now()
  const elapsed = (): number => (performance.now() - startedAt) / 1_000
  // By what has happened and not by what was asked, so that a message to a worker that was away is asked again.
  while (of.counters.crashes - before < perS * seconds) {
    const due = Math.min(perS * seconds, Math.floor(perS * elapsed())) - (of.counters.crashes - before)
    if (due > 0) failSome(Math.min(due, SUPERVISORS * WORKERS))
    await new Promise<void>((resolve) => {
      if (due > SUPERVISORS * WORKERS) setImmediate(resolve)
      else setTimeout(resolve, TICK_MS)
    })
  }
  return { crashes: of.counters.crashes - before, seconds: elapsed() }
}

async function saturate(
  seconds: number,
  isWatched: boolean,
): Promise<{ crashes: number; seconds: number; cpuSeconds: number }> {
  if (isWatched) agent.work.resume()
  else agent.work.pause()
  const before = node.counters.crashes
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  while (performance.now() - startedAt < seconds * 1_000) {
    failSome(BURST)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  const took = (performance.now() - startedAt) / 1_000
  const cpu = process.cpuUsage(cpuBefore)
  const crashes = node.counters.crashes - before
  agent.work.resume()
  return { crashes, seconds: took, cpuSeconds: (cpu.user + cpu.system) / 1_000_000 }
}

function answer(message: StormAnswer): void {
  process.send?.(message)
}

process.on('message', (order: StormOrder) => {
  if ('storm' in order) {
    void storm(node, order.storm.perS, order.storm.seconds).then((stormed) => answer({ stormed }))
  } else if ('saturate' in order) {
    const { seconds, isWatched } = order.saturate
    void saturate(seconds, isWatched).then((saturated) => answer({ saturated }))
  } else {
    const { crashes, restarts } = node.counters
    answer({ counted: { byModule: Object.fromEntries(counts), crashes, restarts } })
  }
})
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => {
  void agent
    .stop()
    .then(() => node.stop())
    .then(() => process.exit(0))
})
setInterval(() => process.send?.({ status: agent.status }), 50)
