/**
 * What a person does to a crash group: role first, then the audit row, then the store. Refusals are audited too. Unlike a
 * command to a node nothing leaves the hub, and every screen that shows crashes is told.
 */
import { COMMAND_ERRORS, type CommandErrorCode } from '@orrery/protocol'
import type { Clock } from '../clock.ts'
import type { Moves } from '../moves.ts'
import type {
  AuditEntry,
  AuditResult,
  GroupDetail,
  GroupErrorCode,
  GroupOutcome,
  GroupPatch,
  Store,
} from '../store/store.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { Actor } from './commands.ts'

export type GroupAnswer =
  | { ok: true; group: GroupDetail; auditId: string }
  | { ok: false; code: GroupErrorCode | CommandErrorCode; message: string; auditId: string | null }

export interface Groups {
  /** Sets its status, adds a note, or both. */
  change(actor: Actor, id: string, patch: GroupPatch): Promise<GroupAnswer>
  /** Answers with the group it is in now. */
  merge(actor: Actor, id: string, into: string): Promise<GroupAnswer>
  /** Answers with the group it was in. */
  unmerge(actor: Actor, id: string): Promise<GroupAnswer>
}

const AUDIT_MS = 3_000

const WHY: Record<GroupErrorCode, string> = {
  'group.unknown': 'No group with this id is held.',
  'group.merged': 'This group was merged into another; take it out first.',
  'group.same': 'Both are the same group already.',
  'group.not_merged': 'This group is not merged into any.',
}

const ACTIONS = { resolved: 'group.resolve', ignored: 'group.ignore', open: 'group.open' } as const

export function createGroups(options: {
  store: Pick<Store, 'group' | 'changeGroup' | 'mergeGroup' | 'unmergeGroup'>
  trail: AuditTrail
  moves: Moves
  clock: Clock
}): Groups {
  const { store, trail, moves, clock } = options

  const act = async (
    actor: Actor,
    asked: { action: string; id: string; parameters: Record<string, unknown> },
    work: (by: { who: string; atMs: number }) => Promise<GroupOutcome>,
  ): Promise<GroupAnswer> => {
    const atMs = clock.nowMs()
    const entry: AuditEntry = {
      atMs,
      who: actor.who,
      role: actor.role,
      action: asked.action,
      node: null,
      target: asked.id,
      pid: null,
      parameters: asked.parameters,
    }
    if (actor.role !== 'operator') return refused('role.insufficient', entry)
    const auditId = await trail.write(entry, AUDIT_MS)
    if (auditId === null) {
      return { ok: false, code: 'audit.unavailable', message: COMMAND_ERRORS['audit.unavailable'], auditId }
    }
    try {
      const outcome = await work({ who: actor.who, atMs })
      const group = outcome.ok ? await store.group(outcome.groupId, clock.nowMs()) : null
      const result = resultOf(outcome, clock.nowMs())
      trail.settle(auditId, result)
      if (!outcome.ok || group === null) {
        const code = outcome.ok ? 'group.unknown' : outcome.code
        return { ok: false, code, message: WHY[code], auditId }
      }
      moves.touch('crashes', 'structure')
      // Its latest report is what stands beside the list.
      const { lastCrashId } = group.summary
      if (lastCrashId !== null) moves.touch(`crash:${lastCrashId}`, 'structure')
      return { ok: true, group, auditId }
    } catch (error) {
      const message = 'the database did not do it'
      trail.settle(auditId, { ok: false, atMs: clock.nowMs(), code: 'store.unavailable', message })
      throw error
    }
  }

  const refused = async (code: CommandErrorCode, entry: AuditEntry): Promise<GroupAnswer> => {
    const refusal = { ok: false as const, code, message: COMMAND_ERRORS[code] }
    const auditId = await trail.write({ ...entry, result: { ...refusal, atMs: clock.nowMs() } }, AUDIT_MS)
    return { ...refusal, auditId }
  }

  return {
    change(actor, id, patch) {
      const action = patch.status === undefined ? 'group.note' : ACTIONS[patch.status]
      return act(actor, { action, id, parameters: { ...patch } }, (by) => store.changeGroup(id, patch, by))
    },
    merge: (actor, id, into) =>
      act(actor, { action: 'group.merge', id, parameters: { into } }, (by) => store.mergeGroup(id, into, by)),
    unmerge: (actor, id) =>
      act(actor, { action: 'group.unmerge', id, parameters: {} }, (by) => store.unmergeGroup(id, by)),
  }
}

function resultOf(outcome: GroupOutcome, atMs: number): AuditResult {
  return outcome.ok ? { ok: true, atMs } : { ok: false, atMs, code: outcome.code, message: WHY[outcome.code] }
}
