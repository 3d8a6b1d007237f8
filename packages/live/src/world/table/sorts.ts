/**
 * What each column of the process table sorts by. One line a column: add a column here, and in the dashboard's own table
 * of columns (`apps/dashboard/src/processes/columns.ts`).
 */
import { NONE, ORPHANS } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { RUNNING, rank } from '../status.ts'

export interface Sort {
  isText: boolean
  of(node: NodeState, index: number, nowMs: number): number | string
}

const number = (of: (node: NodeState, index: number, nowMs: number) => number): Sort => ({
  isText: false,
  of,
})
const text = (of: (node: NodeState, index: number) => string): Sort => ({ isText: true, of })

const SORTS: Record<string, Sort> = {
  name: text((node, i) => displayName(node.processes, i)),
  label: text((node, i) => node.processes.columns.label[i] ?? ''),
  pid: number((node, i) => node.processes.columns.ref[i] ?? 0),
  behaviour: text((node, i) => node.processes.specOf(i).behaviour),
  module: text((node, i) => node.processes.specOf(i).module),
  node: text((node) => node.name),
  supervisor: text((node, i) => {
    const parent = node.processes.columns.parent[i] ?? NONE
    return parent > ORPHANS ? displayName(node.processes, parent) : ''
  }),
  status: number((node, i) =>
    rank(node.processes.columns.status[i] ?? RUNNING, node.processes.faults.has(i)),
  ),
  in: number((node, i) => node.processes.columns.receivedPerS[i] ?? 0),
  out: number((node, i) => node.processes.columns.handledPerS[i] ?? 0),
  growth: number((node, i) => node.sampling.growthPerS(i)),
  mailbox: number((node, i) => node.processes.columns.mailbox[i] ?? 0),
  // Who was not timed comes behind who was.
  wait: number((node, i) => node.recentTimings(i)?.waitP99Us ?? -1),
  handling: number((node, i) => node.recentTimings(i)?.tookP99Us ?? -1),
  busy: number((node, i) => node.recentTimings(i)?.busy ?? -1),
  restarts: number((node, i) => node.processes.columns.restarts[i] ?? 0),
  uptime: number((node, i, nowMs) => nowMs - (node.processes.columns.startedAtMs[i] ?? 0)),
}

/** Unknown columns sort by name. */
export function sortOf(column: string): Sort {
  return (Object.hasOwn(SORTS, column) ? SORTS[column] : undefined) ?? (SORTS.name as Sort)
}

export type Keys = Float64Array | string[]

/**
 * The positions of `keys` in order; equal ones keep theirs. Without a comparison by call: keys become ranks, rank and
 * position one number, and numbers sort natively, so that 100,000 take tens of milliseconds.
 */
export function positionsInOrder(keys: Keys, isDescending: boolean): Int32Array {
  const { length } = keys
  const ranks = ranksOf(keys)
  const packed = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const rank = ranks[i] ?? 0
    packed[i] = (isDescending ? length - rank : rank) * length + i
  }
  packed.sort()
  const positions = new Int32Array(length)
  for (let i = 0; i < length; i++) positions[i] = (packed[i] ?? 0) % length
  return positions
}

function ranksOf(keys: Keys): Float64Array {
  const ranks = new Float64Array(keys.length)
  if (keys instanceof Float64Array) {
    const sorted = keys.slice().sort()
    for (let i = 0; i < keys.length; i++) ranks[i] = firstAt(sorted, keys[i] ?? 0)
    return ranks
  }
  const distinct = new Map<string, number>()
  for (const key of keys) distinct.set(key, 0)
  const sorted = [...distinct.keys()].sort()
  for (let i = 0; i < sorted.length; i++) distinct.set(sorted[i] as string, i)
  for (let i = 0; i < keys.length; i++) ranks[i] = distinct.get(keys[i] as string) ?? 0
  return ranks
}

function firstAt(sorted: Float64Array, key: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < key) low = middle + 1
    else high = middle
  }
  return low
}
