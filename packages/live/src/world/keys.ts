/**
 * Logical keys: the path of child ids from the root, kept over restarts. `#slot` is shown where a supervisor has many
 * children of one id. A process without a supervisor is its parent's key and its pid; a root supervisor its name or module.
 */
import type { Spec } from './specs.ts'

/** Key of the root row under which processes hang whose parent is not known. `#` never begins a real key. */
export const ORPHANS_KEY = '#orphans'

/** What makes the last part of a key. */
export interface Placed {
  pid: string
  name: string
  module: string
  kind: 'supervisor' | 'worker'
  childId: string
  slot: number
}

export type Above = 'nothing' | 'a process' | 'a supervisor' | 'a supervisor of many'

export function segmentOf(process: Placed, above: Above): string {
  if (above === 'nothing') {
    return process.kind === 'supervisor' ? escapeId(process.name || process.module) : escapeId(process.pid)
  }
  if (above === 'a process' || process.childId === '') return escapeId(process.pid)
  const id = escapeId(process.childId)
  return above === 'a supervisor of many' ? `${id}#${process.slot}` : id
}

/** Last part of the key of a pool: its module and child spec, so that it is the same pool after a restart of the hub. */
export function poolSegment({ module, behaviour, restart, shutdown, supervisor }: Spec): string {
  const parts = [module, behaviour, restart, String(shutdown)]
  if (supervisor) parts.push(supervisor.strategy, String(supervisor.intensity), String(supervisor.periodMs))
  return `#pool:${parts.map(escapeId).join(':')}`
}

export function escapeId(id: string): string {
  return /[%/#]/.test(id)
    ? id.replace(/[%/#]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    : id
}
