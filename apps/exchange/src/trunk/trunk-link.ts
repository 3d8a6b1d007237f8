/**
 * The link to the other exchange: gives out channels and numbers the frames. A number that is missing means that signalling was lost, and
 * nobody knows which calls it was about: the link ends, and takes framer and channels with it (one_for_all). A far side that begins anew numbers from 1
 * again: its calls of before are gone, so their halves here are released, and this side goes on.
 */
import { Exit, GenServer, noreply } from '@orrery/runtime'
import { asCall, CHANNELS, channelName, FRAMER, type TrunkLinkMessages } from '../messages.ts'

interface State {
  isUp: boolean
  nextOut: number
  /** `null` until the first frame of this carrier has said where the other side stands. */
  nextIn: number | null
  free: readonly number[]
}

/** Each side gives out one half of the channels, so that both never take the same. */
export const TrunkLink = GenServer.define<{ args: { isLower: boolean }; state: State } & TrunkLinkMessages>({
  module: 'TrunkLink',
  init: ({ isLower }) => {
    const half = CHANNELS / 2
    const free = Array.from({ length: half }, (_, i) => (isLower ? 1 : 1 + half) + i)
    return { isUp: false, nextOut: 1, nextIn: null, free }
  },
  handleCast: {
    request: ({ call, signal }, state, ctx) => {
      const [channel, ...free] = state.free
      if (!state.isUp || channel === undefined) {
        ctx.cast(asCall(call), { type: 'seized', channel: null })
        return noreply(state)
      }
      ctx.cast(channelName(channel), { type: 'seize', call, signal })
      ctx.cast(asCall(call), { type: 'seized', channel })
      return noreply({ ...state, free })
    },
    transmit: ({ channel, signal }, state, ctx) => {
      if (!state.isUp) return noreply(state)
      ctx.cast(FRAMER, { type: 'encode', seq: state.nextOut, channel, signal })
      return noreply({ ...state, nextOut: state.nextOut + 1 })
    },
    idle: ({ channel }, state) => noreply({ ...state, free: [...state.free, channel] }),
  },
  handleInfo: {
    frame: ({ seq, channel, signal }, state, ctx) => {
      const isNew = seq === 1 && state.nextIn !== null && state.nextIn > 1
      if (isNew) {
        const lost = { type: 'incoming', signal: { kind: 'release', cause: 'link_lost' } } as const
        for (let each = 1; each <= CHANNELS; each++) ctx.cast(channelName(each), lost)
      }
      const expected = isNew ? 1 : (state.nextIn ?? seq)
      if (seq !== expected) throw new Exit('frame_overrun', { expected, got: seq })
      ctx.cast(channelName(channel), { type: 'incoming', signal })
      return noreply({ ...state, isUp: true, nextIn: seq + 1 })
    },
    carrier: ({ isUp }, state) => noreply({ ...state, isUp, nextIn: null }),
  },
  formatStatus: ({ free, ...state }) => ({ ...state, freeChannels: free.length }),
})
