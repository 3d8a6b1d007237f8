/**
 * Figures: counters come in cumulative, and once a second they become rates, rings and the states that follow from
 * them. Only processes that did something cost anything here.
 */
import type { NodeSample, ProcessSamples } from '@orrery/protocol'
import { FLAG } from './columns.ts'
import { Histories } from './histories.ts'
import type { KindRates } from './kind-rates.ts'
import type { Processes } from './processes.ts'
import { RING_SECONDS, SERIES } from './rings.ts'
import { type NodeSeries, SERIES_SECONDS, Tally } from './seconds.ts'
import { growth } from './status.ts'

/** Two samples further apart than this have a gap between them. */
const GAP_MS = 2_500
const US_PER_S = 1_000_000

/** Figures of the node over its last second. */
export interface NodeRates {
  messagesPerS: number
  cpuPercent: number
}

export class Sampling {
  readonly #processes: Processes
  readonly #series: NodeSeries
  readonly #kinds: KindRates
  /** The newest sample, and the one the last second ended with. */
  latest: NodeSample | null = null
  #base: NodeSample | null = null
  /** Absolute second, by the hub's clock, that rings and series are written up to. */
  second = 0
  rates: NodeRates = { messagesPerS: 0, cpuPercent: 0 }
  /** Counts changes of figures. */
  version = 0
  readonly crashes: Tally
  readonly restarts: Tally
  /** Of processes that stand out. */
  readonly histories: Histories

  constructor(processes: Processes, series: NodeSeries, kinds: KindRates) {
    this.#processes = processes
    this.#series = series
    this.#kinds = kinds
    this.histories = new Histories(processes)
    this.crashes = new Tally(series.crashes)
    this.restarts = new Tally(series.restarts)
  }

  /** Takes counters over; returns how many refs were unknown. */
  processes(record: ProcessSamples): number {
    const p = this.#processes
    const { columns: c } = p
    const { refs, mailbox, received, handled } = record
    let unknown = 0
    for (let i = 0; i < refs.length; i++) {
      const index = p.refs.get(refs[i] ?? 0)
      if (index === undefined) {
        unknown++
        continue
      }
      if (!c.has(index, FLAG.alive)) continue
      const nowReceived = received[i] ?? 0
      const nowHandled = handled[i] ?? 0
      const length = mailbox[i] ?? 0
      p.setMailbox(index, length)
      c.received[index] = nowReceived
      c.handled[index] = nowHandled
      if (c.has(index, FLAG.unsampled)) {
        // What it counted before the hub listened is not this second's work.
        c.set(index, FLAG.unsampled, false)
        c.receivedBefore[index] = nowReceived
        c.handledBefore[index] = nowHandled
        c.previousMailbox[index] = length
      }
      if (
        c.ring[index] === -1 &&
        (length > 0 || nowReceived !== c.receivedBefore[index] || nowHandled !== c.handledBefore[index])
      ) {
        c.ring[index] = p.rings.take(index)
      }
      c.touch(index)
    }
    this.version++
    return unknown
  }

  node(record: NodeSample): void {
    this.latest = record
    this.version++
  }

  /** Ends the second if a node sample has come since the last one did. Call after a frame. */
  roll(nowMs: number): void {
    const now = this.latest
    const second = Math.floor(nowMs / 1_000)
    if (now === null || now === this.#base || second <= this.second) return
    const base = this.#base ?? now
    const passedS = (now.atUs - base.atUs) / US_PER_S
    const isFirst = this.#base === null
    // The same second of the hub twice, or a node's clock that stood still: the next sample covers both.
    if (!isFirst && passedS <= 0) return
    const seconds = this.second === 0 ? 1 : second - this.second
    const hasGap = !isFirst && passedS * 1_000 > GAP_MS
    const dropBefore = this.second
    this.second = second
    this.#base = now
    this.#nodeSecond(now, base, isFirst || hasGap ? second : dropBefore + 1, passedS)
    this.#processSeconds(isFirst ? 1 : passedS, Math.min(seconds, RING_SECONDS), hasGap)
    // What the first second counts may be older than it.
    if (isFirst) this.#kinds.drop()
    else this.#kinds.roll(hasGap ? second : dropBefore + 1, second, (spec) => this.#processes.specs.get(spec))
    this.histories.roll(second)
    this.version++
  }

  #nodeSecond(now: NodeSample, base: NodeSample, fromSecond: number, passedS: number): void {
    const series = this.#series
    const perS = passedS > 0 ? 1 / passedS : 0
    const messagesPerS = Math.max(0, now.handled - base.handled) * perS
    this.rates = {
      messagesPerS,
      cpuPercent: Math.max(0, now.agent.cpuMs - base.agent.cpuMs) * perS * 0.1,
    }
    for (
      let second = Math.max(fromSecond, this.second - SERIES_SECONDS + 1);
      second <= this.second;
      second++
    ) {
      series.processes.write(second, now.processes)
      if (passedS > 0) series.messages.write(second, messagesPerS)
      series.mailbox.write(second, now.mailbox)
      series.utilisation.write(second, now.utilisation)
      series.memory.write(second, now.rssBytes)
    }
    this.crashes.sampled(this.second, now.crashes)
    this.restarts.sampled(this.second, now.restarts)
  }

  #processSeconds(passedS: number, seconds: number, hasGap: boolean): void {
    const p = this.#processes
    const { columns: c, rings } = p
    const firstWritten = hasGap ? this.second : this.second - seconds + 1
    for (const group of p.pools.all()) {
      group.receivedPerS = 0
      group.handledPerS = 0
    }
    const kinds = this.#kinds
    for (let ring = 0; ring < rings.length; ring++) {
      const index = rings.owner[ring] ?? -1
      if (index === -1) continue
      // A counter that went back began anew.
      const received = Math.max(0, (c.received[index] ?? 0) - (c.receivedBefore[index] ?? 0))
      const handled = Math.max(0, (c.handled[index] ?? 0) - (c.handledBefore[index] ?? 0))
      const mailbox = c.mailbox[index] ?? 0
      c.receivedBefore[index] = c.received[index] ?? 0
      c.handledBefore[index] = c.handled[index] ?? 0
      c.receivedPerS[index] = received / passedS
      c.handledPerS[index] = handled / passedS
      kinds.add(c.spec[index] ?? 0, handled / passedS)
      c.busy[index] = handled > 0 ? 1 : 0
      c.growing[index] = growth(c.growing[index] ?? 0, c.previousMailbox[index] ?? 0, mailbox, seconds)
      c.previousMailbox[index] = mailbox
      for (let second = this.second - seconds + 1; second < firstWritten; second++)
        rings.writeGap(ring, second)
      for (let second = firstWritten; second <= this.second; second++) {
        rings.write(ring, second, received / passedS, handled / passedS, mailbox)
      }
      c.touch(index)
      p.refresh(index)
      this.#sum(index)
      const idleS = received + handled + mailbox > 0 ? 0 : (rings.idleS[ring] ?? 0) + seconds
      rings.idleS[ring] = idleS
      if (idleS > RING_SECONDS) {
        c.ring[index] = -1
        rings.release(ring)
      }
    }
    for (const group of p.pools.all()) {
      if (group.spark === null) continue
      for (let second = this.second - seconds + 1; second <= this.second; second++) {
        group.spark[second % RING_SECONDS] = second < firstWritten ? Number.NaN : group.receivedPerS
      }
      group.changed()
    }
  }

  #sum(index: number): void {
    const group = this.#processes.pools.of(index)
    if (group === undefined) return
    group.receivedPerS += this.#processes.columns.receivedPerS[index] ?? 0
    group.handledPerS += this.#processes.columns.handledPerS[index] ?? 0
  }

  /** Growth of a mailbox a second, over the last five. */
  growthPerS(index: number): number {
    const { columns: c, rings } = this.#processes
    const ring = c.ring[index] ?? -1
    if (ring === -1) return 0
    const before = rings.at(ring, SERIES.mailbox, this.second - 5)
    return before === null ? 0 : ((c.mailbox[index] ?? 0) - before) / 5
  }
}
