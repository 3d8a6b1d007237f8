/**
 * The supervision tree of one node: supervisors, processes and pools, not what is folded into pools. Rows are kept from
 * one picture to the next, so that an unchanged row is the same object and costs a comparison of two numbers.
 */
import { STATUSES, type Status } from '@orrery/protocol'
import { putKey } from '../../views/put-key.ts'
import type { TreeRow, TreeView } from '../../views/types.ts'
import { NONE, ORPHANS } from '../columns.ts'
import type { Group } from '../group.ts'
import type { NodeState } from '../node.ts'
import { orphansRow, poolKey, poolRow, treeRow } from './tree-row.ts'

interface Kept {
  version: number
  row: TreeRow
}

interface KeptPool extends Kept {
  /** The second its restarts were counted in. */
  second: number
}

/** `lastHeardAtMs` of a node that is live is told with this much slack: it moves with every frame, and nobody reads it. */
const HEARD_MS = 1_000

/** Members from which on a pool is large. */
const CHURNING = 64

/** The version of a row that does not say all yet. */
const UNTOLD = -1

export class TreeReader {
  readonly #node: NodeState
  /** Of which `Processes` the kept rows are: a new incarnation has another. */
  #of: unknown = null
  #rows = new Map<number, Kept>()
  #pools = new Map<Group, KeptPool>()
  #made = ''
  #view: TreeView | null = null

  /** Key of a process that is to be in the picture, though it, or who is above it, is folded. */
  readonly #reveal: string | null

  constructor(node: NodeState, reveal: string | null = null) {
    this.#node = node
    this.#reveal = reveal
  }

  read(): TreeView {
    const { structure, sampling, status, lastHeardAtMs, processes } = this.#node
    const made = `${structure} ${sampling.version} ${status} ${lastHeardAtMs}`
    if (this.#view !== null && this.#made === made && this.#of === processes) return this.#view
    if (this.#of !== processes) {
      this.#rows = new Map()
      this.#pools = new Map()
      this.#of = processes
    }
    this.#made = made
    this.#view = this.#make()
    return this.#view
  }

  #make(): TreeView {
    const node = this.#node
    const { processes: p } = node
    const rows: Record<string, TreeRow> = {}
    const roots: string[] = []
    const keptRows = new Map<number, Kept>()
    const keptPools = new Map<Group, KeptPool>()

    const revealed = this.#revealed()
    // Depth first with a stack of its own: a chain of supervisors is as deep as it likes.
    const stack: { parent: number; children: Iterator<number> }[] = []
    const enter = (parent: number): void => {
      const children = p.childrenOf(parent)
      if (children && children.size > 0) stack.push({ parent, children: children.values() })
    }
    const put = (row: TreeRow): void => {
      putKey(rows, row.key, row)
      if (row.parent === null) roots.push(row.key)
    }
    const walk = (): void => {
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        const next = top.children.next()
        if (next.done) {
          stack.pop()
          continue
        }
        const index = next.value
        const group = p.pools.of(index)
        if (group?.isFolded) {
          if (!keptPools.has(group)) {
            const kept = this.#poolOf(group)
            keptPools.set(group, kept)
            put(kept.row)
          }
          if (!group.promoted.has(index) && !revealed.has(index)) continue
        }
        // Who is promoted is a chip beside the pool; who is revealed stands in the tree, with all that is below.
        const isPromoted = group?.isFolded === true && !revealed.has(index)
        const kept = this.#rowOf(index, isPromoted ? group : null)
        keptRows.set(index, kept)
        put(kept.row)
        enter(index)
      }
    }
    enter(NONE)
    walk()
    if ((p.columns.children[ORPHANS]?.size ?? 0) > 0) {
      put(orphansRow(node))
      enter(ORPHANS)
      walk()
    }
    this.#rows = keptRows
    this.#pools = keptPools
    return {
      node: node.name,
      nodeStatus: node.status,
      lastHeardAtMs: this.#heardAtMs(),
      processes: p.alive,
      counts: countsOf(p.counts),
      underFault: p.faults.size,
      rows,
      roots,
    }
  }

  /** The supervisors on the way to the process to be shown: they stand beside the folds they are in. */
  #revealed(): ReadonlySet<number> {
    const path = new Set<number>()
    if (this.#reveal === null) return path
    const { processes: p } = this.#node
    for (let at = p.resolve(this.#reveal) ?? NONE; at > ORPHANS; at = p.columns.parent[at] ?? NONE) {
      if (path.has(at)) break
      if (p.isSupervisor(at)) path.add(at)
    }
    return path
  }

  #rowOf(index: number, pool: Group | null): Kept {
    const version = this.#node.processes.columns.v(index)
    const kept = this.#rows.get(index)
    const promotedFrom = pool === null ? null : poolKey(this.#node, pool)
    if (kept?.version === version && kept.row.promotedFrom === promotedFrom) return kept
    return { version, row: treeRow(this.#node, index, promotedFrom) }
  }

  /** A large pool's restarts are counted once a second: where many come and go it would be told for nothing else. */
  #poolOf(group: Group): KeptPool {
    const kept = this.#pools.get(group)
    const { second } = this.#node.sampling
    // What hangs below a member changes the cells without the group hearing of it.
    if (kept?.version === group.version && group.nested === 0) return kept
    const row = poolRow(this.#node, group)
    const isSmall = group.count < CHURNING
    if (isSmall || kept?.second !== second || row.restarts === kept.row.restarts) {
      return { version: group.version, second, row }
    }
    return { version: UNTOLD, second, row: { ...row, restarts: kept.row.restarts } }
  }

  #heardAtMs(): number {
    const { status, lastHeardAtMs } = this.#node
    const told = this.#view
    const isNews = told?.nodeStatus !== status || Math.abs(lastHeardAtMs - told.lastHeardAtMs) >= HEARD_MS
    return isNews ? lastHeardAtMs : told.lastHeardAtMs
  }
}

export function countsOf(counts: readonly number[]): Record<Status, number> {
  return Object.fromEntries(STATUSES.map((status, i) => [status, counts[i] ?? 0])) as Record<Status, number>
}
