/** Five minutes of one figure, one point a second, by absolute second. */

export const SERIES_SECONDS = 300

export class Seconds {
  readonly #values = new Float64Array(SERIES_SECONDS)
  readonly #rest: number
  #last = -1

  /** `rest` stands for a second nobody wrote: `NaN` where that is a gap, 0 where it means that nothing happened. */
  constructor(rest: number) {
    this.#rest = rest
    this.#values.fill(rest)
  }

  /** Seconds never go back: an older one than the newest is written where it still has a place. */
  write(second: number, value: number): void {
    this.#advance(second)
    if (second > this.#last - SERIES_SECONDS) this.#values[second % SERIES_SECONDS] = value
  }

  add(second: number, value: number): void {
    this.#advance(second)
    if (second > this.#last - SERIES_SECONDS) {
      const at = second % SERIES_SECONDS
      this.#values[at] = (this.#values[at] ?? 0) + value
    }
  }

  /** `NaN` for a gap. */
  at(second: number): number {
    if (second > this.#last || second <= this.#last - SERIES_SECONDS || second < 0) return this.#rest
    return this.#values[second % SERIES_SECONDS] ?? this.#rest
  }

  #advance(second: number): void {
    if (second <= this.#last) return
    const from = Math.max(this.#last + 1, second - SERIES_SECONDS + 1)
    for (let at = from; at <= second; at++) this.#values[at % SERIES_SECONDS] = this.#rest
    this.#last = second
  }
}

/**
 * Counts events as they are told, and corrects itself by the node's own count, which is exact also where records of a
 * storm were given up. An event told after the count that had it is not counted twice.
 */
export class Tally {
  readonly #series: Seconds
  #counted = 0
  /** Of those counted, how many nobody has told of yet. */
  #untold = 0
  /** What the node had counted when this tally began. */
  #base: number | null = null

  constructor(series: Seconds) {
    this.#series = series
  }

  told(second: number): void {
    if (this.#untold > 0) {
      this.#untold--
      return
    }
    this.#counted++
    this.#series.add(second, 1)
  }

  /** `total` is cumulative. */
  sampled(second: number, total: number): void {
    this.#base ??= total - this.#counted
    const missing = total - this.#base - this.#counted
    if (missing <= 0) return
    this.#counted += missing
    this.#untold += missing
    this.#series.add(second, missing)
  }
}

/** The figures of one node. */
export class NodeSeries {
  readonly processes = new Seconds(Number.NaN)
  readonly messages = new Seconds(Number.NaN)
  readonly mailbox = new Seconds(Number.NaN)
  readonly utilisation = new Seconds(Number.NaN)
  readonly memory = new Seconds(Number.NaN)
  readonly crashes = new Seconds(0)
  readonly restarts = new Seconds(0)
}
