/** The mixers: each carries the speech of its share of the calls, and counts what it has carried. */
import { child, GenServer, noreply, Supervisor } from '@orrery/runtime'
import { MIXERS, type MixerMessages, mixerName } from '../messages.ts'

/** Speech goes in packets of 20 ms. */
const PACKETS_PER_S = 50
const TICK_MS = 1_000

interface State {
  calls: Set<string>
  packets: number
}

const Mixer = GenServer.define<{ state: State; infos: { tick: object } } & MixerMessages>({
  module: 'Mixer',
  init: (_args, ctx) => {
    ctx.sendAfter(TICK_MS, ctx.self, { type: 'tick' })
    return { calls: new Set(), packets: 0 }
  },
  handleCast: {
    join: ({ call }, state) => {
      state.calls.add(call)
      return noreply(state)
    },
    leave: ({ call }, state) => {
      state.calls.delete(call)
      return noreply(state)
    },
  },
  handleInfo: {
    tick: (_message, { calls, packets }, ctx) => {
      ctx.sendAfter(TICK_MS, ctx.self, { type: 'tick' })
      return noreply({ calls, packets: packets + calls.size * 2 * PACKETS_PER_S })
    },
  },
  formatStatus: ({ calls, packets }) => ({ calls: calls.size, packets }),
})

export const MediaSup = Supervisor.define({
  module: 'MediaSup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: () =>
    Array.from({ length: MIXERS }, (_, i) => child(Mixer, { id: `mixer-${i + 1}`, name: mixerName(i + 1) })),
})
