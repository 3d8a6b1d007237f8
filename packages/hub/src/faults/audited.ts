/** A change of what the fault lab keeps: role first, then the audit row, then the change, then its result. Refusals are audited too. */
import { COMMAND_ERRORS, type CommandErrorCode } from '@orrery/protocol'
import type { Clock } from '../clock.ts'
import type { AuditTrail } from '../commands/audit-trail.ts'
import type { Actor } from '../commands/commands.ts'
import type { AuditEntry } from '../store/store.ts'

export type LabCode = CommandErrorCode | 'scenario.in_use'
export type LabRefusal = { ok: false; code: LabCode; message: string; auditId: string | null }
export type LabAnswer<T> = { ok: true; value: T; auditId: string } | LabRefusal
/** What a change comes to. */
export type Change<T> = { ok: true; value: T } | { ok: false; code: LabCode; message: string }

export interface Asked {
  /** `scenario.create`, … */
  action: string
  /** Id of what is changed; `null` of what is made. */
  target: string | null
  parameters: Record<string, unknown>
}

export type Audited = <T>(
  actor: Actor,
  asked: Asked,
  read: Change<unknown>,
  work: (by: { who: string; atMs: number }) => Promise<Change<T>>,
) => Promise<LabAnswer<T>>

const AUDIT_MS = 3_000

/** `read` is what was made of the request: one that could not be read is refused before anything is done, and written down. */
export function createAudited({ trail, clock }: { trail: AuditTrail; clock: Clock }): Audited {
  return async (actor, asked, read, work) => {
    const atMs = clock.nowMs()
    const { action, target, parameters } = asked
    const entry: AuditEntry = {
      ...{ atMs, who: actor.who, role: actor.role, action, target, parameters },
      node: null,
      pid: null,
    }
    const refusal = actor.role !== 'operator' ? refuse('role.insufficient') : read.ok ? null : read
    if (refusal !== null) {
      const auditId = await trail.write({ ...entry, result: { ...refusal, atMs } }, AUDIT_MS)
      return { ...refusal, auditId }
    }
    const auditId = await trail.write(entry, AUDIT_MS)
    if (auditId === null) return { ...refuse('audit.unavailable'), auditId }
    try {
      const done = await work({ who: actor.who, atMs })
      trail.settle(auditId, done.ok ? { ok: true, atMs: clock.nowMs() } : { ...done, atMs: clock.nowMs() })
      return { ...done, auditId }
    } catch (error) {
      const message = 'the database did not do it'
      trail.settle(auditId, { ok: false, atMs: clock.nowMs(), code: 'store.unavailable', message })
      throw error
    }
  }
}

function refuse(code: CommandErrorCode): { ok: false; code: CommandErrorCode; message: string } {
  return { ok: false, code, message: COMMAND_ERRORS[code] }
}
