/**
 * What moved, by topic, so that only those who look at it look again. A topic is `cluster`, `node:<name>`, `crashes`,
 * `crash:<id>`, `faults`, `source-maps`; nothing is said of what changed, the listener reads it from the world.
 */

/**
 * `structure` is what a person waits to see; `lifecycle` is processes that come and go as they should, which some nodes do a
 * thousand times a second; `numbers` are gauges.
 */
export type Urgency = 'structure' | 'lifecycle' | 'numbers'

const URGENCIES: readonly Urgency[] = ['numbers', 'lifecycle', 'structure']

/** The more urgent of two; `null` is nothing at all. */
export function moreUrgent(a: Urgency | null, b: Urgency): Urgency {
  return a !== null && URGENCIES.indexOf(a) > URGENCIES.indexOf(b) ? a : b
}

export type Topic = 'cluster' | 'crashes' | 'faults' | 'source-maps' | `node:${string}` | `crash:${string}`

export interface Moves {
  on(topic: Topic, listener: (urgency: Urgency) => void): () => void
  touch(topic: Topic, urgency: Urgency): void
}

export function createMoves(): Moves {
  const listeners = new Map<Topic, Set<(urgency: Urgency) => void>>()
  return {
    on(topic, listener) {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set)
      set.add(listener)
      return () => {
        set.delete(listener)
        if (set.size === 0 && listeners.get(topic) === set) listeners.delete(topic)
      }
    },
    touch(topic, urgency) {
      const set = listeners.get(topic)
      if (set) for (const listener of set) listener(urgency)
    },
  }
}
