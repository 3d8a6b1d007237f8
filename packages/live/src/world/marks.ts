/** Crashes and restarts of the last five minutes of one node, for the strip below every screen. Bounded: the newest win. */

export interface Mark {
  id: string
  atMs: number
  kind: 'crash' | 'restart'
  key: string
  name: string
  text: string
  crashId: string | null
  /** So many more of its kind came in the same second and are not told one by one. */
  more: number
}

export const MARKS_MS = 300_000
const MAX_MARKS = 1_000
/** Told one by one, of one second. In a storm nobody could read more, and a strip has no room for them. */
const TOLD_A_SECOND = { crash: 8, restart: 3 } as const

export class Marks {
  readonly #marks: Mark[] = []
  readonly #node: string
  #count = 0
  version = 0

  constructor(node: string) {
    this.#node = node
  }

  add(mark: Omit<Mark, 'id' | 'more'>): void {
    this.version++
    if (this.#joins(mark)) return
    this.#count++
    this.#marks.push({ id: `${this.#node}:${this.#count}`, ...mark, more: 0 })
    if (this.#marks.length > MAX_MARKS * 1.25) this.#marks.splice(0, this.#marks.length - MAX_MARKS)
  }

  /** Counted with the latest of its kind, where its second has been told of often enough. */
  #joins({ kind, atMs }: Omit<Mark, 'id' | 'more'>): boolean {
    const second = Math.floor(atMs / 1_000)
    let told = 0
    let latest = -1
    for (let i = this.#marks.length - 1; i >= 0; i--) {
      const mark = this.#marks[i] as Mark
      if (Math.floor(mark.atMs / 1_000) !== second) break
      if (mark.kind !== kind) continue
      if (latest < 0) latest = i
      told++
    }
    const last = this.#marks[latest]
    if (last === undefined || told < TOLD_A_SECOND[kind]) return false
    this.#marks[latest] = { ...last, more: last.more + 1 }
    return true
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
