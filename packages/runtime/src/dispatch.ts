/** The one place that runs user code and catches what it throws. */
import { Call, CallError } from './call.ts'
import type { Phase } from './driver.ts'
import { MisuseError } from './errors.ts'
import { type End, finish, report } from './exit.ts'
import {
  Exit,
  type ExitKind,
  type ExitReason,
  FatalExit,
  isError,
  isNormal,
  isOrderly,
  reasonOf,
  type ThrownThere,
} from './exit-reason.ts'
import {
  ASIDE,
  BUSY,
  DEAD,
  EXITED,
  EXITING,
  HALT,
  HAS_NEXT,
  ISOLATED,
  RECEIVING,
  RUNNING,
  SPECIAL,
  STARTING,
  SUSPENDED,
  TERMINATING,
  TIMED,
} from './flags.ts'
import { interceptHandling, isOrdinary } from './intercept.ts'
import type { Mailbox } from './mailbox.ts'
import type { Proc } from './process.ts'
import { endBySignal } from './signals.ts'
import { attendAgain, handleSystem, nextSystem } from './system.ts'

/** An async handler between its awaits. */
export class Pending {
  readonly phase: Phase
  readonly meta: unknown
  readonly seq: number
  readonly startedUs: number
  /** For `terminate`: the end that follows it. */
  readonly end: End | null
  /** Messages that the timing of this one stands for; 0 where it is not told (`timing.ts`). */
  weight = 0
  /** Microseconds its handler ran before its first await. */
  ranUs = 0

  constructor(phase: Phase, meta: unknown, seq: number, startedUs: number, end: End | null) {
    this.phase = phase
    this.meta = meta
    this.seq = seq
    this.startedUs = startedUs
    this.end = end
  }
}

/** A send counts double, so that who sends in bulk does not outrun who receives. */
const SEND_COST = 2
const SPAWN_COST = 16

/** Runs one process for at most its budget of messages. */
export function turn(process: Proc): void {
  if ((process.flags & DEAD) !== 0) return
  const { node, driver } = process
  const { scheduler, clock, timing } = node
  const outer = node.enter(process)
  let phase: Phase = 'message'
  const isStart = (process.flags & STARTING) !== 0
  const { counters, sends } = node
  let { spawned } = counters
  let taken = 0
  try {
    if ((process.flags & SPECIAL) !== 0) {
      if (isStart) phase = 'init'
      else if ((process.flags & HAS_NEXT) !== 0) phase = process.cold?.nextPhase ?? 'continue'
      else phase = 'run'
      special(process, phase)
      phase = 'message'
    }
    const { mailbox } = process
    // A start is a turn of its own, so that a parent waits for its child's `init` and for nothing more.
    if (mailbox !== null && !isStart && (process.flags & HALT) === 0) {
      let budget = node.reductions
      while (mailbox.head !== mailbox.tail && budget > 0) {
        budget -= 1
        taken += 1
        if (--scheduler.untilReading <= 0 && scheduler.checkClock()) budget = 0
        const isTimed = --timing.left <= 0
        const beganUs = isTimed ? clock.read() : 0
        const at = mailbox.take(clock.tick)
        const { slots } = mailbox
        const message = slots[at]
        const meta = slots[at + 2]
        sends.count = 0
        const weight = isTimed ? timing.begin(beganUs) : 0
        const promise =
          (process.flags & ASIDE) === 0 && !isSystem(meta)
            ? driver.handle(process, message, slots[at + 1] as Proc | null, meta)
            : handleAside(process, message, slots[at + 1] as Proc | null, meta)
        if (promise !== undefined) {
          wait(process, promise, 'message', meta)
          if (isTimed && process.pending !== null) noteStart(process.pending, weight, clock.read() - beganUs)
        } else if (isTimed) noteTook(process, mailbox, clock.read() - beganUs, weight)
        budget -= sends.count * SEND_COST
        if (counters.spawned !== spawned) {
          budget -= (counters.spawned - spawned) * SPAWN_COST
          spawned = counters.spawned
        }
        if ((process.flags & HALT) !== 0 || node.condemned.length !== 0) break
      }
      mailbox.relax()
    } else if ((process.flags & SUSPENDED) !== 0 && !isStart) attendSuspended(process)
    if ((process.flags & (RECEIVING | BUSY)) === RECEIVING && process.pending === null) throw notAwaited()
  } catch (thrown) {
    failed(process, thrown, phase, 'throw', clock.us)
  } finally {
    counters.handled += taken
    node.leave(process, outer)
    if ((process.flags & SUSPENDED) !== 0) attendAgain(process)
    // Condemned while its own code was running.
    if ((process.flags & DEAD) === EXITING && (process.flags & RUNNING) === 0) finishDoomed(process)
  }
}

function noteTook(process: Proc, mailbox: Mailbox, tookUs: number, weight: number): void {
  const seq = mailbox.head
  mailbox.noteTook(seq, tookUs)
  process.node.observeTiming(process, mailbox.waitedUs(seq), tookUs, tookUs, weight)
}

function noteStart(pending: Pending, weight: number, ranUs: number): void {
  pending.weight = weight
  pending.ranUs = ranUs
}

function special(process: Proc, phase: Phase): void {
  if (phase === 'init') {
    const promise = process.driver.init(process)
    if (promise !== undefined) wait(process, promise, 'init', undefined)
    return
  }
  if ((process.flags & HAS_NEXT) !== 0) {
    process.flags &= ~HAS_NEXT
    const promise = process.driver.next(process, phase, process.cold?.nextValue)
    if (promise !== undefined) wait(process, promise, phase, undefined)
    return
  }
  process.receiver?.look()
}

function isSystem(meta: unknown): boolean {
  return meta instanceof Call && meta.isSystem
}

/** A suspended process answers system messages, and its parent's order to end; one a turn. */
function attendSuspended(process: Proc): void {
  const index = nextSystem(process)
  const { mailbox, node } = process
  if (index < 0 || mailbox === null) {
    process.extra.systemWaiting = 0
    return
  }
  mailbox.bringForward(index)
  const at = mailbox.take(node.clock.tick)
  node.counters.handled += 1
  const message = mailbox.slots[at]
  const sender = mailbox.slots[at + 1] as Proc | null
  const meta = mailbox.slots[at + 2]
  const promise = handleSpecially(process, message, sender, meta)
  if (promise !== undefined) wait(process, promise, 'message', meta)
}

function handleAside(
  process: Proc,
  message: unknown,
  sender: Proc | null,
  meta: unknown,
): PromiseLike<unknown> | undefined {
  if ((process.flags & TIMED) !== 0) process.cancelIdleTimeout()
  return handleSpecially(process, message, sender, meta)
}

function handleSpecially(
  process: Proc,
  message: unknown,
  sender: Proc | null,
  meta: unknown,
): PromiseLike<unknown> | undefined {
  if (isSystem(meta)) return handleSystem(process, meta as Call)
  return intercepted(process, message, sender, meta)
}

/** A handler behind an interceptor, which may hold the handler back and has the last word after it. */
function intercepted(
  process: Proc,
  message: unknown,
  sender: Proc | null,
  meta: unknown,
): PromiseLike<unknown> | undefined {
  const { driver, interceptor } = process
  if (interceptor === null) return driver.handle(process, message, sender, meta)
  const handle = () => driver.handle(process, message, sender, meta)
  const { contract } = interceptor
  if (contract !== null && isOrdinary(meta) && contract.refuses(process, message, sender, meta))
    return undefined
  const { held, after } = interceptHandling(interceptor, process, message, sender, meta)
  const run = (): PromiseLike<unknown> | undefined => {
    const promise = handle()
    if (promise === undefined) {
      if ((process.flags & DEAD) === 0) after()
      return undefined
    }
    return promise.then((value) => new Afterwards(value, after))
  }
  if (held === null) return run()
  return held.then(() => new Held(run))
}

/** What a held message comes to: its handler, to be run where handlers run. */
export class Held {
  readonly run: () => PromiseLike<unknown> | undefined
  constructor(run: () => PromiseLike<unknown> | undefined) {
    this.run = run
  }
}

/** What an intercepted async handler came to, and what comes after. */
class Afterwards {
  readonly value: unknown
  readonly run: () => void
  constructor(value: unknown, run: () => void) {
    this.value = value
    this.run = run
  }
}

/** Ends a process whose code failed outside its handler's own stack. */
export function crash(process: Proc, thrown: unknown, phase: Phase): void {
  failed(process, thrown, phase, 'throw', process.node.clock.us)
}

/** From here on the process waits for an async handler; nothing else of it runs. */
export function wait(
  process: Proc,
  promise: PromiseLike<unknown>,
  phase: Phase,
  meta: unknown,
  end: End | null = null,
): void {
  const { node } = process
  if ((process.flags & EXITED) !== 0) {
    // It ended in its handler's first part; what that comes to is abandoned.
    const abandon = () => {
      node.counters.abandoned += 1
    }
    promise.then(abandon, abandon)
    return
  }
  const pending = new Pending(phase, meta, process.handled, node.clock.us, end)
  process.pending = pending
  if ((process.flags & RECEIVING) === 0) process.flags |= BUSY
  if (node.sends.count > 0) process.keepSends()
  promise.then(
    (value) => resume(process, pending, value),
    (error) => resumeFailed(process, pending, error),
  )
}

function resume(process: Proc, pending: Pending, value: unknown): void {
  const { node } = process
  if (process.pending !== pending) {
    node.counters.abandoned += 1
    return
  }
  const outer = node.enter(process)
  try {
    settle(process, pending)
    if (pending.phase === 'terminate') finish(process, pending.end as End)
    else if (value instanceof Held) {
      const promise = value.run()
      if (promise !== undefined) wait(process, promise, pending.phase, pending.meta)
    } else if (value instanceof Afterwards) {
      process.driver.settled(process, pending.phase, value.value, pending.meta)
      if ((process.flags & DEAD) === 0) value.run()
    } else process.driver.settled(process, pending.phase, value, pending.meta)
  } catch (thrown) {
    failed(process, thrown, pending.phase, 'rejection', pending.startedUs)
  } finally {
    node.leave(process, outer)
    if ((process.flags & DEAD) === EXITING && (process.flags & RUNNING) === 0) finishDoomed(process)
  }
  process.readyIfMore()
}

function resumeFailed(process: Proc, pending: Pending, error: unknown): void {
  const { node } = process
  if (process.pending !== pending) {
    node.counters.abandoned += 1
    return
  }
  failed(process, error, pending.phase, 'rejection', pending.startedUs)
}

function settle(process: Proc, pending: Pending): void {
  const { node } = process
  node.scheduler.freshen()
  const { mailbox } = process
  if (pending.phase === 'message' && mailbox !== null) {
    const tookUs = node.clock.us - pending.startedUs
    mailbox.noteTook(pending.seq, tookUs)
    const { weight, ranUs, seq } = pending
    if (weight > 0) node.observeTiming(process, mailbox.waitedUs(seq), tookUs, ranUs, weight)
  }
  process.pending = null
  process.flags &= ~BUSY
  process.receiver?.cancel()
  process.receiver = null
  if (process.cold !== null) process.cold.sends = null
}

function failed(
  process: Proc,
  thrown: unknown,
  phase: Phase,
  how: 'throw' | 'rejection',
  startedUs: number,
): void {
  if ((process.flags & EXITED) !== 0) return
  if ((process.flags & EXITING) !== 0) return finishDoomed(process)
  const pending = process.pending
  if (phase === 'terminate' && pending?.end?.crash) {
    // A crash whose last words fail keeps its report; the later reason is what the others see, as in OTP.
    finish(process, { ...pending.end, reason: reasonOf(thrown) })
    return
  }
  end(process, endByThrow(thrown, how), phase, startedUs)
}

function endByThrow(thrown: unknown, how: 'throw' | 'rejection'): End {
  const error = isError(thrown) ? thrown : null
  // As in OTP, who waited for a server that was shut down is shut down too.
  if (error instanceof CallError && isOrderly(error.reason) && !isNormal(error.reason)) {
    return { reason: { shutdown: error }, kind: 'normal', error, signal: null, cause: null, crash: null }
  }
  return {
    reason: reasonOf(thrown),
    kind: kindOfThrow(error, how),
    error,
    signal: null,
    cause: null,
    crash: null,
  }
}

function kindOfThrow(thrown: Error | null, how: 'throw' | 'rejection'): ExitKind {
  if (thrown instanceof FatalExit) return thrown.kind
  if (thrown instanceof Exit) return isNormal(thrown.reason) ? 'normal' : 'exit'
  if (thrown instanceof CallError) return thrown.reason === 'timeout' ? 'timeout' : 'exit'
  return (thrown as ThrownThere | null)?.isThrow === true ? 'throw' : how
}

/** Ends a process that stops by its own doing: the crash report first, its `terminate` next, then the exit. */
export function end(process: Proc, ending: End, phase: Phase, startedUs: number | null): void {
  report(process, ending, phase, startedUs)
  const { driver, node } = process
  if (
    !driver.hasTerminate ||
    phase === 'init' ||
    phase === 'terminate' ||
    (process.flags & TERMINATING) !== 0
  ) {
    finish(process, ending)
    return
  }
  process.flags |= TERMINATING
  process.flags &= ~BUSY
  process.pending = null
  process.receiver?.cancel()
  process.receiver = null
  const outer = node.enter(process)
  let last = ending
  try {
    const promise = driver.terminate(process, ending.reason)
    if (promise !== undefined) {
      wait(process, promise, 'terminate', undefined, ending)
      return
    }
  } catch (thrown) {
    last = { ...endByThrow(thrown, 'throw'), crash: ending.crash }
    report(process, last, 'terminate', null)
  } finally {
    node.leave(process, outer)
  }
  if ((process.flags & DEAD) === 0) finish(process, last)
}

function finishDoomed(process: Proc): void {
  const doom = process.cold?.doom
  if (doom !== undefined && doom !== null) finish(process, endBySignal(process, doom.reason, doom.signal))
}

const NOTHING: Partial<End> = {}
/** Never written to: an orderly end has no crash. */
const NORMAL: End = Object.freeze({
  reason: 'normal',
  kind: 'normal',
  error: null,
  signal: null,
  cause: null,
  crash: null,
})

/** Ends the process of its own accord, as a handler's `stop` result or a parent's order does. */
export function stop(process: Proc, reason: ExitReason, phase: Phase, partial: Partial<End> = NOTHING): void {
  if ((process.flags & ISOLATED) !== 0) return process.stopping(reason)
  if (reason === 'normal' && partial === NOTHING && !process.driver.hasTerminate) {
    finish(process, NORMAL)
    return
  }
  const kind: ExitKind = isNormal(reason) ? 'normal' : 'exit'
  const ending: End = {
    reason,
    kind: isError(reason) ? 'throw' : kind,
    error: isError(reason) ? reason : null,
    signal: null,
    cause: null,
    crash: null,
    ...partial,
  }
  end(process, ending, phase, null)
}

/** `init` wants nothing: its supervisor goes on without it. */
export function startIgnored(process: Proc): void {
  const { cold } = process
  const started = cold?.started
  if (cold !== null) cold.started = null
  stop(process, 'normal', 'init')
  started?.({ ok: false, reason: 'normal', crash: null, isIgnored: true })
}

/** `init` stopped: the process has not started. */
export function startStopped(process: Proc, reason: ExitReason): void {
  stop(process, reason, 'init', isNormal(reason) ? {} : { kind: 'exit' })
}

/** `init` is over: whoever waits for it may go on. */
export function initialised(process: Proc): void {
  process.flags &= ~STARTING
  if (process.node.hooks !== null) process.node.observeInitialised(process)
  const { cold } = process
  if (cold === null || cold.started === null) return
  const { started } = cold
  cold.started = null
  started({ ok: true })
}

function notAwaited(): MisuseError {
  return new MisuseError('receive_not_awaited', 'a handler returned while its receive was still waiting')
}
