/**
 * A histogram of microseconds with buckets of equal relative width, after HdrHistogram: sixteen to an octave, so that any value
 * is told within 3.2 %, in a few kilobytes whatever is counted. Histograms are merged by adding, and percentiles read from the sum.
 */

const SUB_BITS = 4
const SUB = 1 << SUB_BITS
const MAX_BITS = 36
/** Longer than this (19 hours) is counted as this. */
const MAX_US = 2 ** MAX_BITS - 1
const BUCKETS = (MAX_BITS - SUB_BITS + 1) * SUB

export class Histogram {
  readonly #weights = new Float64Array(BUCKETS)
  /** Messages it stands for. */
  weight = 0
  /** Messages that were timed. */
  samples = 0

  add(us: number, weight: number): void {
    const at = bucketOf(us)
    this.#weights[at] = (this.#weights[at] ?? 0) + weight
    this.weight += weight
    this.samples++
  }

  /** Values below which each share of all messages lies, in microseconds; `shares` from 0 to 1, ascending. Empty when nothing was added. */
  quantiles(shares: readonly number[]): number[] {
    if (this.weight === 0) return []
    const found: number[] = []
    let sum = 0
    let bucket = -1
    for (const share of shares) {
      const wanted = share * this.weight
      while (bucket < BUCKETS - 1 && (bucket === -1 || sum < wanted)) {
        bucket++
        sum += this.#weights[bucket] ?? 0
      }
      found.push(middleOf(bucket))
    }
    return found
  }
}

function bucketOf(value: number): number {
  const us = Math.min(MAX_US, Math.max(0, Math.floor(value)))
  if (us < SUB) return us
  const octave = Math.floor(Math.log2(us)) - SUB_BITS
  // One too few where the logarithm rounds up to the next octave.
  const shift = us < 2 ** (octave + SUB_BITS) ? octave - 1 : octave
  return (shift + 1) * SUB + (Math.floor(us / 2 ** shift) - SUB)
}

function middleOf(bucket: number): number {
  if (bucket < SUB) return bucket
  const shift = Math.floor(bucket / SUB) - 1
  const low = ((bucket % SUB) + SUB) * 2 ** shift
  return low + (2 ** shift - 1) / 2
}
