/** What a supervisor is asked from outside: start, stop, restart, forget and list children. After OTP's supervisor. */
import { Exit, type ExitReason } from '../exit-reason.ts'
import type { AutoShutdown, Strategy } from '../hooks.ts'
import { Pid } from '../pid.ts'
import { contextOf, type Proc } from '../process.ts'
import type { ChildSpec } from './child.ts'
import type { Child, Children } from './children.ts'
import { startChild, stopChild } from './lifecycle.ts'
import { isToForget, unfit } from './strategy.ts'

export interface Definition {
  readonly module: string
  readonly version: string | null
  readonly strategy: Strategy
  readonly intensity: number
  readonly periodMs: number
  readonly autoShutdown: AutoShutdown
  readonly make: (args: never, ctx: never, supervisorArgs: never) => ChildSpec | readonly ChildSpec[]
}

export type Request = { type: string; args?: unknown; child?: unknown }
export type Answer = { ok: true; value?: unknown; pid?: Pid | null } | { ok: false; reason: ExitReason }

/** A specification on its way to who asked: a class, so that it is given as it is, with its callbacks. */
export class Given {
  readonly spec: ChildSpec
  constructor(spec: ChildSpec) {
    this.spec = spec
  }
}

const NOT_FOUND: Answer = { ok: false, reason: 'not_found' }

/** Does what a request asks, and says how it went. */
export function carryOut(
  process: Proc,
  definition: Definition,
  children: Children,
  request: Request,
): Answer | PromiseLike<Answer> {
  switch (request.type) {
    case 'startChild':
      return addChild(process, definition, children, request.args)
    case 'terminateChild':
      return terminateChild(process, definition, children, request.child)
    case 'restartChild':
      return restartChild(process, children, request.child)
    case 'deleteChild':
      return deleteChild(children, request.child)
    case 'getChildspec': {
      const child = find(children, request.child)
      return child === undefined ? NOT_FOUND : { ok: true, value: new Given(child.spec) }
    }
    case 'whichChildren':
      return { ok: true, value: children.all().map(childState) }
    case 'countChildren':
      return { ok: true, value: count(children) }
    default:
      throw new Exit('bad_call', { message: request })
  }
}

async function addChild(
  process: Proc,
  definition: Definition,
  children: Children,
  args: unknown,
): Promise<Answer> {
  const spec = children.isPool
    ? (definition.make(
        args as never,
        contextOf(process) as never,
        process.cold?.poolArgs as never,
      ) as ChildSpec)
    : (args as ChildSpec)
  const present = children.isPool ? undefined : children.byId(spec.facts.id)
  if (present !== undefined) {
    return present.process === null
      ? { ok: false, reason: { tag: 'already_present', id: spec.facts.id } }
      : { ok: false, reason: { tag: 'already_started', pid: present.process.pid } }
  }
  const why = unfit(spec, definition.autoShutdown)
  if (why !== null) return { ok: false, reason: { tag: 'bad_spec', id: spec.facts.id, why } }
  const child = children.add(spec)
  const outcome = await startChild(process, children, child)
  if (outcome.ok) {
    if (child.process === null && isToForget(definition.strategy, spec.facts.restart)) children.remove(child)
    return { ok: true, pid: (child.process as Proc | null)?.pid ?? null }
  }
  children.remove(child)
  return { ok: false, reason: outcome.reason }
}

async function terminateChild(
  process: Proc,
  definition: Definition,
  children: Children,
  target: unknown,
): Promise<Answer> {
  const child = find(children, target)
  if (child === undefined) return NOT_FOUND
  await stopChild(process, children, child, null, false)
  child.isRestarting = false
  if (isToForget(definition.strategy, child.spec.facts.restart)) children.remove(child)
  return { ok: true }
}

async function restartChild(process: Proc, children: Children, target: unknown): Promise<Answer> {
  const child = find(children, target)
  if (child === undefined) return NOT_FOUND
  if (child.process !== null) return { ok: false, reason: 'running' }
  if (child.isRestarting) return { ok: false, reason: 'restarting' }
  const outcome = await startChild(process, children, child)
  if (!outcome.ok) return outcome
  return { ok: true, value: (child.process as Proc | null)?.pid ?? null }
}

function deleteChild(children: Children, target: unknown): Answer {
  const child = find(children, target)
  if (child === undefined) return NOT_FOUND
  if (child.process !== null) return { ok: false, reason: 'running' }
  if (child.isRestarting) return { ok: false, reason: 'restarting' }
  children.remove(child)
  return { ok: true }
}

function find(children: Children, target: unknown): Child | undefined {
  if (typeof target === 'string') return children.byId(target)
  const process = target instanceof Pid ? Pid.processOf(target) : null
  return process === null || !children.isPool ? undefined : children.of(process)
}

function childState(child: Child) {
  const { id, kind, module } = child.spec.facts
  return { id, pid: child.process?.pid ?? null, isRestarting: child.isRestarting, kind, module }
}

/** A pool has one specification, as in OTP. */
function count(children: Children) {
  const all = children.all()
  const supervisors = all.filter((child) => child.spec.facts.kind === 'supervisor').length
  return {
    specs: children.isPool ? 1 : all.length,
    active: all.filter((child) => child.process !== null).length,
    supervisors,
    workers: all.length - supervisors,
  }
}
