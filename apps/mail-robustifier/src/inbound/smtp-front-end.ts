/** The door: speaks SMTP to the world and gives each connection a process of its own. */
import { GenServer, type GenServerAccepts, type Pid, reply, Supervisor } from '@orrery/runtime'
import { type FrontEndMessages, SESSIONS, type SessionMessages } from '../messages.ts'
import { listen } from '../smtp.ts'

type SessionPid = Pid<GenServerAccepts<SessionMessages>>

interface State {
  port: number
}

export const SmtpFrontEnd = GenServer.define<{ args: { port: number }; state: State } & FrontEndMessages>({
  module: 'SmtpFrontEnd',
  async init({ port }, ctx) {
    const { node } = ctx
    const sessions = new Map<string, SessionPid>()
    const listening = await listen(
      node.name,
      port,
      {
        async onConnect({ id, remoteAddress, remotePort }) {
          const peer = `${remoteAddress}:${remotePort}`
          sessions.set(id, (await Supervisor.startChild(node, SESSIONS, { peer })) as SessionPid)
        },
        onMail({ from, to, text }, { id }) {
          const session = sessions.get(id)
          if (session === undefined) return Promise.reject(new Error('this connection has no session'))
          return node.call(session, { type: 'mail', from, to, text }).then((mail) => `kept as ${mail}`)
        },
        onClose({ id }) {
          const session = sessions.get(id)
          sessions.delete(id)
          if (session !== undefined) node.send(session, { type: 'closed' })
        },
      },
      ctx.signal,
    )
    ctx.setLabel(`smtp://127.0.0.1:${listening}`)
    return { port: listening }
  },
  handleCall: {
    port: (_message, _from, state) => reply(state.port, state),
  },
})
