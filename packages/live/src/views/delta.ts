/**
 * What travels between two pictures of a view. A delta is JSON; each kind is told apart by its first key.
 *
 * Keys of records travel as they are, also `__proto__`: a process may be named anything.
 */

/** What `diff` found. Valid only for the value it was made from. */
export type Delta = Replace | RecordDelta | NearDelta | ShiftDelta | SpliceDelta | ItemsDelta | TextDelta

/** The whole value, where nothing smaller says it. */
export interface Replace {
  to: unknown
}

/** An object: whole values set, values changed inside, keys deleted. */
export interface RecordDelta {
  set?: Record<string, unknown>
  at?: Record<string, Delta>
  del?: string[]
}

/**
 * An object with long keys that are much alike (the rows of a tree, by logical key): values changed inside, each under
 * what its key has of its own between a beginning and an end it shares with the key before it. Beside it, as in any object,
 * whole values set and keys deleted.
 */
export interface NearDelta {
  near: [beginning: number, own: string, end: number, delta: Delta][]
  set?: Record<string, unknown>
  del?: string[]
}

/** An array that lost `shift` items in front and gained `add` at the end: a spark line that moved on. */
export interface ShiftDelta {
  shift: number
  add: unknown[]
}

/** An array where `[from, dropped]` were taken out and `add` stands in their place. */
export interface SpliceDelta {
  splice: [from: number, dropped: number]
  add: unknown[]
}

/** An array of the same length, changed at some places. */
export interface ItemsDelta {
  items: [index: number, delta: Delta][]
}

/** A long string of the same length (the cells of a pool): runs of characters from a position on. */
export interface TextDelta {
  runs: [at: number, text: string][]
}

/** A delta that does not fit the value it is applied to: ask for a new snapshot. */
export class DeltaMisfit extends Error {
  readonly code = 'delta.misfit'
  constructor(what: string) {
    super(`the delta does not fit: ${what}`)
    this.name = 'DeltaMisfit'
  }
}
