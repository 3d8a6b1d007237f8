/**
 * Ports: named doors to what is outside the node, a database, a server, a file. A port is a process with a name, a child like any other: it opens
 * its resource, owns it, and closes it when it ends. Whoever uses it does so through the port, which knows who is in there:
 *
 * - what is under way when the port ends or is cut is aborted, and fails with a `PortError`;
 * - an interceptor in `node.ports` may slow, fail or refuse each use, by the port's name, over the port's restarts;
 * - a port that is a *line* to another node can be blocked, one way or both: it asks `node.ports.carries` before it sends or takes anything;
 * - uses and failures are counted.
 *
 * The name is OTP's, for what connects a node with the outside; there a port is driven by messages, here by a function that is given the
 * resource and runs in the process that uses it, so that its failure is that process's own.
 *
 * ```ts
 * const Database = Port.define<{ args: { url: string }; resource: Pool }>({
 *   module: 'Database',
 *   open: ({ url }) => connect(url),
 *   close: (pool) => pool.end(),
 * })
 * child(Database, { id: 'database', name: 'database', args: { url } })
 * const rows = await Port.use(ctx, Port.nameOf(Database, 'database'), (pool) => pool.query('select 1'))
 * ```
 */
import type { Context } from './context.ts'
import { initialised } from './dispatch.ts'
import type { Behaviour, Driver, Phase } from './driver.ts'
import { MisuseError } from './errors.ts'
import type { ExitReason } from './exit-reason.ts'
import { DEAD, TRAPS_EXIT } from './flags.ts'
import type { Process } from './hooks.ts'
import { Node } from './node.ts'
import { contextOf, type Proc } from './process.ts'
import { isPromise } from './raw.ts'
import { Callback } from './send-after.ts'
import { ExitSignal } from './signals.ts'
import { isOrderOfParent, obey } from './system.ts'

/** A port's name with the type of its resource. */
export type PortName<R = unknown> = string & { readonly resource?: (resource: R) => void }

export interface PortTypes {
  args?: unknown
  resource: unknown
}
type ArgsOf<T> = T extends { args: infer A } ? A : undefined

export interface PortCallbacks<T extends PortTypes> {
  readonly module: string
  readonly version?: string
  /** The port has started when this has resolved; where it throws, it has not. */
  readonly open: (args: ArgsOf<T>, ctx: Context<never>) => T['resource'] | Promise<T['resource']>
  readonly close?: (resource: T['resource']) => unknown
  /** It connects this node with another one, and asks `node.ports.carries` about everything that goes out or comes in. Default: false. */
  readonly isLine?: boolean
  /** What of the resource observers may see. Default: nothing. */
  readonly formatStatus?: (resource: T['resource']) => unknown
}

export interface PortModule<T extends PortTypes> extends Behaviour<ArgsOf<T>, never> {
  readonly resource?: (resource: T['resource']) => void
}

/** `port_closed`: no such port is open; `port_cut`: it was closed or cut while it was used; `timeout`. */
export class PortError extends Error {
  readonly reason: ExitReason
  readonly port: string
  /** Id of the injected fault that it comes of, or `null`. */
  readonly firing: string | null

  constructor(port: string, reason: 'port_closed' | 'port_cut' | 'timeout', firing: string | null = null) {
    super(`${port}: ${reason}`)
    this.name = 'PortError'
    this.port = port
    this.reason = reason
    this.firing = firing
  }
}

/** One use of a port, as an interceptor sees it. */
export interface PortUse {
  readonly port: string
  /** What the user calls it, like `query`; empty where it does not say. */
  readonly operation: string
  /** Who uses it; `null` from outside. */
  readonly by: Process | null
  /** A firing touches this use: its user's crash can prove it. */
  mark(firing: string): void
}

export interface PortInterceptor {
  /** May return a promise that holds the use back, and may throw, which is then what the use fails with. */
  beforeUse?(use: PortUse): undefined | PromiseLike<unknown>
  /** When the work is done, before its user goes on; may hold it back. */
  afterUse?(use: PortUse): undefined | PromiseLike<unknown>
}

/** What is known of a port, open or not. */
export interface PortFacts {
  readonly name: string
  readonly process: Process | null
  /** Of the port that was open last; `null` where none was. */
  readonly module: string | null
  readonly isOpen: boolean
  readonly isIntercepted: boolean
  readonly isLine: boolean
  /** What a line does not carry. */
  readonly blocked: Blocked
  /** Pieces that a blocked line has not carried, since the node's start. */
  readonly stopped: number
  /** Since the node's start. */
  readonly uses: number
  readonly failures: number
  readonly underWay: number
}

export type Direction = 'in' | 'out'
export type Blocked = 'none' | Direction | 'both'

export interface UseOptions {
  readonly operation?: string
  /** Default `Infinity`: as long as it takes. */
  readonly timeoutMs?: number
}

/** One port over all its lives. */
class Slot {
  readonly name: string
  process: Proc | null = null
  resource: unknown = undefined
  module: string | null = null
  isLine = false
  blocked: Blocked = 'none'
  stopped = 0
  interceptor: PortInterceptor | null = null
  uses = 0
  failures = 0
  readonly underWay = new Set<(error: PortError) => void>()

  constructor(name: string) {
    this.name = name
  }

  facts(): PortFacts {
    const { name, process, module, interceptor, isLine, blocked, stopped, uses, failures, underWay } = this
    return {
      name,
      process,
      module,
      isLine,
      blocked,
      stopped,
      isOpen: process !== null,
      isIntercepted: interceptor !== null,
      uses,
      failures,
      underWay: underWay.size,
    }
  }

  abort(error: PortError): void {
    for (const abort of [...this.underWay]) abort(error)
  }
}

/** The ports of one node, by name: `node.ports`. */
export class Ports {
  private readonly slots = new Map<string, Slot>()

  /** Those that are or were open. */
  list(): readonly PortFacts[] {
    return [...this.slots.values()].map((slot) => slot.facts())
  }

  get(name: string): PortFacts | null {
    return this.slots.get(name)?.facts() ?? null
  }

  /** Puts an interceptor before a port, in place of the one that is there; `null` takes it out. It stays over the port's restarts. */
  intercept(name: string, interceptor: PortInterceptor | null): void {
    this.slot(name).interceptor = interceptor
  }

  /** Aborts what is under way. The port stays open; with an interceptor that throws it is as good as cut off. */
  cut(name: string, firing: string | null = null): void {
    this.slots.get(name)?.abort(new PortError(name, 'port_cut', firing))
  }

  /** Blocks what a line carries, until it is `none` again; over the port's restarts. Whatever else the node is connected with is not touched. */
  block(name: string, blocked: Blocked): void {
    this.slot(name).blocked = blocked
  }

  /**
   * Whether a line carries something this way now. The port itself asks, for everything it sends or takes, and lets vanish what is not carried; each
   * `false` is counted.
   */
  carries(name: string, direction: Direction): boolean {
    const slot = this.slots.get(name)
    if (slot === undefined || slot.blocked === 'none') return true
    if (slot.blocked !== 'both' && slot.blocked !== direction) return true
    slot.stopped += 1
    return false
  }

  /** @internal */
  slot(name: string): Slot {
    let slot = this.slots.get(name)
    if (slot === undefined) {
      slot = new Slot(name)
      this.slots.set(name, slot)
    }
    return slot
  }
}

export const Port = {
  /** A port that can be a child; it needs a name. */
  define<T extends PortTypes>(callbacks: PortCallbacks<T>): PortModule<T> {
    return new PortDriver(callbacks as never) as Driver as PortModule<T>
  },

  /** A typed name for ports of `module`. */
  nameOf<R>(_module: { readonly resource?: (resource: R) => void }, name: string): PortName<R> {
    return name as PortName<R>
  },

  /**
   * Runs `work` with the port's resource, in the process of `from`. `signal` fires when the use is aborted, also because that process ends.
   * @throws {PortError} or what `work` throws
   */
  async use<R, T>(
    from: Node | Pick<Context, 'node'>,
    port: PortName<R>,
    work: (resource: R, signal: AbortSignal) => T | Promise<T>,
    { operation = '', timeoutMs = Number.POSITIVE_INFINITY }: UseOptions = {},
  ): Promise<T> {
    const node = from instanceof Node ? from : from.node
    const user = from instanceof Node ? null : (from as unknown as Proc)
    return await run(node, user, node.ports.slot(port), work as Work<T>, operation, timeoutMs)
  },
}

type Work<T> = (resource: unknown, signal: AbortSignal) => T | Promise<T>

async function run<T>(
  node: Node,
  user: Proc | null,
  slot: Slot,
  work: Work<T>,
  operation: string,
  timeoutMs: number,
): Promise<T> {
  const controller = new AbortController()
  let abort: (error: PortError) => void = () => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = (error) => {
      controller.abort(error)
      reject(error)
    }
  })
  aborted.catch(() => undefined)
  const timer =
    timeoutMs === Number.POSITIVE_INFINITY
      ? null
      : new Callback(() => abort(new PortError(slot.name, 'timeout')))
  if (timer !== null) node.setTimer(timer, timeoutMs)
  const ended = () => controller.abort(user?.signal.reason)
  user?.signal.addEventListener('abort', ended, { once: true })
  slot.uses += 1
  slot.underWay.add(abort)
  const use: PortUse = {
    port: slot.name,
    operation,
    by: user,
    mark: (firing) => user?.mailbox?.noteFiring(user.handled, firing),
  }
  try {
    const held = slot.interceptor?.beforeUse?.(use)
    if (held !== undefined) await Promise.race([held, aborted])
    if (slot.process === null) throw new PortError(slot.name, 'port_closed')
    const value = await Promise.race([work(slot.resource, controller.signal), aborted])
    const after = slot.interceptor?.afterUse?.(use)
    if (after !== undefined) await Promise.race([after, aborted])
    return value
  } catch (error) {
    slot.failures += 1
    throw error
  } finally {
    slot.underWay.delete(abort)
    user?.signal.removeEventListener('abort', ended)
    if (timer !== null) node.timers.remove(timer)
  }
}

interface AnyCallbacks {
  readonly module: string
  readonly version?: string
  readonly open: (args: unknown, ctx: unknown) => unknown
  readonly close?: (resource: unknown) => unknown
  readonly isLine?: boolean
  readonly formatStatus?: (resource: unknown) => unknown
}

class PortDriver implements Driver {
  readonly behaviour = 'Port'
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind = 'worker'
  readonly hasTerminate = true
  private readonly callbacks: AnyCallbacks

  constructor(callbacks: AnyCallbacks) {
    this.module = callbacks.module
    this.initialCall = `${callbacks.module}.open`
    this.version = callbacks.version ?? null
    this.callbacks = callbacks
  }

  init(process: Proc): PromiseLike<unknown> | undefined {
    if (process.name === null) throw new MisuseError('bad_name', `port ${this.module} needs a name`)
    process.flags |= TRAPS_EXIT
    const resource = this.callbacks.open(process.state, contextOf(process))
    if (isPromise(resource)) return resource
    this.opened(process, resource)
    return undefined
  }

  /** It has nothing to say; but its supervisor may end it. */
  handle(process: Proc, _message: unknown, _sender: Proc | null, meta: unknown): undefined {
    if (!(meta instanceof ExitSignal)) process.node.counters.unhandled += 1
    else if (isOrderOfParent(process, meta) || meta.reason !== 'normal') {
      obey(process, meta)
    }
  }

  next(): undefined {
    return undefined
  }

  settled(process: Proc, phase: Phase, value: unknown): void {
    if (phase === 'init' && (process.flags & DEAD) === 0) this.opened(process, value)
  }

  /** Shut for its users first, then closed. */
  terminate(process: Proc): PromiseLike<unknown> | undefined {
    const resource = process.state
    shut(process)
    const closed = this.callbacks.close?.(resource)
    return isPromise(closed) ? closed : undefined
  }

  /** Killed, or not stopped by `terminate`: what it owns is closed all the same, as a port is with its owner. */
  ended(process: Proc): void {
    if (!shut(process)) return
    const { node, state } = process
    const failed = () => {
      node.counters.hookErrors += 1
    }
    try {
      const closed = this.callbacks.close?.(state)
      if (isPromise(closed)) closed.then(undefined, failed)
    } catch {
      failed()
    }
  }

  formatState(process: Proc): unknown {
    const { name, node, state } = process
    if (name === null) return undefined
    const { uses, failures, underWay, isIntercepted, isLine, blocked } = node.ports.slot(name).facts()
    const shown = this.callbacks.formatStatus?.(state)
    const line = isLine ? { blocked } : {}
    return {
      uses,
      failures,
      underWay,
      isIntercepted,
      ...line,
      ...(shown === undefined ? {} : { resource: shown }),
    }
  }

  getState(process: Proc): unknown {
    return this.formatState(process)
  }

  private opened(process: Proc, resource: unknown): void {
    process.state = resource
    const slot = process.node.ports.slot(process.name as string)
    slot.process = process
    slot.resource = resource
    slot.module = this.module
    slot.isLine = this.callbacks.isLine ?? false
    initialised(process)
  }
}

/** Whether it was open. */
function shut(process: Proc): boolean {
  const slot = process.name === null ? null : process.node.ports.slot(process.name)
  if (slot === null || slot.process !== process) return false
  slot.process = null
  slot.resource = undefined
  slot.abort(new PortError(slot.name, 'port_cut'))
  return true
}
