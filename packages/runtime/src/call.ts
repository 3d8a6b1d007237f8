/**
 * A call in flight. It is its own alias: whoever holds it can answer once, to this caller only, and only while the
 * caller waits. It stands in two lists, the target's (who waits for me) and the caller's (whom do I wait for).
 */

import type { CrashLink } from './crash.ts'
import { type ExitReason, isError, reasonTag } from './exit-reason.ts'
import type { Node } from './node.ts'
import type { Proc } from './process.ts'
import { Timer } from './timers.ts'

/** Who asked, as a `handleCall` receives it; give it to `ctx.reply`, now or later. */
export interface From {
  /** Number of the call, never reused. */
  readonly id: number
}

/** Why a call was not answered: `noproc`, `timeout`, `calling_self`, or the reason its target ended with. */
export class CallError extends Error {
  readonly reason: ExitReason
  readonly target: string
  /** @internal The crash that took the target down. */
  crash: CrashLink | null = null
  /** @internal The injected fault that kept the call from its answer. */
  firing: string | null = null

  constructor(reason: ExitReason, target: string, type: string) {
    super(`call ${type} to ${target} failed: ${reasonTag(reason)}`, isError(reason) ? { cause: reason } : {})
    this.name = 'CallError'
    this.reason = reason
    this.target = target
  }
}

export class Call extends Timer implements From {
  readonly id: number
  readonly node: Node
  readonly caller: Proc | null
  readonly message: unknown
  /** Tick of its beginning. */
  readonly since: number
  target: Proc | null = null
  beforeIn: Call | null = null
  afterIn: Call | null = null
  beforeOut: Call | null = null
  afterOut: Call | null = null
  isOpen = true
  /** A system message: answered by the runtime, never intercepted or dropped. */
  readonly isSystem: boolean
  /** Id of an injected fault that touched it. */
  firing: string | null = null
  /** Set once somebody waits on a promise; a call that is answered before that needs none. */
  resolve: ((value: unknown) => void) | null = null
  /** Looks at the answer before it is given; may throw, in the process that answers. */
  checked: ((value: unknown) => void) | null = null
  reject: ((error: unknown) => void) | null = null
  /** The answer, or the error, of a call nobody waited on yet. */
  early: unknown = undefined
  hasFailed = false
  private waiting: Promise<unknown> | null = null

  constructor(
    node: Node,
    id: number,
    caller: Proc | null,
    message: unknown,
    since: number,
    isSystem: boolean,
  ) {
    super()
    this.isSystem = isSystem
    this.node = node
    this.id = id
    this.caller = caller
    this.message = message
    this.since = since
  }

  /** Stands in both lists from now on. */
  open(target: Proc): void {
    this.target = target
    this.afterIn = target.callers
    if (target.callers !== null) target.callers.beforeIn = this
    target.callers = this
    const caller = this.caller
    if (caller === null) return
    this.afterOut = caller.calling
    if (caller.calling !== null) caller.calling.beforeOut = this
    caller.calling = this
  }

  /** Out of both lists; nobody can answer any more. */
  close(): void {
    this.isOpen = false
    const target = this.target
    if (target !== null) {
      if (this.beforeIn === null) target.callers = this.afterIn
      else this.beforeIn.afterIn = this.afterIn
      if (this.afterIn !== null) this.afterIn.beforeIn = this.beforeIn
    }
    const caller = this.caller
    if (caller !== null && target !== null) {
      if (this.beforeOut === null) caller.calling = this.afterOut
      else this.beforeOut.afterOut = this.afterOut
      if (this.afterOut !== null) this.afterOut.beforeOut = this.beforeOut
    }
    if (this.list !== null) this.node.timers.remove(this)
  }

  waitingUs(): number {
    return this.node.clock.sinceUs(this.since)
  }

  answer(value: unknown): void {
    if (this.checked !== null) this.checked(value)
    this.close()
    if (this.resolve === null) {
      this.early = value
      return
    }
    this.node.scheduler.owesContinuation = true
    this.resolve(value)
  }

  fail(reason: ExitReason, crash: CrashLink | null): void {
    this.close()
    const error = new CallError(reason, nameOfTarget(this.target), messageType(this.message))
    error.crash = crash
    error.firing = this.firing
    if (this.reject === null) {
      this.early = error
      this.hasFailed = true
      return
    }
    this.node.scheduler.owesContinuation = true
    this.reject(error)
    // A process that does not await its call must not take the node down with an unhandled rejection.
    if (this.caller !== null) this.waiting?.catch(ignored)
  }

  /** What the caller awaits. */
  promise(): Promise<unknown> {
    if (!this.isOpen)
      return this.hasFailed ? failedCall(this.early, this.caller) : Promise.resolve(this.early)
    this.waiting = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    return this.waiting
  }

  override fire(): void {
    this.fail('timeout', null)
  }
}

/** A promise that fails at once; a process may leave it unawaited. */
export function failedCall(error: unknown, caller: Proc | null): Promise<never> {
  const promise = Promise.reject(error)
  if (caller !== null) promise.catch(ignored)
  return promise
}

function ignored(): undefined {
  return undefined
}

export function nameOfTarget(target: Proc | null): string {
  if (target === null) return 'nobody'
  return target.name ?? target.pid.toString()
}

/** A message's type: its `type` or `tag`, else the name of what it is. Never throws, never calls a getter. */
export function messageType(message: unknown): string {
  if (typeof message === 'string') return message.length <= 64 ? message : 'string'
  if (typeof message !== 'object' || message === null) return message === null ? 'null' : typeof message
  try {
    const type = ownText(message, 'type') ?? ownText(message, 'tag')
    if (type !== null) return type
    if (Array.isArray(message)) return ownText(message, '0') ?? 'Array'
    const prototype: unknown = Object.getPrototypeOf(message)
    if (typeof prototype !== 'object' || prototype === null) return 'Object'
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    return typeof maker === 'function' ? (ownText(maker, 'name') ?? 'Object') : 'Object'
  } catch {
    return 'unreadable'
  }
}

function ownText(value: object, key: string): string | null {
  const text = Object.getOwnPropertyDescriptor(value, key)?.value
  return typeof text === 'string' ? text.slice(0, 255) : null
}
