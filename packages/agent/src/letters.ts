/**
 * Which dead letters are the commonest: by message type, target and reason. Called in the sending path, so it is bounded
 * twice: by the letters it looks at in a second, and by the kinds it remembers. How many there were in all is counted elsewhere.
 */
import type { LetterCount } from './source.ts'

/** Letters looked at between two readings. */
const BUDGET = 1_000
const MAX_KINDS = 256
const TOLD = 8

export interface Letters {
  add(type: () => string, to: string, why: string): void
  /** The commonest first; begins a new budget. */
  take(): LetterCount[]
}

export function createLetters(): Letters {
  const kinds = new Map<string, LetterCount>()
  let left = BUDGET

  const forgetRarest = (): void => {
    let rarest: [string, LetterCount] | null = null
    for (const entry of kinds) if (rarest === null || entry[1].total < rarest[1].total) rarest = entry
    if (rarest) kinds.delete(rarest[0])
  }

  return {
    add(typeOf, to, why) {
      if (left-- <= 0) return
      const type = typeOf()
      const key = `${type}\n${to}\n${why}`
      const held = kinds.get(key)
      if (held) {
        held.total++
        return
      }
      if (kinds.size >= MAX_KINDS) forgetRarest()
      kinds.set(key, { type, to, why, total: 1 })
    },
    take() {
      left = BUDGET
      return [...kinds.values()].sort((a, b) => b.total - a.total).slice(0, TOLD)
    },
  }
}
