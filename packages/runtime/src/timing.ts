/**
 * Which messages are timed: one of `every` on average, by random strides, so that no rhythm of the node is in step with
 * them. `every` follows the load: on a quiet node each message is timed, on a busy one so many that timing costs next to nothing.
 */

/** Wanted samples a second, between these two. */
const FEW_PER_S = 640
const MANY_PER_S = 2_560
const WINDOW_US = 100_000
/** A window ends after so many samples, too. */
const WINDOW_SAMPLES = MANY_PER_S / 10
const MAX_EVERY = 4_096
/** A node without a sample for so long has become quiet. */
const QUIET_US = 250_000

export class Timing {
  /** Messages until the next one that is timed. */
  left = 1
  /** One of so many messages is timed: what a sample stands for. */
  every = 1
  private readonly random: () => number
  private samples = 0
  private sinceUs = 0

  constructor(random: () => number) {
    this.random = random
  }

  /** A message is about to be timed; returns how many it stands for. */
  begin(nowUs: number): number {
    const weight = this.every
    this.samples += 1
    if (this.samples >= WINDOW_SAMPLES || nowUs - this.sinceUs >= WINDOW_US) this.adapt(nowUs)
    const { every } = this
    this.left = every === 1 ? 1 : 1 + Math.floor(this.random() * (2 * every - 1))
    return weight
  }

  /** The node wakes after a rest. */
  woke(nowUs: number): void {
    if (this.every === 1 || nowUs - this.sinceUs < QUIET_US) return
    this.every = 1
    this.left = 1
    this.restart(nowUs)
  }

  private adapt(nowUs: number): void {
    const perS = (this.samples * 1e6) / Math.max(1, nowUs - this.sinceUs)
    if (perS > MANY_PER_S) this.every = Math.min(MAX_EVERY, this.every * 2)
    else if (perS < FEW_PER_S && this.every > 1) this.every /= 2
    this.restart(nowUs)
  }

  private restart(nowUs: number): void {
    this.samples = 0
    this.sinceUs = nowUs
  }
}
