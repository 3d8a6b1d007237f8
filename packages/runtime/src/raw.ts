/** Raw processes: an async function that receives, or one function for every message. */
import type { Context, Handler } from './context.ts'
import { initialised, stop, wait } from './dispatch.ts'
import type { Driver, Phase } from './driver.ts'
import type { ExitReason } from './exit-reason.ts'
import { contextOf, type Proc } from './process.ts'

interface Run {
  readonly run: (ctx: Context<never>, ...args: unknown[]) => unknown
  readonly args: readonly unknown[] | undefined
}

/** Runs until its function returns. */
export class FunctionDriver implements Driver {
  readonly behaviour = 'Process'
  readonly module = 'Process'
  readonly initialCall = 'spawn'
  readonly version = null
  readonly kind = 'worker'
  readonly hasTerminate = false
  readonly isReceiving = true

  init(process: Proc): undefined {
    const { run, args } = process.state as Run
    initialised(process)
    const result = args === undefined ? run(contextOf(process)) : run(contextOf(process), ...args)
    if (isPromise(result)) wait(process, result, 'run', undefined)
    else stop(process, 'normal', 'run')
  }

  /** Messages wait for `receive`. */
  handle(): undefined {
    return undefined
  }

  next(): undefined {
    return undefined
  }

  settled(process: Proc): void {
    stop(process, 'normal', 'run')
  }

  terminate(): undefined {
    return undefined
  }

  formatState(): unknown {
    return undefined
  }
}

/** Calls one function with each message. */
export class HandlerDriver implements Driver {
  readonly behaviour = 'Process'
  readonly module: string
  readonly initialCall = 'handle'
  readonly version = null
  readonly kind = 'worker'
  readonly hasTerminate: boolean
  private readonly handler: Handler<unknown>

  constructor(handler: Handler<unknown>) {
    this.handler = handler
    this.module = handler.constructor === Object ? 'Process' : handler.constructor.name
    this.hasTerminate = handler.terminate !== undefined
  }

  init(process: Proc): PromiseLike<unknown> | undefined {
    const promise = this.handler.init?.(contextOf(process))
    if (isPromise(promise)) return promise
    initialised(process)
    return undefined
  }

  handle(process: Proc, message: unknown): PromiseLike<unknown> | undefined {
    const promise = this.handler.handle(message, contextOf(process))
    return promise === undefined ? undefined : asPromise(promise)
  }

  next(): undefined {
    return undefined
  }

  settled(process: Proc, phase: Phase): void {
    if (phase === 'init') initialised(process)
  }

  terminate(process: Proc, reason: ExitReason): PromiseLike<unknown> | undefined {
    return asPromise(this.handler.terminate?.(reason, contextOf(process)))
  }

  formatState(process: Proc): unknown {
    return process.state
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

function asPromise(value: unknown): PromiseLike<unknown> | undefined {
  return isPromise(value) ? value : undefined
}
