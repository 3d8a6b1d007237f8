/**
 * Application, after OTP's application: a part of a system that is started and stopped as one, with its root supervisor, its settings and the
 * applications it needs.
 *
 * `Application.start` starts one whose applications run already, `ensureAllStarted` those first. When the whole tree is up the start phases
 * follow, in their order; only then has it started. Stopping: `prepStop`, the tree in reverse order, `stop`. `node.stop()` stops all, the last
 * started first.
 *
 * What the end of its root supervisor means is said at the start: `temporary` (default): it is stopped, nothing more; `transient`: any end
 * but `normal` stops the node; `permanent`: any end does.
 *
 * ```ts
 * const Billing = Application.define({
 *   name: 'billing',
 *   version: '1.0.0',
 *   env: { currency: 'EUR' },
 *   applications: [Ledger],
 *   start: ({ env }) => ({ supervisor: BillingRoot, args: { currency: env.currency } }),
 * })
 * await Application.ensureAllStarted(node, Billing, { env: { currency: 'SEK' } })
 * ```
 */
import type { Behaviour } from './driver.ts'
import { MisuseError } from './errors.ts'
import { type ExitReason, isError, isNormal, reasonOf, reasonTag } from './exit-reason.ts'
import { EXITED } from './flags.ts'
import type { Node } from './node.ts'
import type { Pid } from './pid.ts'
import type { Proc } from './process.ts'
import { ExitSignal, sendExit } from './signals.ts'
import { initProcess } from './spawning.ts'

export type RestartType = 'permanent' | 'transient' | 'temporary'

export interface StartPhase {
  readonly phase: string
  readonly args?: unknown
}

interface Running<Env> {
  readonly node: Node
  readonly env: Readonly<Env>
}

interface Root {
  readonly supervisor: Behaviour<never, unknown>
  readonly args?: unknown
}

/** An application, whatever its settings. */
export interface AnyApplication {
  readonly name: string
  readonly version?: string
  readonly description?: string
  /** Those that must run before it starts. */
  readonly applications?: readonly AnyApplication[]
}

export interface ApplicationDefinition<Env> extends AnyApplication {
  /** Defaults of its settings. */
  readonly env?: Env
  /** Says what its root supervisor is, and with which arguments it starts. */
  readonly start: (app: Running<Env>) => Root
  readonly startPhases?: readonly StartPhase[]
  /** Called for each phase, once the tree is up. Where it throws the application is stopped, and has not started. */
  readonly startPhase?: (phase: StartPhase, app: Running<Env>) => unknown
  /** Before the tree stops; not called when it has ended by itself. */
  readonly prepStop?: (app: Running<Env>) => unknown
  /** After the tree has stopped. */
  readonly stop?: (app: Running<Env>) => unknown
}

export interface Application<Env> extends ApplicationDefinition<Env> {
  readonly settings?: (env: Env) => void
}

export interface StartApplication<Env> {
  /** In place of the defaults. */
  readonly env?: Partial<Env>
  readonly type?: RestartType
}

export interface RunningApplication {
  readonly name: string
  readonly version: string | null
  readonly description: string
  readonly supervisor: Pid
}

/** An application did not start: `already_started`, `not_started` (one that it needs), or what went wrong. */
export class ApplicationError extends Error {
  readonly application: string
  readonly reason: ExitReason

  constructor(application: string, reason: ExitReason) {
    const text = isError(reason) ? `${reason.name}: ${reason.message}` : reasonTag(reason)
    super(`application ${application}: ${text}`, isError(reason) ? { cause: reason } : {})
    this.name = 'ApplicationError'
    this.application = application
    this.reason = reason
  }
}

/** One that runs on a node. */
export class Started {
  readonly application: Application<never>
  readonly env: Record<string, unknown>
  readonly type: RestartType
  readonly root: Proc
  isStopping = false

  constructor(application: Application<never>, env: Record<string, unknown>, type: RestartType, root: Proc) {
    this.application = application
    this.env = env
    this.type = type
    this.root = root
  }
}

export const Application = {
  define<Env extends object = Record<never, never>>(
    definition: ApplicationDefinition<Env>,
  ): Application<Env> {
    if (definition.name === '') throw new MisuseError('bad_application', 'an application needs a name')
    return definition
  },

  /** Resolves when its tree is up and its start phases are over. @throws {ApplicationError} */
  async start<Env>(
    node: Node,
    application: Application<Env>,
    { env, type = 'temporary' }: StartApplication<Env> = {},
  ): Promise<void> {
    const { name, applications = [] } = application
    if (node.applications.has(name)) throw new ApplicationError(name, 'already_started')
    for (const needed of applications) {
      if (!node.applications.has(needed.name))
        throw new ApplicationError(name, { tag: 'not_started', application: needed.name })
    }
    await begin(node, application as unknown as Application<never>, { ...application.env, ...env }, type)
  },

  /** Those it needs first, each after its own; gives the names of those that were started, in that order. */
  async ensureAllStarted<Env>(
    node: Node,
    application: Application<Env>,
    options: StartApplication<Env> = {},
  ): Promise<readonly string[]> {
    const started: string[] = []
    for (const needed of inOrder(application)) {
      if (node.applications.has(needed.name)) continue
      const own = needed === application ? options : {}
      await Application.start(node, needed as Application<unknown>, own as StartApplication<unknown>)
      started.push(needed.name)
    }
    return started
  },

  /** @throws {ApplicationError} `not_started` */
  async stop(node: Node, application: AnyApplication | string): Promise<void> {
    const name = typeof application === 'string' ? application : application.name
    const started = node.applications.get(name)
    if (started === undefined) throw new ApplicationError(name, 'not_started')
    await stopStarted(node, started)
  },

  /** Its settings on this node; its defaults while it does not run. */
  getEnv<Env>(node: Node, application: Application<Env>): Readonly<Env> {
    return (node.applications.get(application.name)?.env ?? application.env ?? {}) as Env
  },

  /** Changes a setting of a running application; who reads it later sees it. */
  setEnv<Env, K extends Extract<keyof Env, string>>(
    node: Node,
    application: Application<Env>,
    key: K,
    value: Env[K],
  ): void {
    const started = node.applications.get(application.name)
    if (started === undefined) throw new ApplicationError(application.name, 'not_started')
    started.env[key] = value
  },

  /** Those that run, the latest first, as in OTP. */
  whichApplications(node: Node): readonly RunningApplication[] {
    return [...node.applications.values()].reverse().map(({ application, root }) => ({
      name: application.name,
      version: application.version ?? null,
      description: application.description ?? '',
      supervisor: root.pid,
    }))
  },
}

async function begin(
  node: Node,
  application: Application<never>,
  env: Record<string, unknown>,
  type: RestartType,
): Promise<void> {
  const { name } = application
  const app = { node, env: env as never }
  const { supervisor, args } = application.start(app)
  const options = { args: args as never, immune: true }
  const { process, result } = initProcess(node, null, supervisor, options, null)
  const up = await result
  if (!up.ok) throw new ApplicationError(name, up.reason)
  const started = new Started(application, env, type, process)
  node.applications.set(name, started)
  process.extra.ended = (reason) => ended(node, started, reason)
  try {
    for (const phase of application.startPhases ?? []) await application.startPhase?.(phase, app)
  } catch (error) {
    await stopStarted(node, started)
    throw new ApplicationError(name, reasonOf(error))
  }
  if ((process.flags & EXITED) !== 0) throw new ApplicationError(name, 'shutdown')
}

/** Its root supervisor has ended by itself. */
function ended(node: Node, started: Started, reason: ExitReason): void {
  const { application, type, env } = started
  node.applications.delete(application.name)
  void afterwards(node, () => application.stop?.({ node, env: env as never }))
  if (type === 'permanent' || (type === 'transient' && !isNormal(reason))) void node.stop('shutdown')
}

/** Nobody waits for it who could be told. */
async function afterwards(node: Node, run: () => unknown): Promise<void> {
  try {
    await run()
  } catch {
    node.counters.hookErrors += 1
  }
}

/** The tree, and what is to be done before and after. */
export async function stopStarted(node: Node, started: Started): Promise<void> {
  const { application, root, env } = started
  if (started.isStopping) return
  started.isStopping = true
  const app = { node, env: env as never }
  try {
    await application.prepStop?.(app)
  } finally {
    if ((root.flags & EXITED) === 0) {
      await new Promise<void>((resolve) => {
        root.extra.ended = () => resolve()
        sendExit(root, new ExitSignal(null, 'shutdown', 'shutdown', null, true))
      })
    }
    node.applications.delete(application.name)
    await application.stop?.(app)
  }
}

/** Each after those it needs. */
function inOrder(application: AnyApplication): AnyApplication[] {
  const order: AnyApplication[] = []
  const open = new Set<string>()
  const visit = (each: AnyApplication): void => {
    if (order.includes(each)) return
    if (open.has(each.name)) throw new MisuseError('bad_application', `${each.name} needs itself`)
    open.add(each.name)
    for (const needed of each.applications ?? []) visit(needed)
    open.delete(each.name)
    order.push(each)
  }
  visit(application)
  return order
}
