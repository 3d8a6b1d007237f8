/** Reading exits that others died of. */
import { type DownMessage, type ExitReason, reasonTag } from '@orrery/runtime'

export function isDown(message: unknown): message is DownMessage {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'DOWN'
}

/** One line: `RangeError: Invalid encoding`, `power_cut`. */
export function reasonLine(reason: ExitReason): string {
  return reason instanceof Error ? `${reason.name}: ${reason.message}` : reasonTag(reason)
}
