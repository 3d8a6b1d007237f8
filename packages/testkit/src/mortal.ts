/** Processes that die in each way there is, when they are told to. Also loaded by the worker thread of the isolated one. */
import { child, Exit, GenServer, nameOf, noreply, Supervisor } from '@orrery/runtime'

export const Mortal = GenServer.define<{
  args: { peer?: string }
  state: { peer: string | null; held: unknown[] }
  calls: { never: () => null }
  casts: {
    throw: object
    reject: object
    exit: object
    call: object
    link: object
    loop: object
    fill: object
  }
}>({
  module: 'Mortal',
  init: ({ peer }) => ({ peer: peer ?? null, held: [] }),
  handleCall: { never: (_message, _from, state) => noreply(state) },
  handleCast: {
    throw: () => sinkInto('the till is empty'),
    reject: async () => {
      await Promise.resolve()
      throw new RangeError('nobody waits')
    },
    exit: () => {
      throw new Exit('overrun', { expected: 48_211, got: 48_209 })
    },
    call: async (_message, state, ctx) => {
      await ctx.call(nameOf(Mortal, state.peer ?? ''), { type: 'never' }, { timeoutMs: 100 })
      return noreply(state)
    },
    link: (_message, state, ctx) => {
      const peer = ctx.whereis(state.peer ?? '')
      if (peer !== null) ctx.link(peer)
      return noreply(state)
    },
    loop: () => {
      for (;;);
    },
    fill: (_message, state) => {
      for (;;) state.held.push(new Array(10_000).fill(Math.random()))
    },
  },
})

/** Kept to be seen on the stack. */
function sinkInto(why: string): never {
  throw new TypeError(why)
}

const GivesUp = Supervisor.define({
  module: 'GivesUp',
  intensity: 0,
  periodMs: 10_000,
  children: () => [child(Mortal, { id: 'last', name: 'last', args: {} })],
})

const mortal = (id: string, peer?: string) =>
  child(Mortal, { id, name: id, args: peer === undefined ? {} : { peer } })

const Escalates = Supervisor.define({
  module: 'Escalates',
  strategy: 'one_for_all',
  intensity: 10,
  periodMs: 10_000,
  children: () => [child(GivesUp, { id: 'givesUp', name: 'GivesUp' }), mortal('bystander')],
})

const Chain = Supervisor.define({
  module: 'Chain',
  strategy: 'rest_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: () => ['first', 'second', 'third'].map((id) => mortal(id)),
})

export const Mortals = Supervisor.define({
  module: 'Mortals',
  intensity: 100,
  periodMs: 1_000,
  children: () => [
    ...['thrower', 'rejecter', 'exiter', 'victim', 'mute'].map((id) => mortal(id)),
    mortal('caller', 'mute'),
    mortal('linked', 'thrower'),
    child(Escalates, { id: 'escalates', name: 'Escalates' }),
    child(Chain, { id: 'chain', name: 'Chain' }),
    ...['hangs', 'fills'].map((id) =>
      child(Mortal, {
        id,
        name: id,
        args: {},
        isolated: {
          module: new URL('./mortal.ts', import.meta.url).href,
          export: 'Mortal',
          // Whoever fills its heap collects for long before it is full.
          heartbeatMs: id === 'hangs' ? 500 : 10_000,
          heapMb: 32,
        },
      }),
    ),
  ],
})

export const mortalNamed = (name: string) => nameOf(Mortal, name)
