/** Crashes and restarts of the last five minutes of one node, for the strip below every screen. Bounded: the newest win. */

export interface Mark {
  id: string
  atMs: number
  kind: 'crash' | 'restart'
  key: string
  name: string
  text: string
  crashId: string | null
}

export const MARKS_MS = 300_000
const MAX_MARKS = 1_000

export class Marks {
  readonly #marks: Mark[] = []
  readonly #node: string
  #count = 0
  version = 0

  constructor(node: string) {
    this.#node = node
  }

  add(mark: Omit<Mark, 'id'>): void {
    this.#count++
    this.#marks.push({ id: `${this.#node}:${this.#count}`, ...mark })
    if (this.#marks.length > MAX_MARKS * 1.25) this.#marks.splice(0, this.#marks.length - MAX_MARKS)
    this.version++
  }

  prune(nowMs: number): void {
    let old = 0
    while (old < this.#marks.length && nowMs - (this.#marks[old]?.atMs ?? nowMs) > MARKS_MS) old++
    if (old === 0) return
    this.#marks.splice(0, old)
    this.version++
  }

  /** Oldest first. */
  get all(): readonly Mark[] {
    return this.#marks
  }
}
