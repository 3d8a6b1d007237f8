/** Adding up cells: what matches in all, by facet and by group. Pure, and over arrays alone: there are a hundred thousand. */
import type { CrashCause, GroupStatus } from '@orrery/live/views'
import { type Cells, type Column, INJECTED, ROOT } from './cell-book.ts'
import { BUCKETS, FACT_FACETS, type Facet, type Screen, type ScreenFacet } from './screen.ts'

/** How many reports of each cell match, by its place. */
export type Counted = Float64Array

export interface Parts {
  cells: Int32Array
  counts: Int32Array
}

/** Of one bar. */
export interface Bar extends Parts {
  bar: number
}

/** `matches`: which cells do, by their place; `null` where all do. A cell that is gone since it was counted counts nothing. */
export function counted(cells: Cells, parts: readonly Parts[], matches: Uint8Array | null): Counted {
  const counts = new Float64Array(cells.size)
  for (const part of parts) add(counts, cells, part)
  if (matches === null) return counts
  for (let at = 0; at < counts.length; at++) {
    if (matches[at] !== 1) counts[at] = 0
  }
  return counts
}

function add(sums: Counted, { placesOf }: Cells, { cells, counts }: Parts): void {
  const places = placesOf(cells)
  for (let i = 0; i < places.length; i++) {
    const at = places[i] ?? -1
    if (at >= 0 && at < sums.length) sums[at] = (sums[at] ?? 0) + (counts[i] ?? 0)
  }
}

/** Ids of the groups that have any. */
export function groupsOf(counts: Counted, { columns: { group } }: Cells): string[] {
  const has = new Uint8Array(group.words.length)
  for (let at = 0; at < counts.length; at++) {
    if ((counts[at] ?? 0) > 0) has[group.numbers[at] ?? 0] = 1
  }
  return group.words.filter((_, number) => has[number] === 1)
}

/** What is known of a group beside its counts. */
export interface GroupState {
  status: GroupStatus
  /** It has root crashes of both causes, of all that is held. */
  isMixed: boolean
}

export interface GroupTally {
  roots: number
  casualties: number
  cause: CrashCause
  nodes: string[]
}

export interface Tally {
  total: number
  /** Those that are shown, in the order of `states`. */
  groups: Map<string, GroupTally>
  /** The most of each first. */
  facets: ScreenFacet[]
}

export interface Wanted {
  statuses: ReadonlySet<GroupStatus>
  /** Groups that are shown at most; all are counted. */
  limit: number
}

/** Of the groups whose status is wanted. */
export function tally(
  counts: Counted,
  cells: Cells,
  states: ReadonlyMap<string, GroupState>,
  { statuses, limit }: Wanted,
): Tally {
  const { columns, flags } = cells
  const group = columns.group.numbers
  const kept = Uint8Array.from(columns.group.words, (id) => {
    const state = states.get(id)
    return state && statuses.has(state.status) ? KEPT | (state.isMixed ? MIXED : 0) : 0
  })
  const sums = FACT_FACETS.map((facet) => ({ facet, column: columns[facet], of: sumsOf(columns[facet]) }))
  const roots = sumsOf(columns.group)
  const casualties = sumsOf(columns.group)
  const hasInjected = new Uint8Array(kept.length)
  const causes: Record<CrashCause, number> = { organic: 0, injected: 0, mixed: 0 }
  let total = 0
  const ofKept = new Float64Array(counts.length)
  for (let at = 0; at < counts.length; at++) {
    const n = counts[at] ?? 0
    const number = group[at] ?? 0
    const keeps = kept[number] ?? 0
    if (n <= 0 || keeps === 0) continue
    const flag = flags[at] ?? 0
    total += n
    ofKept[at] = n
    if (flag & INJECTED) causes.injected += n
    if (keeps & MIXED) causes.mixed += n
    const of = flag & ROOT ? roots : casualties
    of[number] = (of[number] ?? 0) + n
    if (flag === (ROOT | INJECTED)) hasInjected[number] = 1
  }
  causes.organic = total - causes.injected
  // A column at a time: each sum stays near in memory.
  for (const { column, of } of sums) addColumn(ofKept, column.numbers, of)
  const shown = shownOf(columns.group, states, limit, (number) =>
    kept[number] ? (roots[number] ?? 0) + (casualties[number] ?? 0) : 0,
  )
  const nodes = nodesOf(counts, cells, shown)
  return {
    total,
    groups: new Map(
      [...shown].map(([number, at]) => {
        const isMixed = ((kept[number] ?? 0) & MIXED) !== 0
        return [
          columns.group.words[number] ?? '',
          {
            roots: roots[number] ?? 0,
            casualties: casualties[number] ?? 0,
            cause: isMixed ? 'mixed' : hasInjected[number] === 1 ? 'injected' : 'organic',
            nodes: nodes[at] ?? [],
          },
        ]
      }),
    ),
    facets: [
      ...sums.flatMap(({ facet, column, of }) => listed(facet, named(of, column.words))),
      ...listed('cause', Object.entries(causes)),
    ],
  }
}

/** Bits of what becomes of a group. */
const KEPT = 1
const MIXED = 2

function sumsOf({ words }: Column): Float64Array {
  return new Float64Array(words.length)
}

function addColumn(counts: Counted, numbers: Int32Array, sums: Float64Array): void {
  for (let at = 0; at < counts.length; at++) {
    const number = numbers[at] ?? 0
    sums[number] = (sums[number] ?? 0) + (counts[at] ?? 0)
  }
}

/** The numbers of the first groups that have any, each with which it is. */
function shownOf(
  { words }: Column,
  states: ReadonlyMap<string, GroupState>,
  limit: number,
  countOf: (number: number) => number,
): Map<number, number> {
  const numbers = new Map(words.map((id, number) => [id, number]))
  const shown = new Map<number, number>()
  for (const id of states.keys()) {
    const number = numbers.get(id)
    if (shown.size < limit && number !== undefined && countOf(number) > 0) shown.set(number, shown.size)
  }
  return shown
}

/** Of the groups that are shown: the nodes each was seen on. */
function nodesOf(
  counts: Counted,
  { columns: { group, node } }: Cells,
  shown: ReadonlyMap<number, number>,
): string[][] {
  const rows = rowsOf(group, shown)
  const width = node.words.length
  const seen = new Uint8Array(shown.size * width)
  for (let at = 0; at < counts.length; at++) {
    const row = rows[group.numbers[at] ?? 0] ?? -1
    if (row >= 0 && (counts[at] ?? 0) > 0) seen[row * width + (node.numbers[at] ?? 0)] = 1
  }
  return Array.from({ length: shown.size }, (_, row) =>
    node.words.filter((_, number) => seen[row * width + number] === 1).sort(),
  )
}

function rowsOf({ words }: Column, shown: ReadonlyMap<number, number>): Int32Array {
  const rows = new Int32Array(words.length).fill(-1)
  for (const [number, row] of shown) rows[number] = row
  return rows
}

/** Root crashes of cells that match, by group of `shown` and bar. */
export function bucketsOf(
  bars: readonly Bar[],
  counts: Counted,
  { placesOf, columns: { group }, flags }: Cells,
  shown: ReadonlySet<string>,
): Screen['buckets'] {
  const names = [...shown]
  const rowOf = new Map(names.map((id, row) => [id, row]))
  const rows = Int32Array.from(group.words, (id) => rowOf.get(id) ?? -1)
  const sums = new Float64Array(names.length * BUCKETS)
  for (const { bar, cells: ids, counts: ns } of bars) {
    const places = placesOf(ids)
    for (let i = 0; i < places.length; i++) {
      const at = places[i] ?? -1
      if (at < 0 || !((counts[at] ?? 0) > 0) || !((flags[at] ?? 0) & ROOT)) continue
      const row = rows[group.numbers[at] ?? 0] ?? -1
      if (row < 0) continue
      const slot = row * BUCKETS + Math.min(BUCKETS - 1, bar)
      sums[slot] = (sums[slot] ?? 0) + (ns[i] ?? 0)
    }
  }
  const buckets: Screen['buckets'] = []
  for (const [slot, n] of sums.entries()) {
    if (n > 0) buckets.push([names[Math.floor(slot / BUCKETS)] ?? '', slot % BUCKETS, n])
  }
  return buckets
}

function named(sums: Float64Array, words: readonly string[]): [word: string, n: number][] {
  const values: [string, number][] = []
  for (let word = 0; word < sums.length; word++) {
    const n = sums[word] ?? 0
    if (n > 0) values.push([words[word] ?? '', n])
  }
  return values
}

function listed(facet: Facet, values: readonly [word: string, n: number][]): ScreenFacet[] {
  return values
    .filter(([, n]) => n > 0)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([value, n]) => ({ [facet]: value, n }))
}
