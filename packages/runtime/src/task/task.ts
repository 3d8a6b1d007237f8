/**
 * Task, after Elixir's Task: a process that does one thing, and those who wait for it.
 *
 * - `async` starts one that is linked to its owner: it fails, the owner fails, unless it traps exits; `await` gives its value, or rejects with the
 *   `CallError` of what ended it, so that a crash of the owner names the task's as its cause.
 * - A task supervisor (`Task.Supervisor`) holds any number of them, so that they are stopped in order and seen in the tree; `asyncNolink` there
 *   lets the owner live when the task does not.
 * - A server that must not wait takes the answer as a message: `reply: 'message'` sends it `{ type: 'task', pid, value }`.
 * - `define` makes a task a child of any supervisor.
 *
 * ```ts
 * const price = Task.async(ctx, () => fetchPrice('tea'))
 * const stock = Task.async(ctx, () => fetchStock('tea'))
 * return { price: await Task.await(price), stock: await Task.await(stock) }
 * ```
 */
import { Call, CallError } from '../call.ts'
import type { Context, SpawnOptions } from '../context.ts'
import type { Behaviour, Driver } from '../driver.ts'
import { MisuseError } from '../errors.ts'
import type { ExitReason } from '../exit-reason.ts'
import type { Restart } from '../hooks.ts'
import { Node } from '../node.ts'
import { Pid, type To } from '../pid.ts'
import type { Proc } from '../process.ts'
import { link } from '../signals.ts'
import { child } from '../supervisor/child.ts'
import { Supervisor, type SupervisorAccepts } from '../supervisor/supervisor.ts'
import { Run, TaskDriver } from './driver.ts'

/** A task under way. */
export class TaskRef<T> {
  declare readonly gives?: T
  readonly pid: Pid
  /** @internal */
  readonly call: Call
  private promise: Promise<T> | null = null

  /** @internal */
  constructor(pid: Pid, call: Call) {
    this.pid = pid
    this.call = call
  }

  /** @internal */
  value(timeoutMs: number): Promise<T> {
    if (this.promise !== null) return this.promise
    const { call } = this
    if (call.isOpen && timeoutMs !== Number.POSITIVE_INFINITY) call.node.setTimer(call, timeoutMs)
    this.promise = call.promise() as Promise<T>
    return this.promise
  }
}

/** Sent to the owner of a task with `reply: 'message'`; one that fails is a `DOWN` or an `EXIT`. */
export interface TaskMessage<T> {
  readonly type: 'task'
  readonly pid: Pid
  readonly value: T
}

export type TaskResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: ExitReason }

type Work<T> = (ctx: Context<never>) => T | Promise<T>
/** The node from outside, or a handler's `ctx`. */
type Owner = Node | Pick<Context, 'node'>
type TaskSupervisor = To<SupervisorAccepts<Run>>

export interface AwaitOptions {
  /** Default 5,000. A task that takes longer runs on; `Task.shutdown` ends it. */
  readonly timeoutMs?: number
}

export interface StreamOptions {
  /** Tasks at once. Default 8. */
  readonly maxConcurrency?: number
  /** Of each task. Default 5,000. */
  readonly timeoutMs?: number
}

const TASK = new TaskDriver()

const supervisor = {
  /** A supervisor of tasks, to be a child of another. */
  define(definition: {
    readonly module: string
    readonly version?: string
  }): Behaviour<undefined, SupervisorAccepts<Run>> {
    return Supervisor.define<{ childArgs: Run }>({
      ...definition,
      strategy: 'simple_one_for_one',
      child: (run) =>
        child(TASK as Driver as Behaviour<Run, never>, {
          id: 'task',
          restart: run.restart,
          args: run,
          ...(run.label === undefined ? {} : { label: run.label }),
        }),
    })
  },

  /** Linked to its owner as well. */
  async async<T>(owner: Owner, tasks: TaskSupervisor, work: Work<T>): Promise<TaskRef<Awaited<T>>> {
    return await supervised(owner, tasks, work, true)
  },

  /** Its owner outlives its failure, and learns of it by `await`. */
  async asyncNolink<T>(owner: Owner, tasks: TaskSupervisor, work: Work<T>): Promise<TaskRef<Awaited<T>>> {
    return await supervised(owner, tasks, work, false)
  },

  /** Nobody waits for it. Restarted by `restart`, default `temporary`; with `reply: 'message'` its owner is sent its value. */
  async startChild(
    owner: Owner,
    tasks: TaskSupervisor,
    work: Work<unknown>,
    { restart = 'temporary', reply }: { readonly restart?: Restart; readonly reply?: 'message' } = {},
  ): Promise<Pid> {
    const to = reply === 'message' ? procOf(owner) : null
    return await Supervisor.startChild(owner as Node, tasks, new Run(work, { restart, owner: to }))
  },
}

export const Task = {
  Supervisor: supervisor,

  /** A task with a name of its own, for a child specification (`restart: 'transient'` or `'temporary'`). */
  define<Args = undefined>(definition: {
    readonly module: string
    readonly run: (args: Args, ctx: Context<never>) => unknown
  }): Behaviour<Args, never> {
    return new TaskDriver(definition.module, definition.run) as Driver as Behaviour<Args, never>
  },

  /** Nobody waits for it, nobody ends with it. */
  start(from: Owner, work: Work<unknown>, options: SpawnOptions<never> = {}): Pid {
    return spawn(from, new Run(work), options).pid
  },

  /** Linked to its owner, from outside to nobody. `await` it, from the owner. */
  async<T>(owner: Owner, work: Work<T>, options: SpawnOptions<never> = {}): TaskRef<Awaited<T>> {
    const call = callOf(owner)
    const process = spawn(owner, new Run(work, { call }), options)
    if (call.isOpen && call.target === null) call.open(process)
    if (call.caller !== null) link(call.caller, process)
    return new TaskRef(process.pid, call)
  },

  /** Its value. Rejects with a `CallError`: `timeout`, or the reason it ended with. */
  await<T>(task: TaskRef<T>, { timeoutMs = 5_000 }: AwaitOptions = {}): Promise<T> {
    return task.value(timeoutMs)
  },

  /** All values, in the order of the tasks; rejects with the first that fails. */
  awaitMany<T>(tasks: readonly TaskRef<T>[], options: AwaitOptions = {}): Promise<T[]> {
    return Promise.all(tasks.map((task) => Task.await(task, options)))
  },

  /** Like `await`, with what became of it as data. */
  async yield<T>(task: TaskRef<T>, options: AwaitOptions = {}): Promise<TaskResult<T>> {
    try {
      return { ok: true, value: await Task.await(task, options) }
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      return { ok: false, reason: error.reason }
    }
  },

  /** Ends it with `shutdown`, and with `kill` where it traps exits. */
  shutdown(from: Owner, task: TaskRef<unknown>): void {
    const process = Pid.processOf(task.pid)
    if (process === null) return
    const owner = procOf(from)
    if (owner !== null) owner.unlink(task.pid)
    process.node.exit(task.pid, process.trapsExit ? 'kill' : 'shutdown')
  },

  /** One task for each item, some at once; the results come in the order of the items. A task that fails is a result that says so. */
  async *asyncStream<I, T>(
    owner: Owner,
    tasks: TaskSupervisor,
    items: Iterable<I>,
    work: (item: I, ctx: Context<never>) => T | Promise<T>,
    { maxConcurrency = 8, timeoutMs = 5_000 }: StreamOptions = {},
  ): AsyncGenerator<TaskResult<Awaited<T>>> {
    if (!(maxConcurrency >= 1)) throw new MisuseError('bad_flag', 'maxConcurrency is at least 1')
    const running: Promise<TaskResult<Awaited<T>>>[] = []
    const unfinished = new Set<TaskRef<unknown>>()
    try {
      for (const item of items) {
        const task = await supervisor.asyncNolink(owner, tasks, (ctx) => work(item, ctx))
        unfinished.add(task)
        running.push(
          Task.yield(task, { timeoutMs }).then((result) => {
            unfinished.delete(task)
            if (!result.ok) Task.shutdown(owner, task)
            return result
          }),
        )
        if (running.length >= maxConcurrency) yield await (running.shift() as (typeof running)[number])
      }
      for (const result of running) yield await result
    } finally {
      // Whoever leaves the loop early leaves nothing running.
      for (const task of unfinished) Task.shutdown(owner, task)
    }
  },
}

function spawn(from: Owner, run: Run, options: SpawnOptions<never>): Proc {
  const node = nodeOf(from)
  const label = options.label ?? run.label
  const given = { ...options, args: run, ...(label === undefined ? {} : { label }) }
  return node.spawnFrom(procOf(from), TASK as never, given as never, null)
}

async function supervised<T>(
  owner: Owner,
  tasks: TaskSupervisor,
  work: Work<T>,
  isLinked: boolean,
): Promise<TaskRef<Awaited<T>>> {
  const call = callOf(owner)
  const pid = await Supervisor.startChild(owner as Node, tasks, new Run(work, { call, isLinked }))
  return new TaskRef(pid, call)
}

/** The answer that is waited for: a call, so that it stands among the pending ones and carries a crash on. */
function callOf(owner: Owner): Call {
  const node = nodeOf(owner)
  return new Call(node, node.nextRef(), procOf(owner), { type: 'task' }, node.clock.tick, false)
}

function nodeOf(owner: Owner): Node {
  return owner instanceof Node ? owner : owner.node
}

function procOf(owner: Owner): Proc | null {
  return owner instanceof Node ? null : (owner as unknown as Proc)
}
