/** Keeps the mail that killed its parsers, with what they died of, for a person to look at. */
import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { GenServer, reply } from '@orrery/runtime'
import type { Envelope, QuarantineMessages } from '../messages.ts'
import { has, namesIn, readHead, remove, writeDurably } from './disk.ts'

const MOST_SHOWN = 20
const PREVIEW = 400

interface Inmate {
  envelope: Envelope
  reasons: string[]
  since: string
  /** The head of the mail, as it came. */
  preview: string
}

interface State {
  folder: string
  spool: string
  mostKept: number
  /** Newest first. */
  inmates: Inmate[]
}

export const Quarantine = GenServer.define<
  { args: { folder: string; spool: string; mostKept: number }; state: State } & QuarantineMessages
>({
  module: 'Quarantine',
  async init({ folder, spool, mostKept }) {
    await mkdir(folder, { recursive: true })
    const ids = await namesIn(folder, '.json')
    const inmates = await Promise.all(ids.map((id) => readInmate(folder, id)))
    return { folder, spool, mostKept, inmates: inmates.sort((a, b) => (a.since < b.since ? 1 : -1)) }
  },
  handleCall: {
    take: async ({ envelope, reasons }, _from, state, ctx) => {
      const { id } = envelope
      // Asked again by who never heard the answer: it has been moved already.
      if ((await has(state.folder, `${id}.eml`)) && !(await has(state.spool, `${id}.eml`))) {
        return reply('kept', state)
      }
      const preview = await readHead(state.spool, id, PREVIEW)
      const since = new Date(ctx.node.clock.wallMs()).toISOString()
      const inmate: Inmate = { envelope, reasons, since, preview }
      await writeDurably(state.folder, `${id}.json`, JSON.stringify(inmate), 'utf8')
      await rename(join(state.spool, `${id}.eml`), join(state.folder, `${id}.eml`))
      const others = state.inmates.filter((other) => other.envelope.id !== id)
      const released = others.slice(state.mostKept - 1).map((other) => other.envelope.id)
      await remove(state.folder, ...released.flatMap((old) => [`${old}.json`, `${old}.eml`]))
      return reply('kept', { ...state, inmates: [inmate, ...others.slice(0, state.mostKept - 1)] })
    },
    count: (_message, _from, state) => reply(state.inmates.length, state),
  },
  formatStatus: ({ folder, inmates }) => ({
    folder,
    count: inmates.length,
    newest: inmates.slice(0, MOST_SHOWN).map(({ envelope, reasons, since, preview }) => ({
      id: envelope.id,
      from: envelope.from,
      to: envelope.to.join(', '),
      since,
      crashes: reasons.length,
      reason: reasons.at(-1) ?? '',
      preview,
    })),
  }),
})

async function readInmate(folder: string, id: string): Promise<Inmate> {
  return JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8')) as Inmate
}
