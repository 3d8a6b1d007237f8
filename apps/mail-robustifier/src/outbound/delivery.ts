/** Delivers one mail after another to the back-end it is told. A back-end that fails it is its death. */
import { GenServer, noreply } from '@orrery/runtime'
import { type Address, type DeliveryMessages, QUEUE } from '../messages.ts'
import { talkTo } from '../smtp.ts'
import { readMail } from '../spool/disk.ts'

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
      const text = await readMail(state.spool, id)
      // The id goes along, so that a back-end that already has the mail can tell.
      const raw = Buffer.from(`X-Robustifier-Id: ${id}\r\n${text}`, 'latin1')
      try {
        await talkTo({ port: to.port, name: ctx.node.name, signal: ctx.signal }, (client) =>
          client.sendMail({ envelope: { from, to: recipients }, raw }),
        )
      } catch (cause) {
        throw new DeliveryFailed(id, to, cause)
      }
      ctx.cast(QUEUE, { type: 'delivered', worker: ctx.self, id, backend: to.backend })
      return noreply({ ...state, delivered: state.delivered + 1, last: id })
    },
  },
})
