/**
 * From an accepted report to the hub's ack. Reports go out of the spool in the order they were accepted, so many at once;
 * what is not acked is sent again after a reconnect and every 30 s. Where there is no spool to write to, a few are kept
 * in memory, which is better than nothing and is not called accepted.
 */
import type { CrashAmended } from '@orrery/protocol'
import type { Outbox } from './outbox.ts'
import type { Spool } from './spool/spool.ts'

export interface DeliveryOptions {
  outbox: Outbox
  nowMs?: () => number
}

export interface Delivery {
  /** The spool from now on; what was kept in memory moves into it. */
  use(spool: Spool): void
  /** Whether the report is kept somewhere; `lost` is called where it was and had to be given up after all. */
  accept(id: string, json: Buffer, lost: () => void): boolean
  amend(record: CrashAmended): void
  acked(ids: readonly string[], seq: number): void
  /** A report was given up before it came here. */
  lost(): void
  /** Everything unacked is to be sent. */
  connected(): void
  disconnected(): void
  /** Sends what may be sent now. */
  pump(): void
  /** Moves what is kept in memory alone into the spool, where it takes it again; a few times a second. */
  tick(): void
  readonly stats: DeliveryStats
}

export interface DeliveryStats {
  /** Written to the spool by this process. */
  accepted: number
  acked: number
  pending: number
  spoolBytes: number
  spoolRefused: number
  /** Reports kept in memory alone. */
  unspooled: number
  /** Of reports in memory, on their way or kept there. */
  heldBytes: number
}

/** Of reports in memory, at most. */
export const HELD_BYTES = 4_194_304 + 2_097_152

interface Sent {
  bytes: number
  atMs: number
}

const WINDOW_BYTES = 2_097_152
const WINDOW_REPORTS = 512
const RESEND_MS = 30_000
/** A disk that refused is asked again so often. */
const REHOME_MS = 1_000
const MEMORY_BYTES = 4_194_304
const FRESH_BYTES = 2_097_152
const AMENDMENTS = 2_048

export function createDelivery(options: DeliveryOptions): Delivery {
  const { outbox } = options
  const nowMs = options.nowMs ?? (() => performance.now())
  let spool: Spool | null = null
  let isConnected = false
  /** Ids to send in this connection, oldest first. */
  let queue: string[] = []
  let next = 0
  const sent = new Map<string, Sent>()
  let sentBytes = 0
  /** Just rendered: need not be read back from disk. */
  const fresh = new Map<string, Buffer>()
  let freshBytes = 0
  const memory = new Map<string, { json: Buffer; lost: () => void }>()
  let memoryBytes = 0
  let rehomedAtMs = Number.NEGATIVE_INFINITY
  /** Amendments on their way, by crash, with the frame that carried them. */
  const amendments = new Map<string, { record: CrashAmended; seq: number }>()

  const enqueue = (id: string): void => {
    if (!isConnected) return
    queue.push(id)
  }

  const forgetFresh = (id: string): void => {
    const json = fresh.get(id)
    if (!json) return
    fresh.delete(id)
    freshBytes -= json.length
  }

  const keepFresh = (id: string, json: Buffer): void => {
    fresh.set(id, json)
    freshBytes += json.length
    for (const oldest of fresh.keys()) {
      if (freshBytes <= FRESH_BYTES) break
      forgetFresh(oldest)
    }
  }

  const keepInMemory = (id: string, json: Buffer, lost: () => void): boolean => {
    memory.set(id, { json, lost })
    memoryBytes += json.length
    for (const [oldest, old] of memory) {
      if (memoryBytes <= MEMORY_BYTES || memory.size === 1) break
      forgetMemory(oldest)
      outbox.drop('crashes', 1, 'no room')
      old.lost()
    }
    enqueue(id)
    return true
  }

  const forgetMemory = (id: string): void => {
    const kept = memory.get(id)
    if (!kept) return
    memory.delete(id)
    memoryBytes -= kept.json.length
  }

  /** One report is tried; where it is taken, so are the others. */
  const rehome = (to: Spool): void => {
    rehomedAtMs = nowMs()
    for (const [id, { json }] of [...memory]) {
      if (!to.append(id, json).ok) break
      forgetMemory(id)
      keepFresh(id, json)
      const amended = amendments.get(id)
      if (amended) to.amend(id, Buffer.from(JSON.stringify(amended.record), 'utf8'))
    }
  }

  const forgetSent = (id: string): void => {
    const entry = sent.get(id)
    if (!entry) return
    sent.delete(id)
    sentBytes -= entry.bytes
  }

  const bodyOf = (id: string): { json: Buffer; amendments: CrashAmended[] } | null => {
    const kept = memory.get(id)
    if (kept) return { json: kept.json, amendments: [] }
    if (!spool?.has(id)) return null
    const inMemory = fresh.get(id)
    if (inMemory) return { json: inMemory, amendments: [] }
    const read = spool.read(id)
    return read ? { json: read.report, amendments: read.amendments.flatMap(parseAmendment) } : null
  }

  /** Whether the next report may follow. */
  const sendOne = (id: string): boolean => {
    const body = bodyOf(id)
    if (!body) return true
    const put = outbox.putReport(body.json)
    if (put === 'later') return false
    if (put === 'impossible') {
      outbox.drop('crashes', 1, 'no room')
      forgetMemory(id)
      spool?.ack([id])
      return true
    }
    forgetFresh(id)
    sent.set(id, { bytes: body.json.length, atMs: nowMs() })
    sentBytes += body.json.length
    for (const record of body.amendments) outbox.put('results', record)
    return true
  }

  const sendAmendment = (id: string, entry: { record: CrashAmended; seq: number }): void => {
    if (!isConnected) return
    // One that waits for its report to be sent must not overtake it.
    if (!sent.has(id) && (spool?.has(id) || memory.has(id))) return
    if (outbox.put('results', entry.record)) entry.seq = outbox.seq
  }

  const resendOld = (): void => {
    const before = nowMs() - RESEND_MS
    for (const [id, entry] of sent) {
      if (entry.atMs > before) break
      forgetSent(id)
      queue.push(id)
    }
  }

  return {
    use(opened) {
      spool = opened
      if (isConnected) queue.push(...opened.pending())
      rehome(opened)
    },
    accept(id, json, lost) {
      if (!spool) return keepInMemory(id, json, lost)
      const written = spool.append(id, json)
      if (written.ok) {
        keepFresh(id, json)
        enqueue(id)
        return true
      }
      if (written.code === 'io') return keepInMemory(id, json, lost)
      outbox.drop('crashes', 1, 'no room')
      return false
    },
    amend(record) {
      const { crashId } = record
      if (spool?.has(crashId)) spool.amend(crashId, Buffer.from(JSON.stringify(record), 'utf8'))
      const before = amendments.get(crashId)
      const entry = { record: { ...before?.record, ...record }, seq: Number.POSITIVE_INFINITY }
      amendments.delete(crashId)
      amendments.set(crashId, entry)
      for (const oldest of amendments.keys()) {
        if (amendments.size <= AMENDMENTS) break
        // One that was sent and not acked has most likely arrived: the hub acks when it has something to ack.
        if (amendments.get(oldest)?.seq === Number.POSITIVE_INFINITY) outbox.drop('results', 1)
        amendments.delete(oldest)
      }
      sendAmendment(crashId, entry)
    },
    acked(ids, seq) {
      for (const id of ids) {
        forgetSent(id)
        forgetMemory(id)
        forgetFresh(id)
      }
      spool?.ack(ids)
      for (const [id, entry] of amendments) if (entry.seq <= seq) amendments.delete(id)
      this.pump()
    },
    lost: () => outbox.drop('crashes', 1),
    connected() {
      isConnected = true
      sent.clear()
      sentBytes = 0
      queue = [...(spool?.pending() ?? []), ...memory.keys()]
      next = 0
      for (const [id, entry] of amendments) sendAmendment(id, entry)
      this.pump()
    },
    disconnected() {
      isConnected = false
      queue = []
      next = 0
      sent.clear()
      sentBytes = 0
      for (const entry of amendments.values()) entry.seq = Number.POSITIVE_INFINITY
    },
    pump() {
      if (!isConnected) return
      resendOld()
      while (next < queue.length && sent.size < WINDOW_REPORTS && sentBytes < WINDOW_BYTES) {
        const id = queue[next]
        if (id !== undefined && !sent.has(id)) {
          if (!sendOne(id)) return
          const waiting = amendments.get(id)
          if (waiting) sendAmendment(id, waiting)
        }
        next++
      }
      if (next < queue.length) return
      queue = []
      next = 0
    },
    tick() {
      if (spool && memory.size > 0 && nowMs() - rehomedAtMs > REHOME_MS) rehome(spool)
    },
    get stats() {
      const held = spool?.stats
      return {
        accepted: held?.accepted ?? 0,
        acked: held?.acked ?? 0,
        pending: held?.pending ?? 0,
        spoolBytes: held?.bytes ?? 0,
        spoolRefused: held?.refused ?? 0,
        unspooled: memory.size,
        heldBytes: freshBytes + memoryBytes,
      }
    },
  }
}

function parseAmendment(bytes: Buffer): CrashAmended[] {
  try {
    return [JSON.parse(bytes.toString('utf8')) as CrashAmended]
  } catch {
    // Checksummed and written by ourselves: only a foreign hand could get here, and the report goes without it.
    return []
  }
}
