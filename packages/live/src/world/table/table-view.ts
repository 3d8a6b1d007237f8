/**
 * The process table: whoever looks at the same query in the same order shares one held order, and gets a window of it with
 * a picture of the whole. Only the window's rows are made; the rest is passes over columns.
 */
import { formatClause, PROCESS_FIELDS, parseQuery, type Query } from '@orrery/protocol/query'
import { MAX_PROCESS_ROWS } from '../../views/params.ts'
import { putKey } from '../../views/put-key.ts'
import type { TableView, ViewParams } from '../../views/types.ts'
import { FLAG, NONE, ORPHANS } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { BACKLOG_SECONDS, isDown, isExceptional, isRestarted, RUNNING, SUSPENDED } from '../status.ts'
import { type Flow, groupFlow, plainFlow } from './flow.ts'
import { HeldOrder } from './held-order.ts'
import { lineId, tableRow } from './lines.ts'
import { railOf } from './rail.ts'
import { sortOf } from './sorts.ts'

type Params = ViewParams['table']

/** An order nobody asked for this long is forgotten. */
const FORGOTTEN_MS = 15_000
const MAX_ORDERS = 48
/** Looking again sooner than this would find what was found. */
const FOLLOW_MS = 400
const MAX_VALUES = 100
const MAX_CLAUSES = 6

interface Held {
  order: HeldOrder
  flow: Flow
  rail: TableView['rail']
  values: TableView['values']
  without: TableView['without']
  readAtMs: number
  followedAtMs: number
}

export class Tables {
  readonly #held = new Map<string, Held>()

  read(nodes: readonly NodeState[], params: Params, nowMs: number): TableView {
    const parsed = parseQuery(params.q, PROCESS_FIELDS)
    const offset = Math.max(0, Math.floor(params.offset))
    const limit = Math.max(0, Math.min(MAX_PROCESS_ROWS, Math.floor(params.limit)))
    const view: TableView = {
      total: 0,
      lineCount: 0,
      groups: null,
      offset,
      order: [],
      pins: [],
      lines: {},
      sortedAtMs: nowMs,
      counts: countsOf(nodes, nowMs),
      rail: { length: 0, shares: [], marks: [] },
      nodes: {},
      values: { behaviour: [], module: [], node: [], supervisor: [] },
      without: null,
      error: null,
    }
    for (const { name, status, lastHeardAtMs } of nodes) {
      putKey(view.nodes, name, { status, lastHeardAtMs: status === 'live' ? 0 : lastHeardAtMs })
    }
    if (!parsed.ok) {
      const { code, message, from, to } = parsed
      return { ...view, error: { code, message, from, to } }
    }
    const pins = placesOf(nodes, params.pins)
    const held = this.#of(nodes, params, parsed.query, pins, nowMs)
    const { order, flow } = held
    for (const { node, index } of pins) {
      const row = tableRow(node, index, 0, nowMs)
      const id = lineId(row.node, row.key)
      putKey(view.lines, id, row)
      view.pins.push(id)
      if (order.matches(node, index)) view.total++
    }
    view.total += order.matching
    const foldsText = params.group === 'none' ? '' : params.folds
    const window = flow.window(offset, limit, foldsOf(foldsText), nowMs)
    view.lineCount = window.lineCount
    view.groups = window.groups
    for (const [id, line] of window.lines) {
      if (!Object.hasOwn(view.lines, id)) putKey(view.lines, id, line)
      view.order.push(id)
    }
    return {
      ...view,
      sortedAtMs: order.sortedAtMs,
      rail: held.rail,
      values: held.values,
      without: held.without,
    }
  }

  #of(
    nodes: readonly NodeState[],
    params: Params,
    query: Query,
    pins: readonly Place[],
    nowMs: number,
  ): Held {
    const { node, q, sort, order: direction, group, turn } = params
    const key = JSON.stringify([node, q, sort, direction, group, turn, params.pins])
    let held = this.#held.get(key)
    if (held === undefined || !held.order.isOf(nodes)) {
      held = this.#make(nodes, params, query, pins, nowMs)
      this.#forget(nowMs)
      this.#held.set(key, held)
    } else if (nowMs - held.followedAtMs >= FOLLOW_MS) {
      held.flow.follow(held.order.follow(nowMs), nowMs)
      held.rail = railOf(held.flow.pictured(nowMs))
      held.followedAtMs = nowMs
    }
    held.readAtMs = nowMs
    return held
  }

  #make(
    nodes: readonly NodeState[],
    params: Params,
    query: Query,
    pins: readonly Place[],
    nowMs: number,
  ): Held {
    const apart = new Map<NodeState, Set<number>>()
    for (const { node, index } of pins) {
      const slots = apart.get(node) ?? new Set<number>()
      apart.set(node, slots.add(index))
    }
    const isDescending = params.order === 'desc'
    const wanted = {
      query,
      sort: sortOf(params.sort),
      isDescending,
      isApart: (node: NodeState, index: number) => apart.get(node)?.has(index) === true,
    }
    const order = new HeldOrder(nodes, wanted, nowMs)
    const flow =
      params.group === 'none'
        ? plainFlow(order, isDescending)
        : groupFlow(order, params.group, params.sort, isDescending, nowMs)
    return {
      order,
      flow,
      rail: railOf(flow.pictured(nowMs)),
      values: valuesOf(nodes),
      without: order.length === 0 && pins.length === 0 ? withoutOne(nodes, query, wanted, nowMs) : null,
      readAtMs: nowMs,
      followedAtMs: nowMs,
    }
  }

  #forget(nowMs: number): void {
    for (const [key, { readAtMs }] of this.#held) {
      if (nowMs - readAtMs > FORGOTTEN_MS || this.#held.size >= MAX_ORDERS) this.#held.delete(key)
    }
  }
}

export interface Place {
  node: NodeState
  index: number
}

/** The slots of ids, a line each; unknown ones are left out. A node's name may hold a space, so it is tried. */
export function placesOf(nodes: readonly NodeState[], ids: string): Place[] {
  if (ids === '') return []
  return ids.split('\n').flatMap((id) => {
    for (const node of nodes) {
      if (!id.startsWith(`${node.name} `)) continue
      const index = node.processes.find(id.slice(node.name.length + 1))
      if (index !== undefined && index > ORPHANS) return [{ node, index }]
    }
    return []
  })
}

function foldsOf(text: string): ReadonlyMap<string, string> {
  const folds = new Map<string, string>()
  if (text !== '') for (const line of text.split('\n')) folds.set(line.slice(1), line.charAt(0))
  return folds
}

function countsOf(nodes: readonly NodeState[], nowMs: number): TableView['counts'] {
  const counts = { all: 0, growing: 0, down: 0, restarted: 0, faulty: 0, suspended: 0 }
  for (const { processes: p } of nodes) {
    const { columns: c } = p
    counts.all += p.size
    counts.faulty += p.faults.size
    counts.suspended += p.counts[SUSPENDED] ?? 0
    p.counts.forEach((count, status) => {
      if (isDown(status)) counts.down += count
    })
    for (let index = ORPHANS + 1; index < c.length; index++) {
      if (!c.has(index, FLAG.used)) continue
      if ((c.growing[index] ?? 0) >= BACKLOG_SECONDS) counts.growing++
      if (isRestarted(c, index, nowMs)) counts.restarted++
    }
  }
  return counts
}

/** What the fields of a query may be asked for. */
function valuesOf(nodes: readonly NodeState[]): TableView['values'] {
  const behaviours = new Set<string>()
  const modules = new Set<string>()
  const supervisors = new Set<string>()
  for (const { processes: p } of nodes) {
    const seen = new Set<number>()
    for (let index = ORPHANS + 1; index < p.columns.length; index++) {
      if (!p.columns.has(index, FLAG.used)) continue
      const spec = p.columns.spec[index] ?? NONE
      if (supervisors.size < MAX_VALUES && p.isSupervisor(index)) supervisors.add(displayName(p, index))
      if (seen.has(spec)) continue
      seen.add(spec)
      const { behaviour, module } = p.specOf(index)
      if (behaviours.size < MAX_VALUES) behaviours.add(behaviour)
      if (modules.size < MAX_VALUES) modules.add(module)
    }
  }
  const inOrder = (values: Set<string>) => [...values].filter((value) => value !== '').sort()
  return {
    behaviour: inOrder(behaviours),
    module: inOrder(modules),
    node: nodes.map(({ name }) => name).slice(0, MAX_VALUES),
    supervisor: inOrder(supervisors),
  }
}

/** The clause without which most would match. */
function withoutOne(
  nodes: readonly NodeState[],
  query: Query,
  wanted: ConstructorParameters<typeof HeldOrder>[1],
  nowMs: number,
): TableView['without'] {
  let best: TableView['without'] = null
  if (query.clauses.length > MAX_CLAUSES) return best
  for (const clause of query.clauses) {
    const clauses = query.clauses.filter((other) => other !== clause)
    const { length: total } = new HeldOrder(nodes, { ...wanted, query: { text: '', clauses } }, nowMs)
    if (total <= (best?.total ?? 0)) continue
    const text = (of: typeof clause) => formatClause(of, PROCESS_FIELDS)
    best = { clause: text(clause), rest: clauses.map(text).join(' '), total }
  }
  return best
}

export function isAbnormal(node: NodeState, index: number): boolean {
  const { columns: c, faults } = node.processes
  return isExceptional(c.status[index] ?? RUNNING, faults.size > 0 && faults.has(index))
}
