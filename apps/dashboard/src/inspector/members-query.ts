/** The process query that gives a pool's members: those of its supervisor that run its module. Pure. */
import type { TreeRow } from '@orrery/live/views'

export function membersQuery(pool: Pick<TreeRow, 'parent' | 'module'>): string {
  const under = pool.parent === null ? [] : [`key:${quoted(`${pool.parent}/*`)}`]
  return [...under, `module:${quoted(pool.module)}`].join(' ')
}

/** A value as the query language takes it whole. */
function quoted(text: string): string {
  return /^[\w.@<>/#*-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}
