/** Adding up cells: what matches in all, by facet and by group. Pure. */
import type { CrashCause, GroupStatus } from '@orrery/live/views'
import type { CellFacts, Cells } from './cell-book.ts'
import { FACT_FACETS, type Facet, type ScreenFacet } from './screen.ts'

/** How many reports of each cell match, by its place. */
export type Counted = Float64Array

export interface Parts {
  cells: Int32Array
  counts: Int32Array
}

/**
 * `matching`: what there is of each cell that matches; `null` where all do. `parts` are within the time, or before it and
 * `isBackward`. A cell that is gone since it was counted counts nothing.
 */
export function counted(
  { places, facts }: Cells,
  matching: Parts | null,
  parts: Parts,
  isBackward: boolean,
): Counted {
  const sums = summed(places, parts, facts.length)
  if (matching === null) return sums
  const counts = summed(places, matching, facts.length)
  for (let at = 0; at < counts.length; at++) {
    const all = counts[at] ?? 0
    const sum = sums[at] ?? 0
    counts[at] = all === 0 ? 0 : isBackward ? all - sum : sum
  }
  return counts
}

function summed(places: Cells['places'], { cells, counts }: Parts, length: number): Float64Array {
  const sums = new Float64Array(length)
  for (let i = 0; i < cells.length; i++) {
    const at = places.get(cells[i] ?? 0)
    if (at !== undefined) sums[at] = (sums[at] ?? 0) + (counts[i] ?? 0)
  }
  return sums
}

/** Ids of the groups that have any. */
export function groupsOf(counts: Counted, { facts, words }: Cells): string[] {
  const has = new Uint8Array(words.length)
  for (let at = 0; at < counts.length; at++) {
    const group = (counts[at] ?? 0) > 0 ? facts[at]?.group : undefined
    if (group !== undefined) has[group] = 1
  }
  return words.filter((_, group) => has[group] === 1)
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
  groups: Map<string, GroupTally>
  /** The most of each first. */
  facets: ScreenFacet[]
}

/** Of the groups whose status is wanted. */
export function tally(
  counts: Counted,
  { facts, words }: Cells,
  states: ReadonlyMap<string, GroupState>,
  wanted: ReadonlySet<GroupStatus>,
): Tally {
  const sums = {
    reason: new Float64Array(words.length),
    node: new Float64Array(words.length),
    module: new Float64Array(words.length),
    outcome: new Float64Array(words.length),
    kind: new Float64Array(words.length),
  } satisfies Record<Exclude<Facet, 'cause'>, Float64Array>
  const causes: Record<CrashCause, number> = { organic: 0, injected: 0, mixed: 0 }
  /** By the number of its id: what it has so far, or `null` where it is not wanted. */
  const groups: (Sums | null | undefined)[] = new Array(words.length)
  let total = 0
  for (let at = 0; at < counts.length; at++) {
    const n = counts[at] ?? 0
    const cell = facts[at]
    if (n <= 0 || cell === undefined) continue
    let group = groups[cell.group]
    if (group === undefined) {
      const state = states.get(words[cell.group] ?? '')
      group =
        state && wanted.has(state.status)
          ? { roots: 0, casualties: 0, cause: state.isMixed ? 'mixed' : 'organic', nodes: new Set() }
          : null
      groups[cell.group] = group
    }
    if (group === null) continue
    total += n
    for (const facet of FACT_FACETS) sums[facet][cell[facet]] = (sums[facet][cell[facet]] ?? 0) + n
    causes[cell.isInjected ? 'injected' : 'organic'] += n
    if (group.cause === 'mixed') causes.mixed += n
    add(group, cell, n)
  }
  return {
    total,
    groups: new Map(
      groups.flatMap((group, number) =>
        group ? [[words[number] ?? '', withNames(group, words)] as const] : [],
      ),
    ),
    facets: [
      ...FACT_FACETS.flatMap((facet) => listed(facet, named(sums[facet], words))),
      ...listed('cause', Object.entries(causes)),
    ],
  }
}

interface Sums extends Omit<GroupTally, 'nodes'> {
  nodes: Set<number>
}

function add(group: Sums, cell: CellFacts, n: number): void {
  if (cell.isRoot) group.roots += n
  else group.casualties += n
  if (cell.isRoot && cell.isInjected && group.cause === 'organic') group.cause = 'injected'
  group.nodes.add(cell.node)
}

function withNames(group: Sums, words: readonly string[]): GroupTally {
  return { ...group, nodes: [...group.nodes].map((node) => words[node] ?? '').sort() }
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
