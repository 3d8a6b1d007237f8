/** From what the hub holds to what the API answers: times as ISO, public names. Pure. */
import type {
  GroupNote,
  Lease,
  NodeRow,
  ProcessRow,
  ProcessView,
  TreeRow,
  TreeView,
} from '@orrery/live/views'
import type {
  HttpAuditEntry,
  HttpCrashGroup,
  HttpCrashGroupDetail,
  HttpCrashSummary,
  HttpFault,
  HttpNode,
  HttpProcess,
  HttpProcessDetail,
  HttpTreeNode,
} from '@orrery/protocol/http'
import type { AuditRow, CrashSummary, GroupDetail, GroupSummary } from '../store/store.ts'

export function iso(ms: number): string {
  return new Date(ms).toISOString()
}

export function presentNode(row: NodeRow): HttpNode {
  const { runtimeKind, runtimeName, runtimeVersion, sparks, crashBuckets, restartBuckets, ...rest } = row
  const { startedAtMs, lastHeardAtMs, mailbox, ...facts } = rest
  return {
    ...facts,
    runtime: { kind: runtimeKind, name: runtimeName, version: runtimeVersion },
    startedAt: iso(startedAtMs),
    lastHeardAt: iso(lastHeardAtMs),
    mailboxLength: mailbox,
  }
}

export function presentProcess(row: ProcessRow): HttpProcess {
  return {
    node: row.node,
    pid: row.pid,
    key: row.key,
    name: row.name,
    label: row.label,
    behaviour: row.behaviour,
    module: row.module,
    parent: row.parent,
    status: row.status,
    mailboxLength: row.mailboxLength,
    receivedPerS: row.receivedPerS,
    handledPerS: row.handledPerS,
    restarts: row.restarts,
    startedAt: iso(row.startedAtMs),
    fault: row.fault,
  }
}

/** The trees below `root`, or all of them, down to `depth` levels. */
export function presentTree(view: TreeView, root: string | null, depth: number): HttpTreeNode[] {
  const children = new Map<string | null, TreeRow[]>()
  for (const row of Object.values(view.rows)) {
    const siblings = children.get(row.parent) ?? []
    children.set(row.parent, siblings)
    siblings.push(row)
  }
  for (const siblings of children.values()) siblings.sort((a, b) => a.order - b.order)
  const build = (row: TreeRow, left: number): HttpTreeNode => ({
    ...treeFacts(view.node, row),
    children: left === 0 ? [] : (children.get(row.key) ?? []).map((child) => build(child, left - 1)),
  })
  const roots = root === null ? view.roots : [root]
  return roots.flatMap((key) => {
    const row = view.rows[key]
    return row ? [build(row, depth)] : []
  })
}

function treeFacts(node: string, row: TreeRow): Omit<HttpTreeNode, 'children'> {
  return {
    ...presentProcess({ ...row, node }),
    kind: row.kind,
    strategy: row.strategy,
    intensity: row.intensity && {
      allowed: row.intensity.allowed,
      periodMs: row.intensity.periodMs,
      restartsAt: row.intensity.marks.map(iso),
    },
    pool: row.pool && { count: row.pool.count, counts: row.pool.counts },
    childCount: row.childCount,
  }
}

export function presentDetail(
  view: ProcessView & { row: TreeRow },
  inspected: Pick<HttpProcessDetail, 'inspection' | 'inspectionError'>,
): HttpProcessDetail {
  const {
    children: _,
    pool: __,
    childCount: ___,
    ...facts
  } = { ...treeFacts(view.node, view.row), children: [] }
  return {
    ...facts,
    supervisor: view.supervisor && {
      pid: view.supervisor.pid,
      key: view.supervisor.key,
      name: view.supervisor.name,
      strategy: view.supervisor.strategy,
      allowed: view.supervisor.intensity,
      periodMs: view.supervisor.periodMs,
    },
    childSpec: view.childSpec,
    ...inspected,
    crashes: view.crashes.map(({ id, atMs, tag, text, stored }) => ({
      id,
      at: iso(atMs),
      reason: tag,
      text,
      stored,
    })),
    incarnations: view.incarnations.map(({ pid, startedAtMs, exitedAtMs, exit }) => ({
      pid,
      startedAt: iso(startedAtMs),
      exitedAt: exitedAtMs === null ? null : iso(exitedAtMs),
      exit,
    })),
  }
}

export function presentAudit(row: AuditRow): HttpAuditEntry {
  const { atMs, target, result, parameters, ...facts } = row
  return {
    ...facts,
    at: iso(atMs),
    key: target,
    // JSON since it was stored.
    parameters: parameters as HttpAuditEntry['parameters'],
    result: result && presentResult(result),
  }
}

function presentResult(result: NonNullable<AuditRow['result']>): NonNullable<HttpAuditEntry['result']> {
  const { atMs, ...rest } = result
  return { ...rest, at: iso(atMs) }
}

export function presentCrash(summary: CrashSummary): HttpCrashSummary {
  const { atMs, groupId, ...facts } = summary
  return { ...facts, at: iso(atMs), group: groupId }
}

export function presentGroup(group: GroupSummary): HttpCrashGroup {
  const { firstSeenMs, lastSeenMs, lastCrashId, statusAtMs, regressedAtMs, ...facts } = group
  return {
    ...facts,
    firstSeen: iso(firstSeenMs),
    lastSeen: iso(lastSeenMs),
    lastCrash: lastCrashId,
    statusAt: statusAtMs === null ? null : iso(statusAtMs),
    regressedAt: regressedAtMs === null ? null : iso(regressedAtMs),
  }
}

export function presentGroupDetail({ summary, merged, reports, notes }: GroupDetail): HttpCrashGroupDetail {
  return {
    ...presentGroup(summary),
    mergedGroups: merged,
    held: reports.held,
    pruned: reports.pruned,
    notes: notes.map(presentNote),
  }
}

export function presentNote({ atMs, ...note }: GroupNote): HttpCrashGroupDetail['notes'][number] {
  return { ...note, at: iso(atMs) }
}

export function presentFault(lease: Lease): HttpFault {
  return {
    id: lease.id,
    fault: lease.kind,
    target: { node: lease.node, key: lease.key, pid: lease.pid, name: lease.name },
    by: lease.by,
    status: lease.status,
    startedAt: iso(lease.startedAtMs),
    endsAt: iso(lease.endsAtMs),
    endedAt: lease.endedAtMs === null ? null : iso(lease.endedAtMs),
    why: lease.why,
  }
}
