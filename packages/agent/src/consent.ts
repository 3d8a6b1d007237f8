/** What a node offers to its hub, and what it keeps from it until it is started with consent. */
import { CAPABILITIES, type Capability } from '@orrery/protocol'
import type { Source } from './source.ts'

/** Capabilities that change the node, and so need its consent. */
const CHANGING = new Set<string>(['process.send', 'process.kill', 'process.suspend', 'fault.crash_next'])
const NOT_ARMED = 'start the node with ORRERY_FAULTS=allow'

export function offered(source: Source, isArmed: boolean): Capability[] {
  return source.capabilities.filter((word) => isArmed || !CHANGING.has(word))
}

/** Why a capability is absent, for the ones that could be had. */
export function absences(source: Source, isArmed: boolean): Record<string, string> {
  const absent: Record<string, string> = { ...source.absent }
  if (isArmed) return absent
  for (const word of CAPABILITIES) {
    if (CHANGING.has(word) && source.capabilities.includes(word)) absent[word] = NOT_ARMED
  }
  return absent
}
