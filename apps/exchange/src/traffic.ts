/**
 * The subscribers: they call each other at a rate, and talk as long as it takes for so many to be on the phone. Now and then somebody dials
 * what no plan knows, and where mishaps are wanted, a worn-out telephone sends what is no digit.
 */
import { GenServer, noreply, Supervisor } from '@orrery/runtime'
import { CALL_SUP, ROUTER, type Setup } from './messages.ts'

export interface TrafficArgs {
  readonly own: string
  readonly areas: readonly string[]
  readonly callsPerS: number
  /** Calls that are under way at a time, on the average and from the start. */
  readonly calls: number
  readonly hasMishaps: boolean
}

interface State extends TrafficArgs {
  dialled: number
  /** Calls owed to the rate, in parts. */
  owed: number
  /** Of those that are under way at the start: still to be set up. */
  toFill: number
}

const TICK_MS = 100
const FILL_PER_TICK = 2_000
const MEAN_RING_MS = 2_000
const SUBSCRIBERS = 10_000_000
const UNALLOCATED = 1 / 500
const NO_DIGIT = 1 / 3_000
/** Most call somebody near; and the trunk has 32 channels. */
const FAR = 1 / 20

export const Traffic = GenServer.define<{ args: TrafficArgs; state: State; infos: { tick: object } }>({
  module: 'Traffic',
  init: (args, ctx) => {
    ctx.send(ctx.self, { type: 'tick' })
    return { ...args, dialled: 0, owed: 0, toFill: args.calls }
  },
  handleInfo: {
    tick: async (_message, state, ctx) => {
      const { random } = ctx.node
      ctx.sendAfter(TICK_MS, ctx.self, { type: 'tick' })
      const filled = Math.min(state.toFill, FILL_PER_TICK)
      for (let i = 0; i < filled; i++) {
        // Caught in the middle of their talk.
        await Supervisor.startChild(ctx, CALL_SUP, underWay(state, random, i + state.toFill))
      }
      let owed = state.owed + (state.callsPerS * TICK_MS) / 1_000
      let { dialled } = state
      for (; owed >= 1; owed--) {
        dialled += 1
        ctx.cast(ROUTER, {
          type: 'dial',
          from: number(state.own, random),
          to: dialledNumber(state, random),
          ringMs: MEAN_RING_MS * (0.2 + 1.6 * random()),
          talkMs: talkMsOf(state) * (0.5 + random()),
        })
      }
      return noreply({ ...state, owed, dialled, toFill: state.toFill - filled })
    },
  },
  formatStatus: ({ callsPerS, calls, dialled, toFill }) => ({ callsPerS, calls, dialled, toFill }),
})

/** Little's law: so long must a call last for so many to be under way. */
function talkMsOf({ calls, callsPerS }: TrafficArgs): number {
  return callsPerS === 0 ? Number.MAX_SAFE_INTEGER : Math.max(100, (calls / callsPerS) * 1_000 - MEAN_RING_MS)
}

function underWay(state: State, random: () => number, n: number): Setup {
  const talkMs = Math.min(2 ** 31 - 1, (MEAN_RING_MS + talkMsOf(state)) * random())
  const to = number(state.own, random)
  return {
    id: `first-${n}`,
    from: number(state.own, random),
    to,
    route: { kind: 'local' },
    ringMs: 0,
    talkMs,
    channel: null,
  }
}

function dialledNumber({ own, areas, hasMishaps }: State, random: () => number): string {
  const chance = random()
  if (chance < UNALLOCATED) return `99${Math.floor(random() * SUBSCRIBERS)}`
  if (hasMishaps && chance < UNALLOCATED + NO_DIGIT) return `${own}12#4567`
  const others = areas.filter((area) => area !== own)
  const isFar = others.length > 0 && random() < FAR
  return number(isFar ? (others[Math.floor(random() * others.length)] as string) : own, random)
}

function number(area: string, random: () => number): string {
  return `${area}${String(Math.floor(random() * SUBSCRIBERS)).padStart(7, '0')}`
}
