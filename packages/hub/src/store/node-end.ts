/** Two reports of one node's end: which facts stand (SPEC, WIRE-73 to 76). Pure. */
import { type CrashReport, fieldValue, isNodeDown, isNodeEnd } from '@orrery/protocol'

/**
 * What is known once `after` has come and `before` was held; `null` where that is `before` as it is. Last words take the
 * place of what a hub inferred, a later inference that of an earlier one; an outcome that is known is kept.
 */
export function laterEnd(before: CrashReport, after: CrashReport): CrashReport | null {
  if (!isNodeEnd(after) || before.id.toLowerCase() !== after.id.toLowerCase()) return null
  if (isNodeDown(before)) {
    const isSame = isNodeDown(after) && before.cause.reason.tag === after.cause.reason.tag
    return isSame ? null : { ...after, outcome: isOpen(after) ? before.outcome : after.outcome }
  }
  return isNodeDown(after) && isOpen(before) && !isOpen(after) ? { ...before, outcome: after.outcome } : null
}

function isOpen(report: CrashReport): boolean {
  return (fieldValue(report.outcome)?.kind ?? 'pending') === 'pending'
}
