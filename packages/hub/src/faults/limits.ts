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

/** Adds steps up to what they hit together: a process counts once, though several steps may be about it. */
export interface Tally {
  /** `radius` is `null` where the node told none: then the targets alone count. */
  add(node: string, processes: number, targets: readonly { key: string }[], radius: Radius | null): void
  hits(): Hit[]
}

type Radius = Pick<BlastRadius, 'groups'>

export function createTally(): Tally {
  const nodes = new Map<string, { processes: number; chosen: Set<string>; falling: Map<string, number> }>()
  return {
    add(node, processes, targets, radius) {
      const at = nodes.get(node) ?? { processes, chosen: new Set(), falling: new Map() }
      nodes.set(node, at)
      for (const { key } of targets) at.chosen.add(key)
      for (const { effect, parent, module, label, count } of radius?.groups ?? []) {
        if (effect !== 'may_exit') continue
        // Who may end is told as groups, not one by one: of the same group the larger part stands for both.
        const group = JSON.stringify([parent, module, label])
        at.falling.set(group, Math.max(count, at.falling.get(group) ?? 0))
      }
    },
    hits: () =>
      [...nodes].map(([node, { processes, chosen, falling }]) => ({
        ...{ node, processes, targets: chosen.size },
        mayExit: [...falling.values()].reduce((sum, count) => sum + count, 0),
      })),
  }
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
