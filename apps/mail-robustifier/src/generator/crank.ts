/** Writes, now and then, what no parser survives. */
import { GenServer, noreply } from '@orrery/runtime'
import { FRONT_END, USERS } from '../messages.ts'
import { talkTo } from '../smtp.ts'
import { address, MALFORMED, pick } from './letters.ts'

interface State {
  everyMs: number
  sent: number
  lastKind: string | null
}

export const Crank = GenServer.define<{
  args: { everyMs: number }
  state: State
  infos: { write: Record<never, never> }
}>({
  module: 'Crank',
  init({ everyMs }, ctx) {
    ctx.sendAfter(everyMs / 3, ctx.self, { type: 'write' })
    return { everyMs, sent: 0, lastKind: null }
  },
  handleInfo: {
    write: async (_message, state, ctx) => {
      ctx.sendAfter(state.everyMs * (0.75 + ctx.node.random() / 2), ctx.self, { type: 'write' })
      const kind = pick(Object.keys(MALFORMED), ctx.node.random)
      const port = await ctx.call(FRONT_END, { type: 'port' })
      const raw = Buffer.from(MALFORMED[kind] ?? '', 'latin1')
      const envelope = { from: address('crank'), to: [address(USERS[0])] }
      await talkTo({ port, name: 'crank', signal: ctx.signal }, (client) =>
        client.sendMail({ envelope, raw }),
      )
      return noreply({ ...state, sent: state.sent + 1, lastKind: kind })
    },
  },
})
