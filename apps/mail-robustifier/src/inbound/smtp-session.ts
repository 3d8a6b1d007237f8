/** One SMTP connection. A mail is answered once its text and its envelope are on disk; whatever fails before is not. */
import { randomBytes } from 'node:crypto'
import { GenServer, reply, stop } from '@orrery/runtime'
import { type Envelope, type SessionMessages, SPOOL } from '../messages.ts'
import { writeDurably } from '../spool/disk.ts'

export interface SessionArgs {
  spool: string
  peer: string
}

interface State {
  spool: string
  peer: string
  accepted: string[]
}

export const SmtpSession = GenServer.define<{ args: SessionArgs; state: State } & SessionMessages>({
  module: 'SmtpSession',
  init({ spool, peer }, ctx) {
    ctx.setLabel(peer)
    return { spool, peer, accepted: [] }
  },
  handleCall: {
    mail: async ({ from, to, text }, _from, state, ctx) => {
      const atMs = ctx.node.clock.wallMs()
      const id = `${Math.trunc(atMs).toString(36)}-${randomBytes(3).toString('hex')}`
      const envelope: Envelope = {
        id,
        from,
        to,
        sizeBytes: text.length,
        acceptedAt: new Date(atMs).toISOString(),
      }
      await writeDurably(state.spool, `${id}.eml`, text, 'latin1')
      const kept = await ctx.call(SPOOL, { type: 'accept', envelope })
      if (kept !== 'kept') throw new Error(`the spool found no text of ${id}`)
      return reply(id, { ...state, accepted: [...state.accepted, id] })
    },
  },
  handleInfo: {
    closed: (_message, state) => stop('normal', state),
  },
})
