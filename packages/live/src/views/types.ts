/**
 * What each view holds. A view is plain JSON: hub and browser hold the same value, and `diff`/`apply` carry it over.
 * Maps are keyed by identity (node name, logical key, id), so that a delta names what moved and React keys by it.
 *
 * Times ending in `…Ms` are Unix milliseconds (`atMs`) or durations (`backAfterMs`); rates are per second.
 */
import type {
  Cascade,
  CrashReport,
  Decision,
  Inspection,
  Outcome,
  ProcessKind,
  Status,
  Strategy,
} from '@orrery/protocol'
import type { FaultSpan, FaultsView } from './fault-types.ts'
import type { NodeView } from './node-types.ts'

/** Spark lines: newest last, one value a second, at most 60; `null` is a gap. */
export type Spark = (number | null)[]

export interface ClusterView {
  hub: {
    version: string
    address: string
    startedAtMs: number
    store: 'embedded' | 'postgres'
    storeState: 'ready' | 'down'
  }
  nodes: Record<string, NodeRow>
  offenders: Offender[]
  /** What happened at the door: listening, store ready, refused knocks. Newest last, at most 20. */
  door: {
    atMs: number
    kind: 'listening' | 'store' | 'refused' | 'hello' | 'goodbye'
    text: string
    cure: string | null
  }[]
}

export interface NodeRow {
  node: string
  runtimeKind: string
  runtimeName: string
  runtimeVersion: string
  agentVersion: string
  release: string | null
  capabilities: string[]
  absent: Record<string, string>
  incarnation: string
  status: 'live' | 'stale' | 'gone' | 'stopped'
  /** Worst status of its processes. */
  worst: Status
  lastHeardAtMs: number
  startedAtMs: number
  host: string
  processes: number
  messagesPerS: number
  mailbox: number
  /** Sum of mailbox growth per second over the last 5 s. */
  mailboxGrowthPerS: number
  utilisation: number
  eventLoopDelayP99Ms: number
  rssBytes: number
  heapUsedBytes: number
  heapLimitBytes: number
  /** In the last five minutes. */
  crashes5m: number
  restarts5m: number
  /** 5 s a point, 60 points: five minutes. */
  sparks: { processes: Spark; messages: Spark; mailbox: Spark; utilisation: Spark }
  /** 10 s a bucket, 30 buckets, newest last. */
  crashBuckets: number[]
  restartBuckets: number[]
  faults: number
  /** The experiment that has it stand still right now; it is then no wonder that it is not heard. */
  pausedBy: string | null
  agent: { cpuPercent: number; spoolBytes: number; spoolRefused: number; drops: number; gaps: number }
}

export interface Offender {
  node: string
  key: string
  pid: string
  name: string
  status: Status
  what: 'mailbox' | 'restarts' | 'messages' | 'suspended'
  value: number
  growthPerS: number | null
}

/** One node's supervision tree: everything that is drawn, nothing that is not. */
export interface TreeView {
  node: string
  nodeStatus: NodeRow['status']
  lastHeardAtMs: number
  processes: number
  counts: Record<Status, number>
  underFault: number
  rows: Record<string, TreeRow>
  /** Keys without a parent, in start order. */
  roots: string[]
}

export interface TreeRow {
  key: string
  pid: string
  /** The pid before a restart that happened in the last 10 s, to be struck out. */
  previousPid: string | null
  parent: string | null
  /** Position among its siblings: start order, kept over restarts. */
  order: number
  name: string
  label: string | null
  behaviour: string
  module: string
  kind: ProcessKind | 'pool'
  strategy: Strategy | null
  status: Status
  restarts: number
  mailboxLength: number
  receivedPerS: number
  handledPerS: number
  /** Received a second, 60 s. */
  spark: Spark
  startedAtMs: number
  /** Id of the fault (lease) on it. */
  fault: string | null
  /** Its last abnormal exit in the last 10 s or while it is down. */
  exit: {
    atMs: number
    tag: string
    text: string
    pid: string
    crashId: string | null
    action: 'restart' | 'leave' | 'give_up' | null
    stopped: number
  } | null
  /** Restart intensity of a supervisor: `marks` are the times of restarts inside the window. */
  intensity: { allowed: number; periodMs: number; marks: number[] } | null
  /** Only of a pool: 8 or more siblings of one module and child spec. */
  pool: {
    count: number
    counts: Partial<
      Record<Status, number>
    > /** base64, a byte a cell by slot: index into STATUSES, 255 for an empty slot, +128 under fault. */
    cells: string
  } | null
  /** Key of the pool a promoted member stands beside. */
  promotedFrom: string | null
  childCount: number
}

export interface ProcessRow {
  node: string
  key: string
  pid: string
  name: string
  label: string | null
  behaviour: string
  module: string
  parent: string | null
  status: Status
  mailboxLength: number
  receivedPerS: number
  handledPerS: number
  restarts: number
  startedAtMs: number
  fault: string | null
}

export interface ProcessesView {
  /** Matches of the query. */
  total: number
  offset: number
  rows: ProcessRow[]
  error: { code: string; message: string; from: number; to: number } | null
}

/** A window of the process table, in an order that is held until it is asked for anew. */
export interface TableView {
  /** Processes that match, pinned ones among them. */
  total: number
  /** Lines to scroll through: as many as match, or groups with what is unfolded of them. */
  lineCount: number
  /** Groups, where it is grouped. */
  groups: number | null
  offset: number
  /** Ids of the lines of the window, into `lines`. */
  order: string[]
  /** Pinned rows that are known, as they were asked for; not among `order`. */
  pins: string[]
  lines: Record<string, TableLine>
  /** When the order was made, by the hub's clock. */
  sortedAtMs: number
  /** Of the scope, whatever the query. */
  counts: { all: number; growing: number; down: number; restarted: number; faulty: number; suspended: number }
  rail: TableRail
  /** Nodes of the scope. */
  nodes: Record<string, { status: NodeRow['status']; lastHeardAtMs: number }>
  /** What may stand behind `field:`; at most 100 of each. */
  values: { behaviour: string[]; module: string[]; node: string[]; supervisor: string[] }
  /** Where nothing matches: what would, without one clause of the query. */
  without: { clause: string; rest: string; total: number } | null
  error: { code: string; message: string; from: number; to: number } | null
}

export type TableLine = TableRow | TableGroup | TableRest

export interface TableRow extends ProcessRow {
  line: 'process'
  kind: ProcessKind
  /** Name of its supervisor. */
  supervisor: string | null
  strategy: Strategy | null
  /** Received a second, 60 s. */
  spark: Spark
  /** Over the last 5 s. */
  growthPerS: number
  timings: RowTimings | null
  /** Started in the last 5 s, and not in anybody's place. */
  isNew: boolean
  /** Places it would move up, were the order made now; down where negative. */
  moves: number
  /** Its end: of one that is gone or goes, and of one that is down. */
  exit: { atMs: number; text: string; crashId: string | null; restart: string; isGone: boolean } | null
}

/** Of the messages that were timed in the last 5 s; `null` where none was. Microseconds, and the share of the event loop from 0 to 1. */
export interface RowTimings {
  waitP99Us: number
  tookP99Us: number
  busy: number
}

/** Processes with one supervisor, behaviour or node; figures are sums. */
export interface TableGroup {
  line: 'group'
  name: string
  /** Where all are on one. */
  node: string | null
  /** Of the supervisor, where that is what they have in common. */
  key: string | null
  pid: string | null
  strategy: Strategy | null
  /** Of the worst member. */
  status: Status
  faulty: number
  count: number
  mix: Partial<Record<Status, number>>
  receivedPerS: number
  handledPerS: number
  mailboxLength: number
  growthPerS: number
  /** The worst of its members' percentiles; busy is their sum. */
  timings: RowTimings | null
  restarts: number
  /** Received a second by all; empty where they are too many to be added up for it. */
  spark: Spark
  isOpen: boolean
}

/** What is not unfolded of a group. */
export interface TableRest {
  line: 'rest'
  group: string
  count: number
  /** Members above it that are in an abnormal state and not told one by one. */
  isAbnormal: boolean
}

/** The whole table in its order as a picture. Rank 0 is at the top; the square root of rank is the place. */
export interface TableRail {
  /** Lines it pictures. */
  length: number
  /** Sorted value in equal steps of the place, as percent of the largest, log scaled. Empty where that is no number. */
  shares: number[]
  /** What is out of the ordinary, at most one in each of 64 steps: the worst. */
  marks: [rank: number, status: Status, isFaulty: boolean][]
}

/** What is selected in a table, and what could be done to it. */
export interface SelectionView {
  total: number
  /** At most 1,000, in the order they were picked, else of the tree. */
  items: {
    node: string
    key: string
    pid: string
    name: string
    kind: ProcessKind
    status: Status
  }[]
  /** Processes that end when all of these are killed, by supervision: theirs, what lives below, what strategies stop with them. */
  down: number
  /** Supervisors whose strategy takes more with it. */
  spread: { name: string; strategy: Strategy }[]
}

/** One process, by logical key: the inspector. */
export interface ProcessView {
  node: string
  row: TreeRow | null
  capabilities: string[]
  absent: Record<string, string>
  supervisor: {
    key: string
    name: string
    pid: string
    strategy: Strategy
    intensity: number
    periodMs: number
    marks: number[]
  } | null
  childSpec: { restart: string; shutdown: number | string } | null
  /** 60 s at 1 Hz. */
  series: { received: Spark; handled: Spark; mailbox: Spark }
  /** Fetched from the node once a second while somebody looks; the last one stays when the process is gone. */
  inspection: Inspection | null
  inspectionAtMs: number | null
  inspectionError: { code: string; message: string } | null
  /** Newest first, at most 8. */
  crashes: { id: string; atMs: number; tag: string; text: string; stored: boolean }[]
  /** Pids this logical process had, newest first, at most 20. */
  incarnations: { pid: string; startedAtMs: number; exitedAtMs: number | null; exit: string | null }[]
  /** Faults that lay upon it in the last five minutes. */
  faults: FaultSpan[]
}

/** The strip at the bottom of every screen: five minutes of one node or of all. */
export interface TimelineView {
  stepMs: number
  /** Unix ms of the first point. */
  fromMs: number
  messagesPerS: Spark
  marks: {
    id: string
    atMs: number
    kind: 'crash' | 'restart'
    node: string
    key: string
    name: string
    text: string
    crashId: string | null
    /** So many more of its kind came in the same second. */
    more: number
  }[]
  faults: FaultSpan[]
}

export interface SeriesView {
  metric: string
  stepMs: number
  fromMs: number
  /** One line a node, or one for the process. */
  lines: Record<string, Spark>
  /** The range that is held; nothing outside it is offered. */
  heldFromMs: number
}

export type MessagesBy = 'node' | 'behaviour' | 'module' | 'process'

/** What the messages screen shows of one node or all, over the last minutes. */
export interface MessagesView {
  stepMs: number
  /** Unix ms of the first step; the last one is over. */
  fromMs: number
  /** Whole figures of the nodes asked for, over the last second. */
  messagesPerS: number
  processes: number
  /** One message of so many was timed, over the last five seconds; `null` where none was. */
  sampledEvery: number | null
  /** Lines by id, the busiest of what was asked for. A process's id is its node, a space and its key. */
  lines: Record<string, MessagesLine>
  /** Ids, busiest first; held for ten seconds. */
  order: string[]
  /** Lines left out. */
  more: number
  /** What the percentiles are of: the id of a line that was picked, or `null` for all. */
  of: { id: string; name: string } | null
  wait: Percentiles
  handling: Percentiles
  /** Mailboxes of the processes with the longest, by the ids of processes. */
  backlog: Record<string, BacklogRow>
  /** Ids, longest first; held for ten seconds. */
  backlogOrder: string[]
  faults: TimelineView['faults']
}

export interface MessagesLine {
  name: string
  /** Of a process. */
  node: string | null
  key: string | null
  /** Handled a second, over the last second. */
  perS: number
  /** Handled a second; `null` is a gap. */
  points: Spark
}

/** Microseconds, of one step: p50, p90, p99 and p99.9, each sample where there were fewer than twenty, or nothing. */
export type PercentileStep = { q: [number, number, number, number] } | { each: number[] } | null

export interface Percentiles {
  /** Over the last five seconds. */
  now: { p50: number; p99: number } | null
  steps: PercentileStep[]
}

export interface BacklogRow {
  node: string
  key: string
  name: string
  status: Status
  fault: string | null
  mailboxLength: number
  handledPerS: number
  /** Longest in each step; `null` where nobody kept it. */
  points: Spark
}

export interface CrashesView {
  error: { code: string; message: string; from: number; to: number } | null
  /** Reports of the last 24 h that match, whole count. */
  total: number
  groupsTotal: number
  /** Groups that match, also those beyond the rows. */
  groupsFound: number
  groups: CrashGroupRow[]
  /** Groups that match all of the query but what it says of statuses. */
  statuses: Record<GroupStatus, number>
  facets: {
    reason: [string, number][]
    node: [string, number][]
    module: [string, number][]
    outcome: [string, number][]
    kind: [string, number][]
    /** `organic` and `injected` add up to all; `mixed` are those, of either, whose group is mixed. */
    cause: [string, number][]
  }
  /** Reports accepted by agents or hub and not yet committed. */
  pending: number
}

/** `new` until 24 h after a group was first seen, then `ongoing`; `regressed` since it crashed again after it was resolved. */
export type GroupStatus = 'new' | 'regressed' | 'ongoing' | 'resolved' | 'ignored'

export const GROUP_STATUSES = ['new', 'regressed', 'ongoing', 'resolved', 'ignored'] as const

/** Injected is what a fault is proven to have led to, organic everything else; a group with root crashes of both is mixed. */
export type CrashCause = 'organic' | 'injected' | 'mixed'

/** What a person wrote on a group, or did to it. */
export interface GroupNote {
  id: string
  atMs: number
  who: string
  /** Of `merged` and `unmerged` the text names the other group. */
  change: 'resolved' | 'ignored' | 'opened' | 'merged' | 'unmerged' | null
  text: string
}

/** A group with what people said of it. */
export interface CrashGroupDetail {
  id: string
  name: string
  status: GroupStatus
  firstSeenMs: number
  /** Since when and by whom it is resolved or ignored, or was opened again. */
  statusAtMs: number | null
  statusBy: string | null
  /** The newest release that had crashed when it was resolved. */
  resolvedIn: string | null
  regressedAtMs: number | null
  /** Groups that were merged into this one. */
  merged: { fingerprint: string; name: string; reasonText: string; count: number }[]
  /** Root crashes by what became of their reports: here, expired, or counted in a storm and never stored. */
  reports: { held: number; pruned: number; notStored: number }
  /** Newest first, at most 50. */
  notes: GroupNote[]
}

export interface CrashGroupRow {
  id: string
  fingerprint: string
  name: string
  module: string
  reason: string
  reasonText: string
  topFrame: string | null
  nodes: string[]
  count: number
  casualties: number
  firstSeenMs: number
  lastSeenMs: number
  /** 24 h in 24 buckets, newest last. */
  buckets: number[]
  latest: {
    id: string
    atMs: number
    node: string
    key: string
    pid: string
    outcome: string
    backAfterMs: number | null
    stored: boolean
  }[]
  /** Of all its root crashes that are held, whatever the query asks for. */
  cause: CrashCause
  status: GroupStatus
  resolvedIn: string | null
  /** Fingerprints of groups that were merged into this one. */
  merged: string[]
}

/** Stands in all reports of a group that were looked at, and in few of the others. */
export interface CommonFact {
  /** As a clause of a query, `message:data_ind`. */
  clause: string
  inOthers: number
}

/** A process that crashed in a cascade: the root, or what died of another member. */
export interface CascadeMember {
  id: string
  key: string
  pid: string
  name: string | null
  /** Tag of its exit reason. */
  reason: string
  /** After the root; 0 for the root itself. */
  afterMs: number
  /** The crash it died of. */
  parentId: string | null
  mechanism: Cascade['mechanism']
  depth: number
  decision:
    | (Pick<Decision, 'supervisor' | 'strategy' | 'action' | 'stopped'> & {
        restart: Decision['childSpec']['restart']
      })
    | null
  outcome: Pick<Outcome, 'kind' | 'backAfterMs' | 'escalatedTo'> | null
}

export interface CrashView {
  id: string
  stored: boolean
  /** Who brought it here; `null` for what a node of this hub reported. */
  importedBy: string | null
  report: CrashReport | null
  /** Newest first, at most 8, of the same fingerprint. */
  sameGroup: { id: string; atMs: number; node: string; mailbox: number | null; backAfterMs: number | null }[]
  groupCount: number
  /** The crashes of its cascade, its root first; none until it is stored. */
  cascade: { members: CascadeMember[]; more: number }
  /** The latest root crashes of its group, oldest first. */
  course: { id: string; atMs: number; isInjected: boolean }[]
  /** What the group's latest reports have in common; `null` until there are two. */
  common: { reports: number; others: number; facts: CommonFact[] } | null
  /** `null` until the report is stored. */
  group: CrashGroupDetail | null
  previousId: string | null
  nextId: string | null
  error: { code: string; message: string } | null
}

export interface ViewTypes {
  cluster: ClusterView
  tree: TreeView
  processes: ProcessesView
  process: ProcessView
  series: SeriesView
  crashes: CrashesView
  crash: CrashView
  faults: FaultsView
  timeline: TimelineView
  messages: MessagesView
  node: NodeView
  table: TableView
  selection: SelectionView
}

/** What each view is asked with. */
export interface ViewParams {
  cluster: Record<string, never>
  /** `reveal`: a process that is to stand in the picture, though it or somebody above it is folded. */
  tree: { node: string; reveal?: string | null }
  processes: {
    node: string | null
    q: string
    sort: string
    order: 'asc' | 'desc'
    offset: number
    limit: number
  }
  process: { node: string; key: string }
  series: {
    metric: 'messages' | 'processes' | 'mailbox' | 'utilisation' | 'memory' | 'crashes'
    node: string | null
    key: string | null
    windowS: number
  }
  crashes: { q: string }
  crash: { id: string }
  faults: Record<string, never>
  timeline: { node: string | null }
  messages: {
    node: string | null
    by: MessagesBy
    /** 60 or 300. */
    windowS: number
    /** Id of a line or of a process, for the percentiles. */
    pick: string | null
  }
  node: { node: string }
  table: {
    node: string | null
    q: string
    sort: string
    order: 'asc' | 'desc'
    group: 'none' | 'supervisor' | 'behaviour' | 'node'
    /** Groups by id that are not as they come, a line each: `+` open, `-` closed, `*` with every member. */
    folds: string
    /** Ids of pinned rows, a line each. An id is the node's name, a space, the key. */
    pins: string
    /** Which order: another number is another one, made when it is first asked for. */
    turn: number
    offset: number
    limit: number
  }
  /** Ids, a line each, or with a query whatever matches it. */
  selection: { node: string | null; q: string | null; ids: string }
}
