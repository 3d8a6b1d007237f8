/**
 * The whole, at the hub: all nodes with all their processes, fed by frames, read as views. Deterministic and mutable:
 * time is passed in, nothing here waits, reads a clock or opens anything.
 */
import type { Frame, Hello } from '@orrery/protocol'
import type { Query } from '@orrery/protocol/query'
import type { FaultSpan, Lease } from '../views/fault-types.ts'
import { putKey } from '../views/put-key.ts'
import type {
  ClusterView,
  MessagesView,
  NodeRow,
  Offender,
  ProcessesView,
  ProcessView,
  SelectionView,
  Spark,
  TableView,
  TimelineView,
  TreeView,
  ViewParams,
} from '../views/types.ts'
import { FLAG, NONE, ORPHANS } from './columns.ts'
import { MARKS_MS } from './marks.ts'
import { displayName } from './names.ts'
import { type FrameOutcome, NodeState, type StormTotal } from './node.ts'
import { type Found, findProcesses, foundAt } from './readers/find-processes.ts'
import { MessagesReader } from './readers/messages-view.ts'
import { nodeRow } from './readers/node-row.ts'
import { type NodeViewOfWorld, nodeView } from './readers/node-view.ts'
import { offendersOf, worstOffenders } from './readers/offenders.ts'
import { processView } from './readers/process-view.ts'
import { processesView } from './readers/processes-view.ts'
import { addStretch, isAlive, type Stretch } from './readers/stretch.ts'
import { timelineView } from './readers/timeline-view.ts'
import { type Touched, touched, touchedMinute, type Window, windowsAbove } from './readers/touched.ts'
import { TreeReader } from './readers/tree-view.ts'
import { selectionView } from './table/selection-view.ts'
import { Tables } from './table/table-view.ts'
import { type Injected, isActive, spansOf, spansOfKey, touchedKeys } from './under-fault.ts'

export interface WorldOptions {
  nowMs: number
  /** A node that is gone or stopped this long is forgotten. One hour. */
  forgetAfterMs?: number
}

/** Counters that move when something a reader sees moved. `structure` is what a person waits to see. */
export interface Version {
  structure: number
  numbers: number
}

/** A process as commands and audit rows name it. */
export interface Resolved {
  key: string
  pid: string
  name: string
}

export interface World {
  hello(hello: Hello, nowMs: number): void
  /** A node that never said hello is not known, and nothing is applied. */
  frame(node: string, frame: Frame, nowMs: number): FrameOutcome
  goodbye(node: string, nowMs: number): void
  /** The whole node went down: a mark in its time. */
  nodeDown(node: string, end: { atMs: number; text: string; crashId: string }): void
  /** The connection is gone without a goodbye: stale at once, gone after ten seconds of silence. */
  lost(node: string, nowMs: number): void
  /** Once a second. */
  tick(nowMs: number): void
  /** A report is in the database. */
  crashStored(id: string): void
  /** All leases that are not over; one that is missing from the next list is over. */
  setFaults(leases: Iterable<Lease>): void
  /** All experiments that last, on each node, and those that ended in the last five minutes. */
  setExperiments(injected: readonly Injected[]): void
  door(event: ClusterView['door'][number]): void

  /** Of one node, or with `null` of the whole. An unknown node stays at 0. */
  version(node: string | null): Version
  nodes(): string[]
  node(name: string): NodeRow | null
  nodeRows(): Record<string, NodeRow>
  clusterView(hub: ClusterView['hub']): ClusterView
  /** `reveal`: key or pid of a process that is to stand in it, though it or somebody above it is folded. */
  treeView(node: string, reveal?: string | null): TreeView | null
  processesView(params: ViewParams['processes']): ProcessesView
  /** A window of an order that is held until another `turn` is asked for. */
  tableView(params: ViewParams['table']): TableView
  selectionView(params: ViewParams['selection']): SelectionView
  /** By logical key, or by a pid. `null` where the node is not known. */
  processView(node: string, keyOrPid: string): ProcessView | null
  timelineView(node: string | null): TimelineView
  /** One who reads the messages view again and again: it keeps what is over. */
  messagesReader(params: ViewParams['messages']): { read(): MessagesView }
  /** `null` where the node is not known. */
  nodeView(node: string): NodeViewOfWorld | null
  storms(node: string): ReadonlyMap<string, StormTotal>
  /** A dead slot resolves too: its pid is that of the process that was in it. */
  resolve(node: string, keyOrPid: string): Resolved | null
  /** The living process that is so called, with its place in the tree. */
  found(node: string, keyOrPid: string): Found | null
  /** Living processes of all nodes, in the order of node and key. */
  find(query: Query): Found[]
  /** Figures of these processes together, with `null` of the node as a whole; `null` where the node is not known. */
  touched(node: string, keys: readonly string[] | null): Touched | null
  /** Their last minute, second by second. */
  touchedMinute(node: string, keys: readonly string[] | null, metric: 'handled' | 'mailbox'): Spark
  /** Every supervisor above one of these processes. */
  windowsAbove(node: string, keys: readonly string[]): Window[]
  heardAtMs(node: string): number | null
  /** The supervisor or process above; `null` above a root. */
  above(node: string, key: string): Resolved | null
  /** Whether a process of this logical key lives now; `null` where the node is not known, or not heard. */
  isAlive(node: string, key: string): boolean | null
  /**
   * Adds what processes below `roots` (logical keys; `null`: the whole node) did in seconds of the hub's clock, both
   * included, as far as they are held.
   */
  addStretch(node: string, roots: readonly string[] | null, fromS: number, toS: number, into: Stretch): void
}

const FORGET_AFTER_MS = 3_600_000
const DOOR_EVENTS = 20
/** Pictures that are kept of trees in which somebody looks into a fold. */
const MAX_REVEALING = 32

/**
 * An empty world.
 *
 * @example
 * const world = createWorld({ nowMs: Date.now() })
 * world.hello(hello, Date.now())
 * world.frame(hello.node, frame, Date.now())
 * world.treeView(hello.node)?.rows
 */
export function createWorld(options: WorldOptions): World {
  return new LiveWorld(options)
}

class LiveWorld implements World {
  readonly #nodes = new Map<
    string,
    { state: NodeState; tree: TreeReader; revealing: Map<string, TreeReader>; offenders: Offender[] }
  >()
  readonly #forgetAfterMs: number
  #door: ClusterView['door'] = []
  #offenders: Offender[] = []
  readonly #tables = new Tables()
  /** Open leases, and those that ended in the last five minutes. */
  #leases = new Map<string, Lease>()
  #injected: readonly Injected[] = []
  /** Which experiment each touched process shows, by node and key. */
  #touchedKeys = new Map<string, Map<string, string>>()
  #nowMs: number
  #version = 0

  constructor({ nowMs, forgetAfterMs }: WorldOptions) {
    this.#nowMs = nowMs
    this.#forgetAfterMs = forgetAfterMs ?? FORGET_AFTER_MS
  }

  hello(hello: Hello, nowMs: number): void {
    this.#at(nowMs)
    const held = this.#nodes.get(hello.node)
    if (held === undefined) {
      const state = new NodeState(hello, nowMs)
      this.#nodes.set(hello.node, { state, tree: new TreeReader(state), revealing: new Map(), offenders: [] })
    } else held.state.greet(hello, nowMs)
    this.#version++
  }

  frame(node: string, frame: Frame, nowMs: number): FrameOutcome {
    this.#at(nowMs)
    const state = this.#state(node)
    if (state === null) return { isDuplicate: false, gap: 0, records: 0, unknownRefs: 0 }
    const outcome = state.frame(frame, nowMs)
    this.#overlayStarted(state, frame)
    return outcome
  }

  goodbye(node: string, nowMs: number): void {
    this.#at(nowMs)
    const state = this.#state(node)
    if (state === null) return
    state.lastHeardAtMs = nowMs
    state.setStatus('stopped')
  }

  lost(node: string, nowMs: number): void {
    this.#at(nowMs)
    const state = this.#state(node)
    if (state?.status === 'live') state.setStatus('stale')
  }

  nodeDown(node: string, { atMs, text, crashId }: { atMs: number; text: string; crashId: string }): void {
    this.#state(node)?.marks.add({ atMs, kind: 'crash', key: '', name: node, text, crashId })
  }

  tick(nowMs: number): void {
    this.#at(nowMs)
    for (const [name, held] of this.#nodes) {
      const { state } = held
      state.tick(nowMs)
      held.offenders = state.status === 'live' ? offendersOf(state) : []
      const isAway = state.status === 'gone' || state.status === 'stopped'
      if (isAway && nowMs - state.lastHeardAtMs >= this.#forgetAfterMs) {
        this.#nodes.delete(name)
        this.#version++
      }
    }
    this.#offenders = worstOffenders([...this.#nodes.values()].flatMap(({ offenders }) => offenders))
    for (const [id, { endedAtMs }] of this.#leases) {
      if (endedAtMs !== null && nowMs - endedAtMs > MARKS_MS) this.#leases.delete(id)
    }
  }

  crashStored(id: string): void {
    for (const { state } of this.#nodes.values()) {
      const key = state.pasts.stored(id)
      if (key === null) continue
      const index = state.processes.find(key)
      if (index === undefined) state.version++
      else state.processes.touch(index)
      return
    }
  }

  setFaults(leases: Iterable<Lease>): void {
    const open = new Map([...leases].map((lease) => [lease.id, lease]))
    for (const [id, lease] of this.#leases) {
      if (open.has(id) || lease.endedAtMs !== null) continue
      // Refused, or over before it began: nothing to draw.
      if (lease.status === 'requested') this.#leases.delete(id)
      else {
        this.#leases.set(id, { ...lease, status: 'ended', endedAtMs: this.#nowMs })
      }
    }
    for (const [id, lease] of open) this.#leases.set(id, lease)
    for (const { state } of this.#nodes.values()) this.#overlay(state)
    this.#version++
  }

  setExperiments(injected: readonly Injected[]): void {
    this.#injected = injected
    this.#touchedKeys = touchedKeys(injected)
    const paused = new Map(
      injected.filter((each) => each.isPause && isActive(each)).map(({ node, id }) => [node, id]),
    )
    for (const [name, { state }] of this.#nodes) {
      state.setPause(paused.get(name) ?? null, this.#nowMs)
      this.#overlay(state)
    }
    this.#version++
  }

  door(event: ClusterView['door'][number]): void {
    this.#door = [...this.#door, event].slice(-DOOR_EVENTS)
    this.#version++
  }

  version(node: string | null): Version {
    if (node !== null) {
      const state = this.#state(node)
      return { structure: state?.structure ?? 0, numbers: state?.sampling.version ?? 0 }
    }
    const version: Version = { structure: this.#version, numbers: 0 }
    for (const { state } of this.#nodes.values()) {
      version.structure += state.structure
      version.numbers += state.sampling.version
    }
    return version
  }

  nodes(): string[] {
    return [...this.#nodes.keys()]
  }

  node(name: string): NodeRow | null {
    const state = this.#state(name)
    return state && nodeRow(state, this.#nowMs, this.#activeOn(name))
  }

  nodeRows(): Record<string, NodeRow> {
    const rows: Record<string, NodeRow> = {}
    for (const [name, { state }] of this.#nodes) {
      putKey(rows, name, nodeRow(state, this.#nowMs, this.#activeOn(name)))
    }
    return rows
  }

  clusterView(hub: ClusterView['hub']): ClusterView {
    return { hub, nodes: this.nodeRows(), offenders: this.#offenders, door: this.#door }
  }

  treeView(node: string, reveal: string | null = null): TreeView | null {
    const known = this.#nodes.get(node)
    if (known === undefined || reveal === null) return known?.tree.read() ?? null
    let reader = known.revealing.get(reveal)
    if (reader === undefined) {
      if (known.revealing.size >= MAX_REVEALING) known.revealing.clear()
      reader = new TreeReader(known.state, reveal)
      known.revealing.set(reveal, reader)
    }
    return reader.read()
  }

  processesView(params: ViewParams['processes']): ProcessesView {
    return processesView(this.#scope(params.node), params, this.#nowMs)
  }

  tableView(params: ViewParams['table']): TableView {
    return this.#tables.read(this.#scope(params.node), params, this.#nowMs)
  }

  selectionView(params: ViewParams['selection']): SelectionView {
    return selectionView(this.#scope(params.node), params, this.#nowMs)
  }

  processView(node: string, keyOrPid: string): ProcessView | null {
    const state = this.#state(node)
    if (state === null) return null
    const fromMs = this.#nowMs - MARKS_MS
    return processView(state, keyOrPid, (key) =>
      spansOfKey(key, this.#drawnLeases(node), this.#injectedOn(node), fromMs),
    )
  }

  timelineView(node: string | null): TimelineView {
    return timelineView(this.#statesOf(node), this.#spans(node), this.#nowMs)
  }

  messagesReader(params: ViewParams['messages']): { read(): MessagesView } {
    const { node } = params
    const reader = new MessagesReader(params)
    return { read: () => reader.read(this.#statesOf(node), this.#spans(node), this.#nowMs) }
  }

  nodeView(node: string): NodeViewOfWorld | null {
    const state = this.#state(node)
    return state && nodeView(state, this.#spans(node)(this.#nowMs - MARKS_MS))
  }

  storms(node: string): ReadonlyMap<string, StormTotal> {
    return this.#state(node)?.storms ?? new Map()
  }

  resolve(node: string, keyOrPid: string): Resolved | null {
    const processes = this.#state(node)?.processes
    const index = processes?.resolve(keyOrPid)
    if (processes === undefined || index === undefined || index === ORPHANS) return null
    const pid = processes.columns.pid[index] ?? ''
    return { key: processes.keyOf(index), pid, name: displayName(processes, index) }
  }

  found(node: string, keyOrPid: string): Found | null {
    const state = this.#state(node)
    const index = state?.processes.resolve(keyOrPid)
    if (state === null || index === undefined || index === ORPHANS) return null
    return state.processes.columns.has(index, FLAG.alive) ? foundAt(state, index) : null
  }

  find(query: Query): Found[] {
    return findProcesses(this.#scope(null), query, this.#nowMs)
  }

  touched(node: string, keys: readonly string[] | null): Touched | null {
    const state = this.#state(node)
    return state && touched(state, keys)
  }

  touchedMinute(node: string, keys: readonly string[] | null, metric: 'handled' | 'mailbox'): Spark {
    const state = this.#state(node)
    return state === null ? [] : touchedMinute(state, keys, metric)
  }

  windowsAbove(node: string, keys: readonly string[]): Window[] {
    const state = this.#state(node)
    return state === null ? [] : windowsAbove(state, keys)
  }

  heardAtMs(node: string): number | null {
    return this.#state(node)?.lastHeardAtMs ?? null
  }

  above(node: string, key: string): Resolved | null {
    const processes = this.#state(node)?.processes
    const index = processes?.find(key)
    const parent = index === undefined ? NONE : (processes?.columns.parent[index] ?? NONE)
    if (processes === undefined || parent === NONE || parent === ORPHANS) return null
    const pid = processes.columns.pid[parent] ?? ''
    return { key: processes.keyOf(parent), pid, name: displayName(processes, parent) }
  }

  isAlive(node: string, key: string): boolean | null {
    const state = this.#state(node)
    return state === null || state.status !== 'live' ? null : isAlive(state, key)
  }

  addStretch(node: string, roots: readonly string[] | null, fromS: number, toS: number, into: Stretch): void {
    const state = this.#state(node)
    if (state !== null) addStretch(state, roots, fromS, toS, into)
  }

  /** One node, or all. */
  #scope(node: string | null): NodeState[] {
    const states = [...this.#nodes.values()].map(({ state }) => state)
    return node === null ? states : states.filter(({ name }) => name === node)
  }

  #state(node: string): NodeState | null {
    return this.#nodes.get(node)?.state ?? null
  }

  /** Of one node, or of all. */
  #statesOf(node: string | null): NodeState[] {
    const states = [...this.#nodes.values()].map(({ state }) => state)
    return node === null ? states : states.filter(({ name }) => name === node)
  }

  /** Leases that began. */
  #drawnLeases(node: string | null): Lease[] {
    return [...this.#leases.values()].filter(
      (lease) => (node === null || lease.node === node) && lease.status !== 'requested',
    )
  }

  /** Of one node, or of all. */
  #injectedOn(node: string | null): readonly Injected[] {
    return node === null ? this.#injected : this.#injected.filter((each) => each.node === node)
  }

  #spans(node: string | null): (fromMs: number) => FaultSpan[] {
    return (fromMs) => spansOf(this.#drawnLeases(node), this.#injectedOn(node), fromMs)
  }

  /** Leases and experiments that last on a node. */
  #activeOn(node: string): number {
    return this.#openLeases(node).length + this.#injectedOn(node).filter(isActive).length
  }

  /** Time never goes back, whatever a caller's clock does. */
  #at(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  #openLeases(node: string): Lease[] {
    return [...this.#leases.values()].filter((lease) => lease.node === node && lease.status === 'active')
  }

  /** Lays what is open over those that started in this frame alone: there may be ten thousand targets, and frames come often. */
  #overlayStarted(state: NodeState, frame: Frame): void {
    const keys = this.#touchedKeys.get(state.name)
    const leases = this.#leases.size === 0 ? [] : this.#openLeases(state.name)
    if (keys === undefined && leases.length === 0) return
    const { processes } = state
    for (const record of frame.records) {
      if (record.type !== 'process.started') continue
      const index = processes.refs.get(record.ref)
      if (index === undefined || index === ORPHANS) continue
      const key = processes.keyOf(index)
      const pid = processes.columns.pid[index]
      const lease = leases.find((each) => each.key === key || each.pid === pid)
      const id = keys?.get(key) ?? lease?.id
      if (id !== undefined) processes.setFault(index, id)
    }
  }

  /** Lays what is open on a node over its slots: by key, so that a fault follows a restart. */
  #overlay(state: NodeState): void {
    const { processes } = state
    const wanted = new Map<number, string>()
    for (const { id, key, pid } of this.#openLeases(state.name)) {
      const index = processes.resolve(key) ?? processes.resolve(pid)
      if (index !== undefined && index !== ORPHANS) wanted.set(index, id)
    }
    for (const [key, id] of this.#touchedKeys.get(state.name) ?? []) {
      const index = processes.find(key)
      if (index !== undefined && index !== ORPHANS) wanted.set(index, id)
    }
    for (const index of [...processes.faults.keys()]) if (!wanted.has(index)) processes.setFault(index, null)
    for (const [index, id] of wanted) processes.setFault(index, id)
  }
}
