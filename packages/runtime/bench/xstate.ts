/** The same workloads on XState's actors (`fromTransition`), which handle a message on their sender's stack. */
import { type Actor, createActor, fromTransition, type TransitionActorLogic } from 'xstate'
import type { Workload } from './workloads.ts'

type Message = { readonly type: string; readonly [field: string]: unknown }
type Logic<S> = TransitionActorLogic<S, Message, undefined>

function logic<S>(handle: (state: S, message: Message) => S, first: S): Logic<S> {
  return fromTransition(handle, first) as Logic<S>
}

function started<S>(handle: (state: S, message: Message) => S, first: S): Actor<Logic<S>> {
  return createActor(logic(handle, first)).start()
}

async function timed(run: () => unknown): Promise<number> {
  const startedMs = performance.now()
  await run()
  return performance.now() - startedMs
}

function spawnAndExit(count: number): Promise<number> {
  const idle = logic((state: null) => state, null)
  return timed(() => {
    for (let i = 0; i < count; i++) createActor(idle).start().stop()
  })
}

function oneWaySend(count: number): Promise<number> {
  let received = 0
  const sink = started((state: null) => {
    received += 1
    return state
  }, null)
  return timed(() => {
    for (let i = 0; i < count; i++) sink.send({ type: 'message', i })
    if (received !== count) throw new Error(`${received} of ${count} received`)
  })
}

function pingPong(count: number): Promise<number> {
  const pong = started((state: null, { from }) => {
    ;(from as Actor<Logic<null>>).send({ type: 'pong' })
    return state
  }, null)
  let left = count
  const ping: Actor<Logic<null>> = started((state: null) => {
    if (left > 0) {
      left -= 1
      pong.send({ type: 'ping', from: ping })
    }
    return state
  }, null)
  return timed(() => ping.send({ type: 'pong' }))
}

function calls(count: number): Promise<number> {
  const server = started(
    ({ n }: { n: number }, message) => {
      const next = n + (message.by as number)
      ;(message.answer as (n: number) => void)(next)
      return { n: next }
    },
    { n: 0 },
  )
  return timed(async () => {
    for (let i = 0; i < count; i++) {
      await new Promise<number>((answer) => server.send({ type: 'add', by: 1, answer }))
    }
  })
}

function casts(count: number): Promise<number> {
  const server = started(({ n }: { n: number }, { by }) => ({ n: n + (by as number) }), { n: 0 })
  return timed(() => {
    for (let i = 0; i < count; i++) server.send({ type: 'add', by: 1 })
  })
}

function ring(count: number): Promise<number> {
  const members: Actor<Logic<null>>[] = []
  for (let i = 0; i < 1_000; i++) {
    members.push(
      started((state: null, { left }) => {
        const rest = left as number
        if (rest > 0) members[(i + 1) % 1_000]?.send({ type: 'token', left: rest - 1 })
        return state
      }, null),
    )
  }
  return timed(() => members[0]?.send({ type: 'token', left: count }))
}

export const xstateWorkloads: readonly Workload[] = [
  { name: 'spawn', count: 100_000, run: spawnAndExit },
  { name: 'send', count: 1_000_000, run: oneWaySend },
  { name: 'pingpong', count: 300_000, run: pingPong },
  { name: 'call', count: 300_000, run: calls },
  { name: 'cast', count: 1_000_000, run: casts },
  { name: 'ring', count: 500_000, run: ring },
  {
    name: 'bytes',
    count: 20_000,
    hold: (count) => {
      const idle = logic((state: null) => state, null)
      return Array.from({ length: count }, () => createActor(idle).start())
    },
  },
]
