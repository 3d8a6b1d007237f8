/** Logical keys: the path of child ids and slots from the root. */
import type { Proc } from './process.ts'

/** `delivery#3` for the third slot of a pool, `counter` for a child, a name or module for a root, a pid otherwise. */
export function segmentOf(process: Proc): string {
  const { child } = process
  if (child !== null)
    return child.isPooled ? `${escapeId(child.spec.id)}#${child.slot}` : escapeId(child.spec.id)
  if (process.parent === null && process.kind === 'supervisor')
    return escapeId(process.name ?? process.module)
  return process.pid.toString()
}

/** Compares the last segment first: the whole key of every process would be dear. */
export function isKey(process: Proc, key: string): boolean {
  return key.endsWith(segmentOf(process)) && process.key === key
}

/** `/` and `#` are the key's own, so ids carry them escaped. */
function escapeId(id: string): string {
  return /[%/#]/.test(id)
    ? id.replace(/[%/#]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    : id
}
