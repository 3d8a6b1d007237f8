/**
 * Hands mail to parsers and watches them. A mail whose parser died is tried again with another, a little later; the
 * third death sends it to quarantine.
 */
import { type ExitReason, GenServer, type GenServerContext, initOk, noreply } from '@orrery/runtime'
import { isDown, reasonLine } from '../exits.ts'
import { type Envelope, type Parser, QUARANTINE, SPOOL, type TriageMessages } from '../messages.ts'
import { emptyQueue, nextOrder, type WorkQueue, withJob, withoutWorker, withWorker } from '../work-queue.ts'

/** How many parsers a mail may take with it. */
export const MOST_CRASHES = 3

interface State {
  queue: WorkQueue<Envelope, Parser>
  retryMs: number
  parsed: number
  quarantined: number
  /** Why parsers died, by mail. */
  reasons: Readonly<Record<string, readonly string[]>>
}

type Types = { args: { retryMs: number }; state: State; continue: 'ask the spool' } & TriageMessages

export const Triage = GenServer.define<Types>({
  module: 'Triage',
  init: ({ retryMs }) =>
    initOk<State>(
      { queue: emptyQueue, retryMs, parsed: 0, quarantined: 0, reasons: {} },
      { continue: 'ask the spool' },
    ),
  handleContinue: async (_value, state, ctx) => {
    const unparsed = await ctx.call(SPOOL, { type: 'unparsed' })
    return noreply(give({ ...state, queue: unparsed.reduce(withEnvelope, state.queue) }, ctx))
  },
  handleCast: {
    parse: ({ envelope }, state, ctx) =>
      noreply(give({ ...state, queue: withEnvelope(state.queue, envelope) }, ctx)),
    ready: ({ worker }, state, ctx) => {
      ctx.monitor(worker)
      return noreply(give({ ...state, queue: withWorker(state.queue, worker) }, ctx))
    },
    parsed: ({ worker, id, digest }, state, ctx) => {
      ctx.cast(SPOOL, { type: 'parsed', id, digest })
      const { [id]: _done, ...reasons } = state.reasons
      const queue = withWorker(state.queue, worker)
      return noreply(give({ ...state, queue, reasons, parsed: state.parsed + 1 }, ctx))
    },
  },
  handleInfo: {
    again: ({ envelope }, state, ctx) =>
      noreply(give({ ...state, queue: withEnvelope(state.queue, envelope) }, ctx)),
  },
  handleOtherInfo: async (message, state, ctx) => {
    if (!isDown(message)) return noreply(state)
    const { queue, job } = withoutWorker(state.queue, message.pid as Parser)
    const without = { ...state, queue }
    return noreply(job === undefined ? without : await afterCrash(without, job, message.reason, ctx))
  },
  formatStatus: ({ queue, parsed, quarantined, reasons }) => ({
    parsed,
    quarantined,
    waiting: queue.waiting.map(({ id }) => id),
    parsing: queue.busy.map(({ job, worker }) => ({ mail: job.id, parser: worker })),
    idleParsers: queue.idle.length,
    crashedTheirParser: reasons,
  }),
})

/** A parser that was killed or stopped did not die of the mail. */
async function afterCrash(
  state: State,
  envelope: Envelope,
  reason: ExitReason,
  ctx: GenServerContext<Types>,
): Promise<State> {
  const { id } = envelope
  if (reason === 'killed' || reason === 'shutdown') {
    ctx.send(ctx.self, { type: 'again', envelope })
    return state
  }
  const why = reasonLine(reason)
  const crashes = await ctx.call(SPOOL, { type: 'failed', id, reason: why })
  // It has found its end already: the parser died for want of a mail.
  if (crashes === 0) return state
  const reasons = [...(state.reasons[id] ?? []), why]
  if (crashes < MOST_CRASHES) {
    ctx.sendAfter(state.retryMs, ctx.self, { type: 'again', envelope })
    return { ...state, reasons: { ...state.reasons, [id]: reasons } }
  }
  await ctx.call(QUARANTINE, { type: 'take', envelope, reasons })
  ctx.cast(SPOOL, { type: 'quarantined', id })
  const { [id]: _gone, ...others } = state.reasons
  return { ...state, reasons: others, quarantined: state.quarantined + 1 }
}

/** The spool tells of a mail when it comes and again when it is asked: once is enough. */
function withEnvelope(queue: WorkQueue<Envelope, Parser>, envelope: Envelope): WorkQueue<Envelope, Parser> {
  const isKnown =
    queue.waiting.some(({ id }) => id === envelope.id) || queue.busy.some(({ job }) => job.id === envelope.id)
  return isKnown ? queue : withJob(queue, envelope)
}

function give(state: State, ctx: GenServerContext<Types>): State {
  let { queue } = state
  for (let next = nextOrder(queue); next !== undefined; next = nextOrder(queue)) {
    queue = next.queue
    ctx.cast(next.order.worker, { type: 'parse', id: next.order.job.id })
  }
  return { ...state, queue }
}
