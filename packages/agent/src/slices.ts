/**
 * Work of the agent that can wait, done in slices of at most 2 ms with the event loop between them, so that ten
 * thousand processes are sampled without anybody noticing. A task is a generator: each `yield` is a place to stop.
 */
import type { Guard } from './guard.ts'

export const SLICE_MS = 2

export interface Slices {
  /** Starts a task; `urgent` ones go first. Resolves when it has ended, also when it threw. */
  run(where: string, task: Iterator<void>, priority?: 'urgent' | 'normal'): Promise<void>
  readonly pending: number
  /** Drops what has not been done. */
  stop(): void
}

interface Task {
  where: string
  steps: Iterator<void>
  done: () => void
}

export function createSlices(guard: Guard, nowMs: () => number = () => performance.now()): Slices {
  const urgent: Task[] = []
  const normal: Task[] = []
  let scheduled: NodeJS.Immediate | null = null

  const schedule = (): void => {
    scheduled ??= setImmediate(() => {
      scheduled = null
      guard.timed('slice', slice)
      if (urgent.length + normal.length > 0) schedule()
    })
  }

  const slice = (): void => {
    const until = nowMs() + SLICE_MS
    do {
      const queue = urgent.length > 0 ? urgent : normal
      const [task] = queue
      if (!task) return
      let isDone = true
      try {
        isDone = task.steps.next().done === true
      } catch (error) {
        guard.fault(task.where, error)
      }
      if (isDone) {
        queue.shift()
        task.done()
      }
    } while (nowMs() < until)
  }

  return {
    run: (where, steps, priority = 'normal') =>
      new Promise((done) => {
        const queue = priority === 'urgent' ? urgent : normal
        queue.push({ where, steps, done })
        schedule()
      }),
    get pending() {
      return urgent.length + normal.length
    },
    stop() {
      if (scheduled) clearImmediate(scheduled)
      scheduled = null
      for (const task of [...urgent.splice(0), ...normal.splice(0)]) task.done()
    },
  }
}
