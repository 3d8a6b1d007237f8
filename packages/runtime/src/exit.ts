/** The end of a process: crash report, then everything it held, then the signals to its peers, in this order. */

import { releaseAliases } from './alias.ts'
import { CallError } from './call.ts'
import type { CrashLink, Failure } from './crash.ts'
import { crashNotice, rawCrash } from './crash.ts'
import type { Phase } from './driver.ts'
import { type ExitKind, type ExitReason, isOrderly } from './exit-reason.ts'
import { EXITED, EXITING, INTERCEPTED, QUEUED, STARTING } from './flags.ts'
import { leaveGroups } from './pg.ts'
import { Pid } from './pid.ts'
import type { Proc } from './process.ts'
import { each, withoutLink } from './relations.ts'
import { type CrashCause, ExitSignal, notify, sendExit } from './signals.ts'

/** Why and how a process ends. */
export interface End {
  readonly reason: ExitReason
  readonly kind: ExitKind
  readonly error: Error | null
  /** The exit signal it died of, if any. */
  readonly signal: ExitSignal | null
  /** The crash that led to it, where one did. */
  readonly cause: CrashCause | null
  /** A failure for all its orderly reason: a supervisor that gave up. */
  readonly isFailure?: boolean
  /** Its crash, once reported. */
  crash: CrashLink | null
}

/** Makes a failure a crash, reported before anything else happens. An orderly end is none. */
export function report(process: Proc, end: End, phase: Phase | null, startedUs: number | null): void {
  if (end.crash !== null || isOrderlyEnd(end)) return
  const { node } = process
  const atUs = node.clock.nowUs()
  const cause = causeOf(process, end)
  const id = globalThis.crypto.randomUUID()
  end.crash = {
    id,
    rootCrash: cause?.crash.rootCrash ?? id,
    parentCrash: cause?.crash.id ?? null,
    mechanism: cause?.mechanism ?? null,
    depth: cause === null ? 0 : cause.crash.depth + 1,
    atUs,
  }
  node.counters.crashes += 1
  if (node.hooks?.processCrashed === undefined) return
  const killer = end.signal === null ? null : { process: end.signal.from, via: end.signal.via }
  const failure: Failure = {
    link: end.crash,
    kind: end.kind,
    reason: end.reason,
    error: end.error,
    killer,
    phase,
    startedUs,
  }
  if (node.hooks.wantsCrash !== undefined && !node.wantsCrash(crashNotice(process, failure))) return
  node.observeCrash(() => rawCrash(process, failure))
}

/** Ends the process. Its async continuation, if any, is abandoned. */
export function finish(process: Proc, end: End): void {
  if ((process.flags & EXITED) !== 0) return
  const { node } = process
  report(process, end, process.pending?.phase ?? null, process.pending?.startedUs ?? null)
  const wasStarting = (process.flags & STARTING) !== 0
  const willRestart = mayRestart(process, end)
  process.flags = (process.flags & ~(EXITING | STARTING | QUEUED)) | EXITED
  process.pending = null
  process.receiver?.cancel()
  process.receiver = null
  node.forgetName(process)
  node.removeProcess(process)
  node.counters.exited += 1
  const { mailbox } = process
  if (mailbox !== null) node.counters.lost += mailbox.length
  const { cold } = process
  if (cold !== null && cold.idleTimer !== null) node.timers.remove(cold.idleTimer)
  process.driver.ended?.(process)
  if (node.hooks?.processExited !== undefined) observeExit(process, end, willRestart)
  cold?.abort?.abort(end.reason)

  if (cold !== null && (cold.groups !== null || cold.watchedGroups !== null)) leaveGroups(process)
  const { reason, crash } = end
  while (process.calling !== null) process.calling.close()
  while (process.callers !== null) process.callers.fail(reason, crash)
  const { monitors, monitoredBy } = process
  if (monitors !== null) for (const ref of monitors) ref.target?.monitoredBy?.delete(ref)
  process.monitors = null
  const { links } = process
  if (links !== null) {
    process.links = null
    const signal = new ExitSignal(
      process,
      'link',
      reason,
      crash === null ? null : { crash, mechanism: 'link' },
    )
    each(links, (peer) => {
      peer.links = withoutLink(peer.links, process)
      sendExit(peer, signal)
    })
  }
  if (monitoredBy !== null) {
    process.monitoredBy = null
    for (const ref of monitoredBy) notify(node, ref, reason)
  }
  if (cold !== null && cold.started !== null && wasStarting) cold.started({ ok: false, reason, crash })
  release(process)
  cold?.ended?.(reason)
}

function observeExit(process: Proc, end: End, willRestart: boolean): void {
  const { node } = process
  const { signal } = end
  const atUs = end.crash?.atUs ?? node.clock.nowUs()
  node.observeExit(process, {
    reason: end.reason,
    kind: end.crash === null ? 'normal' : end.kind,
    atUs,
    uptimeUs: Math.max(0, atUs - process.startedAtUs),
    crashId: end.crash?.id ?? null,
    crash: end.crash,
    killer:
      signal === null
        ? null
        : { pid: signal.from?.pid.toString() ?? 'outside', name: signal.from?.name ?? null, via: signal.via },
    willRestart,
  })
}

/** `normal` and `shutdown` are no crashes, and nor is what a supervisor's order does. */
function isOrderlyEnd(end: End): boolean {
  if (isOrderly(end.reason)) return end.isFailure !== true
  return end.signal?.isOrder === true
}

/** The crash that led to this one: behind its exit signal, its supervisor's order to stop, or its failed call. */
function causeOf(process: Proc, end: End): CrashCause | null {
  if (end.cause !== null) return end.cause
  const order = process.cold?.doom?.signal ?? process.cold?.order
  if (order !== undefined && order !== null && order.cause !== null) return order.cause
  if (end.error instanceof CallError && end.error.crash !== null)
    return { crash: end.error.crash, mechanism: null }
  return null
}

function mayRestart(process: Proc, end: End): boolean {
  const spec = process.child?.spec
  if (spec === undefined || process.parent === null || process.parent.status === 'exited') return false
  const signal = end.signal ?? process.cold?.order ?? null
  if (signal?.via === 'shutdown') return signal.willRestart && spec.restart !== 'temporary'
  return spec.restart === 'permanent' || (spec.restart === 'transient' && !isOrderly(end.reason))
}

/** Holds nothing any more that its pid, its children or a report could keep alive. */
function release(process: Proc): void {
  Pid.release(process.pid)
  process.mailbox = null
  process.state = undefined
  process.interceptor = null
  process.flags &= ~INTERCEPTED
  if (process.cold !== null) {
    if (process.cold.aliases !== null) releaseAliases(process.cold.aliases)
    process.cold.aliases = null
    process.cold.started = null
    process.cold.doom = null
    process.cold.order = null
    process.cold.nextValue = undefined
    process.cold.idleTimer = null
    process.cold.sends = null
  }
}
