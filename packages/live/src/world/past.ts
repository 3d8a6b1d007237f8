/** What became of logical processes: the pids they had and their crashes, also after their slot is gone. Bounded. */

export interface PastIncarnation {
  pid: string
  startedAtMs: number
  exitedAtMs: number | null
  exit: string | null
}

export interface CrashNote {
  id: string
  atMs: number
  tag: string
  text: string
  stored: boolean
}

/** Both newest first. */
export interface Past {
  incarnations: PastIncarnation[]
  crashes: CrashNote[]
}

const MAX_INCARNATIONS = 20
const MAX_CRASHES = 8
const MAX_KEYS = 4_096

export class Pasts {
  readonly #byKey = new Map<string, Past>()
  readonly #notes = new Map<string, { note: CrashNote; key: string }>()

  get(key: string): Past | undefined {
    return this.#byKey.get(key)
  }

  /** An incarnation that ended. */
  ended(key: string, incarnation: PastIncarnation): void {
    const past = this.#of(key)
    past.incarnations.unshift(incarnation)
    if (past.incarnations.length > MAX_INCARNATIONS) past.incarnations.length = MAX_INCARNATIONS
  }

  /** Notes a crash once, whichever record told of it first; `false` when it was known. */
  crashed(key: string, note: CrashNote): boolean {
    if (this.#notes.has(note.id)) return false
    const past = this.#of(key)
    past.crashes.unshift(note)
    this.#notes.set(note.id, { note, key })
    for (const dropped of past.crashes.splice(MAX_CRASHES)) this.#notes.delete(dropped.id)
    return true
  }

  /** The key of the process whose crash is now in the store. */
  stored(id: string): string | null {
    const known = this.#notes.get(id)
    if (known === undefined) return null
    known.note.stored = true
    return known.key
  }

  #of(key: string): Past {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const past: Past = { incarnations: [], crashes: [] }
    this.#byKey.set(key, past)
    if (this.#byKey.size > MAX_KEYS) this.#forget()
    return past
  }

  /** A quarter at once: taking the oldest out of a map one by one walks over the holes of all that went before. */
  #forget(): void {
    let left = MAX_KEYS / 4
    for (const [key, { crashes }] of this.#byKey) {
      if (left-- === 0) return
      for (const { id } of crashes) this.#notes.delete(id)
      this.#byKey.delete(key)
    }
  }
}
