/** What a supervisor does when a child has ended: pure decisions, performed by `supervisor.ts`. */
import { type ExitReason, isOrderly } from '../exit-reason.ts'
import type { AutoShutdown, ChildSpecFacts, Restart, Strategy } from '../hooks.ts'
import type { ChildSpec } from './child.ts'

/** Whether a child that ended with `reason` is to be started again. */
export function isToRestart(restart: Restart, reason: ExitReason): boolean {
  switch (restart) {
    case 'permanent':
      return true
    case 'transient':
      return !isOrderly(reason)
    case 'temporary':
      return false
    default:
      return restart satisfies never
  }
}

/** Whether a child that stays ended is forgotten too. */
export function isToForget(strategy: Strategy, restart: Restart): boolean {
  return strategy === 'simple_one_for_one' || restart === 'temporary'
}

/** Why a supervisor cannot take a specification, or `null`. */
export function unfit({ facts }: ChildSpec, autoShutdown: AutoShutdown): string | null {
  return facts.significant && autoShutdown === 'never'
    ? 'a significant child needs a supervisor with autoShutdown'
    : null
}

/** Whether a supervisor ends now that a child has ended for good; `live` are the children that are there or are to come back. */
export function isToShutDown(
  autoShutdown: AutoShutdown,
  ended: ChildSpecFacts,
  live: () => readonly ChildSpecFacts[],
): boolean {
  if (!ended.significant || autoShutdown === 'never') return false
  return autoShutdown === 'any_significant' || !live().some(({ significant }) => significant)
}

/** Which siblings, by place in start order, are stopped and started together with the one that ended. */
export function affected(strategy: Strategy, ended: number, count: number): { from: number; to: number } {
  switch (strategy) {
    case 'one_for_one':
    case 'simple_one_for_one':
      return { from: ended, to: ended + 1 }
    case 'rest_for_one':
      return { from: ended, to: count }
    case 'one_for_all':
      return { from: 0, to: count }
    default:
      return strategy satisfies never
  }
}

/** Milliseconds before the `attempt`-th restart in a row, counted from 0. */
export function backoffMs(
  backoff: { initialMs: number; maxMs: number; factor?: number },
  attempt: number,
): number {
  return Math.min(backoff.maxMs, backoff.initialMs * (backoff.factor ?? 2) ** attempt)
}
