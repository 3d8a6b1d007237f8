/** The living processes that match a query, in the order of node and key: what a fault may be laid upon. */
import { matches, type Query } from '@orrery/protocol/query'
import { FLAG, NONE, ORPHANS } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { PlaceReader } from './processes-view.ts'
import { textScan } from './text-scan.ts'

export interface Found {
  node: string
  key: string
  pid: string
  name: string
  module: string
  /** Logical key of who started or supervises it; empty for a root. */
  parent: string
  isSupervisor: boolean
}

export function findProcesses(nodes: readonly NodeState[], query: Query, nowMs: number): Found[] {
  const reader = new PlaceReader(nowMs)
  const scan = textScan(query)
  const found: Found[] = []
  for (const node of nodes) {
    const { columns: c } = node.processes
    for (let index = ORPHANS + 1; index < c.length; index++) {
      if (!c.has(index, FLAG.used) || !c.has(index, FLAG.alive)) continue
      if (scan !== null) {
        if (!scan.has(node.processes, index)) continue
      } else if (query.clauses.length > 0 && !matches(query, reader.at(node, index))) continue
      found.push(foundAt(node, index))
    }
  }
  return found.sort((a, b) => order(a.node, b.node) || order(a.key, b.key))
}

export function foundAt(node: NodeState, index: number): Found {
  const { processes: p } = node
  const parent = p.columns.parent[index] ?? NONE
  return {
    node: node.name,
    key: p.keyOf(index),
    pid: p.columns.pid[index] ?? '',
    name: displayName(p, index),
    module: p.specOf(index).module,
    parent: parent > ORPHANS ? p.keyOf(parent) : '',
    isSupervisor: p.isSupervisor(index),
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
