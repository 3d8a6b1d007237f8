/**
 * Opens a call. Where the target is idle and nobody else is waiting for a turn, it gets its turn at once, on the
 * stack of the async code that calls: that code would wait anyway, and an answer that is there already needs neither timer
 * nor detour through the run queue.
 */
import { Call } from './call.ts'
import { turn } from './dispatch.ts'
import { BUSY, QUEUED, UNAVAILABLE } from './flags.ts'
import type { Node } from './node.ts'
import type { Proc } from './process.ts'

export function openCall(
  node: Node,
  caller: Proc | null,
  target: Proc,
  message: unknown,
  timeoutMs: number,
  isSystem = false,
): Promise<unknown> {
  const { scheduler, clock } = node
  scheduler.freshen()
  const call = new Call(node, node.nextRef(), caller, message, clock.tick, isSystem)
  call.open(target)
  if (caller !== null) {
    if (node.running === caller) node.sends.note(target, message)
    else caller.noteSend(target, message)
  }
  if (caller !== null && canRunAtOnce(node, caller, target)) {
    target.flags |= QUEUED
    node.deliver(target, message, caller, call)
    target.flags &= ~QUEUED
    turn(target)
    target.readyIfMore()
    if (!call.isOpen) return call.promise()
  } else {
    node.deliver(target, message, caller, call)
  }
  if (timeoutMs !== Number.POSITIVE_INFINITY) {
    // A long timeout may begin with the latest reading of the clock.
    node.timers.add(call, timeoutMs, timeoutMs < 1_000 ? clock.read() : clock.us)
  }
  return call.promise()
}

/** The caller's code is between its awaits, nothing else of the node's is on the stack, and the target has nothing else to do. */
function canRunAtOnce(node: Node, caller: Proc, target: Proc): boolean {
  return (
    node.running === null &&
    (caller.flags & BUSY) !== 0 &&
    node.scheduler.isIdle() &&
    (target.flags & UNAVAILABLE) === 0 &&
    target.mailboxLength === 0
  )
}
