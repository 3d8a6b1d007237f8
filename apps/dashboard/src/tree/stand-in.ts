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
    const pool = pools.find((row) => isMember(row, key)) ?? (pools.length === 1 ? pools[0] : undefined)
    if (pool) return pool.key
    if (rowOf(view, at)) return at
    parent = above(at)
  }
  return null
}

/** Members of a pool share its child id: `CallSup/call#7` is one of `CallSup/call`. */
function isMember(pool: TreeRow, key: string): boolean {
  const stem = key.replace(/#\d+$/, '')
  return pool.key === stem || pool.key.startsWith(`${stem}#`) || pool.key.startsWith(`${stem}*`)
}

function above(key: string): string | null {
  const at = key.lastIndexOf('/')
  return at < 0 ? null : key.slice(0, at)
}
