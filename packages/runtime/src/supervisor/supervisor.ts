/**
 * Supervisor, after OTP's supervisor: starts its children in order, starts them again by its strategy when they end, gives
 * up when that happens too often, and stops them in reverse order.
 */
import type { Context } from '../context.ts'
import type { Behaviour, Driver } from '../driver.ts'
import { MisuseError, StartError } from '../errors.ts'
import type { ExitReason } from '../exit-reason.ts'
import type { AutoShutdown, Strategy } from '../hooks.ts'
import type { Node } from '../node.ts'
import type { Pid, To } from '../pid.ts'
import type { Accepts } from '../protocol.ts'
import type { ChildSpec } from './child.ts'
import { SupervisorDriver } from './driver.ts'
import type { Given } from './requests.ts'

/** The types of one supervisor; both may be left out. */
export interface SupervisorTypes {
  args?: unknown
  /** What `startChild` takes, for `simple_one_for_one`. */
  childArgs?: unknown
}

type ArgsOf<T> = T extends { args: infer A } ? A : undefined
type ChildArgsOf<T> = T extends { childArgs: infer A } ? A : undefined

interface Intensity {
  /** Shown as the callback module. */
  readonly module: string
  readonly version?: string
  /** Restarts allowed within `periodMs`; one more and the supervisor gives up. Default 1, as in OTP. */
  readonly intensity?: number
  /** Default 5,000. */
  readonly periodMs?: number
  /**
   * Ends with `shutdown` when a `significant` child (`any_significant`) or the last of them (`all_significant`) has ended by itself and is not
   * restarted. Default `never`, which refuses significant children.
   */
  readonly autoShutdown?: AutoShutdown
}

/** A supervisor of children that are known beforehand, and of those added later. */
export interface StaticSupervisor<T extends SupervisorTypes> extends Intensity {
  /** Default `one_for_one`. */
  readonly strategy?: Exclude<Strategy, 'simple_one_for_one'>
  readonly children: (args: ArgsOf<T>, ctx: Context) => readonly ChildSpec[]
}

/** A supervisor of any number of children of one kind, started by `startChild`. */
export interface PoolSupervisor<T extends SupervisorTypes> extends Intensity {
  readonly strategy: 'simple_one_for_one'
  /** Called for each `startChild`; restarts keep what it returned. */
  readonly child: (args: ChildArgsOf<T>, ctx: Context, supervisorArgs: ArgsOf<T>) => ChildSpec
}

/** Marks what a supervisor's `startChild` takes. */
export type SupervisorAccepts<ChildArgs> = Accepts<
  never,
  never,
  { startChild: (message: { args: ChildArgs }) => StartChildReply }
>

export type StartChildReply =
  | { readonly ok: true; readonly pid: Pid | null }
  | { readonly ok: false; readonly reason: ExitReason }

export interface ChildState {
  readonly id: string
  /** `null` while it is not running. */
  readonly pid: Pid | null
  readonly isRestarting: boolean
  readonly kind: 'supervisor' | 'worker'
  readonly module: string
}

export interface ChildCounts {
  readonly specs: number
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

/** Whoever can call: a handler's `ctx`, or the node from outside. */
type Caller = Pick<Node, 'call'> | Pick<Context, 'call'>
type AnySupervisor = To | To<SupervisorAccepts<never>>

export const Supervisor = {
  define,

  /** Starts a child: with a specification, or with the arguments of a pool's child. Rejects with a `StartError`. */
  async startChild<A>(from: Caller, supervisor: To<SupervisorAccepts<A>>, args: A): Promise<Pid> {
    const reply = (await ask(from, supervisor, new StartChild(args))) as StartChildReply
    if (!reply.ok) throw new StartError('child', reply.reason)
    if (reply.pid === null) throw new StartError('child', 'ignore')
    return reply.pid
  },

  /** Stops a child by id, or a pool's child by pid. It keeps its specification unless it is temporary. */
  async terminateChild(from: Caller, supervisor: AnySupervisor, child: string | Pid): Promise<void> {
    accept(await ask(from, supervisor, { type: 'terminateChild', child }))
  },

  /** Starts a child that was stopped. */
  async restartChild(from: Caller, supervisor: AnySupervisor, id: string): Promise<Pid> {
    return accept(await ask(from, supervisor, { type: 'restartChild', child: id })) as Pid
  },

  /** Forgets the specification of a child that is stopped. */
  async deleteChild(from: Caller, supervisor: AnySupervisor, id: string): Promise<void> {
    accept(await ask(from, supervisor, { type: 'deleteChild', child: id }))
  },

  /** The specification of a child, or of the children of a pool by pid. */
  async getChildspec(from: Caller, supervisor: AnySupervisor, child: string | Pid): Promise<ChildSpec> {
    const reply = (await ask(from, supervisor, { type: 'getChildspec', child })) as Reply
    return (accept(reply) as Given).spec
  },

  /** In start order. */
  async whichChildren(from: Caller, supervisor: AnySupervisor): Promise<readonly ChildState[]> {
    return accept(await ask(from, supervisor, { type: 'whichChildren' })) as ChildState[]
  },

  async countChildren(from: Caller, supervisor: AnySupervisor): Promise<ChildCounts> {
    return accept(await ask(from, supervisor, { type: 'countChildren' })) as ChildCounts
  },
}

/** Defines a supervisor. */
function define<T extends SupervisorTypes>(
  definition: PoolSupervisor<T>,
): Behaviour<ArgsOf<T>, SupervisorAccepts<ChildArgsOf<T>>>
function define<T extends SupervisorTypes>(
  definition: StaticSupervisor<T>,
): Behaviour<ArgsOf<T>, SupervisorAccepts<ChildSpec>>
function define(definition: StaticSupervisor<never> | PoolSupervisor<never>): Driver {
  const { intensity = 1, periodMs = 5_000 } = definition
  if (!(intensity >= 0) || !(periodMs > 0)) {
    throw new MisuseError('bad_spec', `${definition.module}: intensity is at least 0, periodMs more than 0`)
  }
  return new SupervisorDriver({
    module: definition.module,
    version: definition.version ?? null,
    strategy: definition.strategy ?? 'one_for_one',
    intensity,
    periodMs,
    autoShutdown: definition.autoShutdown ?? 'never',
    make: definition.strategy === 'simple_one_for_one' ? definition.child : definition.children,
  })
}

/** A class, so that start arguments are given as they are: they are the child's own, not a message to it. */
class StartChild {
  readonly type = 'startChild'
  readonly args: unknown
  constructor(args: unknown) {
    this.args = args
  }
}

function ask(
  from: Caller,
  supervisor: AnySupervisor,
  message: { type: string; child?: unknown },
): Promise<unknown> {
  return (from as Node).call(supervisor as To, message, { timeoutMs: Number.POSITIVE_INFINITY })
}

type Reply = { ok: true; value?: unknown } | { ok: false; reason: ExitReason }

function accept(reply: unknown): unknown {
  const { ok, ...rest } = reply as Reply
  if (!ok) throw new StartError('child', (rest as { reason: ExitReason }).reason)
  return (rest as { value?: unknown }).value
}
