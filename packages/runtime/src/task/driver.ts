/** The process of one task: runs a function to its end and answers with what it returned. */
import type { Call } from '../call.ts'
import { initialised, stop, wait } from '../dispatch.ts'
import type { Driver, Phase } from '../driver.ts'
import type { Restart } from '../hooks.ts'
import { contextOf, type Proc } from '../process.ts'
import { isPromise } from '../raw.ts'
import { link } from '../signals.ts'

/** What a task is given at its start: a class, so that it is handed over as it is. */
export class Run {
  readonly run: (ctx: never) => unknown
  /** Answered when it is done; `null` for a task nobody waits for. */
  readonly call: Call | null
  /** Where the answer goes as a message instead. */
  readonly owner: Proc | null
  readonly isLinked: boolean
  readonly restart: Restart
  readonly label: string | undefined

  constructor(
    run: (ctx: never) => unknown,
    {
      call = null,
      owner = null,
      isLinked = false,
      restart = 'temporary',
      label = run.name === '' ? undefined : run.name,
    }: Partial<Omit<Run, 'run'>> = {},
  ) {
    this.run = run
    this.call = call
    this.owner = owner
    this.isLinked = isLinked
    this.restart = restart
    this.label = label
  }
}

export class TaskDriver implements Driver {
  readonly behaviour = 'Task'
  readonly module: string
  readonly initialCall: string
  readonly version = null
  readonly kind = 'worker'
  readonly hasTerminate = false
  readonly isReceiving = true
  /** Of a task with a definition; else the function stands in its `Run`. */
  private readonly defined: ((args: never, ctx: never) => unknown) | null

  constructor(module = 'Task', defined: ((args: never, ctx: never) => unknown) | null = null) {
    this.module = module
    this.initialCall = `${module}.run`
    this.defined = defined
  }

  init(process: Proc): undefined {
    const run = process.state
    initialised(process)
    let result: unknown
    if (this.defined !== null) result = this.defined(run as never, contextOf(process) as never)
    else {
      const { call, isLinked, owner } = run as Run
      if (call?.isOpen === true && call.target === null) call.open(process)
      const peer = call?.caller ?? owner
      if (isLinked && peer !== null) link(process, peer)
      result = (run as Run).run(contextOf(process) as never)
    }
    if (isPromise(result)) wait(process, result, 'run', undefined)
    else this.done(process, result)
  }

  /** Messages wait for `receive`. */
  handle(): undefined {
    return undefined
  }

  next(): undefined {
    return undefined
  }

  settled(process: Proc, _phase: Phase, value: unknown): void {
    this.done(process, value)
  }

  terminate(): undefined {
    return undefined
  }

  formatState(): unknown {
    return undefined
  }

  private done(process: Proc, value: unknown): void {
    const { state, node } = process
    if (state instanceof Run) {
      const { call, owner } = state
      if (call?.isOpen === true) call.answer(node.value(value))
      else if (owner !== null) process.send(owner.pid, { type: 'task', pid: process.pid, value })
    }
    stop(process, 'normal', 'run')
  }
}
