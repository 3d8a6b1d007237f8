/**
 * The process table of one node or all: the hub filters and sorts, a browser holds a window. Rows are made for the
 * window only; everything before works on columns.
 */
import { type Accessor, matches, PROCESS_FIELDS, parseQuery } from '@orrery/protocol/query'
import { MAX_PROCESS_ROWS } from '../../views/params.ts'
import type { ProcessesView, ProcessRow, ViewParams } from '../../views/types.ts'
import { FLAG, NONE, ORPHANS } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { BACKLOG_SECONDS, isDown, isRestarted, RUNNING, rank, statusName } from '../status.ts'
import { type TextScan, textScan } from './text-scan.ts'
import { rounded } from './tree-row.ts'

/** One process among those of all nodes. */
export interface Place {
  node: NodeState
  index: number
}

type SortKey = (place: Place) => number | string

export function processesView(
  nodes: readonly NodeState[],
  params: ViewParams['processes'],
  nowMs: number,
): ProcessesView {
  const offset = Math.max(0, Math.floor(params.offset))
  const limit = Math.max(0, Math.min(MAX_PROCESS_ROWS, Math.floor(params.limit)))
  const parsed = parseQuery(params.q, PROCESS_FIELDS)
  if (!parsed.ok) {
    const { code, message, from, to } = parsed
    return { total: 0, offset, rows: [], error: { code, message, from, to } }
  }
  const { query } = parsed
  const reader = new PlaceReader(nowMs)
  const scan = textScan(query)
  const found: Place[] = []
  for (const node of nodes) {
    const { columns: c } = node.processes
    for (let index = ORPHANS + 1; index < c.length; index++) {
      if (!c.has(index, FLAG.used)) continue
      if (scan !== null) {
        if (!scan.has(node.processes, index)) continue
      } else if (query.clauses.length > 0 && !matches(query, reader.at(node, index))) continue
      found.push({ node, index })
    }
  }
  const window = sortedWindow(found, sortKey(params.sort, scan), params.order === 'desc', offset, limit)
  return { total: found.length, offset, rows: window.map(processRow), error: null }
}

export function processRow({ node, index }: Place): ProcessRow {
  const { processes: p } = node
  const { columns: c } = p
  const { behaviour, module } = p.specOf(index)
  const parent = c.parent[index] ?? NONE
  return {
    node: node.name,
    key: p.keyOf(index),
    pid: c.pid[index] ?? '',
    name: displayName(p, index),
    label: c.label[index] || null,
    behaviour,
    module,
    parent: parent === NONE ? null : p.keyOf(parent),
    status: statusName(c.status[index] ?? RUNNING),
    mailboxLength: c.mailbox[index] ?? 0,
    receivedPerS: rounded(c.receivedPerS[index] ?? 0),
    handledPerS: rounded(c.handledPerS[index] ?? 0),
    restarts: c.restarts[index] ?? 0,
    startedAtMs: c.startedAtMs[index] ?? 0,
    fault: p.faults.get(index) ?? null,
  }
}

/** How a query reads a process; one object moved from place to place. */
export class PlaceReader implements Accessor {
  #nowMs: number
  #node: NodeState | null = null
  #index = 0

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  setNow(nowMs: number): void {
    this.#nowMs = nowMs
  }

  at(node: NodeState, index: number): this {
    this.#node = node
    this.#index = index
    return this
  }

  field(name: string): string | number | null | undefined | string[] {
    const node = this.#node
    if (node === null) return undefined
    const index = this.#index
    const { processes: p } = node
    const { columns: c } = p
    switch (name) {
      case 'name':
        return [displayName(p, index), c.childId[index] ?? '']
      case 'pid':
        return c.pid[index]
      case 'key':
        return p.keyOf(index)
      case 'label':
        return c.label[index] || null
      case 'behaviour':
        return p.specOf(index).behaviour
      case 'module':
        return p.specOf(index).module
      case 'node':
        return node.name
      case 'supervisor': {
        const parent = c.parent[index] ?? NONE
        return parent > ORPHANS ? [displayName(p, parent), p.specOf(parent).module] : null
      }
      case 'fault':
        return p.faults.get(index) ?? null
      case 'status':
        return statusName(c.status[index] ?? RUNNING)
      case 'mailbox':
        return c.mailbox[index]
      case 'in':
        return c.receivedPerS[index]
      case 'out':
        return c.handledPerS[index]
      case 'growth':
        return node.sampling.growthPerS(index)
      case 'restarts':
        return c.restarts[index]
      case 'wait':
        return inMs(node.recentTimings(index)?.waitP99Us)
      case 'handling':
        return inMs(node.recentTimings(index)?.tookP99Us)
      case 'busy':
        return node.recentTimings(index)?.busy
      case 'uptime':
        return this.#nowMs - (c.startedAtMs[index] ?? 0)
      default:
        return undefined
    }
  }

  flag(name: string): boolean {
    const node = this.#node
    if (node === null) return false
    const { processes: p } = node
    if (name === 'supervisor' || name === 'worker') return p.specOf(this.#index).kind === name
    if (name === 'faulty') return p.faults.has(this.#index)
    if (name === 'growing') return (p.columns.growing[this.#index] ?? 0) >= BACKLOG_SECONDS
    if (name === 'down') return isDown(p.columns.status[this.#index] ?? RUNNING)
    if (name === 'restarted') return isRestarted(p.columns, this.#index, this.#nowMs)
    return statusName(p.columns.status[this.#index] ?? RUNNING) === name
  }

  texts(): (string | undefined)[] {
    const node = this.#node
    if (node === null) return []
    const { processes: p } = node
    const { columns: c } = p
    const index = this.#index
    return [displayName(p, index), c.label[index], c.childId[index], c.pid[index], p.specOf(index).module]
  }
}

function inMs(us: number | undefined): number | undefined {
  return us === undefined ? undefined : us / 1_000
}

/** Both the table's words and those of the query language. Unknown ones sort by name. */
function sortKey(sort: string, scan: TextScan | null): SortKey {
  switch (sort) {
    case 'match':
      return scan === null ? sortKey('name', null) : ({ node, index }) => scan.rank(node.processes, index)
    case 'status':
      return ({ node, index }) =>
        rank(node.processes.columns.status[index] ?? RUNNING, node.processes.faults.has(index))
    case 'mailbox':
    case 'mailboxLength':
      return ({ node, index }) => node.processes.columns.mailbox[index] ?? 0
    case 'in':
    case 'receivedPerS':
      return ({ node, index }) => node.processes.columns.receivedPerS[index] ?? 0
    case 'out':
    case 'handledPerS':
      return ({ node, index }) => node.processes.columns.handledPerS[index] ?? 0
    case 'restarts':
      return ({ node, index }) => node.processes.columns.restarts[index] ?? 0
    case 'startedAt':
    case 'startedAtMs':
      return ({ node, index }) => node.processes.columns.startedAtMs[index] ?? 0
    case 'uptime':
      return ({ node, index }) => -(node.processes.columns.startedAtMs[index] ?? 0)
    case 'pid':
      return ({ node, index }) => node.processes.columns.ref[index] ?? 0
    case 'key':
      return ({ node, index }) => node.processes.keyOf(index)
    case 'label':
      return ({ node, index }) => node.processes.columns.label[index] ?? ''
    case 'behaviour':
      return ({ node, index }) => node.processes.specOf(index).behaviour
    case 'module':
      return ({ node, index }) => node.processes.specOf(index).module
    case 'node':
      return ({ node }) => node.name
    default:
      return ({ node, index }) => displayName(node.processes, index)
  }
}

interface Keyed {
  place: Place
  key: number | string
  /** Start order breaks ties, so that equal rows keep their places. */
  at: number
}

/** Only as much is sorted as the window needs: a heap of the first `offset + limit`, else all. */
function sortedWindow(
  found: Place[],
  keyOf: SortKey,
  isDescending: boolean,
  offset: number,
  limit: number,
): Place[] {
  const sign = isDescending ? -1 : 1
  const before = (a: Keyed, b: Keyed): number => {
    if (a.key !== b.key) return (a.key < b.key ? -1 : 1) * sign
    return a.at - b.at
  }
  const keyed = found.map((place, at): Keyed => ({ place, key: keyOf(place), at }))
  const wanted = offset + limit
  const first = wanted * 8 < keyed.length ? smallest(keyed, wanted, before) : keyed.sort(before)
  return first.slice(offset, wanted).map(({ place }) => place)
}

/** The first `count` in order, by a heap with the last of them on top. */
function smallest(all: Keyed[], count: number, before: (a: Keyed, b: Keyed) => number): Keyed[] {
  if (count === 0) return []
  const heap: Keyed[] = []
  for (const item of all) {
    const top = heap[0]
    if (heap.length < count) {
      heap.push(item)
      let at = heap.length - 1
      while (at > 0) {
        const up = (at - 1) >> 1
        if (before(heap[up] ?? item, item) >= 0) break
        heap[at] = heap[up] ?? item
        at = up
      }
      heap[at] = item
    } else if (top !== undefined && before(item, top) < 0) {
      let at = 0
      for (;;) {
        let down = at * 2 + 1
        if (down >= heap.length) break
        const right = heap[down + 1]
        if (right !== undefined && before(right, heap[down] ?? right) > 0) down++
        const child = heap[down] ?? item
        if (before(child, item) <= 0) break
        heap[at] = child
        at = down
      }
      heap[at] = item
    }
  }
  return heap.sort(before)
}
