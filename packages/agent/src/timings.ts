/**
 * Timed messages of the last second, so many at most: a reservoir, in which each has had the same chance to stay. What was
 * not kept is made up for by the weight of what was, so that the sum of weights is the number of messages.
 */
import type { MessageTimings } from '@orrery/protocol'
import type { Process } from '@orrery/runtime'
import { cut } from './render-crash.ts'

/** Kept of one second. About nine bytes each on the wire. */
const KEPT = 1_024

export class Timings {
  readonly #random: () => number
  readonly #processes: Process[] = []
  readonly #waitedUs: number[] = []
  readonly #ranUs: number[] = []
  readonly #tookUs: number[] = []
  readonly #weights: number[] = []
  #offered = 0
  #weightOffered = 0

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  add(process: Process, waitedUs: number, tookUs: number, ranUs: number, weight: number): void {
    this.#offered++
    this.#weightOffered += weight
    let at = this.#processes.length
    if (at >= KEPT) {
      at = Math.floor(this.#random() * this.#offered)
      if (at >= KEPT) return
    }
    this.#processes[at] = process
    this.#waitedUs[at] = waitedUs
    this.#ranUs[at] = ranUs
    this.#tookUs[at] = tookUs
    this.#weights[at] = weight
  }

  /** What was kept since the last time; `null` where nothing was timed. */
  take(atUs: number): MessageTimings | null {
    const count = this.#processes.length
    if (count === 0) return null
    const kept = this.#weights.reduce((sum, weight) => sum + weight, 0)
    const scale = this.#weightOffered / kept
    const kinds: MessageTimings['kinds'] = []
    const places = new Map<string, number>()
    const record: MessageTimings = {
      type: 'message.timings',
      atUs,
      kinds,
      refs: [],
      kind: [],
      waitedUs: this.#waitedUs.map(Math.round),
      ranUs: this.#ranUs.map(Math.round),
      awaitedUs: this.#tookUs.map((took, i) => Math.max(0, Math.round(took - (this.#ranUs[i] ?? 0)))),
      weights: this.#weights.map((weight) => Math.max(1, Math.round(weight * scale))),
    }
    for (const { id, behaviour, module } of this.#processes) {
      const name = `${behaviour}\n${module}`
      let place = places.get(name)
      if (place === undefined) {
        place = kinds.length
        places.set(name, place)
        kinds.push({ behaviour, module: cut(module) })
      }
      record.refs.push(id)
      record.kind.push(place)
    }
    this.forget()
    return record
  }

  forget(): void {
    this.#processes.length = 0
    this.#waitedUs.length = 0
    this.#ranUs.length = 0
    this.#tookUs.length = 0
    this.#weights.length = 0
    this.#offered = 0
    this.#weightOffered = 0
  }
}
