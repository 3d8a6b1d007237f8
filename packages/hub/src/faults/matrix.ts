/** Subtree × fault: what came of each kind of fault under each supervisor, from the verdicts of a time. Pure. */
import type { ResilienceMatrix } from '@orrery/protocol/faults'
import type { VerdictRow } from './lab-store.ts'

const TREND = 20
/** More of either are no picture any more: those that were broken last are kept. */
const MOST = 200

/** @param rows oldest first */
export function matrixOf(rows: readonly VerdictRow[], fromMs: number): ResilienceMatrix {
  const subtrees = named(rows.map(({ subtree }) => subtree))
  const faults = named(rows.map(({ fault }) => fault))
  const cells = new Map<string, ResilienceMatrix['cells'][number]>()
  for (const { subtree, fault, verdict, experiment } of rows) {
    if (!subtrees.has(subtree) || !faults.has(fault)) continue
    const at = `${subtree}\n${fault}`
    const before = cells.get(at)
    cells.set(at, {
      ...{ subtree, fault, verdict },
      runs: (before?.runs ?? 0) + 1,
      trend: [...(before?.trend ?? []), verdict].slice(-TREND),
      latest: experiment,
    })
  }
  return {
    from: new Date(fromMs).toISOString(),
    experiments: new Set(rows.map(({ experiment }) => experiment)).size,
    subtrees: [...subtrees].sort(),
    faults: [...faults].sort(),
    cells: [...cells.values()],
  }
}

/** Each once, those seen last where there are too many. */
function named(names: readonly string[]): Set<string> {
  return new Set([...new Set(names.toReversed())].slice(0, MOST))
}
