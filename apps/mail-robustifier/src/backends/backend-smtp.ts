/** A back-end's SMTP server. It leaves when told to and comes back by itself; while it is away nobody listens. */
import { GenServer, type GenServerContext, noreply, reply } from '@orrery/runtime'
import { type BackendMessages, backendName, mailboxName, storeName, USERS } from '../messages.ts'
import { listen } from '../smtp.ts'

interface State {
  backend: string
  port: number
  /** Ends the listening; `null` while away. */
  listening: AbortController | null
  taken: number
  outages: number
}

type Types = { args: { backend: string }; state: State } & BackendMessages

export const BackendSmtp = GenServer.define<Types>({
  module: 'BackendSmtp',
  async init({ backend }, ctx) {
    const state = { backend, port: 0, listening: null, taken: 0, outages: 0 }
    return await open(state, ctx)
  },
  handleCall: {
    port: (_message, _from, state) => reply(state.listening === null ? null : state.port, state),
    mail: async ({ id, to, text }, _from, state, ctx) => {
      const { backend } = state
      const kept = await ctx.call(storeName(backend), { type: 'keep', id, text })
      const { uid, isNew } = kept
      if (!isNew) return reply(uid, state)
      const subject = /^subject: *(.*)$/im.exec(text)?.[1]?.trim() ?? ''
      for (const user of usersOf(to)) ctx.cast(mailboxName(backend, user), { type: 'arrived', uid, subject })
      return reply(uid, { ...state, taken: state.taken + 1 })
    },
  },
  handleCast: {
    leave: ({ forMs }, state, ctx) => {
      if (state.listening === null) return noreply(state)
      state.listening.abort()
      ctx.setLabel('away')
      ctx.sendAfter(forMs, ctx.self, { type: 'comeBack' })
      return noreply({ ...state, listening: null, outages: state.outages + 1 })
    },
  },
  handleInfo: {
    comeBack: async (_message, state, ctx) => noreply(await open(state, ctx)),
  },
  formatStatus: ({ backend, port, listening, taken, outages }) => ({
    backend,
    port,
    isListening: listening !== null,
    taken,
    outages,
  }),
})

async function open(state: State, ctx: GenServerContext<Types>): Promise<State> {
  const listening = new AbortController()
  const port = await listen(
    state.backend,
    state.port,
    {
      onMail({ to, text }) {
        const id = /^X-Robustifier-Id: (\S+)/im.exec(text)?.[1] ?? 'stranger'
        return ctx.node
          .call(backendName(state.backend), { type: 'mail', id, to, text })
          .then((uid) => `kept as ${uid} at ${state.backend}`)
      },
    },
    AbortSignal.any([ctx.signal, listening.signal]),
  )
  ctx.setLabel(`smtp://127.0.0.1:${port}`)
  return { ...state, port, listening }
}

/** Mail to somebody unknown is the postmaster's: here, everybody's first. */
function usersOf(to: readonly string[]): string[] {
  return to.map((address) => {
    const user = address.split('@')[0] ?? ''
    return USERS.find((known) => known === user) ?? USERS[0]
  })
}
