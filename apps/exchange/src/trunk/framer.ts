/** Between link and line: frames into bytes and back. What arrives damaged is left out, and the link will notice. */
import { GenServer, noreply, Port } from '@orrery/runtime'
import { type FramerMessages, TRUNK_LINK } from '../messages.ts'
import { decodeFrames, encodeFrame } from './frames.ts'
import { trunk } from './trunk-port.ts'

interface State {
  rest: Uint8Array
  framesIn: number
  framesOut: number
  damaged: number
}

export const Framer = GenServer.define<{ state: State } & FramerMessages>({
  module: 'Framer',
  init: () => ({ rest: new Uint8Array(0), framesIn: 0, framesOut: 0, damaged: 0 }),
  handleCast: {
    encode: async ({ seq, channel, signal }, state, ctx) => {
      const bytes = encodeFrame({ seq, channel, signal })
      await Port.use(ctx, trunk, (line) => line.write(bytes), { operation: 'write' })
      return noreply({ ...state, framesOut: state.framesOut + 1 })
    },
  },
  handleInfo: {
    bytes: ({ bytes }, state, ctx) => {
      const all = new Uint8Array(state.rest.length + bytes.length)
      all.set(state.rest)
      all.set(bytes, state.rest.length)
      const { frames, damaged, rest } = decodeFrames(all)
      for (const frame of frames) ctx.send(TRUNK_LINK, { type: 'frame', ...frame })
      return noreply({
        ...state,
        rest,
        framesIn: state.framesIn + frames.length,
        damaged: state.damaged + damaged,
      })
    },
    carrier: (_message, state) => noreply({ ...state, rest: new Uint8Array(0) }),
  },
  formatStatus: ({ rest, ...counts }) => ({ ...counts, restBytes: rest.length }),
})
