/** Somebody who writes letters, at their own pace, over real SMTP. A front-end that refuses one is their death. */
import { GenServer, type GenServerContext, noreply } from '@orrery/runtime'
import { FRONT_END } from '../messages.ts'
import { talkTo } from '../smtp.ts'
import { letter } from './letters.ts'

interface State {
  name: string
  everyMs: number
  sent: number
  lastSubject: string | null
}

interface Types {
  args: { name: string; everyMs: number }
  state: State
  infos: { write: Record<never, never> }
}

export const Sender = GenServer.define<Types>({
  module: 'Sender',
  init({ name, everyMs }, ctx) {
    pause(everyMs, ctx)
    return { name, everyMs, sent: 0, lastSubject: null }
  },
  handleInfo: {
    write: async (_message, state, ctx) => {
      const port = await ctx.call(FRONT_END, { type: 'port' })
      const mail = letter(state.name, ctx.node.random)
      await talkTo({ port, name: state.name, signal: ctx.signal }, (client) => client.sendMail(mail))
      pause(state.everyMs, ctx)
      return noreply({ ...state, sent: state.sent + 1, lastSubject: mail.subject ?? null })
    },
  },
})

/** Waits as calls arrive at an exchange: independent of each other, so exponentially. */
function pause(everyMs: number, ctx: GenServerContext<Types>): void {
  const waitMs = Math.min(-Math.log(1 - ctx.node.random()), 5) * everyMs
  ctx.sendAfter(waitMs, ctx.self, { type: 'write' })
}
