/** The same workloads on nact, the JavaScript actor library nearest to ours in spirit. */
import * as nact from 'nact'
import type { Workload } from './workloads.ts'

/** The part of nact we use, without the shapes of its own types. */
interface Nact {
  start(): Ref
  stop(ref: Ref): void
  dispatch(target: Ref, message: unknown): void
  spawnStateless(parent: Ref, handle: (message: never, ctx: { self: Ref; parent: Ref }) => unknown): Ref
  spawn(
    parent: Ref,
    handle: (state: never, message: never, ctx: { self: Ref }) => unknown,
    name?: string,
    options?: object,
  ): Ref
  query(target: Ref, make: (temporary: Ref) => unknown, timeoutMs: number): Promise<unknown>
}
interface Ref {
  readonly nact: unique symbol
}
const { start, stop, dispatch, spawnStateless, spawn, query } = nact as unknown as Nact

async function timed(begin: (system: Ref, done: () => void) => void): Promise<number> {
  const system = start()
  const startedMs = performance.now()
  const tookMs = await new Promise<number>((resolve) => {
    begin(system, () => resolve(performance.now() - startedMs))
  })
  stop(system)
  return tookMs
}

function oneWaySend(count: number): Promise<number> {
  return timed((system, done) => {
    let received = 0
    const sink = spawnStateless(system, () => {
      received += 1
      if (received === count) done()
    })
    const source = spawnStateless(system, (left: number, ctx) => {
      const batch = Math.min(left, 100)
      for (let i = 0; i < batch; i++) dispatch(sink, i)
      if (left > batch) dispatch(ctx.self, left - batch)
    })
    dispatch(source, count)
  })
}

function pingPong(count: number): Promise<number> {
  return timed((system, done) => {
    const pong = spawnStateless(system, (from: Ref) => dispatch(from, 1))
    let left = count
    const ping = spawnStateless(system, (_message: number, ctx) => {
      if (left === 0) return done()
      left -= 1
      dispatch(pong, ctx.self)
    })
    dispatch(ping, 0)
  })
}

function calls(count: number): Promise<number> {
  return timed(async (system, done) => {
    const server = spawn(system, (state: { n: number } = { n: 0 }, message: { by: number; from: Ref }) => {
      const n = state.n + message.by
      dispatch(message.from, n)
      return { n }
    })
    for (let i = 0; i < count; i++) await query(server, (from) => ({ by: 1, from }), 5_000)
    done()
  })
}

function ring(count: number): Promise<number> {
  return timed((system, done) => {
    const members: Ref[] = []
    for (let i = 0; i < 1_000; i++) {
      members.push(
        spawnStateless(system, (left: number) => {
          if (left === 0) done()
          else dispatch(members[(i + 1) % 1_000] as Ref, left - 1)
        }),
      )
    }
    dispatch(members[0] as Ref, count)
  })
}

function spawnAndExit(count: number): Promise<number> {
  return timed((system, done) => {
    let ended = 0
    const spawner = spawnStateless(system, (left: number, ctx) => {
      const batch = Math.min(left, 100)
      for (let i = 0; i < batch; i++) {
        const child = spawnStateless(ctx.self, (_message: null, inner) => {
          stop(inner.self)
          ended += 1
          if (ended === count) done()
        })
        dispatch(child, null)
      }
      if (left > batch) dispatch(ctx.self, left - batch)
    })
    dispatch(spawner, count)
  })
}

export const nactWorkloads: readonly Workload[] = [
  { name: 'spawn', count: 50_000, run: spawnAndExit },
  { name: 'send', count: 200_000, run: oneWaySend },
  { name: 'pingpong', count: 100_000, run: pingPong },
  { name: 'call', count: 50_000, run: calls },
  { name: 'ring', count: 100_000, run: ring },
  {
    name: 'bytes',
    count: 20_000,
    hold: (count) => {
      const system = start()
      return Array.from({ length: count }, () => spawnStateless(system, () => undefined))
    },
  },
]
