/** Messages handled per second by behaviour and by module: five minutes of each, from the counters of their processes. */
import { Seconds } from './seconds.ts'
import type { Spec } from './specs.ts'

/** More modules than this share the last line. */
const MAX_KINDS = 256
const OTHERS = 'other modules'

export class KindRates {
  readonly behaviours = new Map<string, Seconds>()
  readonly modules = new Map<string, Seconds>()
  /** Of the second that is being summed, by spec number. */
  #sums: number[] = []

  add(spec: number, perS: number): void {
    this.#sums[spec] = (this.#sums[spec] ?? 0) + perS
  }

  /** Forgets what was added since the last second ended. */
  drop(): void {
    this.#sums = []
  }

  /** Ends the seconds `from` to `to`, both included: kinds of which nothing was heard had none. */
  roll(from: number, to: number, specOf: (spec: number) => Spec): void {
    const behaviours = new Map<string, number>()
    const modules = new Map<string, number>()
    for (const [id, perS] of this.#sums.entries()) {
      if (perS === undefined) continue
      const { behaviour, module } = specOf(id)
      const name = this.modules.has(module) || this.modules.size < MAX_KINDS ? module : OTHERS
      behaviours.set(behaviour, (behaviours.get(behaviour) ?? 0) + perS)
      modules.set(name, (modules.get(name) ?? 0) + perS)
      if (!this.modules.has(name)) this.modules.set(name, new Seconds(Number.NaN))
      if (!this.behaviours.has(behaviour)) this.behaviours.set(behaviour, new Seconds(Number.NaN))
    }
    this.#sums = []
    for (let second = from; second <= to; second++) {
      for (const [name, line] of this.behaviours) line.write(second, behaviours.get(name) ?? 0)
      for (const [name, line] of this.modules) line.write(second, modules.get(name) ?? 0)
    }
  }
}
