/** Where a selection stands in the tree when its process has no box of its own. Pure. */
import type { TreeRow, TreeView } from '@orrery/live/views'
import { rowOf } from './model.ts'

/**
 * The key of the row that stands for `key`: its own, that of the process with this pid, the pool it is a member of,
 * or its nearest ancestor that is drawn.
 */
export function standIn(view: TreeView, key: string | null): string | null {
  if (key === null) return null
  if (rowOf(view, key)) return key
  const rows = Object.values(view.rows) as TreeRow[]
  const byPid = rows.find((row) => row.pid === key)
  if (byPid) return byPid.key
  let parent = above(key)
  while (parent !== null) {
    const at = parent
    const pools = rows.filter((row) => row.kind === 'pool' && row.parent === at)
    // Which of several pools it is in its key does not say.
    if (pools.length === 1 && pools[0]) return pools[0].key
    if (rowOf(view, at)) return at
    parent = above(at)
  }
  return null
}

function above(key: string): string | null {
  const at = key.lastIndexOf('/')
  return at < 0 ? null : key.slice(0, at)
}
