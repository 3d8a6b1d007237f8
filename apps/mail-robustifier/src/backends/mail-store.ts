/** A back-end's disk: each mail once, under a number of its own. The newest are kept. */
import { mkdir } from 'node:fs/promises'
import { GenServer, reply } from '@orrery/runtime'
import type { StoreMessages } from '../messages.ts'
import { namesIn, remove, writeDurably } from '../spool/disk.ts'

interface Kept {
  uid: number
  id: string
}

interface State {
  folder: string
  mostKept: number
  /** Oldest first. */
  kept: readonly Kept[]
  nextUid: number
}

export const MailStore = GenServer.define<
  { args: { folder: string; mostKept: number }; state: State } & StoreMessages
>({
  module: 'MailStore',
  async init({ folder, mostKept }) {
    await mkdir(folder, { recursive: true })
    const kept = (await namesIn(folder, '.eml')).map(parseName).sort((a, b) => a.uid - b.uid)
    return { folder, mostKept, kept, nextUid: (kept.at(-1)?.uid ?? 0) + 1 }
  },
  handleCall: {
    keep: async ({ id, text }, _from, state) => {
      const known = state.kept.find((mail) => mail.id === id)
      if (known !== undefined) return reply({ uid: known.uid, isNew: false }, state)
      const mail = { uid: state.nextUid, id }
      await writeDurably(state.folder, nameOf(mail), text, 'latin1')
      const kept = [...state.kept, mail]
      await remove(state.folder, ...kept.slice(0, -state.mostKept).map(nameOf))
      return reply(
        { uid: mail.uid, isNew: true },
        { ...state, kept: kept.slice(-state.mostKept), nextUid: mail.uid + 1 },
      )
    },
    count: (_message, _from, state) => reply(state.nextUid - 1, state),
  },
  formatStatus: ({ folder, kept, nextUid }) => ({ folder, taken: nextUid - 1, newest: kept.slice(-5) }),
})

function nameOf({ uid, id }: Kept): string {
  return `${uid}-${id}.eml`
}

function parseName(name: string): Kept {
  const dash = name.indexOf('-')
  return { uid: Number(name.slice(0, dash)), id: name.slice(dash + 1) }
}
