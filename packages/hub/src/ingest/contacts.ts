/** How each agent's connection went since this hub, or the node's incarnation, began. */
import type { NodeConnection } from '@orrery/live/views'
import type { ClockOffset } from './clock-offset.ts'

export interface Contacts {
  /** A connection of this incarnation begins. */
  begin(node: string, incarnation: string, offset: ClockOffset, nowMs: number): void
  lost(node: string, nowMs: number): void
  of(node: string): NodeConnection | null
  forget(isKnown: (node: string) => boolean): void
}

interface Contact {
  incarnation: string
  offset: ClockOffset
  reconnects: number
  lostAtMs: number | null
  lastReconnectMs: number | null
  lastAwayMs: number | null
}

export function createContacts(): Contacts {
  const contacts = new Map<string, Contact>()
  return {
    begin(node, incarnation, offset, nowMs) {
      const held = contacts.get(node)
      if (held?.incarnation !== incarnation) {
        const fresh = { reconnects: 0, lostAtMs: null, lastReconnectMs: null, lastAwayMs: null }
        contacts.set(node, { incarnation, offset, ...fresh })
        return
      }
      held.offset = offset
      held.reconnects++
      held.lastReconnectMs = nowMs
      held.lastAwayMs = held.lostAtMs === null ? 0 : nowMs - held.lostAtMs
      held.lostAtMs = null
    },
    lost(node, nowMs) {
      const held = contacts.get(node)
      if (held) held.lostAtMs = nowMs
    },
    of(node) {
      const held = contacts.get(node)
      if (!held) return null
      const { offset, reconnects, lastReconnectMs, lastAwayMs } = held
      return {
        roundTripP50Ms: offset.roundTripMs(0.5),
        roundTripP99Ms: offset.roundTripMs(0.99),
        clockCorrectionMs: offset.correctionMs,
        reconnects,
        lastReconnectMs,
        lastAwayMs,
      }
    },
    forget(isKnown) {
      for (const node of contacts.keys()) if (!isKnown(node)) contacts.delete(node)
    },
  }
}
