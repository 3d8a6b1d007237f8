/**
 * A crash loop must neither flood nor go silent. Every crash is counted, exactly, under its storm key; which of them
 * become whole reports is decided here, in the dying path, by arithmetic alone.
 *
 * The first few of a key always are. After that a key has a budget that fills slowly, and the node has one for all keys;
 * with the key's budget spent, reports are spaced exponentially.
 */
export interface StormCount {
  key: string
  total: number
  notStored: number
}

export interface StormBook {
  /** Counts a crash; whether it shall become a report. */
  admit(key: string, nowMs: number): boolean
  /** A report that was admitted and then given up. */
  giveUp(key: string): void
  notStored(key: string): number
  /** Counts that changed since the last call. */
  takeChanged(): StormCount[]
  /** Counts that were taken and could not be told. */
  untold(counts: readonly StormCount[]): void
  /** Everything is to be told again. */
  forget(): void
}

const ALWAYS = 5
/**
 * Whole reports a key may have at once, and what it gains: one in twelve seconds. A loop that runs for days so leaves room
 * in the store for everything else, and still a sample of each hour.
 */
const KEY_BURST = 2_000
const KEY_PER_S = 1 / 12
/** The same for the whole node: what rendering may cost. */
const NODE_BURST = 300
const NODE_PER_S = 50
const SPACING = 1.5
/** Keys counted apart; further ones are counted together. */
const MAX_KEYS = 1_000
const OTHER = 'other'

interface Key extends StormCount {
  tokens: number
  filledAtMs: number
  next: number
}

export function createStormBook(): StormBook {
  const keys = new Map<string, Key>()
  const changed = new Set<Key>()
  let nodeTokens = NODE_BURST
  let nodeFilledAtMs = 0

  const keyOf = (name: string, nowMs: number): Key => {
    const known = keys.get(name)
    if (known) return known
    if (keys.size >= MAX_KEYS && name !== OTHER) return keyOf(OTHER, nowMs)
    const key: Key = {
      key: name,
      total: 0,
      notStored: 0,
      tokens: KEY_BURST,
      filledAtMs: nowMs,
      next: 0,
    }
    keys.set(name, key)
    return key
  }

  const isAdmitted = (key: Key, nowMs: number): boolean => {
    nodeTokens = Math.min(NODE_BURST, nodeTokens + ((nowMs - nodeFilledAtMs) * NODE_PER_S) / 1_000)
    nodeFilledAtMs = nowMs
    key.tokens = Math.min(KEY_BURST, key.tokens + ((nowMs - key.filledAtMs) * KEY_PER_S) / 1_000)
    key.filledAtMs = nowMs
    if (key.total <= ALWAYS) return true
    if (key.tokens >= 1) {
      if (nodeTokens < 1) return false
      key.tokens--
      nodeTokens--
      key.next = Math.ceil(key.total * SPACING)
      return true
    }
    if (key.total < key.next) return false
    key.next = Math.ceil(key.total * SPACING)
    return true
  }

  return {
    admit(name, nowMs) {
      const key = keyOf(name, nowMs)
      key.total++
      changed.add(key)
      const admitted = isAdmitted(key, nowMs)
      if (!admitted) key.notStored++
      return admitted
    },
    giveUp(name) {
      const key = keys.get(name) ?? keys.get(OTHER)
      if (!key) return
      key.notStored++
      changed.add(key)
    },
    notStored: (name) => (keys.get(name) ?? keys.get(OTHER))?.notStored ?? 0,
    takeChanged() {
      const counts = [...changed].map(({ key, total, notStored }) => ({ key, total, notStored }))
      changed.clear()
      return counts
    },
    untold(counts) {
      for (const { key } of counts) {
        const known = keys.get(key)
        if (known) changed.add(known)
      }
    },
    forget() {
      for (const key of keys.values()) changed.add(key)
    },
  }
}
