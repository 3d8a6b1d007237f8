/**
 * The node's own upgrade, while mail is under way: 1.0.0 to 1.1.0, and back again. The directory is asked by the queue, so it is
 * changed first.
 */
import { type Behaviour, type Node, Release, type ReleaseResult, reasonTag } from '@orrery/runtime'
import { DeliveryQueue, DeliveryQueue11 } from './outbound/delivery-queue.ts'
import { Directory, Directory11 } from './outbound/directory.ts'

export const FIRST_RELEASE = '1.0.0'
export const NEXT_RELEASE = '1.1.0'

/** From the first release to the next, from the next to the first. */
export function changeRelease(node: Node): Promise<ReleaseResult> {
  const isFirst = node.release === FIRST_RELEASE
  const change = <Args, A>(first: Behaviour<Args, A>, next: Behaviour<Args, A>) =>
    isFirst ? { from: first, to: next } : { from: next, to: first }
  return Release.upgrade(node, {
    release: isFirst ? NEXT_RELEASE : FIRST_RELEASE,
    update: [change(Directory, Directory11), change(DeliveryQueue, DeliveryQueue11)],
  })
}

/** One line for the log. */
export function toldUpgrade(result: ReleaseResult): string {
  if (!result.ok) {
    return `not upgraded: ${result.failed.key} ${reasonTag(result.reason)}; ${result.rolledBack.length} processes went back`
  }
  return `is ${result.release} now: ${result.changed.length} processes changed, longest pause ${longestPauseMs(result).toFixed(1)} ms`
}

export function longestPauseMs(result: ReleaseResult): number {
  const changed = result.ok ? result.changed : result.rolledBack
  return Math.max(0, ...changed.map(({ pausedMs }) => pausedMs))
}
