/** How much one experiment may hit, and how many there may be. Pure. */
import type { BlastRadius } from '@orrery/protocol/faults'
import { type Refused, refuse } from './plan.ts'

/** Experiments that are not over. */
export const MAX_OPEN = 64
/** On their way through the database and to the nodes at once. */
export const MAX_STARTING = 8
/** Asked for in one second. */
export const MAX_ASKED = 20
const SECOND_MS = 1_000

/** Takes so many a second. */
export function createThrottle(most = MAX_ASKED): (nowMs: number) => boolean {
  const taken: number[] = []
  return (nowMs) => {
    while (taken.length > 0 && nowMs - (taken[0] ?? nowMs) >= SECOND_MS) taken.shift()
    if (taken.length >= most) return false
    taken.push(nowMs)
    return true
  }
}

/** What would be hit on a node: chosen, or predicted to end with it. */
export interface Hit {
  node: string
  /** Alive on it. */
  processes: number
  targets: number
  mayExit: number
}

/** Of what a node tells of the radius: those that may end though nobody chose them. */
export function mayExit(radius: Pick<BlastRadius, 'groups'>): number {
  return radius.groups.reduce((sum, { effect, count }) => sum + (effect === 'may_exit' ? count : 0), 0)
}

export function sharePercent({ processes, targets, mayExit }: Hit): number {
  if (targets + mayExit === 0) return 0
  return processes === 0 ? 100 : Math.min(100, ((targets + mayExit) / processes) * 100)
}

/** One process may always be hit: the limit is for what spreads. */
export function overBlast(hits: readonly Hit[], blastPercent: number): Refused | null {
  for (const hit of hits) {
    const percent = sharePercent(hit)
    if (hit.targets + hit.mayExit <= 1 || percent <= blastPercent) continue
    return refuse(
      'fault.blast_limit',
      `it would hit ${round(percent)} % of the processes of ${hit.node} (${hit.targets} chosen, ${hit.mayExit} that may end with them, of ${hit.processes}); the limit is ${blastPercent} %`,
    )
  }
  return null
}

function round(percent: number): number {
  return Math.round(percent * 10) / 10
}
