/**
 * The runtime's micro workloads, each a function that does `count` operations and resolves with the milliseconds they
 * took. Nodes are made as users get them, messages unfrozen as in production. `bench/` runs them beside other systems'.
 */
import {
  child,
  createNode,
  GenServer,
  type Node,
  nameOf,
  noreply,
  type Pid,
  reply,
  Supervisor,
} from '../src/index.ts'

export type Workload = {
  readonly name: string
  /** Operations of one round, or things held. */
  readonly count: number
} & (
  | { readonly run: (count: number) => Promise<number>; readonly hold?: undefined }
  /** Makes `count` idle things, for the bytes one takes. */
  | { readonly hold: (count: number) => unknown }
)

function freshNode(): Node {
  const node = createNode({ name: 'bench@localhost', messages: 'share' })
  // Observers are present, as in a node that is watched.
  node.hooks = {}
  return node
}

/** Times `begin` until `done` is called. */
function timed(begin: (done: () => void) => void): Promise<number> {
  return new Promise((resolve) => {
    const startedMs = performance.now()
    begin(() => resolve(performance.now() - startedMs))
  })
}

/** A process spawns another, which ends at once, then the next. */
async function spawnAndExit(count: number): Promise<number> {
  const node = freshNode()
  const die = () => undefined
  const tookMs = await timed((done) => {
    const spawner: Pid<number> = node.spawn({
      handle(left: number, ctx) {
        const batch = Math.min(left, 100)
        for (let i = 0; i < batch; i++) ctx.spawn(die)
        if (left > batch) ctx.send(ctx.self, left - batch)
        else done()
      },
    })
    node.send(spawner, count)
  })
  await node.stop()
  return tookMs
}

/** One process sends to another, in batches so that the mailbox stays short. */
async function oneWaySend(count: number): Promise<number> {
  const node = freshNode()
  const tookMs = await timed((done) => {
    let received = 0
    const sink = node.spawn({
      handle(_message: number) {
        received += 1
        if (received === count) done()
      },
    })
    const source: Pid<number> = node.spawn({
      handle(left: number, ctx) {
        const batch = Math.min(left, 100)
        for (let i = 0; i < batch; i++) ctx.send(sink, i)
        if (left > batch) ctx.send(ctx.self, left - batch)
      },
    })
    node.send(source, count)
  })
  await node.stop()
  return tookMs
}

/** Two processes send one message to and fro; a round trip is one operation. */
async function pingPong(count: number): Promise<number> {
  const node = freshNode()
  const tookMs = await timed((done) => {
    const pong: Pid<Pid<number>> = node.spawn({
      handle: (from: Pid<number>, ctx) => ctx.send(from, 1),
    })
    let left = count
    const ping: Pid<number> = node.spawn({
      handle(_message: number, ctx) {
        if (left === 0) return done()
        left -= 1
        ctx.send(pong, ctx.self)
      },
    })
    node.send(ping, 0)
  })
  await node.stop()
  return tookMs
}

const Counter = GenServer.define<{
  state: { n: number }
  calls: { add: (message: { by: number }) => number }
  casts: { add: { by: number }; done: { tell: () => void } }
}>({
  module: 'Counter',
  init: () => ({ n: 0 }),
  handleCall: { add: ({ by }, _from, { n }) => reply(n + by, { n: n + by }) },
  handleCast: {
    add: ({ by }, { n }) => noreply({ n: n + by }),
    done: ({ tell }, state) => {
      tell()
      return noreply(state)
    },
  },
})

/** Callers ask a GenServer, each one question after the other. */
async function calls(count: number, callers: number): Promise<number> {
  const node = freshNode()
  const server = node.spawn(Counter)
  const each = count / callers
  const tookMs = await timed((done) => {
    let finished = 0
    for (let i = 0; i < callers; i++) {
      node.spawn(async (ctx) => {
        for (let n = 0; n < each; n++) await ctx.call(server, { type: 'add', by: 1 })
        finished += 1
        if (finished === callers) done()
      })
    }
  })
  await node.stop()
  return tookMs
}

/** A process casts to a GenServer. */
async function casts(count: number): Promise<number> {
  const node = freshNode()
  const server = node.spawn(Counter)
  const tookMs = await timed((done) => {
    const source: Pid<number> = node.spawn({
      handle(left: number, ctx) {
        const batch = Math.min(left, 100)
        for (let i = 0; i < batch; i++) ctx.cast(server, { type: 'add', by: 1 })
        if (left > batch) ctx.send(ctx.self, left - batch)
        else ctx.cast(server, { type: 'done', tell: done })
      },
    })
    node.send(source, count)
  })
  await node.stop()
  return tookMs
}

/** A token goes round a ring of 1,000 processes; a hop is one operation. */
async function ring(count: number): Promise<number> {
  const node = freshNode()
  const tookMs = await timed((done) => {
    const members: Pid<number>[] = []
    for (let i = 0; i < 1_000; i++) {
      members.push(
        node.spawn({
          handle(left: number, ctx) {
            if (left === 0) done()
            else ctx.send(members[(i + 1) % 1_000] as Pid<number>, left - 1)
          },
        }),
      )
    }
    node.send(members[0] as Pid<number>, count)
  })
  await node.stop()
  return tookMs
}

const Fragile = GenServer.define<{ state: null; casts: { crash: { n: number } } }>({
  module: 'Fragile',
  init: () => null,
  handleCast: {
    crash: ({ n }) => {
      throw new Error(`crash ${n}`)
    },
  },
})

const Restarter = Supervisor.define({
  module: 'Restarter',
  intensity: Number.MAX_SAFE_INTEGER,
  periodMs: 1_000,
  children: () => [child(Fragile, { id: 'fragile', name: 'fragile' })],
})

/** A supervised server crashes, is reported as data, and is back; then again. */
async function restarts(count: number): Promise<number> {
  const node = freshNode()
  await node.start(Restarter)
  const fragile = nameOf(Fragile, 'fragile')
  let reports = 0
  const tookMs = await timed((done) => {
    let left = count
    node.hooks = {
      processCrashed: () => {
        reports += 1
      },
      crashOutcome: () => {
        left -= 1
        if (left === 0) done()
        else node.cast(fragile, { type: 'crash', n: left })
      },
    }
    node.cast(fragile, { type: 'crash', n: left })
  })
  if (reports !== count) throw new Error(`${count} crashes, ${reports} reports`)
  await node.stop()
  return tookMs
}

export const workloads: readonly Workload[] = [
  { name: 'spawn', count: 500_000, run: spawnAndExit },
  { name: 'send', count: 3_000_000, run: oneWaySend },
  { name: 'pingpong', count: 1_000_000, run: pingPong },
  { name: 'call', count: 500_000, run: (count) => calls(count, 1) },
  { name: 'call_100', count: 1_000_000, run: (count) => calls(count, 100) },
  { name: 'cast', count: 2_000_000, run: casts },
  { name: 'ring', count: 2_000_000, run: ring },
  { name: 'restart', count: 30_000, run: restarts },
  // The same again: ours always has its report, BEAM is measured without its crash log and with it.
  { name: 'restart_logged', count: 30_000, run: restarts },
  { name: 'bytes', count: 100_000, hold: (count) => idle(count, (node) => node.spawn(idleHandler)) },
  { name: 'bytes_gen_server', count: 100_000, hold: (count) => idle(count, (node) => node.spawn(Counter)) },
]

const idleHandler = { handle: () => undefined }

function idle(count: number, spawn: (node: Node) => void): Node {
  const node = freshNode()
  for (let i = 0; i < count; i++) spawn(node)
  return node
}

/** Bytes of heap that one of `count` things takes, run under `--expose-gc`. */
export async function bytes(count: number, hold: (count: number) => unknown): Promise<number> {
  const { gc } = globalThis as { gc?: () => void }
  if (gc === undefined) throw new Error('run with --expose-gc')
  // Once beforehand, so that what is made only once is not counted.
  hold(1)
  await settled()
  gc()
  const before = process.memoryUsage().heapUsed
  const held = hold(count)
  await settled()
  gc()
  const bytes = (process.memoryUsage().heapUsed - before) / count
  // Used after the measurement, so that nothing of it is collected before.
  return held === undefined ? Number.NaN : bytes
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}
