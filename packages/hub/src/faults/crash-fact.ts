/** What a resilience report needs to know of one crash: read from its report, and nothing else is kept. */
import { type CrashReport, type Decision, fieldValue, type Outcome } from '@orrery/protocol'

export interface CrashFact {
  id: string
  rootId: string
  atMs: number
  node: string
  key: string
  /** Its part in the experiment: `null` where it has none. */
  role: 'direct' | 'upstream' | null
  /** Messages that waited in its mailbox and were not kept. */
  lost: number
  action: Decision['action'] | null
  supervisor: string | null
  /** Siblings its supervisor stopped for it. */
  stopped: number
  outcome: Outcome['kind']
  backAfterMs: number | null
  escalatedTo: string | null
}

type Parts = Pick<
  CrashReport,
  'id' | 'at' | 'identity' | 'cascade' | 'mailbox' | 'decision' | 'outcome' | 'faults'
>

export function crashFact(report: Parts, experiment: string): CrashFact {
  const { identity } = report
  const mailbox = fieldValue(report.mailbox)
  const decision = fieldValue(report.decision)
  const outcome = fieldValue(report.outcome)
  return {
    id: report.id,
    rootId: fieldValue(report.cascade)?.rootCrash ?? report.id,
    atMs: Date.parse(report.at),
    node: identity.node,
    key: identity.key,
    role: roleOf(report, experiment),
    lost: mailbox === undefined || mailbox.fate === 'kept' ? 0 : mailbox.length,
    action: decision?.action ?? null,
    supervisor: decision === undefined ? null : (decision.supervisor.name ?? decision.supervisor.key),
    stopped: decision?.stopped.length ?? 0,
    outcome: outcome?.kind ?? 'pending',
    backAfterMs: outcome?.backAfterMs ?? null,
    escalatedTo: outcome?.escalatedTo ?? null,
  }
}

/** `direct` where any firing of it is proven; a fault that lay upon the process and did not fire at it has no part. */
function roleOf(report: Pick<CrashReport, 'faults'>, experiment: string): CrashFact['role'] {
  const roles = (fieldValue(report.faults) ?? [])
    .filter(({ fault }) => fault === experiment)
    .map(({ role }) => role)
  if (roles.includes('direct')) return 'direct'
  return roles.includes('upstream') ? 'upstream' : null
}
