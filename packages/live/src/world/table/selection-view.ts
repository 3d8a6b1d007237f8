/** What is selected in the process table: who they are, and how far killing all of them would reach. */
import { PROCESS_FIELDS, parseQuery } from '@orrery/protocol/query'
import type { SelectionView, ViewParams } from '../../views/types.ts'
import { FLAG, NONE } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { RUNNING, statusName } from '../status.ts'
import { HeldOrder } from './held-order.ts'
import { sortOf } from './sorts.ts'
import { type Place, placesOf } from './table-view.ts'

export const MAX_SELECTED = 1_000
const MAX_SPREAD = 5

export function selectionView(
  nodes: readonly NodeState[],
  { q, ids }: ViewParams['selection'],
  nowMs: number,
): SelectionView {
  const { places, total } = q === null ? listed(placesOf(nodes, ids)) : asked(nodes, q, nowMs)
  return {
    total,
    items: places.map(({ node, index }) => {
      const { processes: p } = node
      return {
        node: node.name,
        key: p.keyOf(index),
        pid: p.columns.pid[index] ?? '',
        name: displayName(p, index),
        kind: p.specOf(index).kind,
        status: statusName(p.columns.status[index] ?? RUNNING),
      }
    }),
    ...reachOf(places),
  }
}

function listed(places: Place[]): { places: Place[]; total: number } {
  return { places: places.slice(0, MAX_SELECTED), total: places.length }
}

function asked(nodes: readonly NodeState[], q: string, nowMs: number): { places: Place[]; total: number } {
  const parsed = parseQuery(q, PROCESS_FIELDS)
  if (!parsed.ok) return { places: [], total: 0 }
  const wanted = { query: parsed.query, sort: sortOf('pid'), isDescending: false, isApart: () => false }
  const order = new HeldOrder(nodes, wanted, nowMs)
  const length = Math.min(MAX_SELECTED, order.length)
  const places = Array.from({ length }, (_, at) => ({ node: order.nodeAt(at), index: order.indexAt(at) }))
  return { places, total: order.length }
}

/** A strategy stops its siblings where the one that ends is to be restarted, and what lives below each ends with it. */
function reachOf(places: readonly Place[]): Pick<SelectionView, 'down' | 'spread'> {
  const down = new Map<NodeState, Set<number>>()
  const spread = new Map<string, SelectionView['spread'][number]>()
  const take = (node: NodeState, index: number): void => {
    const ended = down.get(node) ?? new Set<number>()
    down.set(node, ended)
    if (ended.has(index)) return
    for (const below of node.processes.below(index)) {
      if (node.processes.columns.has(below, FLAG.alive)) ended.add(below)
    }
  }
  for (const { node, index } of places) {
    const { processes: p } = node
    const { columns: c } = p
    take(node, index)
    const parent = c.parent[index] ?? NONE
    const strategy = p.isSupervisor(parent) ? p.specOf(parent).supervisor?.strategy : undefined
    if (p.specOf(index).restart === 'temporary') continue
    if (strategy !== 'one_for_all' && strategy !== 'rest_for_one') continue
    let hasMore = false
    for (const sibling of p.childrenOf(parent)?.values() ?? []) {
      const isTaken = strategy === 'one_for_all' || (c.order[sibling] ?? 0) > (c.order[index] ?? 0)
      if (sibling === index || !isTaken || !c.has(sibling, FLAG.alive)) continue
      hasMore = true
      take(node, sibling)
    }
    if (hasMore) spread.set(`${node.name} ${parent}`, { name: displayName(p, parent), strategy })
  }
  let ended = 0
  for (const slots of down.values()) ended += slots.size
  return { down: ended, spread: [...spread.values()].slice(0, MAX_SPREAD) }
}
