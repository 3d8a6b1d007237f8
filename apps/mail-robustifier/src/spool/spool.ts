/**
 * Owns every mail between its 250 and its end. What it knows is on disk before it says so, so that Triage and the queue
 * may forget everything: they ask it when they start.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GenServer, noreply, reply } from '@orrery/runtime'
import {
  type Delivery,
  type Digest,
  type Envelope,
  type Figures,
  QUEUE,
  type SpoolMessages,
  TRIAGE,
} from '../messages.ts'
import { namesIn, remove, writeDurably } from './disk.ts'

interface Held {
  envelope: Envelope
  /** Why parsers died of it. */
  reasons: string[]
  digest: Digest | null
}

interface State {
  folder: string
  held: Readonly<Record<string, Held>>
  figures: Omit<Figures, 'held'>
}

export const Spool = GenServer.define<{ args: { folder: string }; state: State } & SpoolMessages>({
  module: 'Spool',
  async init({ folder }) {
    await mkdir(folder, { recursive: true })
    const held = await readHeld(folder)
    const inherited = Object.keys(held).length
    return { folder, held, figures: { inherited, accepted: 0, delivered: 0, quarantined: 0 } }
  },
  handleCall: {
    accept: async ({ envelope }, _from, state, ctx) => {
      const next = await keep(state, { envelope, reasons: [], digest: null })
      ctx.cast(TRIAGE, { type: 'parse', envelope })
      return reply('kept', { ...next, figures: { ...state.figures, accepted: state.figures.accepted + 1 } })
    },
    failed: async ({ id, reason }, _from, state) => {
      const held = state.held[id]
      if (held === undefined) return reply(0, state)
      const reasons = [...held.reasons, reason]
      return reply(reasons.length, await keep(state, { ...held, reasons }))
    },
    unparsed: (_message, _from, state) =>
      reply(
        Object.values(state.held).flatMap(({ envelope, digest }) => (digest === null ? [envelope] : [])),
        state,
      ),
    undelivered: (_message, _from, state) =>
      reply(
        Object.values(state.held).flatMap(({ envelope, digest }) =>
          digest === null ? [] : [fresh(envelope, digest)],
        ),
        state,
      ),
    figures: (_message, _from, state) =>
      reply({ ...state.figures, held: Object.keys(state.held).length }, state),
  },
  handleCast: {
    parsed: async ({ id, digest }, state, ctx) => {
      const held = state.held[id]
      if (held === undefined || held.digest !== null) return noreply(state)
      const next = await keep(state, { ...held, digest })
      ctx.cast(QUEUE, { type: 'deliver', delivery: fresh(held.envelope, digest) })
      return noreply(next)
    },
    delivered: ({ id }, state) => forget(state, id, 'delivered'),
    quarantined: ({ id }, state) => forget(state, id, 'quarantined'),
  },
  formatStatus: ({ figures, held }) => ({
    ...figures,
    held: Object.values(held).map(({ envelope, reasons, digest }) => ({
      id: envelope.id,
      from: envelope.from,
      to: envelope.to,
      subject: digest?.subject ?? null,
      parserCrashes: reasons.length,
    })),
  }),
})

async function keep(state: State, held: Held): Promise<State> {
  const { id } = held.envelope
  await writeDurably(state.folder, `${id}.json`, JSON.stringify(held), 'utf8')
  return { ...state, held: { ...state.held, [id]: held } }
}

/** The end of a mail, counted once. The record goes first: a text without one was never promised. */
async function forget(state: State, id: string, how: 'delivered' | 'quarantined') {
  const { [id]: gone, ...held } = state.held
  if (gone === undefined) return noreply(state)
  await remove(state.folder, `${id}.json`)
  await remove(state.folder, `${id}.eml`)
  return noreply({ ...state, held, figures: { ...state.figures, [how]: state.figures[how] + 1 } })
}

/** What an earlier life of the node left, halves of it cleared away. */
async function readHeld(folder: string): Promise<Record<string, Held>> {
  const texts = new Set(await namesIn(folder, '.eml'))
  const records = new Set(await namesIn(folder, '.json'))
  const tails = (await namesIn(folder, '.tmp')).map((name) => `${name}.tmp`)
  const unpromised = [...texts].filter((id) => !records.has(id)).map((id) => `${id}.eml`)
  const textless = [...records].filter((id) => !texts.has(id)).map((id) => `${id}.json`)
  await remove(folder, ...tails, ...unpromised, ...textless)
  const held: Record<string, Held> = {}
  for (const id of records) {
    if (texts.has(id)) held[id] = JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8')) as Held
  }
  return held
}

function fresh(envelope: Envelope, digest: Digest): Delivery {
  return { envelope, digest, tried: [], attempts: 0 }
}
