/**
 * Looking into a running process and changing it, after OTP's `sys`: its state, status, statistics and trace, suspension, code change.
 *
 * Each function sends a system message, which the process answers in its turn: what was sent before it has taken effect by then. `before`
 * lets it go ahead of the ordinary messages that wait. A suspended process answers them, too. They fail with a `CallError` as every
 * call does, or with a `SystemError` that says why the process refused. Raw processes that `receive` answer none.
 *
 * ```ts
 * await sys.getState(node, nameOf(Counter, 'counter')) // → { n: 42 }
 * ```
 */
import { CallError } from './call.ts'
import { openCall } from './calling.ts'
import type { CodeChanged } from './code-change.ts'
import type { Context } from './context.ts'
import type { Statistics, Trace } from './debug.ts'
import type { Behaviour, Driver } from './driver.ts'
import { type ExitReason, isError, reasonTag } from './exit-reason.ts'
import { DEAD } from './flags.ts'
import type { SupervisorFacts } from './hooks.ts'
import { Node } from './node.ts'
import { Pid, type To } from './pid.ts'
import { never, type Proc } from './process.ts'
import { attend, putFirst, type SystemAnswer, type SystemOrder, SystemRequest } from './system.ts'

export interface SystemOptions {
  /** Default 5,000. */
  timeoutMs?: number
  /** Ahead of the ordinary messages in its mailbox. Default `false`, as in OTP. */
  before?: boolean
}

/** The process answered, and refused: `not_supported`, `not_suspended`, `{ tag: 'callback_failed' }`, or what its `codeChange` threw. */
export class SystemError extends Error {
  readonly reason: ExitReason

  constructor(what: string, reason: ExitReason) {
    const text = isError(reason) ? `${reason.name}: ${reason.message}` : reasonTag(reason)
    super(`${what} failed: ${text}`, isError(reason) ? { cause: reason } : {})
    this.name = 'SystemError'
    this.reason = reason
  }
}

/** What `getStatus` gives; `state` has been through `formatStatus`. */
export interface SystemStatus {
  readonly pid: Pid
  readonly name: string | null
  readonly behaviour: string
  readonly module: string
  readonly version: string | null
  readonly status: string
  readonly parent: Pid | null
  readonly mailboxLength: number
  readonly statistics: Statistics | null
  /** Only of a supervisor. */
  readonly supervisor?: SupervisorFacts
  readonly state: unknown
}

/** Whoever can ask: a handler's `ctx`, or the node from outside. */
type Caller = Node | Context | Context<never>
type Target = To | To<never>

export const sys = {
  /** A copy of the state: its plain objects, arrays, maps and sets are copied, instances of classes are not. */
  getState(from: Caller, target: Target, options?: SystemOptions): Promise<unknown> {
    return ask(from, target, { op: 'get_state' }, options)
  },

  /** Runs `replace` on the state inside the process and returns the new one. What it throws is told, and changes nothing. */
  replaceState<S>(
    from: Caller,
    target: Target,
    replace: (state: S) => S,
    options?: SystemOptions,
  ): Promise<unknown> {
    return ask(
      from,
      target,
      { op: 'replace_state', replace: replace as (state: unknown) => unknown },
      options,
    )
  },

  /** From here on it handles system messages and exit signals only; the others wait. */
  async suspend(from: Caller, target: Target, options?: SystemOptions): Promise<void> {
    await ask(from, target, { op: 'suspend' }, options)
  },

  /** Harmless for a process that is not suspended. */
  async resume(from: Caller, target: Target, options?: SystemOptions): Promise<void> {
    await ask(from, target, { op: 'resume' }, options)
  },

  async getStatus(from: Caller, target: Target, options?: SystemOptions): Promise<SystemStatus> {
    return (await ask(from, target, { op: 'get_status' }, options)) as SystemStatus
  },

  /** `get` is `null` before `start` and after `stop`. */
  async statistics(
    from: Caller,
    target: Target,
    what: 'start' | 'stop' | 'get',
    options?: SystemOptions,
  ): Promise<Statistics | null> {
    return (await ask(from, target, { op: 'statistics', what }, options)) as Statistics | null
  },

  /** Tells `trace` of each message handled and sent, until `null` ends it or it throws. */
  async trace(from: Caller, target: Target, trace: Trace | null, options?: SystemOptions): Promise<void> {
    await ask(from, target, { op: 'trace', trace }, options)
  },

  /**
   * Gives a suspended process another version of its module, whose `codeChange` makes the new state. Where that throws, module and
   * state stay, and this rejects. Many at once, with a way back: `Release.upgrade`.
   */
  async changeCode<Args, A>(
    from: Caller,
    target: To<A>,
    to: Behaviour<Args, A>,
    extra?: unknown,
    options?: SystemOptions,
  ): Promise<void> {
    await ask(from, target as Target, { op: 'change_code', to: to as Driver, extra }, options)
  },

  /** Ends it with `reason`, through its `terminate`. */
  async terminate(from: Caller, target: Target, reason: ExitReason, options?: SystemOptions): Promise<void> {
    await ask(from, target, { op: 'terminate', reason }, options)
  },
}

/** The same with its answer as it is. */
export function request(
  from: Caller,
  target: Pid | string,
  order: SystemOrder,
  { timeoutMs = 5_000, before = false }: SystemOptions = {},
): Promise<SystemAnswer | CodeChanged> {
  const caller = from instanceof Node ? null : (from as unknown as Proc)
  const node = caller === null ? (from as Node) : caller.node
  if (caller !== null && (caller.flags & DEAD) !== 0) {
    node.refuse()
    return never()
  }
  const process = typeof target === 'string' ? node.named(target) : Pid.processOf(target)
  if (process === null || (process.flags & DEAD) !== 0) return fail('noproc', target, order)
  if (process === caller) return fail('calling_self', target, order)
  if (process.driver.isReceiving === true) return fail('no_system_messages', target, order)
  const answer = openCall(node, caller, process, new SystemRequest(order), timeoutMs, true)
  if (before && process.mailboxLength > 1) putFirst(process)
  attend(process)
  return answer as Promise<SystemAnswer>
}

async function ask(
  from: Caller,
  target: Target,
  order: SystemOrder,
  options: SystemOptions | undefined,
): Promise<unknown> {
  const answer = await request(from, target as Pid | string, order, options)
  if (!answer.ok) throw new SystemError(`${order.op} of ${String(target)}`, answer.reason)
  return answer.value
}

function fail(reason: ExitReason, target: Pid | string, order: SystemOrder): Promise<never> {
  return Promise.reject(new CallError(reason, String(target), `sys.${order.op}`))
}
