/** The node's time: injected, monotonic, read once per scheduler slice. */

/** Where time comes from. */
export interface ClockSource {
  /** Monotonic milliseconds with a fraction. */
  monotonicMs(): number
  /** Unix milliseconds. */
  wallMs(): number
}

/** Where the one timer of a node comes from: the global pair by default, virtual in tests. */
export interface TimerSource {
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}

export const systemClock: ClockSource = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
}

export const systemTimers: TimerSource = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
}

/** A tick is 16 µs, held in 32 bits, so that storing one never allocates. */
const TICK_US = 16

export class Clock {
  /** Microseconds since the node's start, as of the last reading. */
  us = 0
  /** The same in ticks; wraps after 19 hours. */
  tick = 0
  private readonly source: ClockSource
  private readonly originMs: number
  private skewed: { offsetMs: number; driftPercent: number; sinceUs: number } | null = null

  constructor(source: ClockSource) {
    this.source = source
    this.originMs = source.monotonicMs()
  }

  /** Reads the source: 45 ns, so the hot path uses the last reading. */
  read(): number {
    const us = (this.source.monotonicMs() - this.originMs) * 1_000
    this.us = us
    this.tick = (us / TICK_US) | 0
    return us
  }

  /** Monotonic microseconds since the node's start, whole. */
  nowUs(): number {
    return Math.round(this.read())
  }

  /** What the node takes for Unix time: that of its host, unless a fault has put it out. */
  wallMs(): number {
    const trueMs = this.source.wallMs()
    if (this.skewed === null) return trueMs
    return trueMs + this.skewMs()
  }

  /** Unix time of the host, whatever the node takes for it: what observers go by. */
  hostWallMs(): number {
    return this.source.wallMs()
  }

  /**
   * Puts the wall clock out by so much, and by `driftPercent` more (or less) of the time that passes from now on; `null` sets it right. Monotonic time
   * goes on as it did, as after a time warp in OTP; `Timers.rate` makes timers drift, too.
   */
  skew(skew: { offsetMs: number; driftPercent: number } | null): void {
    this.skewed = skew === null ? null : { ...skew, sinceUs: this.read() }
  }

  /** How far `wallMs` is out, in milliseconds. */
  skewMs(): number {
    if (this.skewed === null) return 0
    const { offsetMs, driftPercent, sinceUs } = this.skewed
    return offsetMs + Math.round(((this.read() - sinceUs) / 1_000) * (driftPercent / 100))
  }

  /** Microseconds since `tick`, up to 19 hours. */
  sinceUs(tick: number): number {
    return ticksBetweenUs(tick, this.tick)
  }
}

export function ticksBetweenUs(from: number, to: number): number {
  return ((to - from) >>> 0) * TICK_US
}
