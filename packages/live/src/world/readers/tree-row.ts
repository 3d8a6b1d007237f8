/** One process as it is drawn in the tree. A row that did not change is the same object as last time. */
import type { Spark, TreeRow } from '../../views/types.ts'
import { FLAG, NONE, ORPHANS } from '../columns.ts'
import type { Group } from '../group.ts'
import { ORPHANS_KEY, poolSegment } from '../keys.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { RING_SECONDS, SERIES, type SeriesIndex } from '../rings.ts'
import { EMPTY_CELL, FAULT_CELL, RUNNING, statusName, worstOf } from '../status.ts'

/** One decimal below 100, none above: more would change every second and be read by nobody. */
export function rounded(perS: number): number {
  return perS >= 100 ? Math.round(perS) : Math.round(perS * 10) / 10
}

/** The last minute of a slot. Empty where nothing happened in it. */
export function sparkOf(node: NodeState, index: number, series: SeriesIndex): Spark {
  const { columns: c, rings } = node.processes
  const ring = c.ring[index] ?? -1
  if (ring === -1) return []
  const { second } = node.sampling
  const age = second - Math.floor((c.startedAtMs[index] ?? 0) / 1_000) + 1
  const length = c.has(index, FLAG.restarted) ? RING_SECONDS : Math.max(1, Math.min(RING_SECONDS, age))
  return rings.read(ring, series, second, length)
}

export function treeRow(node: NodeState, index: number, promotedFrom: string | null): TreeRow {
  const { processes: p } = node
  const { columns: c } = p
  const parent = c.parent[index] ?? NONE
  const { behaviour, module, kind, supervisor } = p.specOf(index)
  const exit = p.exits.get(index)
  return {
    key: p.keyOf(index),
    pid: c.pid[index] ?? '',
    previousPid: p.previous.get(index)?.pid ?? null,
    parent: parent === NONE ? null : p.keyOf(parent),
    order: orderOf(node, index),
    name: displayName(p, index),
    label: c.label[index] || null,
    behaviour,
    module,
    kind,
    strategy: supervisor?.strategy ?? null,
    status: statusName(c.status[index] ?? RUNNING),
    restarts: c.restarts[index] ?? 0,
    mailboxLength: c.mailbox[index] ?? 0,
    receivedPerS: rounded(c.receivedPerS[index] ?? 0),
    handledPerS: rounded(c.handledPerS[index] ?? 0),
    spark: sparkOf(node, index, SERIES.received),
    startedAtMs: c.startedAtMs[index] ?? 0,
    fault: p.faults.get(index) ?? null,
    exit: exit ? { ...exit } : null,
    intensity: supervisor
      ? {
          allowed: supervisor.intensity,
          periodMs: supervisor.periodMs,
          marks: marksOf(p.intensity.get(index) ?? [], supervisor.intensity),
        }
      : null,
    pool: null,
    promotedFrom,
    childCount: c.children[index]?.size ?? 0,
  }
}

/** So far from its limit nobody asks which restart was when, and a supervisor that may restart for ever does. */
const FAR_FROM_LIMIT = 64

function marksOf(marks: readonly number[], allowed: number): number[] {
  return allowed > FAR_FROM_LIMIT && marks.length < allowed / 2 ? [] : [...marks]
}

/** Start order; where a supervisor has many of one id, the slot, which a later child takes over. */
function orderOf(node: NodeState, index: number): number {
  const { processes: p } = node
  const parent = p.columns.parent[index] ?? NONE
  return p.isDynamic(parent) ? (p.columns.slot[index] ?? 0) : (p.columns.order[index] ?? 0)
}

/** The row under which processes hang whose parent is not known. */
export function orphansRow(node: NodeState): TreeRow {
  const { processes: p } = node
  const children = p.columns.children[ORPHANS]
  const counts = new Array<number>(8).fill(0)
  for (const child of children?.values() ?? []) {
    const status = p.columns.status[child] ?? RUNNING
    counts[status] = (counts[status] ?? 0) + 1
  }
  return {
    ...EMPTY_ROW,
    key: ORPHANS_KEY,
    order: Number.MAX_SAFE_INTEGER,
    name: 'orphans',
    kind: 'supervisor',
    status: statusName(worstOf(counts)),
    childCount: children?.size ?? 0,
  }
}

export function poolKey(node: NodeState, group: Group): string {
  const { processes: p } = node
  const segment = poolSegment(p.specs.get(group.spec))
  return group.parent === NONE ? segment : `${p.keyOf(group.parent)}/${segment}`
}

export function poolRow(node: NodeState, group: Group): TreeRow {
  const { processes: p } = node
  const spec = p.specs.get(group.spec)
  const counts: Record<string, number> = {}
  group.counts.forEach((count, status) => {
    if (count > 0) counts[statusName(status)] = count
  })
  return {
    ...EMPTY_ROW,
    key: poolKey(node, group),
    parent: group.parent === NONE ? null : p.keyOf(group.parent),
    order: group.order,
    name: spec.module,
    behaviour: spec.behaviour,
    module: spec.module,
    kind: 'pool',
    status: statusName(worstOf(group.counts)),
    restarts: group.restarts,
    mailboxLength: group.mailbox,
    receivedPerS: rounded(group.receivedPerS),
    handledPerS: rounded(group.handledPerS),
    spark: poolSpark(node, group),
    startedAtMs: group.startedAtMs,
    pool: {
      count: group.count,
      counts,
      cells: group.encode(group.nested > 0 ? (index) => worstCellBelow(node, index) : null),
    },
    childCount: group.count,
  }
}

function poolSpark(node: NodeState, group: Group): Spark {
  if (group.spark === null) return []
  const points: Spark = []
  const { second } = node.sampling
  for (let at = second - RING_SECONDS + 1; at <= second; at++) {
    const value = group.spark[((at % RING_SECONDS) + RING_SECONDS) % RING_SECONDS] ?? Number.NaN
    // Before the pool formed there is nothing, which is no gap.
    if (!Number.isNaN(value)) points.push(Math.round(value))
    else if (points.length > 0) points.push(null)
  }
  return points
}

/** A folded member speaks for all below it, so that folding hides nothing that went wrong. */
function worstCellBelow(node: NodeState, index: number): number {
  const { processes: p } = node
  let worst = EMPTY_CELL
  let fault = 0
  for (const below of p.below(index)) {
    worst = Math.min(worst, p.columns.status[below] ?? RUNNING)
    if (p.faults.has(below)) fault = FAULT_CELL
  }
  return worst + fault
}

const EMPTY_ROW: TreeRow = {
  key: '',
  pid: '',
  previousPid: null,
  parent: null,
  order: 0,
  name: '',
  label: null,
  behaviour: '',
  module: '',
  kind: 'worker',
  strategy: null,
  status: 'running',
  restarts: 0,
  mailboxLength: 0,
  receivedPerS: 0,
  handledPerS: 0,
  spark: [],
  startedAtMs: 0,
  fault: null,
  exit: null,
  intensity: null,
  pool: null,
  promotedFrom: null,
  childCount: 0,
}
