/**
 * Crash reports on their way into the store. What is here has moved the live view already; it is written in batches, in
 * order, one transaction each, and only then acked. A slow or absent database fills this inbox and nothing else: at its
 * bound reports are left with their agents, whose spools keep them, and asked for again when there is room.
 */
import type { CrashReport } from '@orrery/protocol'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import { describe, type Logger } from '../logger.ts'
import { laterEnd } from '../store/node-end.ts'
import type { Amendment, Store } from '../store/store.ts'
import type { FrameRef, OpenFrames } from './open-frames.ts'

export interface CrashInboxOptions {
  store: Pick<Store, 'saveCrashes' | 'amendCrashes' | 'ready'>
  clock: Clock
  logger: Logger
  counters: Counters
  frames: OpenFrames
  /** Reports of one node that are durable now, in the order they came; none where only later facts became so. */
  stored(node: string, ids: string[]): void
  /** There is room again for reports of these nodes that were turned away. */
  room(nodes: string[]): void
  /** Bounds of what waits, in reports and in characters of JSON. */
  maxReports?: number
  maxChars?: number
}

export interface CrashInbox {
  /** Whether the report was taken; one that waits here already is taken once. */
  take(node: string, report: CrashReport): boolean
  amend(node: string, frame: FrameRef, id: string, parts: LaterFacts): void
  /** A report that is not stored yet. */
  waiting(id: string): CrashReport | null
  /** All of them, oldest first. */
  all(): Iterable<CrashReport>
  readonly size: number
  /** Writes what it can within `withinMs`; what it cannot stays with the agents. */
  close(withinMs: number): Promise<void>
}

export type LaterFacts = Omit<Amendment, 'id'>

interface Waiting {
  node: string
  report: CrashReport
  chars: number
  failures: number
  /** Frames whose later facts were put into the report. */
  held: FrameRef[]
}

interface Waited {
  node: string
  parts: LaterFacts
  failures: number
  held: FrameRef[]
}

/** Long enough that decision and outcome mostly come along, short enough that nobody waits for it. */
const LINGER_MS = 100
/** While crashes go on coming: fewer, larger transactions leave the database to those who read. */
const SPACING_MS = 250
const BATCH = 100
/** A batch is made into one JSON text on the hub's own thread: so much of it takes some ten milliseconds. */
const BATCH_CHARS = 400_000
const MAX_AMENDMENTS = 20_000
const RETRY_FIRST_MS = 250
const RETRY_CAP_MS = 5_000
/** A report that fails this often, alone, on a database that answers, is no report for this database. */
const MAX_FAILURES = 3

export function createCrashInbox(options: CrashInboxOptions): CrashInbox {
  const { store, clock, logger, counters, frames } = options
  const maxReports = options.maxReports ?? 10_000
  const maxChars = options.maxChars ?? 64_000_000
  const waiting = new Map<string, Waiting>()
  const inFlight = new Set<string>()
  const amendments = new Map<string, Waited>()
  const turnedAway = new Set<string>()
  let chars = 0
  let failures = 0
  let isScheduled = false
  let isClosed = false
  let writing: Promise<void> | null = null
  let wroteAtMs = Number.NEGATIVE_INFINITY

  const schedule = (ms: number): void => {
    if (isScheduled || writing || isClosed) return
    isScheduled = true
    clock.after(ms, () => {
      isScheduled = false
      if (!isClosed) write()
    })
  }

  /** A full batch need not wait for more. */
  const lingerMs = (): number =>
    waiting.size >= BATCH || amendments.size >= BATCH
      ? 0
      : Math.max(LINGER_MS, wroteAtMs + SPACING_MS - clock.nowMs())

  const write = (): void => {
    wroteAtMs = clock.nowMs()
    writing = writeOnce().finally(() => {
      writing = null
      if (waiting.size + amendments.size > 0) schedule(failures === 0 ? lingerMs() : retryMs(failures))
    })
  }

  const writeOnce = async (): Promise<void> => {
    const isAlone = failures >= MAX_FAILURES && store.ready()
    const batch = isAlone ? [...waiting.values()].slice(0, 1) : nextBatch()
    try {
      if (batch.length > 0) await saveBatch(batch)
      await saveAmendments(isAlone ? 1 : BATCH)
      if (failures > 0) logger.info('database', 'crash reports are being stored again')
      failures = 0
    } catch (error) {
      failures++
      counters.storeFailures++
      if (failures === 1) logger.warn('database', `crash reports wait for the database: ${describe(error)}`)
      const [first] = batch
      if (isAlone && first && store.ready() && ++first.failures >= MAX_FAILURES) giveUp(first, error)
    }
  }

  const nextBatch = (): Waiting[] => {
    const batch: Waiting[] = []
    let batchChars = 0
    for (const entry of waiting.values()) {
      batchChars += entry.chars
      if (batch.length > 0 && (batch.length >= BATCH || batchChars > BATCH_CHARS)) break
      batch.push(entry)
    }
    return batch
  }

  const saveBatch = async (batch: Waiting[]): Promise<void> => {
    for (const { report } of batch) inFlight.add(report.id)
    try {
      const ids = await store.saveCrashes(batch.map(({ report }) => report))
      counters.crashesStored += ids.length
      settle(batch, new Set(ids))
    } finally {
      inFlight.clear()
    }
  }

  const saveAmendments = async (most: number): Promise<void> => {
    const batch = []
    for (const [id, entry] of amendments) {
      if (batch.length === most) break
      if (!waiting.has(id)) batch.push({ id, entry, parts: entry.parts, held: entry.held.length })
    }
    const [first] = batch
    if (!first) return
    let saved = new Set<string>()
    try {
      saved = new Set(await store.amendCrashes(batch.map(({ id, parts }) => ({ id, ...parts }))))
    } catch (error) {
      // Alone, on a database that answers, it has had its chances.
      if (most > 1 || !store.ready() || ++first.entry.failures < MAX_FAILURES) throw error
    }
    for (const { id, entry, parts, held } of batch) {
      if (!saved.has(id)) {
        logger.error(`crash:${id}`, `what happened after crash ${id} cannot be stored`)
        counters.amendmentsLost++
      }
      for (const frame of entry.held.splice(0, held)) frames.free(frame)
      // What came meanwhile is still to be written.
      if (entry.parts === parts) amendments.delete(id)
    }
    for (const node of new Set(batch.map(({ entry }) => entry.node))) options.stored(node, [])
  }

  const settle = (batch: Waiting[], ids: ReadonlySet<string>): void => {
    const byNode = new Map<string, string[]>()
    for (const entry of batch) {
      if (!ids.has(entry.report.id)) {
        giveUp(entry, new Error('the database refuses it'))
        continue
      }
      forget(entry)
      const list = byNode.get(entry.node) ?? []
      list.push(entry.report.id)
      byNode.set(entry.node, list)
    }
    for (const [node, list] of byNode) options.stored(node, list)
    if (turnedAway.size > 0 && waiting.size < maxReports / 2 && chars < maxChars / 2) {
      const nodes = [...turnedAway]
      turnedAway.clear()
      options.room(nodes)
    }
  }

  const giveUp = (entry: Waiting, error: unknown): void => {
    const { id } = entry.report
    logger.error(`crash:${id}`, `crash report ${id} of ${entry.node} cannot be stored`, error)
    counters.crashesRefused++
    forget(entry)
    options.stored(entry.node, [entry.report.id])
  }

  /** More of a node's end than waits here already; what is being written is left to be told again. */
  const join = (entry: Waiting, report: CrashReport): boolean => {
    const later = laterEnd(entry.report, report)
    if (later === null) return true
    if (inFlight.has(report.id)) {
      turnedAway.add(entry.node)
      return false
    }
    entry.report = later
    return true
  }

  const forget = (entry: Waiting): void => {
    waiting.delete(entry.report.id)
    for (const frame of entry.held) frames.free(frame)
    chars -= entry.chars
    counters.crashesPending = waiting.size
  }

  return {
    take(node, report) {
      const held = waiting.get(report.id)
      if (held) return join(held, report)
      const size = JSON.stringify(report).length
      if (isClosed || waiting.size >= maxReports || chars + size > maxChars) {
        turnedAway.add(node)
        return false
      }
      waiting.set(report.id, { node, report, chars: size, failures: 0, held: [] })
      chars += size
      counters.crashesPending = waiting.size
      schedule(lingerMs())
      return true
    },
    amend(node, frame, id, parts) {
      const entry = waiting.get(id)
      if (entry) entry.report = amended(entry.report, parts)
      if (entry && !inFlight.has(id)) {
        frames.hold(frame)
        entry.held.push(frame)
        return
      }
      const before = amendments.get(id)
      if (!before && amendments.size >= MAX_AMENDMENTS) {
        counters.amendmentsLost++
        return
      }
      frames.hold(frame)
      if (before) {
        before.parts = { ...before.parts, ...parts }
        before.held.push(frame)
      } else amendments.set(id, { node, parts, failures: 0, held: [frame] })
      schedule(lingerMs())
    },
    waiting: (id) => waiting.get(id)?.report ?? null,
    *all() {
      for (const { report } of waiting.values()) yield report
    },
    get size() {
      return waiting.size
    },
    async close(withinMs) {
      const untilMs = clock.nowMs() + withinMs
      isClosed = true
      await within(writing, untilMs - clock.nowMs())
      while (waiting.size + amendments.size > 0 && failures === 0 && clock.nowMs() < untilMs) {
        await within(writeOnce(), untilMs - clock.nowMs())
      }
    },
  }
}

/** The report with later facts in place of the ones it had to leave open. */
export function amended(report: CrashReport, parts: LaterFacts): CrashReport {
  return {
    ...report,
    ...(parts.decision ? { decision: { status: 'captured', value: parts.decision } as const } : {}),
    ...(parts.outcome ? { outcome: { status: 'captured', value: parts.outcome } as const } : {}),
  }
}

function retryMs(failures: number): number {
  return Math.min(RETRY_CAP_MS, RETRY_FIRST_MS * 2 ** (failures - 1))
}

function within(work: Promise<void> | null, ms: number): Promise<void> {
  if (work === null) return Promise.resolve()
  return new Promise((done) => {
    const timer = setTimeout(done, Math.max(0, ms))
    work.finally(() => {
      clearTimeout(timer)
      done()
    })
  })
}
