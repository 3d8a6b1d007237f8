/**
 * What is told, and in which order: after every welcome the whole picture before anything else, then what happens as it
 * happens, then reports. Done in slices; what is urgent (a crash, a restart) within the next few milliseconds.
 */
import type { LeaseEnded, WireRecord } from '@orrery/protocol'
import type { CrashDesk } from './crash-desk.ts'
import type { Delivery } from './delivery.ts'
import { FLUSH_MS, type Outbox } from './outbox.ts'
import type { Redactor } from './redact.ts'
import { SLICE_MS, type Slices } from './slices.ts'
import type { Source } from './source.ts'

export interface TellingOptions {
  source: Source
  slices: Slices
  outbox: Outbox
  delivery: Delivery
  redactor: Redactor
  /** The desk is made after this, because it wakes it. */
  desk: () => CrashDesk
  isWelcome: () => boolean
  run: (where: string, work: () => void) => void
}

export interface Telling {
  /** The hub has the whole picture, so that increments mean something. */
  readonly isSettled: boolean
  readonly isBusy: boolean
  /** The hub said welcome: it gets everything anew. */
  begin(): void
  /** Contact is lost. */
  end(): void
  /** Something happened at the source. */
  happened(isUrgent: boolean): void
  /** Soon: what happened goes out, crashes become reports, and the frame goes. */
  pulse(): void
  /** Lifecycle was given up: the hub's picture is wrong until the next one. */
  lifecycleLost(): void
  leaseEnded(record: LeaseEnded): void
  /** A few times a second. */
  tick(): void
  stop(): void
}

/** At most this often is a whole picture sent because lifecycle was given up. */
const CENSUS_EVERY_MS = 2_000
/** Ends of leases kept while there is no hub. */
const LEASE_ENDS = 1_000

export function createTelling(options: TellingOptions): Telling {
  const { source, slices, outbox, delivery, redactor, desk, isWelcome, run } = options
  let isSettled = false
  let isStopped = false
  let wantsCensus = false
  let isTakingCensus = false
  let censusAtMs = Number.NEGATIVE_INFINITY
  let isPulsing = false
  /** Something happened while a pulse was under way. */
  let isAgain = false
  let drainTimer: NodeJS.Timeout | null = null
  const leaseEnds: LeaseEnded[] = []

  const begin = (): void => {
    isSettled = false
    wantsCensus = false
    censusAtMs = performance.now()
    source.begin()
    delivery.disconnected()
    desk().forgetCounts()
    if (isTakingCensus) return
    isTakingCensus = true
    slices.run('snapshot', census(), 'urgent').then(
      () => {
        isTakingCensus = false
        source.censusDone()
        // Begun again meanwhile: the picture that was under way is worth nothing.
        if (!isSettled && isWelcome() && !isStopped) run('snapshot', begin)
      },
      () => undefined,
    )
  }

  function* census(): Generator<void> {
    const startedAtMs = censusAtMs
    const isCurrent = (): boolean => isWelcome() && censusAtMs === startedAtMs
    outbox.put('lifecycle', { type: 'snapshot.begin', atUs: source.nowUs() })
    const people = source.census(redactor)
    for (let step = people.next(); !step.done; step = people.next()) {
      if (!isCurrent()) return
      while (outbox.isBlocked && isCurrent()) yield
      outbox.put('lifecycle', step.value)
      yield
    }
    if (!isCurrent()) return
    outbox.put('lifecycle', { type: 'snapshot.end', atUs: source.nowUs() })
    outbox.flush()
    isSettled = true
    source.censusDone()
    tellLeaseEnds()
    delivery.connected()
    pulse()
  }

  function pulse(): void {
    isAgain = isPulsing
    if (isPulsing || isStopped) return
    isPulsing = true
    slices.run('pulse', beat(), 'urgent').then(
      () => {
        isPulsing = false
        if (isAgain || desk().hasWork) pulse()
      },
      () => undefined,
    )
  }

  function* beat(): Generator<void> {
    yield* drain()
    outbox.flush()
    const work = desk().work()
    while (work.next().done !== true) {
      delivery.pump()
      yield
      // What happened meanwhile does not wait until every crash is written up.
      if (yield* drain()) outbox.flushSoon()
    }
    delivery.pump()
    outbox.flush()
  }

  /** Whether there was anything. */
  function* drain(): Generator<void, boolean> {
    let isAny = false
    if (!isSettled) return isAny
    const put = (record: WireRecord): void => {
      isAny = true
      outbox.put('lifecycle', record)
    }
    const lost = source.takeLost()
    if (lost > 0) {
      outbox.drop('lifecycle', lost)
      wantsCensus = true
    }
    for (;;) {
      const untilMs = performance.now() + SLICE_MS
      const isOver = (): boolean => performance.now() > untilMs
      const hasMore = source.drain(put, redactor, isOver)
      if (!hasMore || !isSettled) return isAny
      yield
    }
  }

  function tellLeaseEnds(): void {
    if (!isSettled) return
    for (const record of leaseEnds.splice(0)) outbox.put('results', record)
    outbox.flushSoon()
  }

  return {
    get isSettled() {
      return isSettled
    },
    get isBusy() {
      return isPulsing
    },
    begin,
    end() {
      isSettled = false
      source.end()
      outbox.abandon()
      delivery.disconnected()
    },
    happened(isUrgent) {
      if (!isSettled) return
      if (isUrgent) return pulse()
      drainTimer ??= setTimeout(() => {
        drainTimer = null
        pulse()
      }, FLUSH_MS).unref()
    },
    pulse,
    lifecycleLost() {
      wantsCensus = true
    },
    leaseEnded(record) {
      // Told once, and so kept for when there is somebody to tell.
      if (leaseEnds.length < LEASE_ENDS) leaseEnds.push(record)
      else outbox.drop('results', 1)
      tellLeaseEnds()
    },
    tick() {
      if (!isSettled) return
      delivery.pump()
      if (wantsCensus && !outbox.isCongested && performance.now() - censusAtMs > CENSUS_EVERY_MS) begin()
    },
    stop() {
      isStopped = true
      if (drainTimer) clearTimeout(drainTimer)
    },
  }
}
