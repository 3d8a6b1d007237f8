/** What many processes have in common, kept once: module, behaviour and child spec. Siblings of one spec may pool. */
import type { ProcessKind, ProcessStarted, Restart, Shutdown, Strategy } from '@orrery/protocol'

export interface Spec {
  readonly behaviour: string
  readonly module: string
  readonly kind: ProcessKind
  readonly restart: Restart
  readonly shutdown: Shutdown
  /** Only of supervisors. */
  readonly supervisor: {
    readonly strategy: Strategy
    readonly intensity: number
    readonly periodMs: number
  } | null
}

interface Held {
  id: number
  spec: Spec
  key: string
  uses: number
}

/** Specs by number, counted by use, so that modules that come and go leave nothing behind. */
export class Specs {
  readonly #held: (Held | undefined)[] = []
  readonly #byKey = new Map<string, Held>()
  readonly #free: number[] = []

  /** The number of this record's spec; each call is one use. */
  acquire(record: ProcessStarted): number {
    const { behaviour, module, kind, restart, shutdown, supervisor } = record
    const key = JSON.stringify([behaviour, module, kind, restart, shutdown, supervisor])
    let held = this.#byKey.get(key)
    if (held === undefined) {
      const id = this.#free.pop() ?? this.#held.length
      held = { id, key, uses: 0, spec: { behaviour, module, kind, restart, shutdown, supervisor } }
      this.#held[id] = held
      this.#byKey.set(key, held)
    }
    held.uses++
    return held.id
  }

  release(id: number): void {
    const held = this.#held[id]
    if (held === undefined || --held.uses > 0) return
    this.#held[id] = undefined
    this.#byKey.delete(held.key)
    this.#free.push(id)
  }

  get(id: number): Spec {
    const held = this.#held[id]
    if (held === undefined) throw new RangeError(`no spec ${id}`)
    return held.spec
  }

  get size(): number {
    return this.#byKey.size
  }
}
