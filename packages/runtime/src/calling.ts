/** Opens a call: puts it into the target's mailbox and promises the answer. */
import { Call } from './call.ts'
import type { Node } from './node.ts'
import type { Proc } from './process.ts'

export function openCall(
  node: Node,
  caller: Proc | null,
  target: Proc,
  message: unknown,
  timeoutMs: number,
): Promise<unknown> {
  const { scheduler } = node
  // Also makes the clock's reading fresh.
  if (!scheduler.isAwake) scheduler.wake()
  const call = new Call(node, node.nextRef(), caller, message, node.clock.us)
  call.open(target)
  if (caller !== null) {
    if (node.running === caller) node.noteSend(target, message)
    else caller.noteSend(target, message)
  }
  if (timeoutMs !== Number.POSITIVE_INFINITY) node.timers.add(call, timeoutMs, node.clock.us)
  node.deliver(target, message, caller, call)
  return new Promise((resolve, reject) => {
    call.resolve = resolve
    call.reject = reject
  })
}
