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
  uses: number
}

const FEW = 8

/** Specs by number, counted by use, so that modules that come and go leave nothing behind. */
export class Specs {
  readonly #held: (Held | undefined)[] = []
  /** By module, then by all the rest of a spec as text. */
  readonly #byModule = new Map<string, Map<string, Held>>()
  readonly #free: number[] = []

  /** The number of this record's spec; each call is one use. */
  acquire(record: ProcessStarted): number {
    const alike = this.#byModule.get(record.module) ?? new Map<string, Held>()
    let held = heldOf(alike, record)
    if (held === undefined) {
      const { behaviour, module, kind, restart, shutdown, supervisor } = record
      const id = this.#free.pop() ?? this.#held.length
      held = { id, uses: 0, spec: { behaviour, module, kind, restart, shutdown, supervisor } }
      this.#held[id] = held
      alike.set(textOf(record), held)
      this.#byModule.set(module, alike)
    }
    held.uses++
    return held.id
  }

  release(id: number): void {
    const held = this.#held[id]
    if (held === undefined || --held.uses > 0) return
    this.#held[id] = undefined
    this.#free.push(id)
    const { module } = held.spec
    const alike = this.#byModule.get(module)
    alike?.delete(textOf(held.spec))
    if (alike?.size === 0) this.#byModule.delete(module)
  }

  get(id: number): Spec {
    const held = this.#held[id]
    if (held === undefined) throw new RangeError(`no spec ${id}`)
    return held.spec
  }
}

/** A module has few specs, and comparing those is quicker than making a text of each start. */
function heldOf(alike: ReadonlyMap<string, Held>, record: ProcessStarted): Held | undefined {
  if (alike.size > FEW) return alike.get(textOf(record))
  for (const held of alike.values()) if (isSpecOf(held.spec, record)) return held
  return undefined
}

function textOf({ behaviour, kind, restart, shutdown, supervisor }: Omit<Spec, 'module'>): string {
  const { strategy, intensity, periodMs } = supervisor ?? {}
  return JSON.stringify([behaviour, kind, restart, shutdown, strategy, intensity, periodMs])
}

function isSpecOf(spec: Spec, record: ProcessStarted): boolean {
  return (
    spec.restart === record.restart &&
    spec.shutdown === record.shutdown &&
    spec.behaviour === record.behaviour &&
    spec.kind === record.kind &&
    spec.supervisor?.strategy === record.supervisor?.strategy &&
    spec.supervisor?.intensity === record.supervisor?.intensity &&
    spec.supervisor?.periodMs === record.supervisor?.periodMs
  )
}
