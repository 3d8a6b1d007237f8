/**
 * What waits to be sent: one packed frame of fixed size that grows as things happen and goes out at most every 20 ms.
 * When the hub or the network is slow, metrics are given up first, then lifecycle (healed by a new snapshot), then
 * results; crash reports are not given up here at all, they wait in the spool. Everything given up is counted, and the
 * counts go with every frame.
 */
import type { Drops, WireRecord } from '@orrery/protocol'
import { LIMITS } from '@orrery/protocol'
import { FrameWriter, type FurtherType } from '@orrery/protocol/codec'

export const FLUSH_MS = 20
/** Above this the connection is slow: no metrics are added. */
const CONGESTED_BYTES = 1_048_576
/** Above this nothing more is handed over. */
export const BLOCKED_BYTES = 4_194_304

/** A frame is sent once it has so much: the hub takes one in a few milliseconds, and does other things between two. */
const FULL_BYTES = 131_072

/** Lifecycle may fill a frame so far; the rest is kept for results. */
const LIFECYCLE_BYTES = 786_432

export interface Wire {
  readonly isOpen: boolean
  readonly bufferedBytes: number
  send(frame: Uint8Array): boolean
}

export interface OutboxOptions {
  wire: Wire
  clock: { nowUs(): number; wallMs(): number }
  /** Told when lifecycle had to be given up, so that the hub's picture is wrong until the next snapshot. */
  lifecycleLost: () => void
  run: (where: string, work: () => void) => void
}

/** Why something was given up, in the words a person reads. */
export type Why =
  | 'the hub was away'
  | 'the hub was slow'
  | 'too much at once'
  | 'the connection broke'
  | 'no room'

export type Lane = 'samples' | 'lifecycle' | 'results' | 'crashes'

export interface Outbox {
  readonly drops: Drops
  /** Records handed over, and why the last one of each lane was given up. */
  readonly sent: Readonly<Drops>
  readonly whys: Readonly<Partial<Record<Lane, Why>>>
  /** Sequence of the frame being filled. */
  readonly seq: number
  readonly isCongested: boolean
  readonly isBlocked: boolean
  /** Whether the record will go out; what is not taken is counted in its lane. */
  put(lane: Lane, record: WireRecord): boolean
  /** A record of a type that both sides agreed on; given up as figures are. */
  putFurther(further: FurtherType): boolean
  /** A spooled report; `later` when there is no room for it now. */
  putReport(json: Uint8Array): 'ok' | 'later' | 'impossible'
  /** The hub has frames up to this number of this incarnation. */
  continueAfter(seq: number): void
  /** Counts what was given up before it came here. */
  drop(lane: Lane, count: number, why?: Why): void
  /** Sends what is there. */
  flush(): void
  /** Sends what is there before anything else happens in this turn of the event loop's next phase. */
  flushSoon(): void
  /** The connection is gone and what was being filled with it. */
  abandon(): void
  stop(): void
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { wire, clock, run } = options
  const writer = new FrameWriter(LIMITS.frameBytes)
  const drops: Drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
  /** Records of the frame being filled, by lane: what is lost when the frame is. */
  const filled: Drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
  const sent: Drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
  const whys: Partial<Record<Lane, Why>> = {}
  let seq = 1
  let timer: NodeJS.Timeout | null = null
  let immediate: NodeJS.Immediate | null = null

  const clearFilled = (): void => {
    filled.samples = filled.lifecycle = filled.results = filled.crashes = 0
  }

  const unschedule = (): void => {
    if (timer) clearTimeout(timer)
    if (immediate) clearImmediate(immediate)
    timer = immediate = null
  }

  const flush = (): void => {
    unschedule()
    if (writer.count === 0 || !wire.isOpen) return
    if (wire.bufferedBytes > BLOCKED_BYTES) return scheduleFlush()
    const atUs = clock.nowUs()
    const frame = writer.finish({ seq, atUs, wallMs: clock.wallMs(), drops })
    if (wire.send(frame)) {
      seq++
      sent.samples += filled.samples
      sent.lifecycle += filled.lifecycle
      sent.results += filled.results
      sent.crashes += filled.crashes
    }
    clearFilled()
  }

  const scheduleFlush = (): void => {
    if (timer || immediate) return
    timer = setTimeout(() => {
      timer = null
      run('flush', flush)
    }, FLUSH_MS)
    timer.unref()
  }

  const give = (lane: Lane, why: Why): false => {
    drops[lane]++
    whys[lane] = why
    if (lane === 'lifecycle') options.lifecycleLost()
    return false
  }

  const append = (record: WireRecord): boolean => {
    const first = writer.append(record)
    if (first === 'ok') return true
    if (first !== 'full') return false
    flush()
    return writer.append(record) === 'ok'
  }

  return {
    drops,
    sent,
    whys,
    get seq() {
      return seq
    },
    get isCongested() {
      return wire.bufferedBytes > CONGESTED_BYTES
    },
    get isBlocked() {
      return wire.bufferedBytes > BLOCKED_BYTES
    },
    put(lane, record) {
      if (!wire.isOpen) return give(lane, 'the hub was away')
      if (lane === 'samples' && wire.bufferedBytes > CONGESTED_BYTES) return give(lane, 'the hub was slow')
      if (lane === 'lifecycle' && writer.sizeBytes > LIFECYCLE_BYTES) {
        flush()
        if (writer.sizeBytes > LIFECYCLE_BYTES) return give(lane, 'the hub was slow')
      }
      if (!append(record)) return give(lane, 'no room')
      filled[lane]++
      if (writer.sizeBytes > FULL_BYTES) flush()
      else scheduleFlush()
      return true
    },
    putFurther(further) {
      if (!wire.isOpen || wire.bufferedBytes > CONGESTED_BYTES) return give('samples', 'the hub was slow')
      let appended = writer.appendFurther(further)
      if (appended === 'full') {
        flush()
        appended = writer.appendFurther(further)
      }
      if (appended !== 'ok') return give('samples', 'no room')
      filled.samples++
      scheduleFlush()
      return true
    },
    putReport(json) {
      if (!wire.isOpen || wire.bufferedBytes > CONGESTED_BYTES) return 'later'
      let appended = writer.appendCrashJson(json)
      if (appended === 'full') {
        flush()
        appended = writer.appendCrashJson(json)
      }
      if (appended === 'full') return 'later'
      if (appended !== 'ok') return 'impossible'
      filled.crashes++
      if (writer.sizeBytes > FULL_BYTES) flush()
      else scheduleFlush()
      return 'ok'
    },
    continueAfter(last) {
      seq = Math.max(seq, last + 1)
    },
    drop(lane, count, why = 'too much at once') {
      drops[lane] += count
      whys[lane] = why
    },
    flush,
    flushSoon() {
      if (immediate) return
      immediate = setImmediate(() => {
        immediate = null
        run('flush', flush)
      })
    },
    abandon() {
      unschedule()
      drops.samples += filled.samples
      drops.lifecycle += filled.lifecycle
      drops.results += filled.results
      for (const lane of ['samples', 'lifecycle', 'results'] as const)
        if (filled[lane] > 0) whys[lane] = 'the connection broke'
      clearFilled()
      writer.clear()
    },
    stop: unschedule,
  }
}
