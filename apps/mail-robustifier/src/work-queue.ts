/**
 * Jobs on one side, workers on the other. Pure: a queue is a value, and the process that owns it sends the orders.
 * A worker has one job at a time; what becomes of its job when it dies is for the owner to say.
 */

export interface WorkQueue<Job, Worker> {
  readonly waiting: readonly Job[]
  readonly idle: readonly Worker[]
  readonly busy: readonly Order<Job, Worker>[]
}

export interface Order<Job, Worker> {
  readonly job: Job
  readonly worker: Worker
}

export const emptyQueue: WorkQueue<never, never> = { waiting: [], idle: [], busy: [] }

export function withJob<J, W>(queue: WorkQueue<J, W>, job: J): WorkQueue<J, W> {
  return { ...queue, waiting: [...queue.waiting, job] }
}

/** The worker is free: new, or done with its job. */
export function withWorker<J, W>(queue: WorkQueue<J, W>, worker: W): WorkQueue<J, W> {
  const without = withoutWorker(queue, worker).queue
  return { ...without, idle: [...without.idle, worker] }
}

/** The worker is gone; `job` is what it was doing. */
export function withoutWorker<J, W>(
  queue: WorkQueue<J, W>,
  worker: W,
): { queue: WorkQueue<J, W>; job: J | undefined } {
  return {
    queue: {
      ...queue,
      idle: queue.idle.filter((other) => other !== worker),
      busy: queue.busy.filter((order) => order.worker !== worker),
    },
    job: queue.busy.find((order) => order.worker === worker)?.job,
  }
}

/** The next job for the worker that has been idle longest, if there are both. */
export function nextOrder<J, W>(
  queue: WorkQueue<J, W>,
): { queue: WorkQueue<J, W>; order: Order<J, W> } | undefined {
  const [job, ...waiting] = queue.waiting
  const [worker, ...idle] = queue.idle
  if (job === undefined || worker === undefined) return undefined
  const order = { job, worker }
  return { queue: { waiting, idle, busy: [...queue.busy, order] }, order }
}
