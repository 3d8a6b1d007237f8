/** What a node says of its host, as five minutes of figures, one point a second. Bounded: a fixed number of lines. */
import type { NodeSample, NodeVitals } from '@orrery/protocol'
import { Seconds } from './seconds.ts'

/** Two records further apart than this have a gap between them. */
const GAP_MS = 2_500
const US_PER_S = 1_000_000
/** Seconds of the hub between two records that are a second apart: more is no jitter. */
const MOST_SKIPPED = 3
const MAX_SPACES = 8

export class Host {
  latest: NodeVitals | null = null
  #base: { vitals: NodeVitals; sample: NodeSample } | null = null
  #second = 0
  readonly agent = new Seconds(Number.NaN)
  readonly gc = new Seconds(Number.NaN)
  readonly delayP50Ms = new Seconds(Number.NaN)
  readonly delayP99Ms = new Seconds(Number.NaN)
  readonly delayMaxMs = new Seconds(Number.NaN)
  readonly starts = new Seconds(Number.NaN)
  readonly exits = new Seconds(Number.NaN)
  readonly timers = new Seconds(Number.NaN)
  readonly gcMinorMs = new Seconds(Number.NaN)
  readonly gcMajorMs = new Seconds(Number.NaN)
  readonly gcMinors = new Seconds(Number.NaN)
  readonly gcMajors = new Seconds(Number.NaN)
  readonly deadLetters = new Seconds(0)
  readonly spaces = new Map<string, Seconds>()

  take(record: NodeVitals): void {
    this.latest = record
  }

  /** Another incarnation counts from zero; what the last one did stays in the lines. */
  begin(): void {
    this.latest = null
    this.#base = null
  }

  /** Ends the second if vitals have come since the last one did. Call after a frame. */
  roll(nowMs: number, sample: NodeSample | null): void {
    const now = this.latest
    const second = Math.floor(nowMs / 1_000)
    if (now === null || sample === null || now === this.#base?.vitals || second <= this.#second) return
    const base = this.#base
    const passedS = base === null ? 0 : (now.atUs - base.vitals.atUs) / US_PER_S
    if (base !== null && passedS <= 0) return
    const isGap = passedS * 1_000 > GAP_MS
    // A hub that stood still hears many seconds in one: which of them it missed nobody can tell any more.
    const from = base === null || isGap || second - this.#second > MOST_SKIPPED ? second : this.#second + 1
    this.#base = { vitals: now, sample }
    this.#second = second
    for (let at = from; at <= second; at++) this.#figures(at, now, sample)
    if (base === null) return
    const share = (ms: number): number => Math.min(1, Math.max(0, ms / 1_000 / passedS))
    for (let at = from; at <= second; at++) {
      this.agent.write(at, share(sample.agent.cpuMs - base.sample.agent.cpuMs))
      this.gc.write(at, share(now.gc.totalMs - base.vitals.gc.totalMs))
      for (const counted of [this.starts, this.exits, this.gcMinors, this.gcMajors]) counted.write(at, 0)
    }
    // Over a gap the counts of many seconds would stand as the work of one.
    const each = (count: number): number => Math.max(0, Math.round(isGap ? count / passedS : count))
    this.gcMinors.write(second, each(now.gc.minor - base.vitals.gc.minor))
    this.gcMajors.write(second, each(now.gc.major - base.vitals.gc.major))
    this.starts.write(second, each(now.spawned - base.vitals.spawned))
    this.exits.write(second, each(now.exited - base.vitals.exited))
    this.deadLetters.write(second, Math.max(0, sample.deadLetters - base.sample.deadLetters))
  }

  #figures(second: number, now: NodeVitals, sample: NodeSample): void {
    this.delayP50Ms.write(second, now.delayP50Ms)
    this.delayP99Ms.write(second, sample.eventLoopDelayP99Ms)
    this.delayMaxMs.write(second, now.delayMaxMs)
    this.timers.write(second, now.timers)
    this.gcMinorMs.write(second, now.gc.minorMaxMs)
    this.gcMajorMs.write(second, now.gc.majorMaxMs)
    for (const { name, bytes } of now.spaces) {
      let line = this.spaces.get(name)
      if (line === undefined) {
        if (this.spaces.size >= MAX_SPACES) continue
        line = new Seconds(Number.NaN)
        this.spaces.set(name, line)
      }
      line.write(second, bytes)
    }
  }
}
