const SHOWN = 100

/** Restart intensity over a sliding window. Each restart enters and leaves once, however many there are. */
export class RestartWindow {
  private readonly intensity: number
  private readonly periodUs: number
  private times: number[] = []
  private first = 0

  constructor(intensity: number, periodMs: number) {
    this.intensity = intensity
    this.periodUs = periodMs * 1_000
  }

  /** Counts a restart at `nowUs`; `false` when it is one too many. */
  add(nowUs: number): boolean {
    this.times.push(nowUs)
    this.slide(nowUs)
    return this.times.length - this.first <= this.intensity
  }

  /** The same restarts in another window. */
  resized(intensity: number, periodMs: number): RestartWindow {
    const other = new RestartWindow(intensity, periodMs)
    other.times = this.times.slice(this.first)
    return other
  }

  /** Restarts in the window. */
  used(nowUs: number): number {
    this.slide(nowUs)
    return this.times.length - this.first
  }

  /** When they were, oldest first, the latest hundred. */
  inWindow(nowUs: number): number[] {
    this.slide(nowUs)
    return this.times.slice(Math.max(this.first, this.times.length - SHOWN))
  }

  /** As in OTP, a restart exactly one period ago still counts. */
  private slide(nowUs: number): void {
    while (this.first < this.times.length && (this.times[this.first] as number) + this.periodUs < nowUs)
      this.first += 1
    if (this.first > 32 && this.first * 2 > this.times.length) {
      this.times = this.times.slice(this.first)
      this.first = 0
    }
  }
}
