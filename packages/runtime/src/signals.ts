/**
 * Exit signals, links and monitors, with OTP's semantics. A signal takes effect at the target at once, a trapped one as a
 * message, any other by condemning it; the ends of condemned processes are carried out one after the other
 * (`bury`), so a chain of a million links needs no stack. A process is never ended under its own running code.
 */
import type { CrashLink, Mechanism, Via } from './crash.ts'
import { type End, finish } from './exit.ts'
import type { ExitReason } from './exit-reason.ts'
import { DEAD, EXITING, RUNNING, SUSPENDED, TRAPS_EXIT } from './flags.ts'
import type { Node } from './node.ts'
import { Pid } from './pid.ts'
import type { Proc } from './process.ts'
import { hasLink, Monitor, withLink, withoutLink } from './relations.ts'
import { attend, isOrderOfParent } from './system.ts'

/** What led to a signal or an end: the crash behind it and how it got here. */
export interface CrashCause {
  readonly crash: CrashLink
  readonly mechanism: Mechanism | null
}

/** Carried by every exit signal, so that a post-mortem can tell who and why. */
export class ExitSignal {
  /** `null` for signals from outside the node's processes. */
  readonly from: Proc | null
  readonly via: Via
  readonly reason: ExitReason
  readonly cause: CrashCause | null
  /** A supervisor's own order: what it kills so has not crashed. */
  readonly isOrder: boolean
  /** The supervisor that stops the process will start it again. */
  readonly willRestart: boolean

  constructor(
    from: Proc | null,
    via: Via,
    reason: ExitReason,
    cause: CrashCause | null = null,
    isOrder = false,
    willRestart = false,
  ) {
    this.from = from
    this.via = via
    this.reason = reason
    this.cause = cause
    this.isOrder = isOrder
    this.willRestart = willRestart
  }
}

/** Thrown by `ctx.exit(ctx.self, …)` so that the running handler stops there. */
export class SelfExit extends Error {
  constructor() {
    super('the process ended itself')
    this.name = 'SelfExit'
  }
}

/** `from` is the sender's pid, also where the sender has ended long ago. */
export function sendExit(target: Proc, signal: ExitSignal, from = signal.from?.pid ?? null): void {
  if ((target.flags & DEAD) !== 0) return
  const { reason } = signal
  if (reason === 'kill' && signal.via !== 'link') {
    condemn(target, 'killed', signal)
    return
  }
  if ((target.flags & TRAPS_EXIT) !== 0) {
    const message = { type: 'EXIT', from, reason }
    target.node.deliver(target, message, signal.from, signal)
    if ((target.flags & SUSPENDED) !== 0 && isOrderOfParent(target, signal)) attend(target)
    return
  }
  if (reason === 'normal' && signal.from !== target) return
  condemn(target, reason, signal)
}

/** The target is dead to everybody from here on; its end follows. */
export function condemn(target: Proc, reason: ExitReason, signal: ExitSignal): void {
  const { node } = target
  target.flags |= EXITING
  target.extra.doom = { reason, signal }
  node.forgetName(target)
  if ((target.flags & RUNNING) !== 0) return
  node.condemned.push(target)
  node.scheduler.wake()
}

/** Carries out the ends that are due, and those they cause. */
export function bury(node: Node): void {
  const { condemned, scheduler } = node
  scheduler.isHeld = true
  for (let i = 0; i < condemned.length; i++) {
    const process = condemned[i] as Proc
    const doom = process.cold?.doom
    if (doom !== undefined && doom !== null) finish(process, endBySignal(process, doom.reason, doom.signal))
  }
  condemned.length = 0
  scheduler.isHeld = false
}

/** A crash whose `terminate` the signal interrupts has its report already. */
export function endBySignal(process: Proc, reason: ExitReason, signal: ExitSignal): End {
  const kind = signal.reason === 'kill' && signal.via !== 'link' ? 'kill' : 'exit'
  return {
    reason,
    kind,
    error: null,
    signal,
    cause: signal.cause,
    crash: process.pending?.end?.crash ?? null,
  }
}

export function link(process: Proc, peer: Proc | null, pid: Pid | null = peer?.pid ?? null): void {
  if (peer === process) return
  if (peer === null || (peer.flags & DEAD) !== 0) {
    sendExit(process, new ExitSignal(peer, 'link', 'noproc'), pid)
    return
  }
  process.links = withLink(process.links, peer)
  peer.links = withLink(peer.links, process)
}

export function unlink(process: Proc, peer: Proc | null): void {
  if (peer === null || !hasLink(process.links, peer)) return
  process.links = withoutLink(process.links, peer)
  peer.links = withoutLink(peer.links, process)
}

export function monitor(watcher: Proc, target: Proc | null, pid: Pid | null = target?.pid ?? null): Monitor {
  const { node } = watcher
  const ref = new Monitor(node.nextRef(), watcher, target, pid)
  if (target === null || (target.flags & DEAD) !== 0) {
    notify(node, ref, 'noproc')
    return ref
  }
  target.monitoredBy ??= new Set()
  target.monitoredBy.add(ref)
  watcher.monitors ??= new Set()
  watcher.monitors.add(ref)
  return ref
}

export function demonitor(ref: Monitor): void {
  const isPending = ref.watcher.monitors?.delete(ref) ?? false
  ref.target?.monitoredBy?.delete(ref)
  if (isPending) return
  const { mailbox } = ref.watcher
  if (mailbox === null) return
  for (let i = 0; i < mailbox.length; i++) {
    if (mailbox.slots[mailbox.at(mailbox.head + 1 + i) + 2] !== ref) continue
    mailbox.remove(i)
    return
  }
}

/** Tells one watcher that its target has ended. */
export function notify(node: Node, ref: Monitor, reason: ExitReason): void {
  ref.watcher.monitors?.delete(ref)
  if ((ref.watcher.flags & DEAD) !== 0) return
  const message = { type: 'DOWN', ref, pid: ref.pid, reason }
  node.deliver(ref.watcher, message, ref.target, ref)
}

/** The living process behind a target, or `null`. */
export function resolve(node: Node, to: Pid | string): Proc | null {
  if (typeof to === 'string') return node.named(to)
  return Pid.processOf(to)
}
