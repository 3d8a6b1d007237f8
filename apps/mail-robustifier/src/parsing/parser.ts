/** Reads one mail after another. It does not cope: a mail it cannot read is its death, and its successor is clean. */
import { GenServer, noreply } from '@orrery/runtime'
import { type Digest, type ParserMessages, TRIAGE } from '../messages.ts'
import { readMail } from '../spool/disk.ts'
import { digestOf } from './read-mail.ts'

interface State {
  spool: string
  read: number
  last: Digest | null
}

export const Parser = GenServer.define<{ args: { spool: string }; state: State } & ParserMessages>({
  module: 'Parser',
  init({ spool }, ctx) {
    ctx.cast(TRIAGE, { type: 'ready', worker: ctx.self })
    return { spool, read: 0, last: null }
  },
  handleCast: {
    parse: async ({ id }, state, ctx) => {
      const digest = await digestOf(await readMail(state.spool, id))
      ctx.cast(TRIAGE, { type: 'parsed', worker: ctx.self, id, digest })
      return noreply({ ...state, read: state.read + 1, last: digest })
    },
  },
})
