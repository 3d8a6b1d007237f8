/**
 * Five minutes of those processes that stand out, by their mailbox or by what they handle, a point every three seconds. Every
 * process has a minute of its own (`rings.ts`); a history begins with that, and goes on as long as there is room.
 */
import { GAP, pack, unpack } from './minifloat.ts'
import type { Processes } from './processes.ts'
import { RING_SECONDS, SERIES } from './rings.ts'

export const STEP_S = 3
export const STEPS = 100
/** Processes with a history, and those of each step that get one. */
const MAX_HISTORIES = 128
const OUTSTANDING = 24

export interface History {
  readonly index: number
  readonly generation: number
  /** Longest mailbox of a step, and messages handled a second in it; by step, modulo how many there are. */
  readonly mailbox: Uint16Array
  readonly handled: Uint16Array
  /** Last step in which it stood out. */
  stoodOut: number
}

export class Histories {
  readonly #processes: Processes
  readonly #of = new Map<number, History>()
  /** Last step that is over, of absolute steps. */
  step = 0
  /** The first second that was heard. */
  #since = Number.POSITIVE_INFINITY

  constructor(processes: Processes) {
    this.#processes = processes
  }

  get all(): Iterable<History> {
    return this.#of.values()
  }

  /** Call when a second has been written. */
  roll(second: number): void {
    this.#since = Math.min(this.#since, second)
    const step = Math.floor((second + 1) / STEP_S) - 1
    if (step <= this.step) return
    const isFirst = this.step === 0
    const from = isFirst ? step : Math.max(this.step + 1, step - STEPS + 1)
    this.step = step
    this.#forgetDead()
    for (const index of this.#outstanding()) this.#keep(index, step)
    for (const history of this.#of.values()) {
      for (let at = from; at <= step; at++) this.#write(history, at, second)
    }
  }

  /** `null` for a step nobody kept. */
  mailbox(history: History, step: number): number | null {
    return this.#isHeld(step) ? unpack(history.mailbox[step % STEPS] ?? GAP) : null
  }

  handled(history: History, step: number): number | null {
    return this.#isHeld(step) ? unpack(history.handled[step % STEPS] ?? GAP) : null
  }

  #isHeld(step: number): boolean {
    return step >= 0 && step <= this.step && step > this.step - STEPS
  }

  #forgetDead(): void {
    const { columns: c } = this.#processes
    for (const [index, { generation }] of this.#of)
      if (c.generation[index] !== generation) this.#of.delete(index)
  }

  #outstanding(): Set<number> {
    const { columns: c, rings } = this.#processes
    const byMailbox = new Top(OUTSTANDING)
    const byRate = new Top(OUTSTANDING)
    for (let ring = 0; ring < rings.length; ring++) {
      const index = rings.owner[ring] ?? -1
      if (index === -1) continue
      byMailbox.offer(index, c.mailbox[index] ?? 0)
      byRate.offer(index, c.handledPerS[index] ?? 0)
    }
    return new Set([...byMailbox.indexes, ...byRate.indexes])
  }

  #keep(index: number, step: number): void {
    const known = this.#of.get(index)
    if (known !== undefined) {
      known.stoodOut = step
      return
    }
    if (this.#of.size >= MAX_HISTORIES) this.#dropOne(step)
    if (this.#of.size >= MAX_HISTORIES) return
    const history: History = {
      index,
      generation: this.#processes.columns.generation[index] ?? 0,
      mailbox: new Uint16Array(STEPS).fill(GAP),
      handled: new Uint16Array(STEPS).fill(GAP),
      stoodOut: step,
    }
    this.#of.set(index, history)
    const newest = step * STEP_S + STEP_S - 1
    for (let at = step - Math.floor(RING_SECONDS / STEP_S) + 1; at < step; at++)
      if (at >= 0) this.#write(history, at, newest)
  }

  /** The one that has not stood out for longest. */
  #dropOne(step: number): void {
    let oldest: History | null = null
    for (const history of this.#of.values())
      if (history.stoodOut < (oldest?.stoodOut ?? step)) oldest = history
    if (oldest !== null) this.#of.delete(oldest.index)
  }

  #write(history: History, step: number, second: number): void {
    const { columns: c, rings } = this.#processes
    const ring = c.ring[history.index] ?? -1
    let mailbox: number | null = null
    let handled: number | null = null
    let heard = 0
    for (let at = step * STEP_S; at < (step + 1) * STEP_S; at++) {
      if (at > second || at <= second - RING_SECONDS || at < this.#since) continue
      const length = ring === -1 ? 0 : rings.at(ring, SERIES.mailbox, at)
      const rate = ring === -1 ? 0 : rings.at(ring, SERIES.handled, at)
      if (length === null || rate === null) continue
      mailbox = Math.max(mailbox ?? 0, length)
      handled = (handled ?? 0) + rate
      heard++
    }
    history.mailbox[step % STEPS] = mailbox === null ? GAP : pack(mailbox)
    history.handled[step % STEPS] = handled === null ? GAP : pack(handled / heard)
  }
}

/** The few with the greatest value above none. */
class Top {
  readonly indexes: number[] = []
  readonly #values: number[] = []
  readonly #room: number

  constructor(room: number) {
    this.#room = room
  }

  offer(index: number, value: number): void {
    if (value <= 0) return
    let at = this.#values.length
    if (at >= this.#room && (this.#values[at - 1] ?? 0) >= value) return
    while (at > 0 && (this.#values[at - 1] ?? 0) < value) at--
    this.indexes.splice(at, 0, index)
    this.#values.splice(at, 0, value)
    if (this.indexes.length > this.#room) {
      this.indexes.pop()
      this.#values.pop()
    }
  }
}
