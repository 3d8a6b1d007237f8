/** Makes processes: from a behaviour, a handler or a function. */

import type { ProcessFlags, SpawnOptions } from './context.ts'
import { checkerFor } from './contract.ts'
import { turn } from './dispatch.ts'
import type { Driver } from './driver.ts'
import { MisuseError, StartError } from './errors.ts'
import { HIDDEN, HIGH, IMMUNE, QUEUED } from './flags.ts'
import { setContract } from './intercept.ts'
import { IsolatedDriver } from './isolated/host.ts'
import type { Isolation } from './isolated/isolation.ts'
import type { Node } from './node.ts'
import { setMaxMailbox } from './overflow.ts'
import type { Pid } from './pid.ts'
import { setPriority } from './priority.ts'
import { type ChildFacts, Proc, type Started } from './process.ts'
import { FunctionDriver, HandlerDriver } from './raw.ts'
import { isVia } from './registry.ts'
import { link } from './signals.ts'

interface Options extends SpawnOptions<unknown> {}

/** Makes the process; its `init` runs in its first turn. */
export function spawnProcess(
  node: Node,
  parent: Proc | null,
  what: unknown,
  options: Options,
  child: ChildFacts | null,
): Proc {
  const process = makeProcess(node, parent, what, options, child)
  node.scheduler.ready(process)
  return process
}

/** Makes the process, linked to its parent, and resolves when its `init` has returned. */
export async function startProcess(
  node: Node,
  parent: Proc | null,
  what: unknown,
  options: Options,
): Promise<Pid> {
  const { process, result } = initProcess(node, parent, what, options, null)
  const started = result instanceof Promise ? await result : result
  if (!started.ok) throw new StartError(process.module, started.reason)
  return process.pid
}

/**
 * Makes the process and runs its `init` at once, inside the parent's turn: a parent waits for its child's `init`
 * anyway, as in OTP, and a tree of synchronous ones comes up without a detour through the event loop.
 */
export function initProcess(
  node: Node,
  parent: Proc | null,
  what: unknown,
  options: Options,
  child: ChildFacts | null,
): { process: Proc; result: Started | Promise<Started> } {
  const process = makeProcess(node, parent, what, options, child)
  if (parent !== null) link(parent, process)
  let now: Started | null = null
  let later: ((started: Started) => void) | null = null
  process.extra.started = (started) => {
    now = started
    later?.(started)
  }
  process.flags |= QUEUED
  turn(process)
  process.flags &= ~QUEUED
  process.readyIfMore()
  const result = now as Started | null
  return {
    process,
    result:
      result ??
      new Promise<Started>((resolve) => {
        later = resolve
      }),
  }
}

function makeProcess(
  node: Node,
  parent: Proc | null,
  what: unknown,
  options: Options,
  child: ChildFacts | null,
): Proc {
  const { isolated } = options
  const driver =
    isolated === undefined ? node.codeOf(driverOf(what)) : isolatedDriver(driverOf(what), isolated)
  const args = typeof what === 'function' ? { run: what, args: options.args } : options.args
  // The parent's turn has a fresh reading already.
  node.scheduler.freshen()
  const process = new Proc(node, node.nextPid(), driver, args, parent, child)
  if (options.name !== undefined) node.register(options.name, process)
  if (options.label !== undefined) process.extra.label = options.label
  else if (options.name !== undefined && isVia(options.name)) process.extra.label = options.name
  if (options.immune === true) process.flags |= IMMUNE
  if (options.hidden === true) process.flags |= HIDDEN
  setFlags(process, options)
  const checker = checkerFor(node, driver.contract)
  if (checker !== null) setContract(process, checker)
  node.addProcess(process)
  if (node.hooks !== null) node.observeStart(process)
  return process
}

function setFlags(process: Proc, { priority, maxMailbox, flightRecorder }: ProcessFlags): void {
  if (priority !== undefined) setPriority(process, priority)
  else if (process.kind === 'supervisor') process.flags |= HIGH
  if (maxMailbox !== undefined) setMaxMailbox(process, maxMailbox)
  if (flightRecorder === undefined) return
  if (!Number.isSafeInteger(flightRecorder) || flightRecorder < 1 || flightRecorder > MOST_RECORDED) {
    throw new MisuseError('bad_flag', `flightRecorder takes 1 to ${MOST_RECORDED}`)
  }
  process.extra.flightRecorder = flightRecorder
}

function isolatedDriver(driver: Driver, isolated: Isolation): Driver {
  if (driver.serve === undefined) {
    throw new MisuseError(
      'bad_isolation',
      `a ${driver.behaviour} cannot be isolated: it needs a GenServer or a GenStatem`,
    )
  }
  return new IsolatedDriver(driver, isolated)
}

const MOST_RECORDED = 4_096

const functions = new FunctionDriver()
const handlers = new WeakMap<object, Driver>()

function driverOf(what: unknown): Driver {
  if (typeof what === 'function') return functions
  if (typeof what === 'object' && what !== null) {
    if ('initialCall' in what && 'settled' in what) return what as Driver
    const known = handlers.get(what)
    if (known !== undefined) return known
    const driver = new HandlerDriver(what as never)
    handlers.set(what, driver)
    return driver
  }
  throw new TypeError('spawn takes a function, a handler or a behaviour')
}
