/** One channel of the trunk: between one call here and one there. */
import { GenServer, noreply, type Pid, Supervisor } from '@orrery/runtime'
import { asCall, CALL_SUP, type ChannelMessages, type Setup, type Signal, TRUNK_LINK } from '../messages.ts'

interface State {
  channel: number
  /** Whether this side gives it out. */
  isOwn: boolean
  call: Pid | null
  carried: number
}

export const Channel = GenServer.define<
  { args: { channel: number; isOwn: boolean }; state: State } & ChannelMessages
>({
  module: 'Channel',
  init: ({ channel, isOwn }) => ({ channel, isOwn, call: null, carried: 0 }),
  handleCast: {
    seize: ({ call, signal }, state, ctx) => {
      ctx.monitor(call)
      ctx.cast(TRUNK_LINK, { type: 'transmit', channel: state.channel, signal })
      return noreply({ ...state, call, carried: state.carried + 1 })
    },
    outgoing: ({ signal }, state, ctx) => {
      ctx.cast(TRUNK_LINK, { type: 'transmit', channel: state.channel, signal })
      return noreply(signal.kind === 'release' ? freed(state, ctx) : state)
    },
    incoming: async ({ signal }, state, ctx) => {
      if (signal.kind === 'setup') {
        const call = await Supervisor.startChild(ctx, CALL_SUP, incomingCall(signal, state, ctx.node.random))
        ctx.monitor(call)
        return noreply({ ...state, call, carried: state.carried + 1 })
      }
      const { call } = state
      if (call === null) return noreply(state)
      if (signal.kind === 'answer') ctx.cast(asCall(call), { type: 'farAnswered' })
      else ctx.cast(asCall(call), { type: 'farReleased', cause: signal.cause })
      return noreply(state)
    },
  },
  handleOtherInfo: (message, state, ctx) => {
    const { type, pid } = message as { type?: string; pid?: Pid }
    return noreply(type === 'DOWN' && pid === state.call ? freed(state, ctx) : state)
  },
})

function freed(
  state: State,
  ctx: { cast(to: typeof TRUNK_LINK, message: { type: 'idle'; channel: number }): void },
): State {
  if (state.call !== null && state.isOwn) ctx.cast(TRUNK_LINK, { type: 'idle', channel: state.channel })
  return { ...state, call: null }
}

function incomingCall(signal: Signal & { kind: 'setup' }, { channel }: State, random: () => number): Setup {
  const { id, from, to } = signal
  // The half that answers decides when it hangs up; the other follows.
  return {
    id,
    from,
    to,
    route: { kind: 'local' },
    ringMs: 200 + random() * 3_000,
    talkMs: 1_000 + random() * 8_000,
    channel,
  }
}
