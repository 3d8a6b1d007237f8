/** Experiments as they lie over the nodes: which processes they touch, which node stands still, and the spans that charts hatch. Pure. */
import type { FaultSpan, Lease } from '../views/fault-types.ts'

/** One experiment on one node. */
export interface Injected {
  /** Of the experiment. */
  id: string
  kind: string
  node: string
  /** Logical keys of what it lies upon; empty for a port or the node as a whole. */
  keys: readonly string[]
  /** The node as a whole stands still. */
  isPause: boolean
  startedAtMs: number
  endedAtMs: number | null
}

export const isActive = ({ endedAtMs }: Injected): boolean => endedAtMs === null

/** Which experiment each touched process shows, of those that last. */
export function touchedKeys(injected: Iterable<Injected>): Map<string, Map<string, string>> {
  const byNode = new Map<string, Map<string, string>>()
  for (const each of injected) {
    if (!isActive(each)) continue
    const keys = byNode.get(each.node) ?? new Map<string, string>()
    byNode.set(each.node, keys)
    for (const key of each.keys) keys.set(key, each.id)
  }
  return byNode
}

/** Those that lasted at `fromMs` or began later. */
export function spansOf(
  leases: readonly Lease[],
  injected: readonly Injected[],
  fromMs: number,
): FaultSpan[] {
  const isShown = ({ endedAtMs }: { endedAtMs: number | null }): boolean =>
    endedAtMs === null || endedAtMs >= fromMs
  return [
    ...leases.filter(isShown).map(({ id, kind, node, key, startedAtMs, endedAtMs }) => ({
      ...{ id, kind, node, key },
      fromMs: startedAtMs,
      toMs: endedAtMs,
    })),
    ...injected.filter(isShown).map(({ id, kind, node, keys, startedAtMs, endedAtMs }) => ({
      ...{ id, kind, node },
      key: keys.length === 1 ? (keys[0] ?? '') : '',
      fromMs: startedAtMs,
      toMs: endedAtMs,
    })),
  ]
}

/** Of one process: also those that lie upon others with it, and upon its node as a whole. */
export function spansOfKey(
  key: string,
  leases: readonly Lease[],
  injected: readonly Injected[],
  fromMs: number,
): FaultSpan[] {
  const spans = spansOf(
    leases.filter((lease) => lease.key === key),
    injected.filter(({ keys }) => keys.length === 0 || keys.includes(key)),
    fromMs,
  )
  return spans.map((span) => ({ ...span, key }))
}
