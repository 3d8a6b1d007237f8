/**
 * Sets calls up: number, route, call process. Two versions: 1.0 counts what it has routed, 1.1 counts it by area and refuses an
 * area more than half of whose latest calls found no way.
 */
import { GenServer, type GenServerContext, noreply, Supervisor } from '@orrery/runtime'
import {
  CALL_SUP,
  NUMBER_PLAN,
  ROUTE_TABLE,
  type Route,
  type RouterMessages,
  type Setup,
} from '../messages.ts'

type Dial = { from: string; to: string; ringMs: number; talkMs: number }
interface State {
  routed: number
  refused: number
}
interface State11 extends State {
  /** Of each area's latest calls, how many found no way, halved with each that did. */
  lost: Readonly<Record<string, number>>
}
type Types<S> = { state: S } & RouterMessages

const MOST_LOST = 16

export const Router = GenServer.define<Types<State>>({
  module: 'Router',
  version: '1.0',
  init: () => ({ routed: 0, refused: 0 }),
  handleCast: {
    dial: async (dial, state, ctx) => {
      const found = await routeOf(dial, ctx)
      return noreply(await place(dial, found?.route ?? NONE, state, ctx))
    },
  },
  codeChange: (old) => {
    const { routed, refused } = old as State11
    return { routed, refused }
  },
})

export const Router11 = GenServer.define<Types<State11>>({
  module: 'Router',
  version: '1.1',
  init: () => ({ routed: 0, refused: 0, lost: {} }),
  handleCast: {
    dial: async (dial, state, ctx) => {
      const found = await routeOf(dial, ctx)
      const area = found?.area ?? 'none'
      const lost = state.lost[area] ?? 0
      const isLost = found === null || found.route.kind === 'none'
      const isRefused = lost > MOST_LOST / 2 && isLost
      const next = await place(dial, isRefused ? NONE : (found?.route ?? NONE), state, ctx)
      const counted = isLost ? Math.min(MOST_LOST, lost + 1) : Math.floor(lost / 2)
      return noreply({ ...next, lost: { ...state.lost, [area]: counted } })
    },
  },
  codeChange: (old) => ({ ...(old as State), lost: {} }),
})

const NONE: Route = { kind: 'none' }

async function routeOf<S>({ to }: Dial, ctx: GenServerContext<Types<S>>) {
  const number = await ctx.call(NUMBER_PLAN, { type: 'translate', number: to })
  if (number === null) return null
  return { area: number.area, route: await ctx.call(ROUTE_TABLE, { type: 'route', area: number.area }) }
}

async function place<S extends State>(
  dial: Dial,
  route: Route,
  state: S,
  ctx: GenServerContext<Types<S>>,
): Promise<S> {
  // Its own pid, so that a router that was started again does not give out the same.
  const number = state.routed + state.refused + 1
  const setup: Setup = {
    id: `${ctx.node.name.split('@')[1]}-${ctx.self.id}-${number}`,
    ...dial,
    route,
    channel: null,
  }
  await Supervisor.startChild(ctx, CALL_SUP, setup)
  return route.kind === 'none'
    ? { ...state, refused: state.refused + 1 }
    : { ...state, routed: state.routed + 1 }
}
