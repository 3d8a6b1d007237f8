/**
 * Owns every mail between its 250 and its end. What it knows is on disk before it says so, so that Triage and the queue
 * may forget everything: they ask it when they start.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GenServer, type GenServerContext, initOk, noreply, reply } from '@orrery/runtime'
import {
  type Delivery,
  type Digest,
  type Envelope,
  type Figures,
  QUEUE,
  type SpoolMessages,
  TRIAGE,
} from '../messages.ts'
import { logAmbiguous } from './ambiguous-log.ts'
import { has, namesIn, remove, writeDurably } from './disk.ts'

interface Held {
  envelope: Envelope
  /** Why parsers died of it. */
  reasons: string[]
  digest: Digest | null
  /** Where it may be since then, as long as nothing says that it is not. */
  attempt?: { backend: string; at: string } | null
}

interface State {
  folder: string
  log: string
  held: Readonly<Record<string, Held>>
  figures: Omit<Figures, 'held'>
}

type Context = Pick<GenServerContext<SpoolMessages>, 'node'>

export const Spool = GenServer.define<
  { args: { folder: string; log: string }; state: State; continue: 'tell' } & SpoolMessages
>({
  module: 'Spool',
  async init({ folder, log }) {
    await mkdir(folder, { recursive: true })
    const held = await readHeld(folder)
    const inherited = Object.keys(held).length
    const figures = { inherited, accepted: 0, delivered: 0, quarantined: 0, ambiguous: 0 }
    return initOk<State>({ folder, log, held, figures }, { continue: 'tell' })
  },
  // What was said to the spool while it was dead nobody heard: whoever is there begins again with all of it.
  handleContinue: (_value, state, ctx) => {
    for (const { envelope, digest } of Object.values(state.held)) {
      if (digest === null) ctx.cast(TRIAGE, { type: 'parse', envelope })
      else ctx.cast(QUEUE, { type: 'deliver', delivery: fresh(envelope, digest) })
    }
    return noreply(state)
  },
  handleCall: {
    accept: async ({ envelope }, _from, state, ctx) => {
      // An earlier life of the spool may have cleared the text away, since no record spoke of it.
      if (!(await has(state.folder, `${envelope.id}.eml`))) return reply('no text', state)
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
    attempt: async ({ id, backend }, _from, state, ctx) => {
      const held = state.held[id]
      if (held === undefined) return reply('gone', state)
      const known = held.attempt
        ? await ambiguous(state, held, 'its worker ended without a word', ctx)
        : state
      const attempt = { backend, at: nowOf(ctx) }
      return reply('go', await keep(known, { ...held, attempt }))
    },
    delivered: async ({ id }, _from, state) => reply('forgotten', await forget(state, id, 'delivered')),
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
    notDelivered: async ({ id, backend, why, isAmbiguous }, state, ctx) => {
      const held = state.held[id]
      if (held?.attempt?.backend !== backend) return noreply(state)
      const known = isAmbiguous ? await ambiguous(state, held, why, ctx) : state
      return noreply(await keep(known, { ...held, attempt: null }))
    },
    quarantined: async ({ id }, state) => noreply(await forget(state, id, 'quarantined')),
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

/** Logged before the mail is sent again, so that no second delivery is without its line. */
async function ambiguous(state: State, held: Held, why: string, ctx: Context): Promise<State> {
  const { envelope, attempt } = held
  await logAmbiguous(state.log, { at: nowOf(ctx), id: envelope.id, backend: attempt?.backend ?? '', why })
  return { ...state, figures: { ...state.figures, ambiguous: state.figures.ambiguous + 1 } }
}

/** The end of a mail, counted once. The record goes first: a text without one was never promised. */
async function forget(state: State, id: string, how: 'delivered' | 'quarantined'): Promise<State> {
  const { [id]: gone, ...held } = state.held
  if (gone === undefined) return state
  await remove(state.folder, `${id}.json`)
  await remove(state.folder, `${id}.eml`)
  return { ...state, held, figures: { ...state.figures, [how]: state.figures[how] + 1 } }
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

function nowOf(ctx: Context): string {
  return new Date(ctx.node.clock.wallMs()).toISOString()
}

function fresh(envelope: Envelope, digest: Digest): Delivery {
  return { envelope, digest, tried: [], attempts: 0 }
}
