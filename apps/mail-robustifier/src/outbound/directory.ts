/**
 * Knows which back-ends are up, from health checks and from deliveries that died. Two versions: 1.1 remembers how often a back-end
 * has failed, and gives it less mail until it has proven itself again.
 */
import { GenServer, noreply, reply } from '@orrery/runtime'
import type { DirectoryMessages } from '../messages.ts'
import { chooseBackend, type Entry, withEntry } from './choose-backend.ts'

interface State {
  entries: readonly Entry[]
}

interface State11 extends State {
  /** Failures that it has not made good yet, by back-end. */
  failures: Readonly<Record<string, number>>
}

/** A failure weighs as much as so many mails, and one answered health check makes a tenth of it good. */
const FAILURE_COST = 20
const FORGIVEN = 0.1

export const Directory = GenServer.define<{ state: State } & DirectoryMessages>({
  module: 'Directory',
  version: '1.0',
  init: () => ({ entries: [] }),
  handleCall: {
    choose: ({ avoid }, _from, { entries }) => {
      const chosen = chooseBackend(entries, avoid)
      if (chosen === undefined) return reply(null, { entries })
      return reply(addressOf(chosen), { entries: counted(entries, chosen) })
    },
  },
  handleCast: {
    up: ({ backend, port }, { entries }) =>
      noreply({ entries: withEntry(entries, { backend, port, isUp: true, why: 'answered' }) }),
    down: ({ backend, why }, { entries }) => noreply({ entries: down(entries, backend, why) }),
  },
  codeChange: (state) => ({ entries: (state as State11).entries }),
})

export const Directory11 = GenServer.define<{ state: State11 } & DirectoryMessages>({
  module: 'Directory',
  version: '1.1',
  init: () => ({ entries: [], failures: {} }),
  handleCall: {
    choose: ({ avoid }, _from, state) => {
      const { entries, failures } = state
      const cost = ({ backend, chosen }: Entry) => chosen + FAILURE_COST * (failures[backend] ?? 0)
      const chosen = chooseBackend(entries, avoid, cost)
      if (chosen === undefined) return reply(null, state)
      return reply(addressOf(chosen), { entries: counted(entries, chosen), failures })
    },
  },
  handleCast: {
    up: ({ backend, port }, { entries, failures }) =>
      noreply({
        entries: withEntry(entries, { backend, port, isUp: true, why: 'answered' }),
        failures: { ...failures, [backend]: Math.max(0, (failures[backend] ?? 0) - FORGIVEN) },
      }),
    down: ({ backend, why }, { entries, failures }) =>
      noreply({
        entries: down(entries, backend, why),
        failures: { ...failures, [backend]: (failures[backend] ?? 0) + 1 },
      }),
  },
  codeChange: (state) => ({ entries: (state as State).entries, failures: {} }),
})

function addressOf({ backend, port }: Entry): { backend: string; port: number } {
  return { backend, port }
}

function counted(entries: readonly Entry[], chosen: Entry): Entry[] {
  return entries.map((entry) => (entry === chosen ? { ...entry, chosen: entry.chosen + 1 } : entry))
}

function down(entries: readonly Entry[], backend: string, why: string): readonly Entry[] {
  const known = entries.find((entry) => entry.backend === backend)
  return known === undefined ? entries : withEntry(entries, { ...known, isUp: false, why })
}
