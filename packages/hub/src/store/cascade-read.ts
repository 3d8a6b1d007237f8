/**
 * All that one crash took down and that crashed itself, from the reports of the same root: each says which crash it died of
 * and by what mechanism. What was merely stopped or notified stands in their parts `decision` and `peers`.
 */
import type { CascadeMember, CrashView } from '@orrery/live/views'
import type { CrashReport, Decision, Outcome } from '@orrery/protocol'
import { fieldValue } from '@orrery/protocol'
import type { PrismaClient } from '../generated/client.ts'

/** Members that a view tells of, the earliest first; `more` are counted. */
const MOST = 32

interface Row {
  id: string
  at: Date
  at_us: bigint
  incarnation: string
  key: string
  pid: string
  name: string | null
  reason: string
  cascade: CrashReport['cascade']
  decision: CrashReport['decision']
  outcome: CrashReport['outcome']
}

export async function readCascade(prisma: PrismaClient, rootId: string): Promise<CrashView['cascade']> {
  const rows = await prisma.$queryRaw<Row[]>`
    SELECT c.id::text, c.at, c.at_us, c.incarnation, c.key, c.pid, c.name, c.reason, c.report -> 'cascade' AS cascade,
           c.report -> 'decision' AS decision, c.report -> 'outcome' AS outcome
    FROM crash_reports c WHERE c.root_id = ${rootId}::uuid
    ORDER BY c.is_root DESC, c.at_us, c.id LIMIT ${MOST}`
  const [first] = rows
  if (!first) return { members: [], more: 0 }
  const [counted] = await prisma.$queryRaw<[{ n: bigint }]>`
    SELECT count(*) AS n FROM crash_reports WHERE root_id = ${rootId}::uuid`
  const members = rows.map((row) => memberOf(row, first))
  return { members, more: Number(counted.n) - members.length }
}

function memberOf(row: Row, first: Row): CascadeMember {
  const cascade = fieldValue(row.cascade)
  // One life of a node has one monotonic clock; across lives only the wall clock is left.
  const afterMs =
    row.incarnation === first.incarnation
      ? Number(row.at_us - first.at_us) / 1_000
      : row.at.getTime() - first.at.getTime()
  return {
    id: row.id,
    key: row.key,
    pid: row.pid,
    name: row.name,
    reason: row.reason,
    afterMs,
    parentId: cascade?.parentCrash?.toLowerCase() ?? null,
    mechanism: cascade?.mechanism ?? null,
    depth: cascade?.depth ?? 0,
    decision: decisionOf(fieldValue(row.decision)),
    outcome: outcomeOf(fieldValue(row.outcome)),
  }
}

function decisionOf(decision: Decision | undefined): CascadeMember['decision'] {
  if (!decision) return null
  const { supervisor, strategy, action, stopped, childSpec } = decision
  return { supervisor, strategy, action, stopped, restart: childSpec.restart }
}

function outcomeOf(outcome: Outcome | undefined): CascadeMember['outcome'] {
  if (!outcome) return null
  return { kind: outcome.kind, backAfterMs: outcome.backAfterMs, escalatedTo: outcome.escalatedTo }
}
