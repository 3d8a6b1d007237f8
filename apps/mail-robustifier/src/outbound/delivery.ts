/**
 * Delivers one mail after another to the back-end it is told. A back-end that fails it is its death.
 *
 * SMTP leaves a gap that nobody can close: when the connection ends after the text and before the final 250, the back-end
 * may have the mail or not (RFC 1047). It is sent again then, because a mail twice is better than none, and the spool
 * logs the ambiguous attempt.
 */
import { GenServer, noreply, Port } from '@orrery/runtime'
import { type Address, type DeliveryMessages, QUEUE, SPOOL } from '../messages.ts'
import { hasAnswer, outgoing, talkTo } from '../smtp.ts'
import { readMail } from '../spool/disk.ts'
import { smtpPort } from './smtp-port.ts'

interface State {
  spool: string
  delivered: number
  last: string | null
}

/** Names the mail and the back-end, which the socket that failed does not know. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed'
  readonly mail: string
  readonly backend: string

  constructor(mail: string, { backend, port }: Address, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`${backend} at port ${port} did not take the mail: ${why}`, { cause })
    this.mail = mail
    this.backend = backend
  }
}

export const Delivery = GenServer.define<{ args: { spool: string }; state: State } & DeliveryMessages>({
  module: 'Delivery',
  init({ spool }, ctx) {
    ctx.cast(QUEUE, { type: 'ready', worker: ctx.self })
    return { spool, delivered: 0, last: null }
  },
  handleCast: {
    deliver: async ({ envelope, to }, state, ctx) => {
      ctx.setLabel(`to ${to.backend}`)
      const { id, from, to: recipients } = envelope
      const { backend } = to
      const may = await ctx.call(SPOOL, { type: 'attempt', id, backend })
      if (may === 'gone') {
        ctx.cast(QUEUE, { type: 'gone', worker: ctx.self })
        return noreply(state)
      }
      const text = await readMail(state.spool, id)
      // The id goes along, so that a back-end that already has the mail can tell.
      const message = outgoing(`X-Robustifier-Id: ${id}\r\n${text}`)
      try {
        await Port.use(
          ctx,
          smtpPort(backend),
          (_route, signal) =>
            talkTo({ port: to.port, name: ctx.node.name, signal }, (client) =>
              client.sendMail({ envelope: { from, to: recipients }, raw: message.stream }),
            ),
          { operation: 'deliver' },
        )
      } catch (cause) {
        const failed = new DeliveryFailed(id, to, cause)
        const isAmbiguous = message.isBegun && !hasAnswer(cause)
        ctx.cast(SPOOL, { type: 'notDelivered', id, backend, why: failed.message, isAmbiguous })
        throw failed
      }
      await ctx.call(SPOOL, { type: 'delivered', id, backend })
      ctx.cast(QUEUE, { type: 'delivered', worker: ctx.self, id, backend })
      return noreply({ ...state, delivered: state.delivered + 1, last: id })
    },
  },
})
