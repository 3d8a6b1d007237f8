/**
 * The facts of cells by their id, read once. A cell never changes what it is of, and an id is never given twice: what was
 * read stays true for as long as the cell is there. Facts stand in columns, as numbers of words: adding up all cells there
 * are is a walk over arrays.
 */
import type { Prisma } from '../generated/client.ts'
import { createIdIndex } from './id-index.ts'

export type Fact = 'group' | 'node' | 'reason' | 'module' | 'outcome' | 'kind'

/** Bits of `flags`. */
export const ROOT = 1
export const INJECTED = 2

/** What is known of cells. Columns may be longer than `size`; who holds them sees no change below it. */
export interface Cells {
  readonly size: number
  /** Where cells stand in the columns; below 0, or from `size` on, where one is not known. */
  placesOf(ids: Int32Array): Int32Array
  readonly columns: Readonly<Record<Fact, Column>>
  readonly flags: Uint8Array
}

export interface Column {
  /** By place: the number of its word. */
  readonly numbers: Int32Array
  readonly words: readonly string[]
}

export interface CellBook {
  /** Reads those of `ids` that it does not know, and answers with all it knows. */
  learn(sql: Prisma.TransactionClient, ids: readonly Int32Array[]): Promise<Cells>
}

/** A million reports have some 70,000. Above it everything is read anew. */
const MAX_CELLS = 500_000
const AT_ONCE = 2_000

export type CellRow = [
  id: number,
  group: string,
  node: string,
  reason: string,
  module: string,
  outcome: string,
  kind: string,
  isRoot: boolean,
  isInjected: boolean,
]

export function createCellBook(): CellBook {
  // Who reads keeps the shelf it was given: a full one is not emptied but replaced.
  let shelf = createShelf()
  return {
    async learn(sql, ids) {
      if (shelf.size() > MAX_CELLS) shelf = createShelf()
      const { add, known, unknown } = shelf
      const rest = unknown(ids)
      for (let from = 0; from < rest.length; from += AT_ONCE) {
        const [read] = await sql.$queryRaw<{ rows: string | null }[]>`
          SELECT json_agg(json_build_array(c.id, c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root,
                                           c.is_injected))::text AS rows
          FROM crash_cells c WHERE c.id = ANY(${rest.slice(from, from + AT_ONCE)}::int[])`
        for (const row of JSON.parse(read?.rows ?? '[]') as CellRow[]) add(row)
      }
      return known()
    },
  }
}

export interface Shelf {
  size(): number
  unknown(lists: readonly Int32Array[]): number[]
  /** A cell that is there already stays as it is: two readers may have asked for the same one. */
  add(row: CellRow): void
  /** All of it, as of now. */
  known(): Cells
}

const FIRST_CELLS = 1_024

export function createShelf(): Shelf {
  const index = createIdIndex()
  const columns = {
    group: createColumn(),
    node: createColumn(),
    reason: createColumn(),
    module: createColumn(),
    outcome: createColumn(),
    kind: createColumn(),
  } satisfies Record<Fact, unknown>
  let flags = new Uint8Array(FIRST_CELLS)
  // The same lists come again and again (`rollup-book.ts`), and looking a cell up takes longer than counting it.
  const places = new WeakMap<Int32Array, Int32Array>()
  const placesOf = (ids: Int32Array): Int32Array => {
    const before = places.get(ids)
    if (before) return before
    const found = ids.map(index.placeOf)
    if (!found.includes(-1)) places.set(ids, found)
    return found
  }
  return {
    size: () => index.size,
    unknown: (lists) => {
      const ids = new Set<number>()
      for (const list of lists) {
        const found = placesOf(list)
        for (let i = 0; i < found.length; i++) if ((found[i] ?? -1) < 0) ids.add(list[i] ?? 0)
      }
      return [...ids]
    },
    add: ([id, group, node, reason, module, outcome, kind, isRoot, isInjected]) => {
      if (index.placeOf(id) >= 0) return
      const place = index.size
      columns.group.put(place, group)
      columns.node.put(place, node)
      columns.reason.put(place, reason)
      columns.module.put(place, module)
      columns.outcome.put(place, outcome)
      columns.kind.put(place, kind)
      if (place === flags.length) flags = grown(flags, new Uint8Array(place * 2))
      flags[place] = (isRoot ? ROOT : 0) | (isInjected ? INJECTED : 0)
      index.add(id, place)
    },
    known: () => ({
      size: index.size,
      placesOf,
      columns: {
        group: columns.group.known(),
        node: columns.node.known(),
        reason: columns.reason.known(),
        module: columns.module.known(),
        outcome: columns.outcome.known(),
        kind: columns.kind.known(),
      },
      flags,
    }),
  }
}

function createColumn() {
  let numbers = new Int32Array(FIRST_CELLS)
  const words: string[] = []
  const numberOf = new Map<string, number>()
  return {
    put: (place: number, word: string): void => {
      // Into a new one: somebody may be reading the old.
      if (place === numbers.length) numbers = grown(numbers, new Int32Array(place * 2))
      const number = numberOf.get(word) ?? words.push(word) - 1
      numberOf.set(word, number)
      numbers[place] = number
    },
    known: (): Column => ({ numbers, words }),
  }
}

function grown<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}
