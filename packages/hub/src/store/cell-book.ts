/**
 * The facts of cells by their id, read once. A cell never changes what it is of, and an id is never given twice: what was
 * read stays true for as long as the cell is there. Facts are numbers of words, so that they are added up in arrays.
 */
import type { Prisma } from '../generated/client.ts'

/** Each the number of a word, but for the flags. */
export interface CellFacts {
  group: number
  node: number
  reason: number
  module: number
  outcome: number
  kind: number
  isRoot: boolean
  isInjected: boolean
}

/** What is known of cells; only ever grows. */
export interface Cells {
  /** Where a cell stands in `facts`; one that is gone stands nowhere. */
  readonly places: ReadonlyMap<number, number>
  readonly facts: readonly CellFacts[]
  readonly words: readonly string[]
}

export interface CellBook {
  /** Reads those of `ids` that it does not know, and answers with all it knows. */
  learn(sql: Prisma.TransactionClient, ids: Int32Array): Promise<Cells>
}

/** A million reports have some 70,000. Above it everything is read anew. */
const MAX_CELLS = 500_000
const AT_ONCE = 5_000

type Row = [
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
      if (shelf.places.size > MAX_CELLS) shelf = createShelf()
      const { places, add, ...known } = shelf
      const unknown = new Set<number>()
      for (const id of ids) if (!places.has(id)) unknown.add(id)
      const rest = [...unknown]
      for (let from = 0; from < rest.length; from += AT_ONCE) {
        const [read] = await sql.$queryRaw<{ rows: string | null }[]>`
          SELECT json_agg(json_build_array(c.id, c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root,
                                           c.is_injected))::text AS rows
          FROM crash_cells c WHERE c.id = ANY(${rest.slice(from, from + AT_ONCE)}::int[])`
        for (const row of JSON.parse(read?.rows ?? '[]') as Row[]) add(row)
      }
      return { places, ...known }
    },
  }
}

function createShelf() {
  const places = new Map<number, number>()
  const facts: CellFacts[] = []
  const words: string[] = []
  const numbers = new Map<string, number>()
  const numberOf = (word: string): number => {
    const known = numbers.get(word)
    if (known !== undefined) return known
    numbers.set(word, words.length)
    return words.push(word) - 1
  }
  const add = ([id, group, node, reason, module, outcome, kind, isRoot, isInjected]: Row): void => {
    // Two readers may have asked for the same one.
    if (places.has(id)) return
    places.set(id, facts.length)
    facts.push({
      group: numberOf(group),
      node: numberOf(node),
      reason: numberOf(reason),
      module: numberOf(module),
      outcome: numberOf(outcome),
      kind: numberOf(kind),
      isRoot,
      isInjected,
    })
  }
  return { places, facts, words, add }
}
