/**
 * The store: what outlives the hub. Crash reports and their groups, the audit trail, series in five-minute blocks.
 *
 * Everything here is asynchronous and may be slow; nothing of the live view waits for it. All times are Unix
 * milliseconds, all ids strings.
 */
import type { CrashesView, CrashGroupDetail, CrashView, GroupNote, GroupStatus } from '@orrery/live/views'
import type { CrashReport, Decision, Outcome, StormCounts } from '@orrery/protocol'
import type { Query } from '@orrery/protocol/query'
import type { ExperimentStore } from '../faults/experiment-store.ts'
import type { LabStore } from '../faults/lab-store.ts'

export interface Store extends AsyncDisposable {
  readonly kind: 'embedded' | 'postgres'

  /**
   * Stores reports and their groups, a batch a transaction, exactly once by id. Resolves with the ids that are durable
   * now, those that were there before included: they can be acked. A report that is not among them is none, or no
   * database would take it, and trying again is no use. Rejects when the database could not be reached.
   */
  saveCrashes(reports: readonly CrashReport[]): Promise<string[]>
  /**
   * Adds supervisors' decisions and outcomes, at most one amendment a report. One that overtakes its report waits for it.
   * Resolves with the ids whose amendments are durable now; one that is not among them no database would take.
   */
  amendCrashes(amendments: readonly Amendment[]): Promise<string[]>
  /**
   * Stores a report that comes from somewhere else, marked with who brought it, once by id. Answers `held` where it is here
   * already, and `refused` where no database would take it.
   */
  importCrash(report: CrashReport, importedBy: string): Promise<'stored' | 'held' | 'refused'>
  /**
   * Exact cumulative counts of one incarnation by storm key; a lower count than the one held is ignored. One that grew by
   * crashes after its group was resolved makes the group regressed, except from a release older than the resolution's.
   */
  saveStormCounts(
    node: string,
    incarnation: string,
    counts: readonly StormTotal[],
    release?: string | null,
  ): Promise<void>

  /** The report as stored, its `group` part filled in. */
  crash(id: string): Promise<CrashReport | null>
  crashView(id: string): Promise<CrashView>
  /** The crashes screen for a query as typed; a query that does not parse answers with `error` and no rows. */
  crashesView(q: string, nowMs: number): Promise<CrashesView>
  /** Newest first. */
  searchCrashes(query: Query, page: PageRequest): Promise<Page<CrashSummary>>
  /** Groups with a matching crash, the one that crashed last first. */
  searchGroups(query: Query, page: PageRequest): Promise<Page<GroupSummary>>

  /** A group with its notes and what was merged into it; one that was merged answers with the group it is in now. */
  group(id: string, nowMs: number): Promise<GroupDetail | null>
  /** Newest first, those of merged groups among them. */
  groupNotes(id: string): Promise<GroupNote[]>
  /** Sets a group's status, adds a note, or both; a group that was merged takes neither. */
  changeGroup(id: string, patch: GroupPatch, by: GroupChange): Promise<GroupOutcome>
  /**
   * Puts a group into another: its reports and storm keys move, and every later crash of its fingerprint follows. Both
   * keep what they add up to alone.
   */
  mergeGroup(id: string, into: string, by: GroupChange): Promise<GroupOutcome>
  /** Takes a merged group out again, with the reports and counts of its own fingerprint. */
  unmergeGroup(id: string, by: GroupChange): Promise<GroupOutcome>

  /**
   * Brings a batch of reports from a group of an older version of the fingerprint to its group of this one. Resolves with
   * whether there may be more. The old group's id leads to the new group.
   */
  regroup(): Promise<boolean>

  /** Experiments of the fault lab. */
  readonly experiments: ExperimentStore

  /** Written before the command leaves the hub. */
  appendAudit(entry: AuditEntry): Promise<string>
  settleAudit(id: string, result: AuditResult): Promise<void>
  /** Newest first. */
  audit(filter: { node?: string; target?: string }, page: PageRequest): Promise<Page<AuditRow>>

  /** Saves blocks; values of a block that is there already are kept where the new one has a gap. */
  saveSeries(blocks: readonly SeriesBlock[]): Promise<void>
  /** Blocks that overlap the range, by node and time. `node: null` is every node. */
  series(q: { node: string | null; metric: string; fromMs: number; toMs: number }): Promise<SeriesBlock[]>
  /** Start of the oldest block held, or `null`. */
  seriesHeldFromMs(): Promise<number | null>

  /** Keeps a source map in place of an older one of the same bundle. Stacks are read by it from then on. */
  saveSourceMap(map: NewSourceMap): Promise<SourceMapRow>
  /** Newest first. */
  sourceMaps(page: PageRequest): Promise<Page<SourceMapRow>>
  /** Whether there was one. */
  deleteSourceMap(id: string): Promise<boolean>

  /** Scenarios, routines and verdicts of the fault lab. */
  readonly lab: LabStore

  /** Small durable facts of the hub itself, as JSON; `null` where none was written. */
  readSetting(key: string): Promise<unknown>
  writeSetting(key: string, value: unknown): Promise<void>

  /** Removes what is older than the retention or above its size, in small batches. */
  prune(nowMs: number): Promise<Pruned>

  /** Whether the last contact with the database succeeded. */
  ready(): boolean
  /** One round trip; updates `ready`. */
  ping(): Promise<boolean>
  /** Finishes what is under way, then closes. Idempotent. */
  close(): Promise<void>
}

export interface Amendment {
  id: string
  decision?: Decision
  outcome?: Outcome
}

export type StormTotal = StormCounts['counts'][number] & {
  /** The last crash counted and not stored is later than this; absent or `null` where it may be old news. */
  afterMs?: number | null
}

export interface PageRequest {
  /** 1 to 1,000. */
  limit: number
  /** What the page before answered as `nextCursor`. */
  cursor: string | null
}

export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

export interface CrashSummary {
  id: string
  atMs: number
  atUs: number
  node: string
  incarnation: string
  key: string
  pid: string
  name: string | null
  behaviour: string
  module: string
  kind: string
  reason: string
  reasonText: string
  topFrame: string | null
  messageType: string | null
  mailboxLength: number | null
  outcome: string
  backAfterMs: number | null
  groupId: string
  isRoot: boolean
  isInjected: boolean
}

export interface GroupSummary {
  id: string
  fingerprint: string
  version: number
  contributed: string[]
  name: string
  module: string
  kind: string
  reason: string
  reasonText: string
  topFrame: string | null
  /** Root crashes, those counted in a storm and not stored included. */
  count: number
  casualties: number
  notStored: number
  firstSeenMs: number
  lastSeenMs: number
  nodes: string[]
  lastCrashId: string | null
  status: GroupStatus
  statusAtMs: number | null
  statusBy: string | null
  resolvedIn: string | null
  regressedAtMs: number | null
  /** Fingerprints of groups that were merged into this one. */
  merged: string[]
}

export type GroupDetail = CrashGroupDetail & { summary: GroupSummary }

export interface GroupPatch {
  /** `open` ends a resolution or an ignoring. */
  status?: 'open' | 'resolved' | 'ignored'
  note?: string
}

/** Who does something to a group, and when. */
export interface GroupChange {
  who: string
  atMs: number
}

/** `groupId` is the group that was changed. */
export type GroupOutcome = { ok: true; groupId: string } | { ok: false; code: GroupErrorCode }
export type GroupErrorCode = 'group.unknown' | 'group.merged' | 'group.same' | 'group.not_merged'

export interface AuditEntry {
  atMs: number
  who: string
  role: 'viewer' | 'operator'
  /** `process.kill`, `fault.halt`, `session.create`, … */
  action: string
  node: string | null
  /** Logical key of the process. */
  target: string | null
  pid: string | null
  /** Bounded JSON: what was asked. */
  parameters: Record<string, unknown>
  /** Known at once only for what never left the hub (a refusal). */
  result?: AuditResult
}

export type AuditResult =
  | { ok: true; atMs: number; detail?: string }
  | { ok: false; atMs: number; code: string; message: string }

export interface AuditRow extends Omit<AuditEntry, 'result'> {
  id: string
  /** `null` while the command is under way, or when the hub died before it was settled. */
  result: AuditResult | null
}

/** Five minutes of one metric of one node. `values[i]` belongs to `fromMs + i * stepMs`; `null` is a gap. */
export interface SeriesBlock {
  node: string
  metric: string
  /** Aligned to `SERIES_BLOCK_MS`. */
  fromMs: number
  stepMs: number
  values: (number | null)[]
}

export const SERIES_BLOCK_MS = 300_000

export interface Pruned {
  crashes: number
  audit: number
  series: number
  experiments: number
  sourceMaps: number
}

/** What a source map is found by: the bundle's place in an application's release, or what the bundle itself is. */
export interface SourceMapAddress {
  application: string | null
  release: string | null
  file: string | null
  debugId: string | null
  sha256: string | null
}

export interface NewSourceMap extends SourceMapAddress {
  json: string
  sources: number
  by: string
  atMs: number
}

export interface SourceMapRow extends SourceMapAddress {
  id: string
  sizeBytes: number
  sources: number
  uploadedAtMs: number
  uploadedBy: string
  /** To the hour. */
  usedAtMs: number
}

/** A database that cannot be used, with one line a person can act on. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

export type StoreErrorCode =
  | 'data.locked'
  | 'data.foreign'
  | 'data.version'
  | 'data.read_only'
  | 'data.full'
  | 'database.unreachable'
  | 'database.migration'
  | 'cursor.malformed'
  | 'archive.unreadable'
  | 'archive.not_empty'
