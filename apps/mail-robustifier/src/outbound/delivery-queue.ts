/**
 * Hands parsed mail to delivery workers, each with a back-end to go to. A mail whose worker died goes elsewhere, and is
 * tried until some back-end takes it. Two versions: in 1.0 it waits the same time before every attempt, in 1.1 longer each time,
 * and retries are counted by back-end.
 */
import { type ExitReason, GenServer, type GenServerContext, initOk, noreply } from '@orrery/runtime'
import { isDown, reasonLine } from '../exits.ts'
import {
  BACKENDS,
  type Delivery,
  type DeliveryWorker,
  DIRECTORY,
  QUEUE,
  type QueueMessages,
  SPOOL,
} from '../messages.ts'
import { emptyQueue, nextOrder, type WorkQueue, withJob, withoutWorker, withWorker } from '../work-queue.ts'

/** A job once it has been ordered knows where it went. */
interface Job extends Delivery {
  at: string | null
}

interface State<Retried = unknown> {
  queue: WorkQueue<Job, DeliveryWorker>
  retryMs: number
  delivered: number
  retried: Retried
}

type Types<Retried> = {
  args: { retryMs: number }
  state: State<Retried>
  continue: 'ask the spool'
} & QueueMessages

/** What the versions do differently. */
interface Edition<Retried> {
  version: string
  retried: {
    none: Retried
    with(retried: Retried, backend: string | null): Retried
    /** From what another version had counted. */
    of(retried: unknown): Retried
  }
  /** Before the next attempt, after `attempts` that failed. */
  waitMs(retryMs: number, attempts: number): number
}

export const DeliveryQueue = queueOf<number>({
  version: '1.0',
  retried: {
    none: 0,
    with: (retried) => retried + 1,
    of: (retried) => Object.values(retried as ByBackend).reduce((sum, count) => sum + count, 0),
  },
  waitMs: (retryMs) => retryMs,
})

type ByBackend = Readonly<Record<string, number>>
const LONGEST_WAIT_MS = 30_000

export const DeliveryQueue11 = queueOf<ByBackend>({
  version: '1.1',
  retried: {
    none: {},
    with: (retried, backend) => {
      const key = backend ?? 'nowhere'
      return { ...retried, [key]: (retried[key] ?? 0) + 1 }
    },
    of: (retried) => ({ before: retried as number }),
  },
  waitMs: (retryMs, attempts) => Math.min(retryMs * 2 ** Math.min(attempts - 1, 16), LONGEST_WAIT_MS),
})

function queueOf<Retried>(edition: Edition<Retried>) {
  return GenServer.define<Types<Retried>>({
    module: 'DeliveryQueue',
    version: edition.version,
    init: ({ retryMs }) =>
      initOk<State<Retried>>(
        { queue: emptyQueue, retryMs, delivered: 0, retried: edition.retried.none },
        { continue: 'ask the spool' },
      ),
    handleContinue: async (_value, state, ctx) => {
      const undelivered = await ctx.call(SPOOL, { type: 'undelivered' })
      return noreply(await give({ ...state, queue: undelivered.reduce(withDelivery, state.queue) }, ctx))
    },
    handleCast: {
      deliver: async ({ delivery }, state, ctx) =>
        noreply(await give({ ...state, queue: withDelivery(state.queue, delivery) }, ctx)),
      ready: async ({ worker }, state, ctx) => {
        ctx.monitor(worker)
        return noreply(await give({ ...state, queue: withWorker(state.queue, worker) }, ctx))
      },
      delivered: async ({ worker }, state, ctx) => {
        const queue = withWorker(state.queue, worker)
        return noreply(await give({ ...state, queue, delivered: state.delivered + 1 }, ctx))
      },
      gone: async ({ worker }, state, ctx) =>
        noreply(await give({ ...state, queue: withWorker(state.queue, worker) }, ctx)),
    },
    handleInfo: {
      again: async ({ delivery }, state, ctx) =>
        noreply(await give({ ...state, queue: withDelivery(state.queue, delivery) }, ctx)),
    },
    handleOtherInfo: (message, state, ctx) => {
      if (!isDown(message)) return noreply(state)
      const { queue, job } = withoutWorker(state.queue, message.pid as DeliveryWorker)
      if (job === undefined) return noreply({ ...state, queue })
      const delivery = elsewhere(job)
      // A worker that died of anything else says nothing about the back-end.
      if (job.at !== null && isDeliveryFailed(message.reason))
        ctx.cast(DIRECTORY, { type: 'down', backend: job.at, why: reasonLine(message.reason) })
      const waitMs = edition.waitMs(state.retryMs, delivery.attempts)
      ctx.sendAfter(waitMs, QUEUE, { type: 'again', delivery })
      return noreply({ ...state, queue, retried: edition.retried.with(state.retried, job.at) })
    },
    formatStatus: ({ queue, delivered, retried }) => ({
      delivered,
      retried,
      waiting: queue.waiting.map(({ envelope, attempts }) => ({ mail: envelope.id, attempts })),
      underWay: queue.busy.map(({ job, worker }) => ({ mail: job.envelope.id, to: job.at, worker })),
      idleWorkers: queue.idle.length,
    }),
    codeChange: (state) => {
      const old = state as State
      return { ...old, retried: edition.retried.of(old.retried) }
    },
  })
}

function isDeliveryFailed(reason: ExitReason): boolean {
  return reason instanceof Error && reason.name === 'DeliveryFailed'
}

/** The same mail, not to where it failed; after all have failed, anywhere again. */
function elsewhere({ at, ...delivery }: Job): Delivery {
  const tried = at === null ? delivery.tried : [...delivery.tried, at]
  return { ...delivery, tried: tried.length >= BACKENDS.length ? [] : tried, attempts: delivery.attempts + 1 }
}

function withDelivery(queue: State['queue'], delivery: Delivery): State['queue'] {
  const isSame = (job: Job): boolean => job.envelope.id === delivery.envelope.id
  const isKnown = queue.waiting.some(isSame) || queue.busy.some(({ job }) => isSame(job))
  return isKnown ? queue : withJob(queue, { ...delivery, at: null })
}

/** With every back-end away the mail waits, and is asked about again. */
async function give<Retried>(
  state: State<Retried>,
  ctx: GenServerContext<Types<Retried>>,
): Promise<State<Retried>> {
  let { queue } = state
  for (let next = nextOrder(queue); next !== undefined; next = nextOrder(queue)) {
    const { job, worker } = next.order
    const address = await ctx.call(DIRECTORY, { type: 'choose', avoid: job.tried })
    if (address === null) {
      const [first, ...waiting] = queue.waiting
      if (first !== undefined) ctx.sendAfter(state.retryMs, QUEUE, { type: 'again', delivery: first })
      queue = { ...queue, waiting }
      continue
    }
    const at = address.backend
    queue = {
      ...next.queue,
      busy: next.queue.busy.map((order) => (order.job === job ? { worker, job: { ...job, at } } : order)),
    }
    ctx.cast(worker, { type: 'deliver', envelope: job.envelope, to: address })
  }
  return { ...state, queue }
}
