/** The exchange's own upgrade, while calls are set up: 1.0.0 to 1.1.0, and back again. */
import { type Node, Release, type ReleaseResult, reasonTag } from '@orrery/runtime'
import { Router, Router11 } from './routing/router.ts'

export const FIRST_RELEASE = '1.0.0'
export const NEXT_RELEASE = '1.1.0'

export function changeRelease(node: Node): Promise<ReleaseResult> {
  const isFirst = node.release === FIRST_RELEASE
  return Release.upgrade(node, {
    release: isFirst ? NEXT_RELEASE : FIRST_RELEASE,
    update: [isFirst ? { from: Router, to: Router11 } : { from: Router11, to: Router }] as never,
  })
}

/** One line for the log. */
export function toldUpgrade(result: ReleaseResult): string {
  if (!result.ok) return `not upgraded: ${result.failed.key} ${reasonTag(result.reason)}`
  const longestMs = Math.max(0, ...result.changed.map(({ pausedMs }) => pausedMs))
  return `is ${result.release} now, longest pause ${longestMs.toFixed(1)} ms`
}
