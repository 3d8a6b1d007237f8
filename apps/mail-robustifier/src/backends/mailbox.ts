/** One person's mail at one back-end: how much there is, and what came last. */
import { GenServer, noreply } from '@orrery/runtime'
import type { MailboxMessages } from '../messages.ts'

interface State {
  owner: string
  unread: number
  /** Newest first. */
  newest: { uid: number; subject: string }[]
}

export const Mailbox = GenServer.define<{ args: { owner: string }; state: State } & MailboxMessages>({
  module: 'Mailbox',
  init: ({ owner }) => ({ owner, unread: 0, newest: [] }),
  handleCast: {
    arrived: ({ uid, subject }, state) =>
      noreply({
        ...state,
        unread: state.unread + 1,
        newest: [{ uid, subject }, ...state.newest].slice(0, 10),
      }),
  },
})
