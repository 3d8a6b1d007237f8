/** From a tree view to what the layout, the list and the reader of the ARIA tree need: structure, words, search. */
import type { TreeRow, TreeView } from '@orrery/live/views'
import type { Status } from '@orrery/protocol'
import type { ShapeNode, TreeShape } from './layout.ts'

/** Key of the place where processes hang whose parent is not known. */
export const ORPHANS = '\u0000orphans'

/** A row by key. A process may be called `constructor`: only own properties are rows. */
export function rowOf(view: TreeView, key: string | null): TreeRow | undefined {
  return key !== null && Object.hasOwn(view.rows, key) ? view.rows[key] : undefined
}

export interface TreeModel {
  shape: TreeShape
  /** Processes that name a parent nobody knows, or hang in a ring. */
  orphans: readonly string[]
  /** Supervisors that are folded, with what the fold hides. */
  folds: ReadonlyMap<string, Fold>
}

export interface Fold {
  /** Processes below, pool members counted. */
  processes: number
  /** What is wrong below, worst first: a fold never hides an exception. */
  exceptions: { glyph: Status | 'fault'; count: number }[]
}

/**
 * The structure that is drawn. It depends on keys, parents, order, slots of pools, strategies and what is folded;
 * a row whose numbers alone changed gives an equal structure (see `isSameStructure`).
 */
export function modelOf(view: TreeView, folded: ReadonlySet<string>): TreeModel {
  const children = childrenByParent(view)
  const nodes = new Map<string, ShapeNode>()
  const folds = new Map<string, Fold>()
  const reach = (root: string): void => {
    const stack = [root]
    while (stack.length > 0) {
      const key = stack.pop() as string
      const row = rowOf(view, key)
      if (!row || nodes.has(key)) continue
      const kids = children.get(key) ?? []
      const isFolded = folded.has(key) && kids.length > 0
      if (isFolded) folds.set(key, foldOf(view, children, key))
      nodes.set(key, {
        key,
        children: isFolded ? [] : kids.filter((kid) => kid !== key && !nodes.has(kid)),
        promoted: row.kind === 'pool' ? (children.get(promotedUnder(key)) ?? []) : [],
        slots: row.pool ? slotsOf(row.pool.cells) : null,
        isGuarded: row.strategy === 'one_for_all',
      })
      if (!isFolded) stack.push(...kids)
      else markReached(children, key, nodes)
    }
  }
  const roots = view.roots.filter((key) => rowOf(view, key))
  for (const key of roots) reach(key)
  const orphans: string[] = []
  for (const key of Object.keys(view.rows)) {
    if (nodes.has(key) || view.rows[key]?.promotedFrom) continue
    orphans.push(key)
    reach(key)
  }
  // What a fold hides was only marked as reached.
  for (const key of [...nodes.keys()]) if (nodes.get(key) === HIDDEN) nodes.delete(key)
  if (orphans.length > 0) {
    nodes.set(ORPHANS, { key: ORPHANS, children: orphans, promoted: [], slots: null, isGuarded: false })
    roots.push(ORPHANS)
  }
  return { shape: { roots, nodes }, orphans, folds }
}

const HIDDEN: ShapeNode = { key: '', children: [], promoted: [], slots: null, isGuarded: false }
const promotedUnder = (pool: string): string => `${pool}\u0000promoted`

function markReached(children: Map<string, string[]>, key: string, nodes: Map<string, ShapeNode>): void {
  const stack = [...(children.get(key) ?? [])]
  while (stack.length > 0) {
    const next = stack.pop() as string
    if (nodes.has(next)) continue
    nodes.set(next, HIDDEN)
    stack.push(...(children.get(next) ?? []))
  }
}

function childrenByParent(view: TreeView): Map<string, string[]> {
  const children = new Map<string, string[]>()
  for (const key of Object.keys(view.rows)) {
    const row = view.rows[key] as TreeRow
    const under = row.promotedFrom === null ? row.parent : promotedUnder(row.promotedFrom)
    if (under === null) continue
    const list = children.get(under)
    if (list) list.push(key)
    else children.set(under, [key])
  }
  const order = (key: string) => view.rows[key]?.order ?? 0
  for (const list of children.values()) list.sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1))
  return children
}

/** Slots of a pool from the length of its base64, without decoding it. */
export function slotsOf(cells: string): number {
  const padding = cells.endsWith('==') ? 2 : cells.endsWith('=') ? 1 : 0
  return (cells.length / 4) * 3 - padding
}

/** Whether the layout of one is the layout of the other: rows that did not change cost a comparison. */
export function isSameStructure(before: TreeView, after: TreeView): boolean {
  if (before.rows === after.rows && before.roots === after.roots) return true
  if (before.roots.length !== after.roots.length) return false
  if (before.roots !== after.roots && before.roots.some((key, index) => key !== after.roots[index]))
    return false
  const keys = Object.keys(after.rows)
  if (keys.length !== Object.keys(before.rows).length) return false
  return keys.every((key) => {
    const row = after.rows[key] as TreeRow
    const was = rowOf(before, key)
    return row === was || (was !== undefined && isSamePlace(was, row))
  })
}

function isSamePlace(a: TreeRow, b: TreeRow): boolean {
  return (
    a.parent === b.parent &&
    a.order === b.order &&
    a.promotedFrom === b.promotedFrom &&
    (a.kind === 'pool') === (b.kind === 'pool') &&
    (a.strategy === 'one_for_all') === (b.strategy === 'one_for_all') &&
    (a.pool ? slotsOf(a.pool.cells) : null) === (b.pool ? slotsOf(b.pool.cells) : null)
  )
}

const EXCEPTIONS = ['crashed', 'restarting', 'fault', 'waiting', 'backlog', 'suspended'] as const

function foldOf(view: TreeView, children: Map<string, string[]>, key: string): Fold {
  let processes = 0
  const counts = new Map<Status | 'fault', number>()
  const add = (glyph: Status | 'fault', by: number) => counts.set(glyph, (counts.get(glyph) ?? 0) + by)
  const seen = new Set<string>([key])
  const stack = [...(children.get(key) ?? [])]
  while (stack.length > 0) {
    const at = stack.pop() as string
    const row = rowOf(view, at)
    if (!row || seen.has(at)) continue
    seen.add(at)
    stack.push(...(children.get(at) ?? []))
    if (row.pool) {
      processes += row.pool.count
      for (const [status, n] of Object.entries(row.pool.counts)) add(status as Status, n)
    } else {
      processes += 1
      add(row.status, 1)
      if (row.fault !== null) add('fault', 1)
    }
  }
  const exceptions = EXCEPTIONS.flatMap((glyph) => {
    const count = counts.get(glyph) ?? 0
    return count > 0 ? [{ glyph, count }] : []
  })
  return { processes, exceptions }
}

/** A row in words, for whoever does not see it: `TrunkLink, worker, restarting, under fault F-0193, mailbox 0`. */
export function describe(row: TreeRow): string {
  const words = [row.name, row.kind === 'pool' ? `pool of ${row.pool?.count ?? 0}` : row.kind]
  if (row.kind === 'pool') {
    for (const [status, n] of Object.entries(row.pool?.counts ?? {})) if (n > 0) words.push(`${n} ${status}`)
  } else words.push(row.status)
  if (row.strategy !== null) words.push(row.strategy)
  if (row.fault !== null) words.push(`under fault ${row.fault}`)
  if (row.exit !== null) words.push(`exited: ${row.exit.text}`)
  words.push(`mailbox ${row.mailboxLength}`)
  return words.join(', ')
}

/** Keys that match a search by name, label, module or pid; `null` when nothing is searched. */
export function searchRows(view: TreeView, text: string): ReadonlySet<string> | null {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return null
  const hits = new Set<string>()
  for (const key of Object.keys(view.rows)) {
    const row = view.rows[key] as TreeRow
    const fields = [row.name, row.label ?? '', row.module, row.pid]
    if (fields.some((field) => field.toLowerCase().includes(wanted))) hits.add(key)
  }
  return hits
}

/** Where a step of the keyboard leads; `null` where there is nothing. */
export function step(
  shape: TreeShape,
  order: readonly string[],
  from: string | null,
  to: 'parent' | 'child' | 'next' | 'previous',
  parentOf: (key: string) => string | null,
): string | null {
  if (from === null || !order.includes(from)) return order[0] ?? null
  if (to === 'parent') return parentOf(from)
  if (to === 'child') {
    const node = shape.nodes.get(from)
    return node?.children[0] ?? node?.promoted[0] ?? null
  }
  const at = order.indexOf(from)
  return order[to === 'next' ? at + 1 : at - 1] ?? null
}
