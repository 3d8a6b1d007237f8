/**
 * Reports that are not committed yet, laid over what the store answers, so that the crash list grows at once and says of
 * each whether it is stored. Facets and totals count them too.
 */
import type { CrashCause, CrashesView, CrashGroupRow } from '@orrery/live/views'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { type Accessor, CRASH_FIELDS, matches, parseQuery, stateAt } from '@orrery/protocol/query'
import { splitStatuses } from '../store/crash-query.ts'
import { type CrashRow, type Extracted, extract } from '../store/crash-row.ts'
import { bucketOf } from '../store/crashes-screen.ts'

const LATEST = 8

export function withPending(
  view: CrashesView,
  q: string,
  reports: Iterable<CrashReport>,
  nowMs: number,
): CrashesView {
  if (view.error !== null) return view
  const stored = new Set(view.groups.flatMap((group) => group.latest.map(({ id }) => id)))
  const waiting = [...reports].filter((report) => !stored.has(report.id))
  if (waiting.length === 0) return view
  const parsed = parseQuery(q, CRASH_FIELDS)
  if (!parsed.ok) return { ...view, pending: waiting.length }
  const found = waiting.map(extract).filter((extracted) => extracted !== null)
  const roots = new Map(found.map((extracted) => [extracted.row.id, extracted]))
  const groups = new Map(view.groups.map((group) => [group.fingerprint, group]))
  /** Where merges put a fingerprint. */
  const rules = new Map(
    view.groups.flatMap(({ fingerprint, merged }) => merged.map((from) => [from, fingerprint])),
  )
  const { ofCrashes, statuses } = splitStatuses(parsed.query)
  const facets = { ...view.facets }
  let total = view.total
  for (const extracted of found) {
    const own = (roots.get(extracted.row.root_id) ?? extracted).print.fingerprint
    const print = rules.get(own) ?? own
    // A group nobody sees yet is new, as far as is known before it is stored.
    if (!groups.has(print) && !statuses.has('new')) continue
    const cause = causeWith(groups.get(print)?.cause, extracted.row)
    if (!matches(ofCrashes, accessorOf(extracted, print, cause, nowMs))) continue
    total++
    groups.set(print, added(groups.get(print), extracted, print, nowMs))
    for (const word of causesOf(extracted.row, cause)) facets.cause = counted(facets.cause, word)
    for (const facet of ['reason', 'node', 'module', 'outcome', 'kind'] as const) {
      facets[facet] = counted(facets[facet], extracted.row[facet])
    }
  }
  const rows = [...groups.values()].sort((a, b) => b.lastSeenMs - a.lastSeenMs)
  const opened = rows.length - view.groups.length
  return {
    ...view,
    total,
    groupsTotal: view.groupsTotal + opened,
    groupsFound: view.groupsFound + opened,
    statuses: { ...view.statuses, new: view.statuses.new + opened },
    groups: rows,
    facets,
    pending: waiting.length,
  }
}

function added(
  group: CrashGroupRow | undefined,
  { row }: Extracted,
  fingerprint: string,
  nowMs: number,
): CrashGroupRow {
  const atMs = Date.parse(row.at)
  const of = group ?? newGroup(row, fingerprint, atMs)
  const buckets = [...of.buckets]
  const at = bucketOf(atMs, nowMs)
  if (row.is_root && at >= 0) buckets[at] = (buckets[at] ?? 0) + 1
  const latest = {
    id: row.id,
    atMs,
    node: row.node,
    key: row.key,
    pid: row.pid,
    outcome: row.outcome,
    backAfterMs: row.back_after_ms,
    stored: false,
  }
  return {
    ...of,
    nodes: of.nodes.includes(row.node) ? of.nodes : [...of.nodes, row.node].sort(),
    count: of.count + (row.is_root ? 1 : 0),
    casualties: of.casualties + (row.is_root ? 0 : 1),
    cause: causeWith(of.cause, row),
    lastSeenMs: Math.max(of.lastSeenMs, atMs),
    buckets,
    latest: [latest, ...of.latest].sort((a, b) => b.atMs - a.atMs).slice(0, LATEST),
  }
}

/** The cause of a group that this crash is in, too; a casualty's says nothing of it. */
function causeWith(before: CrashCause | undefined, row: CrashRow): CrashCause {
  const own = row.is_injected ? 'injected' : 'organic'
  if (before === undefined) return own
  return before === own || !row.is_root ? before : 'mixed'
}

/** Every word of `cause` that is true of a crash. */
function causesOf(row: CrashRow, ofGroup: CrashCause): CrashCause[] {
  return [row.is_injected ? 'injected' : 'organic', ...(ofGroup === 'mixed' ? [ofGroup] : [])]
}

function newGroup(row: CrashRow, fingerprint: string, atMs: number): CrashGroupRow {
  return {
    id: fingerprint,
    fingerprint,
    name: row.name ?? row.label ?? row.key.split('/').at(-1) ?? row.pid,
    module: row.module,
    reason: row.reason,
    reasonText: row.reason_text,
    topFrame: row.top_frame,
    nodes: [],
    count: 0,
    casualties: 0,
    firstSeenMs: atMs,
    lastSeenMs: atMs,
    buckets: new Array<number>(24).fill(0),
    latest: [],
    cause: row.is_injected ? 'injected' : 'organic',
    status: 'new',
    resolvedIn: null,
    merged: [],
  }
}

function counted(facet: [string, number][], value: string): [string, number][] {
  const held = facet.find(([name]) => name === value)
  const rest = facet.filter((entry) => entry !== held)
  const next: [string, number] = [value, (held?.[1] ?? 0) + 1]
  return [...rest, next].sort((a, b) => b[1] - a[1])
}

/** How a query reads a report that is not in the database; `crash-query.ts` is the same for one that is. */
function accessorOf({ row }: Extracted, group: string, cause: CrashCause, nowMs: number): Accessor {
  const { report } = row
  const message = fieldValue(report.message)
  const supervisor = fieldValue(report.decision)?.supervisor.name ?? null
  return {
    field(name, path) {
      switch (name) {
        case 'name':
          return row.name ?? row.label ?? row.key.split('/').at(-1)
        case 'supervisor':
          return [report.identity.ancestors[0]?.name, supervisor]
        case 'fault':
          return row.faults
        case 'group':
          return group
        case 'cause':
          return causesOf(row, cause)
        case 'reason':
          return [row.reason, row.reason_text]
        case 'message':
          return row.message_type
        case 'from':
          return [message?.sender?.name, message?.sender?.pid]
        case 'mailbox':
          return row.mailbox_length
        case 'uptime':
          return row.uptime_ms
        case 'back':
          return row.back_after_ms
        case 'state':
          return stateAt(report.state, path)
        case 'last':
          return nowMs - Date.parse(row.at)
        case 'id':
        case 'pid':
        case 'key':
        case 'label':
        case 'behaviour':
        case 'module':
        case 'node':
        case 'kind':
        case 'stack':
        case 'release':
        case 'action':
        case 'outcome':
        case 'restarts':
          return row[name]
        default:
          return undefined
      }
    },
    flag(name) {
      if (name === 'injected') return row.is_injected
      if (name === 'organic') return !row.is_injected
      return name === 'root' ? row.is_root : !row.is_root
    },
    texts: () => [row.search_text],
  }
}
