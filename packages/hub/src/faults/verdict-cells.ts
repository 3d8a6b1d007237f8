/** Where in the matrix an experiment stands: under which supervisor it laid which kind of fault. Pure. */
import { faultNamed, type Step, type Verdict } from '@orrery/protocol/faults'
import type { TargetRecord } from './experiment-store.ts'
import type { VerdictCell } from './lab-store.ts'

/** Subtrees of one experiment; of more the first are kept. */
const MOST = 100

/** @param above name of the supervisor directly above a process; `null` where there is none, or nobody knows */
export function verdictCells(
  steps: readonly Pick<Step, 'fault'>[],
  targets: readonly Pick<TargetRecord, 'step' | 'node' | 'key' | 'state'>[],
  verdict: Verdict,
  above: (node: string, key: string) => string | null,
): VerdictCell[] {
  const cells = new Map<string, VerdictCell>()
  for (const { step, node, key, state } of targets) {
    const fault = steps[step]?.fault
    if (fault === undefined || state === 'intended' || state === 'refused') continue
    const subtree = subtreeOf(fault, node, key, above)
    cells.set(`${subtree}\n${fault}`, { subtree, fault, verdict })
    if (cells.size >= MOST) break
  }
  return [...cells.values()]
}

function subtreeOf(
  fault: string,
  node: string,
  key: string,
  above: (node: string, key: string) => string | null,
): string {
  switch (faultNamed(fault)?.scope) {
    case 'process':
      return above(node, key) ?? partOf(key, -2) ?? partOf(key, -1) ?? node
    case 'supervisor':
      return partOf(key, -1) ?? node
    case 'port':
      return key
    default:
      return node
  }
}

/** A part of a logical key: what a supervisor is called where it has no other name. */
function partOf(key: string, at: -1 | -2): string | undefined {
  return key.split('/').at(at) || undefined
}
