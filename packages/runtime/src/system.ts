/**
 * System messages: what every process of a behaviour understands besides its own messages. They are calls that stand in the mailbox
 * among the others and are answered here, not by the behaviour; a suspended process answers them, too. Asked with `sys.ts`.
 */
import { Call } from './call.ts'
import { Captured } from './capture.ts'
import { copied } from './clone.ts'
import { type Before, changeCode, putBack } from './code-change.ts'
import { Debug, type Trace } from './debug.ts'
import { Held, stop } from './dispatch.ts'
import type { Driver } from './driver.ts'
import { type ExitReason, reasonOf } from './exit-reason.ts'
import { BUSY, DEAD, STARTING, SUSPENDED } from './flags.ts'
import { setDebug } from './intercept.ts'
import type { Proc } from './process.ts'
import { isPromise } from './raw.ts'
import { ExitSignal } from './signals.ts'

export type SystemOrder =
  | { readonly op: 'get_state' }
  | { readonly op: 'replace_state'; readonly replace: (state: unknown) => unknown }
  | { readonly op: 'suspend' }
  | { readonly op: 'resume' }
  | { readonly op: 'get_status' }
  | { readonly op: 'statistics'; readonly what: 'start' | 'stop' | 'get' }
  | { readonly op: 'trace'; readonly trace: Trace | null }
  | { readonly op: 'change_code'; readonly to: Driver; readonly extra: unknown }
  | { readonly op: 'put_back'; readonly before: Before }
  | { readonly op: 'terminate'; readonly reason: ExitReason }

export type SystemAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: ExitReason }

/** A class, so that no user's message can be taken for one, and so that it is given as it is. */
export class SystemRequest {
  readonly type: string
  readonly order: SystemOrder
  constructor(order: SystemOrder) {
    this.type = order.op
    this.order = order
  }
}

/** Answers a system message in the process's own turn. */
export function handleSystem(process: Proc, call: Call): PromiseLike<unknown> | undefined {
  const { cold } = process
  if (cold !== null && cold.systemWaiting > 0) cold.systemWaiting -= 1
  const { order } = call.message as SystemRequest
  const answer = carryOut(process, order)
  if (!isPromise(answer)) {
    give(process, call, answer, order)
    return undefined
  }
  return answer.then(
    (value) =>
      new Held(() => {
        give(process, call, value, order)
        return undefined
      }),
  )
}

/**
 * What a suspended process has to do all the same: the place of its next system message, or of its parent's order to end, counted
 * from the oldest message, or -1.
 */
export function nextSystem(process: Proc): number {
  const { mailbox } = process
  for (let i = 0; mailbox !== null && i < mailbox.length; i++) {
    const meta = mailbox.slots[mailbox.at(mailbox.head + 1 + i) + 2]
    if (meta instanceof Call ? meta.isSystem : meta instanceof ExitSignal && isOrderOfParent(process, meta))
      return i
  }
  return -1
}

/** A parent's exit ends who traps exits, after `terminate`; so does an order from outside. Who has no parent is its own, as in OTP. */
export function isOrderOfParent(process: Proc, signal: ExitSignal): boolean {
  return signal.via === 'shutdown' || (signal.from !== null && signal.from === (process.parent ?? process))
}

/** Ends the process where its parent says so; whether it did. What every behaviour does with an exit signal first. */
export function endedByParent(process: Proc, meta: unknown): boolean {
  if (!(meta instanceof ExitSignal) || !isOrderOfParent(process, meta)) return false
  obey(process, meta)
  return true
}

/** Ends the process as an exit signal says, which is then on record as the order it carried out. */
export function obey(process: Proc, signal: ExitSignal): void {
  process.extra.order = signal
  stop(process, signal.reason, 'message', { cause: signal.cause, signal })
}

/** Something of the kind has come: a suspended process gets a turn for it. */
export function attend(process: Proc): void {
  process.extra.systemWaiting += 1
  attendAgain(process)
}

export function attendAgain(process: Proc): void {
  const { cold, flags } = process
  if ((flags & SUSPENDED) === 0 || (flags & (BUSY | DEAD | STARTING)) !== 0) return
  if (cold !== null && cold.systemWaiting > 0) process.node.scheduler.readyThoughSuspended(process)
}

/** Past the ordinary messages that wait, behind the system messages that went before them. */
export function putFirst(process: Proc): void {
  const { mailbox } = process
  if (mailbox === null) return
  let place = 0
  for (; place < mailbox.length - 1; place++) {
    const meta = mailbox.slots[mailbox.at(mailbox.head + 1 + place) + 2]
    if (!(meta instanceof Call && meta.isSystem)) break
  }
  mailbox.bringForward(mailbox.length - 1, place)
}

function give(process: Proc, call: Call, answer: SystemAnswer, order: SystemOrder): void {
  if (call.isOpen && (process.flags & DEAD) === 0) call.answer(answer)
  if (order.op === 'terminate' && answer.ok) stop(process, order.reason, 'message')
}

function carryOut(process: Proc, order: SystemOrder): SystemAnswer | PromiseLike<SystemAnswer> {
  const { node } = process
  switch (order.op) {
    case 'get_state':
      return stateAsked(process)
    case 'replace_state':
      return replaceState(process, order.replace)
    case 'suspend':
      node.suspend(process)
      return done(undefined)
    case 'resume':
      node.resume(process)
      return done(undefined)
    case 'get_status':
      return done(statusOf(process))
    case 'statistics':
      return done(statistics(process, order.what))
    case 'trace':
      debugging(process, (debug) => {
        debug.trace = order.trace
      })
      return done(undefined)
    case 'change_code':
      return changeCode(process, order.to, order.extra)
    case 'put_back':
      putBack(process, order.before)
      return done(undefined)
    case 'terminate':
      return done(undefined)
    default:
      return order satisfies never
  }
}

function replaceState(process: Proc, replace: (state: unknown) => unknown): SystemAnswer {
  const { driver } = process
  if (driver.replaceState === undefined) return refused('not_supported')
  try {
    driver.replaceState(process, replace(stateOf(process)))
    return done(copied(stateOf(process)))
  } catch (thrown) {
    return refused({ tag: 'callback_failed', reason: reasonOf(thrown) })
  }
}

function stateAsked(process: Proc): SystemAnswer | PromiseLike<SystemAnswer> {
  const state = stateOf(process)
  if (process.driver.isolation === undefined) return done(copied(state))
  return (state as Promise<unknown>).then(done, (thrown) => refused(reasonOf(thrown)))
}

function stateOf(process: Proc): unknown {
  const { driver } = process
  return driver.getState === undefined ? process.state : driver.getState(process)
}

function statusOf(process: Proc): unknown {
  const { driver, supervisor } = process
  return {
    pid: process.pid,
    name: process.name,
    behaviour: driver.behaviour,
    module: driver.module,
    version: driver.version,
    status: process.status,
    parent: process.parent?.pid ?? null,
    mailboxLength: process.mailboxLength,
    statistics: process.interceptor?.debug?.read(process) ?? null,
    ...(supervisor === null ? {} : { supervisor }),
    // As it may be shown: `formatStatus` has had its say.
    state: shown(driver.formatState(process)),
  }
}

function shown(state: unknown): unknown {
  return Captured.snapshotOf(state) ?? copied(state)
}

function statistics(process: Proc, what: 'start' | 'stop' | 'get'): unknown {
  if (what === 'get') return process.interceptor?.debug?.read(process) ?? null
  debugging(process, (debug) => {
    if (what === 'start') debug.start(process)
    else debug.startTimeMs = null
  })
  return null
}

function debugging(process: Proc, set: (debug: Debug) => void): void {
  const debug = process.interceptor?.debug ?? new Debug()
  set(debug)
  setDebug(process, debug.isIdle ? null : debug)
}

function done(value: unknown): SystemAnswer {
  return { ok: true, value }
}

function refused(reason: ExitReason): SystemAnswer {
  return { ok: false, reason }
}
