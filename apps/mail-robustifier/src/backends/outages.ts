/**
 * Back-ends go away and come back: most often announced, for some seconds; now and then their power is cut, which is an
 * exit signal to their server and, one_for_all, the end of the whole machine.
 */
import { GenServer, type GenServerContext, noreply } from '@orrery/runtime'
import { BACKENDS, backendName } from '../messages.ts'

const QUIET_MS = { least: 35_000, most: 75_000 }
const AWAY_MS = { least: 6_000, most: 14_000 }
const POWER_CUTS = 0.3

interface State {
  maintenance: number
  powerCuts: number
  last: { backend: string; what: 'maintenance' | 'power cut'; at: string } | null
}

interface Types {
  state: State
  infos: { strike: Record<never, never> }
}

export const Outages = GenServer.define<Types>({
  module: 'Outages',
  init(_args, ctx) {
    ctx.sendAfter(between(QUIET_MS, ctx) / 2, ctx.self, { type: 'strike' })
    return { maintenance: 0, powerCuts: 0, last: null }
  },
  handleInfo: {
    strike: (_message, state, ctx) => {
      ctx.sendAfter(between(QUIET_MS, ctx), ctx.self, { type: 'strike' })
      const backend = BACKENDS[Math.floor(ctx.node.random() * BACKENDS.length)] ?? BACKENDS[0]
      const at = new Date(ctx.node.clock.wallMs()).toISOString()
      const server = ctx.whereis(backendName(backend))
      if (server !== null && ctx.node.random() < POWER_CUTS) {
        ctx.exit(server, { tag: 'power_cut', backend })
        return noreply({ ...state, powerCuts: state.powerCuts + 1, last: { backend, what: 'power cut', at } })
      }
      ctx.cast(backendName(backend), { type: 'leave', forMs: between(AWAY_MS, ctx) })
      return noreply({
        ...state,
        maintenance: state.maintenance + 1,
        last: { backend, what: 'maintenance', at },
      })
    },
  },
})

function between({ least, most }: { least: number; most: number }, ctx: GenServerContext<Types>): number {
  return Math.round(least + ctx.node.random() * (most - least))
}
