/**
 * A mailbox and its flight recorder in one ring: a message that was handled stays in its slot until `kept` more were
 * handled, so remembering costs nothing. One message takes five slots and no allocation; times are ticks (`clock.ts`).
 */
import { ticksBetweenUs } from './clock.ts'
import type { Proc } from './process.ts'

/** message, sender, meta, tick of arrival, tick of handling */
export const STRIDE = 5
const FIRST_CAPACITY = 4
/** A drained ring larger than this is given back. */
const LARGE = 4_096
/** As good as none; a small integer in V8. */
export const NO_LIMIT = 1_073_741_823
/** V8 turns a longer pre-sized array into a dictionary. */
const PRESIZED_MAX = 16_000_000

export class Mailbox {
  slots: unknown[] = emptySlots(FIRST_CAPACITY)
  mask = FIRST_CAPACITY - 1
  /** Messages taken so far: `head` is also the sequence number of the last one. */
  head = 0
  /** Messages received so far. */
  tail = 0
  readonly kept: number
  /** The state that the last handled message was given; what it was never given stays `undefined`. */
  previous: unknown = undefined
  /** Most messages that may wait; what is over it goes by the process's overflow policy (`overflow.ts`). */
  limit = NO_LIMIT
  /** Ids of injected faults by the sequence number of the message they touched; `null` until the first. */
  private firings: Map<number, readonly string[]> | null = null
  /** Pairs of sequence number and microseconds for the handlers that were timed; `null` until the first. */
  took: number[] | null = null

  constructor(kept: number) {
    this.kept = kept
  }

  get length(): number {
    return this.tail - this.head
  }

  push(message: unknown, sender: Proc | null, meta: unknown, tick: number): void {
    const oldest = this.head > this.kept ? this.head - this.kept : 0
    if (this.tail - oldest > this.mask) this.grow(oldest)
    const slots = this.slots
    const at = (this.tail & this.mask) * STRIDE
    slots[at] = message
    slots[at + 1] = sender
    slots[at + 2] = meta
    slots[at + 3] = tick
    this.tail += 1
  }

  /** Takes the oldest message: the offset of its slots, valid until the next push. There must be one. */
  take(tick: number): number {
    const at = (this.head & this.mask) * STRIDE
    this.slots[at + 4] = tick
    const forgotten = this.head - this.kept
    this.head += 1
    if (forgotten >= 0) {
      const old = (forgotten & this.mask) * STRIDE
      this.slots[old] = undefined
      this.slots[old + 1] = undefined
      this.slots[old + 2] = undefined
    }
    return at
  }

  /** Offset of the slots of the message with this sequence number, counted from 1. */
  at(seq: number): number {
    return ((seq - 1) & this.mask) * STRIDE
  }

  /** Moves the message `index` places behind the oldest to place `to`, the others keep their order. */
  bringForward(index: number, to = 0): void {
    if (index === to) return
    const slots = this.slots
    const from = ((this.head + index) & this.mask) * STRIDE
    const picked = slots.slice(from, from + STRIDE)
    for (let i = index; i > to; i--) {
      const target = ((this.head + i) & this.mask) * STRIDE
      const source = ((this.head + i - 1) & this.mask) * STRIDE
      for (let k = 0; k < STRIDE; k++) slots[target + k] = slots[source + k]
    }
    const front = ((this.head + to) & this.mask) * STRIDE
    for (let k = 0; k < STRIDE; k++) slots[front + k] = picked[k]
    const first = this.head + 1 + to
    const last = this.head + 1 + index
    this.renumber((seq) => (seq === last ? first : seq >= first && seq < last ? seq + 1 : seq))
  }

  /** Microseconds message `seq` stood in the mailbox, as exact as the slices' clock. */
  waitedUs(seq: number): number {
    const at = this.at(seq)
    return ticksBetweenUs(this.slots[at + 3] as number, this.slots[at + 4] as number)
  }

  /** Removes the message `index` places behind the oldest, as if it had never come. */
  remove(index: number): void {
    const slots = this.slots
    for (let i = this.head + index; i < this.tail - 1; i++) {
      const to = (i & this.mask) * STRIDE
      const from = ((i + 1) & this.mask) * STRIDE
      for (let k = 0; k < STRIDE; k++) slots[to + k] = slots[from + k]
    }
    this.tail -= 1
    const freed = (this.tail & this.mask) * STRIDE
    slots[freed] = undefined
    slots[freed + 1] = undefined
    slots[freed + 2] = undefined
    const removed = this.head + 1 + index
    this.firings?.delete(removed)
    this.renumber((seq) => (seq > removed ? seq - 1 : seq))
  }

  /**
   * Removes every waiting message that is one, in one pass, as if they had never come. Gives their places behind the oldest, in order.
   */
  removeAll(isOne: (message: unknown) => boolean): number[] {
    const slots = this.slots
    const removed: number[] = []
    for (let i = 0; this.head + i < this.tail; i++) {
      const from = ((this.head + i) & this.mask) * STRIDE
      if (isOne(slots[from])) {
        removed.push(i)
        continue
      }
      if (removed.length === 0) continue
      const to = ((this.head + i - removed.length) & this.mask) * STRIDE
      for (let k = 0; k < STRIDE; k++) slots[to + k] = slots[from + k]
    }
    if (removed.length === 0) return removed
    const first = this.head + 1
    this.tail -= removed.length
    for (let n = this.tail; n < this.tail + removed.length; n++) {
      const freed = (n & this.mask) * STRIDE
      slots[freed] = undefined
      slots[freed + 1] = undefined
      slots[freed + 2] = undefined
    }
    if (this.firings === null) return removed
    const gone = new Set(removed.map((place) => first + place))
    let before = 0
    const kept = [...this.firings].filter(([seq]) => !gone.has(seq)).sort(([a], [b]) => a - b)
    this.firings = new Map(
      kept.map(([seq, firings]) => {
        while (before < removed.length && first + (removed[before] as number) < seq) before += 1
        return [seq - before, firings]
      }),
    )
    return removed
  }

  /** A fault touched the message with this sequence number; remembered as long as the message itself is. */
  noteFiring(seq: number, firing: string): void {
    this.firings ??= new Map()
    // Noted nearly in order, so the forgotten ones stand first.
    for (const old of this.firings.keys()) {
      if (old > this.head - this.kept) break
      this.firings.delete(old)
    }
    const before = this.firings.get(seq)
    this.firings.set(seq, before === undefined ? [firing] : [...before, firing])
  }

  /** Ids of the faults that touched message `seq`, in the order they did. */
  firingsOf(seq: number): readonly string[] {
    return this.firings?.get(seq) ?? NONE
  }

  /** Id of the latest fault that touched message `seq`, or `null`. */
  firingOf(seq: number): string | null {
    return this.firingsOf(seq).at(-1) ?? null
  }

  noteTook(seq: number, tookUs: number): void {
    if (this.kept === 0) return
    this.took ??= new Array<number>(this.kept * 2).fill(-1.5)
    const at = (seq % this.kept) * 2
    this.took[at] = seq
    this.took[at + 1] = tookUs
  }

  /** Microseconds the handler of message `seq` took, or `null` where it was not timed. */
  tookUs(seq: number): number | null {
    if (this.took === null) return null
    const at = (seq % this.kept) * 2
    return this.took[at] === seq ? (this.took[at + 1] ?? null) : null
  }

  /** Gives a large ring back once it has been drained. */
  relax(): void {
    if (this.mask < LARGE || this.tail !== this.head) return
    let capacity = FIRST_CAPACITY
    while (capacity < this.kept * 2) capacity *= 2
    this.resize(capacity, this.head > this.kept ? this.head - this.kept : 0)
  }

  private renumber(move: (seq: number) => number): void {
    if (this.firings === null || this.firings.size === 0) return
    this.firings = new Map([...this.firings].map(([seq, firing]) => [move(seq), firing]))
  }

  private grow(oldest: number): void {
    this.resize((this.mask + 1) * 2, oldest)
  }

  private resize(capacity: number, oldest: number): void {
    const slots = emptySlots(capacity)
    const mask = capacity - 1
    for (let n = oldest; n < this.tail; n++) {
      const from = (n & this.mask) * STRIDE
      const to = (n & mask) * STRIDE
      for (let k = 0; k < STRIDE; k++) slots[to + k] = this.slots[from + k]
    }
    this.slots = slots
    this.mask = mask
  }
}

const NONE: readonly string[] = []

function emptySlots(capacity: number): unknown[] {
  const length = capacity * STRIDE
  if (length <= PRESIZED_MAX) return new Array<unknown>(length).fill(undefined)
  const slots: unknown[] = []
  for (let i = 0; i < length; i++) slots.push(undefined)
  return slots
}
