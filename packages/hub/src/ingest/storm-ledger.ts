/**
 * Exact counts of crashes by storm key, as agents send them: cumulative, so only the last of each is written, at leisure. At
 * its bound a node's counts are left with it, and asked for again when there is room.
 */
import type { StormCounts } from '@orrery/protocol'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { Store, StormTotal } from '../store/store.ts'

export interface StormLedger {
  /** `afterMs`: what these counts grew by is later; `null` where it may be old news. `release` is the node's. */
  take(
    node: string,
    incarnation: string,
    counts: StormCounts['counts'],
    told: { release: string | null; afterMs: number | null },
  ): void
  flush(): Promise<void>
  close(): Promise<void>
}

const FLUSH_MS = 2_000

type Counts = Map<string, StormTotal>

export function createStormLedger(options: {
  store: Pick<Store, 'saveStormCounts'>
  clock: Clock
  counters: Counters
  saved: () => void
  /** There is room again for the counts of these nodes, some of which were turned away. */
  room: (nodes: string[]) => void
  /** Keys that may wait to be written. Default 100,000: what a hundred nodes may have. */
  maxKeys?: number
}): StormLedger {
  const { store, clock, counters } = options
  const maxKeys = options.maxKeys ?? 100_000
  const turnedAway = new Set<string>()
  let open = new Map<string, { node: string; incarnation: string; release: string | null; counts: Counts }>()
  let size = 0

  const write = async (): Promise<void> => {
    const taken = open
    open = new Map()
    size = 0
    for (const { node, incarnation, release, counts } of taken.values()) {
      try {
        await store.saveStormCounts(node, incarnation, [...counts.values()], release)
        options.saved()
      } catch {
        counters.storeFailures++
        // Put back what nothing newer has replaced.
        for (const entry of counts.values()) keep(node, incarnation, release, entry, false)
      }
    }
    if (turnedAway.size === 0 || size >= maxKeys / 2) return
    const nodes = [...turnedAway]
    turnedAway.clear()
    options.room(nodes)
  }

  const keep = (
    node: string,
    incarnation: string,
    release: string | null,
    entry: StormTotal,
    isNewer: boolean,
  ) => {
    const id = `${node}\n${incarnation}`
    const life = open.get(id) ?? { node, incarnation, release, counts: new Map() }
    const held = life.counts.get(entry.key)
    if (held === undefined && size >= maxKeys) return void turnedAway.add(node)
    open.set(id, life)
    if (held === undefined) size++
    if (held === undefined) life.counts.set(entry.key, entry)
    else if (isNewer) {
      // A count that did not grow says nothing of when.
      const { afterMs = null } = entry.notStored > held.notStored ? entry : held
      life.counts.set(entry.key, { ...entry, afterMs })
    }
  }

  let writing: Promise<void> | null = null
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null
    })
    return writing
  }
  const stop = clock.every(FLUSH_MS, () => {
    if (size > 0) void flush()
  })

  return {
    take(node, incarnation, counts, { release, afterMs }) {
      for (const entry of counts) keep(node, incarnation, release, { ...entry, afterMs }, true)
    },
    flush,
    async close() {
      stop()
      await writing
      if (size > 0) await flush()
    },
  }
}
