/** What a node offers to its hub, and what it keeps from it until it is started with consent. */
import { CAPABILITIES, type Capability } from '@orrery/protocol'
import { doerOf } from './faults/registry.ts'
import type { Source } from './source.ts'

/** Capabilities that change the node, and so need its consent. */
const CHANGING = new Set<string>(['process.send', 'process.kill', 'process.suspend'])
const FAULT = 'fault.'
const NOT_ARMED = 'start the node with ORRERY_FAULTS=allow'

export function offered(source: Source, isArmed: boolean): Capability[] {
  return source.capabilities.filter(
    (word) => (isArmed || !isChanging(word)) && (!word.startsWith(FAULT) || lack(source, word) === null),
  )
}

/** Why a capability is absent, for the ones that could be had. */
export function absences(source: Source, isArmed: boolean): Record<string, string> {
  const absent: Record<string, string> = { ...source.absent }
  for (const word of CAPABILITIES) {
    if (!source.capabilities.includes(word)) continue
    if (!isArmed && isChanging(word)) absent[word] = NOT_ARMED
    const why = word.startsWith(FAULT) ? lack(source, word) : null
    if (why !== null) absent[word] = why
  }
  return absent
}

function isChanging(word: string): boolean {
  return CHANGING.has(word) || word.startsWith(FAULT)
}

/** Why this node could not do a fault, consent or not. */
function lack(source: Source, word: string): string | null {
  const doer = doerOf(word.slice(FAULT.length))
  return doer === null ? 'this agent does not know how' : (doer.absent?.(source.faults) ?? null)
}
