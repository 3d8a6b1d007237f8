/**
 * The spool: a crash report is *accepted* when it is in a segment file here. It survives SIGKILL from then on, power loss
 * within 100 ms (fdatasync in groups), and stays until the hub has acknowledged it. Segments are append-only; a segment
 * is deleted when all its reports are acked. A full spool refuses and counts.
 *
 * Writes are synchronous on purpose: 4 kB appended cost 6 µs, and only what was written may be called accepted.
 */
import { closeSync, fdatasync, fsyncSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { type Lock, takeLock } from './lock.ts'
import { encodeRecord, MAGIC, scanSegment } from './segment.ts'
import {
  appendTo,
  createSegment,
  hold,
  letGo,
  openSegment,
  type Place,
  readPlace,
  removeSegment,
  type Segment,
  segmentNumber,
  segmentPath,
  syncFolder,
} from './segment-file.ts'

export interface SpoolOptions {
  dir: string
  limitBytes: number
  /** A segment is closed at this size; default 4 MiB, at most a quarter of the limit. */
  segmentBytes?: number
  /** Called for what the spool survives but somebody should know: a failed sync, a damaged record. */
  onFault?: (what: string, error: unknown) => void
  /** Called when a report is in the file. */
  onAccepted?: ((id: string) => void) | undefined
}

export type Refused = { ok: false; code: 'full' | 'io' | 'closed' }

export interface SpoolStats {
  bytes: number
  /** Reports written by this process, and how many of them were acknowledged. */
  accepted: number
  acked: number
  /** Reports and amendments not taken, for want of room or because the disk refused. */
  refused: number
  /** Unacknowledged reports, those of earlier lives included. */
  pending: number
  /** Unacknowledged reports found at the start. */
  recovered: number
  damaged: number
  syncFailures: number
}

export interface Spool {
  append(id: string, body: Uint8Array): { ok: true } | Refused
  /** Later facts of a report that is still here. */
  amend(id: string, body: Uint8Array): { ok: true } | Refused
  ack(ids: readonly string[]): void
  has(id: string): boolean
  /** Ids not yet acknowledged, oldest first. */
  pending(): IterableIterator<string>
  read(id: string): { report: Buffer; amendments: Buffer[] } | null
  readonly stats: SpoolStats
  /** Everything accepted so far is on disk when this resolves. */
  flush(): Promise<void>
  close(): Promise<void>
}

interface Entry extends Place {
  amendments: Place[]
  isOwn: boolean
}

const SYNC_WITHIN_MS = 50
const ACKS_A_RECORD = 1_000
const TOUCH_EVERY_MS = 5_000

/** Opens a spool and recovers what earlier lives left, or says which process holds the folder. */
export function openSpool(options: SpoolOptions): { ok: true; spool: Spool } | { ok: false; holder: string } {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 })
  const taken = takeLock(options.dir)
  if (!taken.ok) return taken
  try {
    return { ok: true, spool: new SegmentSpool(options, taken.lock) }
  } catch (error) {
    taken.lock.release()
    throw error
  }
}

class SegmentSpool implements Spool {
  readonly stats: SpoolStats = {
    bytes: 0,
    accepted: 0,
    acked: 0,
    refused: 0,
    pending: 0,
    recovered: 0,
    damaged: 0,
    syncFailures: 0,
  }
  readonly #dir: string
  readonly #limit: number
  readonly #segmentBytes: number
  readonly #onFault: (what: string, error: unknown) => void
  readonly #onAccepted: (id: string) => void
  readonly #lock: Lock
  readonly #entries = new Map<string, Entry>()
  /** In order of their numbers; the last is written to. */
  #segments: Segment[] = []
  #nextNumber = 1
  #syncTimer: NodeJS.Timeout | null = null
  readonly #touchTimer: NodeJS.Timeout
  #syncing: Promise<void> | null = null
  #isFolderDirty = false
  #isClosed = false

  constructor(options: SpoolOptions, lock: Lock) {
    this.#dir = options.dir
    this.#limit = options.limitBytes
    this.#segmentBytes = Math.max(65_536, Math.min(options.segmentBytes ?? 4_194_304, options.limitBytes / 4))
    this.#onFault = options.onFault ?? (() => undefined)
    this.#onAccepted = options.onAccepted ?? (() => undefined)
    this.#lock = lock
    this.#recover()
    this.#touchTimer = setInterval(() => this.#touch(), TOUCH_EVERY_MS)
    this.#touchTimer.unref()
  }

  append(id: string, body: Uint8Array): { ok: true } | Refused {
    if (this.#entries.has(id)) return { ok: true }
    const place = this.#write('report', id, body, false)
    if (!('segment' in place)) return this.#refuse(place)
    hold(place)
    this.#entries.set(id, { ...place, amendments: [], isOwn: true })
    this.stats.accepted++
    this.stats.pending++
    this.#onAccepted(id)
    return { ok: true }
  }

  amend(id: string, body: Uint8Array): { ok: true } | Refused {
    const entry = this.#entries.get(id)
    if (!entry) return { ok: true }
    const place = this.#write('amendment', id, body, false)
    if (!('segment' in place)) return this.#refuse(place)
    // An amendment must not outlive its report's segment unnoticed: it keeps its own segment alive as a report does.
    hold(place)
    entry.amendments.push(place)
    return { ok: true }
  }

  ack(ids: readonly string[]): void {
    const held = ids.filter((id) => this.#entries.has(id))
    // Forgotten only in memory when the disk refuses: the report is then sent once more in the next life, and the
    // hub knows its id.
    for (let i = 0; i < held.length; i += ACKS_A_RECORD) {
      this.#write('ack', '', Buffer.from(held.slice(i, i + ACKS_A_RECORD).join('\n')), true)
    }
    for (const id of held) {
      const entry = this.#entries.get(id)
      if (!entry) continue
      this.#drop(id, entry)
      this.stats.pending--
      if (entry.isOwn) this.stats.acked++
    }
    this.#sweep()
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  pending(): IterableIterator<string> {
    return this.#entries.keys()
  }

  read(id: string): { report: Buffer; amendments: Buffer[] } | null {
    const entry = this.#entries.get(id)
    if (!entry) return null
    try {
      return { report: readPlace(entry), amendments: entry.amendments.map(readPlace) }
    } catch (error) {
      this.#onFault('a spooled report could not be read back', error)
      return null
    }
  }

  async flush(): Promise<void> {
    while (this.#syncing) await this.#syncing
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = null
    })
    await this.#syncing
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#touchTimer)
    if (this.#syncTimer) clearTimeout(this.#syncTimer)
    await this.flush()
    for (const segment of this.#segments) closeSync(segment.fd)
    this.#lock.release()
  }

  #refuse(refused: Refused): Refused {
    this.stats.refused++
    return refused
  }

  /** Acks are let in above the limit: they are small, and they are what makes room. */
  #write(
    kind: 'report' | 'ack' | 'amendment',
    id: string,
    body: Uint8Array,
    isUrgent: boolean,
  ): Place | Refused {
    if (this.#isClosed) return { ok: false, code: 'closed' }
    const record = encodeRecord(kind, id, body)
    if (!isUrgent && this.stats.bytes + record.length + MAGIC.length > this.#limit) {
      this.#compact()
      if (this.stats.bytes + record.length + MAGIC.length > this.#limit) return { ok: false, code: 'full' }
    }
    try {
      const segment = this.#tail(record.length)
      const offset = segment.bytes
      appendTo(segment, record)
      this.stats.bytes += record.length
      this.#scheduleSync()
      return { segment, offset: offset + record.length - body.byteLength, bytes: body.byteLength }
    } catch (error) {
      this.#onFault('the spool could not be written', error)
      return { ok: false, code: 'io' }
    }
  }

  #tail(incoming: number): Segment {
    const last = this.#segments.at(-1)
    if (last && !last.isSealed) {
      if (last.bytes + incoming <= this.#segmentBytes || last.bytes === MAGIC.length) return last
    }
    return this.#open(this.#nextNumber++)
  }

  #open(number: number): Segment {
    const segment = createSegment(this.#dir, number)
    this.#segments.push(segment)
    this.stats.bytes += segment.bytes
    this.#isFolderDirty = true
    return segment
  }

  /** Deletes from the oldest on: an ack always stands in the segment of its report or in a later one. */
  #sweep(): void {
    while (this.#segments.length > 0) {
      const [oldest] = this.#segments
      if (!oldest || oldest.live > 0) return
      // The last one is kept while it is small, so that a quiet node does not create a file for every crash.
      if (this.#segments.length === 1 && !oldest.isSealed && oldest.bytes < this.#segmentBytes / 4) return
      this.#remove(oldest)
    }
  }

  #remove(segment: Segment): void {
    this.#segments = this.#segments.filter((other) => other !== segment)
    this.stats.bytes -= segment.bytes
    removeSegment(segment)
  }

  /** Room at the limit: when little of the oldest segment still lives, that little moves to the end. */
  #compact(): void {
    this.#sweep()
    const [oldest] = this.#segments
    if (!oldest || this.#segments.length < 2 || oldest.liveBytes > oldest.bytes / 4) return
    const living = [...this.#entries].filter(
      ([, entry]) => entry.segment === oldest || entry.amendments.some((place) => place.segment === oldest),
    )
    try {
      for (const [id, entry] of living) this.#move(id, entry)
      // What moved must be on disk before the only other copy goes.
      for (const segment of this.#segments) if (segment !== oldest && segment.isDirty) fsyncSync(segment.fd)
      this.#sweep()
    } catch (error) {
      this.#onFault('the spool could not be compacted', error)
    }
  }

  #move(id: string, entry: Entry): void {
    const old = [entry, ...entry.amendments]
    const copy = (kind: 'report' | 'amendment', place: Place): Place => {
      const body = readPlace(place)
      const written = this.#write(kind, id, body, true)
      if (!('segment' in written)) throw new Error(`the spool is ${written.code}`)
      hold(written)
      return written
    }
    const moved = copy('report', entry)
    const amendments = entry.amendments.map((place) => copy('amendment', place))
    for (const place of old) letGo(place)
    this.#entries.set(id, { ...moved, amendments, isOwn: entry.isOwn })
  }

  #scheduleSync(): void {
    if (this.#syncTimer || this.#isClosed) return
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = null
      this.flush().catch((error: unknown) => this.#onFault('the spool could not be synced', error))
    }, SYNC_WITHIN_MS)
    this.#syncTimer.unref()
  }

  async #sync(): Promise<void> {
    if (this.#isFolderDirty) {
      this.#isFolderDirty = false
      const error = await syncFolder(this.#dir)
      if (error) this.#syncFailed(error)
    }
    for (const segment of [...this.#segments]) {
      if (!segment.isDirty) continue
      segment.isDirty = false
      const error = await new Promise<Error | null>((done) => fdatasync(segment.fd, done))
      // A segment deleted meanwhile closed its descriptor; there is nothing left to sync.
      if (!error || !this.#segments.includes(segment)) continue
      segment.isDirty = true
      this.#syncFailed(error)
    }
  }

  #syncFailed(error: Error): void {
    this.stats.syncFailures++
    this.#onFault('the spool could not be synced', error)
  }

  #touch(): void {
    try {
      this.#lock.touch()
    } catch (error) {
      this.#onFault('the spool lock could not be touched', error)
    }
  }

  #recover(): void {
    const numbers = readdirSync(this.#dir)
      .map(segmentNumber)
      .filter((number) => number !== null)
      .sort((a, b) => a - b)
    for (const number of numbers) this.#recoverSegment(number)
    // What an earlier life tore is never written to again.
    this.#nextNumber = (numbers.at(-1) ?? 0) + 1
    this.stats.pending = this.#entries.size
    this.stats.recovered = this.#entries.size
    this.#sweep()
  }

  #recoverSegment(number: number): void {
    const bytes = readFileSync(segmentPath(this.#dir, number))
    const scan = scanSegment(bytes)
    this.stats.damaged += scan.damaged
    const segment = openSegment(this.#dir, number, bytes.length)
    this.#segments.push(segment)
    this.stats.bytes += bytes.length
    for (const record of scan.records) {
      const place: Place = { segment, offset: record.bodyOffset, bytes: record.bodyBytes }
      const entry = this.#entries.get(record.id)
      if (record.kind === 'ack') {
        this.#recoverAcks(bytes.toString('utf8', place.offset, place.offset + place.bytes))
      } else if (record.kind === 'amendment') {
        if (!entry) continue
        entry.amendments.push(place)
        hold(place)
      } else {
        // Twice where a compaction was cut short: the later copy stands, with the amendments known so far.
        if (entry) letGo(entry)
        this.#entries.set(record.id, { ...place, amendments: entry?.amendments ?? [], isOwn: false })
        hold(place)
      }
    }
  }

  #recoverAcks(ids: string): void {
    for (const id of ids.split('\n')) {
      const entry = this.#entries.get(id)
      if (entry) this.#drop(id, entry)
    }
  }

  #drop(id: string, entry: Entry): void {
    this.#entries.delete(id)
    letGo(entry)
    for (const place of entry.amendments) letGo(place)
  }
}
