/** The counts above the tree double as filters that grey out the rest. Pure. */
import type { TreeRow, TreeView } from '@orrery/live/views'

export const FILTERS = ['running', 'busy', 'backlog', 'suspended', 'restarting', 'crashed', 'fault'] as const
export type Filter = (typeof FILTERS)[number]

/** Processes by filter; those that wait for their start count as restarting. */
export function filterCounts(view: TreeView): Record<Filter, number> {
  const { counts } = view
  return {
    running: counts.running,
    busy: counts.busy,
    backlog: counts.backlog,
    suspended: counts.suspended,
    restarting: counts.restarting + counts.waiting,
    crashed: counts.crashed,
    fault: view.underFault,
  }
}

export function filterRows(view: TreeView, filter: Filter | null): ReadonlySet<string> | null {
  if (filter === null) return null
  const hits = new Set<string>()
  for (const key of Object.keys(view.rows)) {
    if (passes(view.rows[key] as TreeRow, filter)) hits.add(key)
  }
  return hits
}

function passes(row: TreeRow, filter: Filter): boolean {
  if (filter === 'fault') return row.fault !== null
  if (row.pool) {
    const { counts } = row.pool
    const n =
      filter === 'restarting' ? (counts.restarting ?? 0) + (counts.waiting ?? 0) : (counts[filter] ?? 0)
    return n > 0
  }
  return row.status === filter || (filter === 'restarting' && row.status === 'waiting')
}

/** What both leave lit; `null` is all. */
export function both(
  one: ReadonlySet<string> | null,
  other: ReadonlySet<string> | null,
): ReadonlySet<string> | null {
  if (!one) return other
  if (!other) return one
  return new Set([...one].filter((key) => other.has(key)))
}
