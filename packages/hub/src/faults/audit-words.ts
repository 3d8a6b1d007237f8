/** An experiment as the audit trail tells it. Pure. */
import type { Actor } from '../commands/commands.ts'
import type { AuditEntry } from '../store/store.ts'
import type { Prepared } from './dry-run.ts'
import type { LiveExperiment } from './live-experiment.ts'
import type { Plan } from './plan.ts'
import { labelOfSteps } from './resolve-targets.ts'

export const auditOf = (actor: Actor, action: string, atMs: number): AuditEntry => ({
  ...{ atMs, who: actor.who, role: actor.role, action },
  ...{ node: null, target: null, pid: null, parameters: {} },
})

/** An experiment: one process by name, several in words. */
export function entryOf(
  actor: Actor,
  action: string,
  plan: Plan,
  prepared: Prepared | null,
  atMs: number,
): AuditEntry {
  const targets = prepared?.legs.reduce((sum, leg) => sum + Math.max(1, leg.targets.length), 0) ?? 0
  const [first] = prepared?.legs ?? []
  const isOne = targets === 1 && first !== undefined
  return {
    ...auditOf(actor, action, atMs),
    node: isOne ? first.node : null,
    target: isOne
      ? (first.targets[0]?.key ?? first.port)
      : prepared
        ? labelOfSteps(prepared.labels, plan.arrangement)
        : null,
    pid: isOne ? (first.targets[0]?.pid ?? null) : null,
    parameters: { ...plan, targets, nodes: [...new Set(prepared?.legs.map(({ node }) => node) ?? [])] },
  }
}

export function summary({ record }: LiveExperiment): string {
  const refused = record.targets.filter(({ state }) => state === 'refused').length
  return `${record.id}: ${record.status}, ${record.targets.length} targets, ${refused} refused`
}
