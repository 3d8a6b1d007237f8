/** Storm keys: module, kind, class or tag, and message type. What can be had without formatting a stack, made once for each. */
import { oneLine } from './reason-text.ts'

export interface StormKeys {
  keyOf(module: string, kind: string, tag: string, messageType: string): string
}

/** Keys remembered; a node that makes up more pays for making them. */
const REMEMBERED = 1_000
const PART = 255

export function createStormKeys(): StormKeys {
  const keys = new Map<string, string>()
  return {
    keyOf(module, kind, tag, messageType) {
      const raw = `${part(module)} ${kind} ${part(tag)} ${part(messageType)}`
      const known = keys.get(raw)
      if (known !== undefined) return known
      const key = oneLine(raw)
      if (keys.size < REMEMBERED) keys.set(raw, key)
      return key
    },
  }
}

function part(text: string): string {
  return text.length <= PART ? text : text.slice(0, PART)
}
