/** A small node to watch: a root, workers that count and fail when told to, a pool of carts. */
import { child, GenServer, type Node, nameOf, noreply, reply, Supervisor, start } from '@orrery/runtime'

export const Counter = GenServer.define<{
  args: { start: number }
  state: { n: number }
  calls: { get: () => number }
  casts: { add: { by: number }; fail: { why: string }; hold: { ms: number } }
}>({
  module: 'Counter',
  init: ({ start: n }) => ({ n }),
  handleCall: { get: (_message, _from, state) => reply(state.n, state) },
  handleCast: {
    add: ({ by }, state) => noreply({ n: state.n + by }),
    fail: ({ why }) => {
      throw new TypeError(why)
    },
    hold: async ({ ms }, state) => {
      await new Promise((done) => setTimeout(done, ms))
      return noreply(state)
    },
  },
})

const Shop = Supervisor.define<{ args: { counters: number } }>({
  module: 'Shop',
  strategy: 'one_for_one',
  intensity: 10_000,
  periodMs: 1_000,
  children: ({ counters }) =>
    Array.from({ length: counters }, (_, i) =>
      child(Counter, { id: `counter-${i}`, args: { start: i }, name: `counter-${i}` }),
    ),
})

/** A node of that many counters, named `counter-0` and on, under a root that restarts them. */
export function startShop(name: string, counters = 3): Promise<Node> {
  return start(Shop, { name, args: { counters }, release: '1.0.0' })
}

export const counter = (i: number) => nameOf(Counter, `counter-${i}`)

const Safe = GenServer.define<{ args: undefined; state: null }>({
  module: 'Safe',
  init: (_args, ctx) => {
    ctx.trapExit(true)
    return null
  },
  terminate: () => new Promise((done) => setTimeout(done, 700)),
})

const Opening = Supervisor.define({
  module: 'Opening',
  strategy: 'one_for_all',
  intensity: 10,
  periodMs: 1_000,
  children: () => [
    child(Counter, { id: 'till', args: { start: 0 }, name: 'till' }),
    child(Safe, { id: 'safe', name: 'safe' }),
  ],
})

/** A node whose till is back late: the safe beside it takes its time to close. */
export function startLate(name: string): Promise<Node> {
  return start(Opening, { name, release: '1.0.0' })
}
