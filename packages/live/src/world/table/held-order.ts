/**
 * The processes that matched a query, in the order they had when somebody asked. The order stands until another is asked
 * for: values move in it, who starts is put where it belongs, who ended stays for ten seconds. Following costs a pass over
 * flags, not a sort, and the query is asked of a part of the others each time.
 */
import { matches, type Query } from '@orrery/protocol/query'
import { FLAG, ORPHANS } from '../columns.ts'
import type { NodeState } from '../node.ts'
import type { Processes } from '../processes.ts'
import { PlaceReader } from '../readers/processes-view.ts'
import { GONE_MS, type GoneFacts } from '../recently-gone.ts'
import { type Keys, positionsInOrder, type Sort } from './sorts.ts'

/** So many are asked again whether they match, each time. */
const ASKED_AGAIN = 20_000

interface Column {
  node: Uint16Array<ArrayBuffer>
  index: Int32Array<ArrayBuffer>
  born: Float64Array<ArrayBuffer>
  keys: Keys
  length: number
}

interface Source {
  state: NodeState
  /** As they were when the order was made: another life of the node has others. */
  processes: Processes
  /** Start order of the last that was looked at. */
  lastBorn: number
  /** Whether a slot's process is in the order. */
  isIn: Uint8Array<ArrayBuffer>
  /** Where asking again goes on. */
  askAt: number
}

export interface Wanted {
  query: Query
  sort: Sort
  isDescending: boolean
  /** Not in the order, because they stand above it. */
  isApart(node: NodeState, index: number): boolean
}

export class HeldOrder {
  readonly sortedAtMs: number
  readonly #wanted: Wanted
  readonly #reader: PlaceReader
  readonly #sources: Source[]
  #held: Column
  #gone = 0

  constructor(nodes: readonly NodeState[], wanted: Wanted, nowMs: number) {
    this.sortedAtMs = nowMs
    this.#wanted = wanted
    this.#reader = new PlaceReader(nowMs)
    this.#sources = nodes.map((state) => ({
      state,
      processes: state.processes,
      lastBorn: 0,
      isIn: new Uint8Array(state.processes.columns.capacity),
      askAt: ORPHANS + 1,
    }))
    const found: [node: number, index: number][] = []
    this.#sources.forEach((source, node) => {
      const { columns: c } = source.processes
      for (let index = ORPHANS + 1; index < c.length; index++) {
        if (!c.has(index, FLAG.used)) continue
        source.lastBorn = Math.max(source.lastBorn, c.order[index] ?? 0)
        if (!this.matches(source.state, index)) continue
        source.isIn[index] = 1
        if (!wanted.isApart(source.state, index)) found.push([node, index])
      }
      source.processes.gone.watch(nowMs)
    })
    this.#held = this.#sorted(found, nowMs)
  }

  /** Rows, those that are gone among them. */
  get length(): number {
    return this.#held.length
  }

  /** Processes that match, as far as is known. */
  get matching(): number {
    return this.#held.length - this.#gone
  }

  matches(node: NodeState, index: number): boolean {
    const { query } = this.#wanted
    return query.clauses.length === 0 || matches(query, this.#reader.at(node, index))
  }

  /** Whether it was made of these nodes as they are. */
  isOf(nodes: readonly NodeState[]): boolean {
    return (
      nodes.length === this.#sources.length &&
      nodes.every((state, i) => {
        const source = this.#sources[i]
        return source?.state === state && source.processes === state.processes
      })
    )
  }

  nodeAt(position: number): NodeState {
    return (this.#sources[this.#held.node[position] ?? 0] as Source).state
  }

  indexAt(position: number): number {
    return this.#held.index[position] ?? 0
  }

  /** Whether the process that had this place is still there; its slot may be another's now. */
  isThere(position: number): boolean {
    const { columns: c } = this.nodeAt(position).processes
    const index = this.indexAt(position)
    return c.has(index, FLAG.used) && c.order[index] === this.#held.born[position]
  }

  /** What is known of a row that is gone. */
  factsAt(position: number): GoneFacts | undefined {
    return this.nodeAt(position).processes.gone.get(this.#held.born[position] ?? 0)
  }

  /** What it was sorted by, when it was. */
  keyAt(position: number): number | string {
    return this.#held.keys[position] ?? 0
  }

  keyNow(position: number, nowMs: number): number | string {
    if (!this.isThere(position)) return this.keyAt(position)
    return this.#wanted.sort.of(this.nodeAt(position), this.indexAt(position), nowMs)
  }

  /** Takes in what has happened since. Answers whether rows came or went. */
  follow(nowMs: number): boolean {
    this.#reader.setNow(nowMs)
    const isDropped = this.#drop(nowMs)
    const come = this.#come()
    if (come.length > 0) this.#held = merged(this.#held, this.#sorted(come, nowMs), this.#wanted.isDescending)
    return isDropped || come.length > 0
  }

  #sorted(found: [node: number, index: number][], nowMs: number): Column {
    const { sort, isDescending } = this.#wanted
    const { length } = found
    const keys: Keys = sort.isText ? new Array<string>(length) : new Float64Array(length)
    found.forEach(([node, index], i) => {
      keys[i] = sort.of((this.#sources[node] as Source).state, index, nowMs)
    })
    const positions = positionsInOrder(keys, isDescending)
    const column = emptyColumn(length, sort.isText)
    for (let to = 0; to < length; to++) {
      const from = positions[to] ?? 0
      const [node, index] = found[from] as [number, number]
      column.node[to] = node
      column.index[to] = index
      column.born[to] = (this.#sources[node] as Source).processes.columns.order[index] ?? 0
      column.keys[to] = keys[from] as string & number
    }
    return column
  }

  /** Who ended longer ago than it is shown goes; answers whether anybody did. */
  #drop(nowMs: number): boolean {
    const held = this.#held
    for (const { processes } of this.#sources) processes.gone.watch(nowMs)
    let kept = 0
    this.#gone = 0
    for (let at = 0; at < held.length; at++) {
      if (!this.isThere(at)) {
        const facts = this.factsAt(at)
        if (facts === undefined || nowMs - facts.atMs >= GONE_MS) continue
        this.#gone++
      }
      if (kept < at) copyRow(held, at, held, kept)
      kept++
    }
    const isDropped = kept < held.length
    held.length = kept
    return isDropped
  }

  /** Who started, and of the others those who match by now. */
  #come(): [node: number, index: number][] {
    const come: [number, number][] = []
    this.#sources.forEach((source, node) => {
      const { columns: c } = source.processes
      if (source.isIn.length < c.capacity) {
        const isIn = new Uint8Array(c.capacity)
        isIn.set(source.isIn)
        source.isIn = isIn
      }
      const take = (index: number): void => {
        if (!this.matches(source.state, index)) return
        source.isIn[index] = 1
        if (!this.#wanted.isApart(source.state, index)) come.push([node, index])
      }
      let newest = source.lastBorn
      for (let index = ORPHANS + 1; index < c.length; index++) {
        const born = c.order[index] ?? 0
        if (born <= source.lastBorn || !c.has(index, FLAG.used)) continue
        newest = Math.max(newest, born)
        source.isIn[index] = 0
        take(index)
      }
      const isAll = this.#wanted.query.clauses.length === 0
      for (let asked = 0; !isAll && asked < Math.min(ASKED_AGAIN, c.length); asked++) {
        if (source.askAt >= c.length) source.askAt = ORPHANS + 1
        const index = source.askAt++
        if (source.isIn[index] === 1 || !c.has(index, FLAG.used)) continue
        if ((c.order[index] ?? 0) <= source.lastBorn) take(index)
      }
      source.lastBorn = newest
    })
    return come
  }
}

function emptyColumn(length: number, isText: boolean): Column {
  return {
    node: new Uint16Array(length),
    index: new Int32Array(length),
    born: new Float64Array(length),
    keys: isText ? new Array<string>(length) : new Float64Array(length),
    length,
  }
}

function copyRow(from: Column, at: number, to: Column, place: number): void {
  to.node[place] = from.node[at] ?? 0
  to.index[place] = from.index[at] ?? 0
  to.born[place] = from.born[at] ?? 0
  to.keys[place] = from.keys[at] as string & number
}

/** Two orders as one; of equals those of `a` come first. */
function merged(a: Column, b: Column, isDescending: boolean): Column {
  const column = emptyColumn(a.length + b.length, Array.isArray(a.keys))
  let i = 0
  let j = 0
  for (let to = 0; to < column.length; to++) {
    const left = a.keys[i] as number
    const right = b.keys[j] as number
    const isRight = i >= a.length || (j < b.length && (isDescending ? right > left : right < left))
    if (isRight) copyRow(b, j++, column, to)
    else copyRow(a, i++, column, to)
  }
  return column
}
