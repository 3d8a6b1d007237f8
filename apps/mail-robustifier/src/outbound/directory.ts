/** Knows which back-ends are up, from health checks and from deliveries that died. */
import { GenServer, noreply, reply } from '@orrery/runtime'
import type { DirectoryMessages } from '../messages.ts'
import { chooseBackend, type Entry, withEntry } from './choose-backend.ts'

interface State {
  entries: readonly Entry[]
}

export const Directory = GenServer.define<{ state: State } & DirectoryMessages>({
  module: 'Directory',
  init: () => ({ entries: [] }),
  handleCall: {
    choose: ({ avoid }, _from, { entries }) => {
      const chosen = chooseBackend(entries, avoid)
      if (chosen === undefined) return reply(null, { entries })
      const { backend, port } = chosen
      const counted = entries.map((entry) =>
        entry === chosen ? { ...entry, chosen: entry.chosen + 1 } : entry,
      )
      return reply({ backend, port }, { entries: counted })
    },
  },
  handleCast: {
    up: ({ backend, port }, { entries }) =>
      noreply({ entries: withEntry(entries, { backend, port, isUp: true, why: 'answered' }) }),
    down: ({ backend, why }, { entries }) => {
      const known = entries.find((entry) => entry.backend === backend)
      if (known === undefined) return noreply({ entries })
      return noreply({ entries: withEntry(entries, { ...known, isUp: false, why }) })
    },
  },
})
