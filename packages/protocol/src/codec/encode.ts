/** Frames out: records are packed as they come, and the header goes before them when the frame is finished. */
import { LIMITS } from '../handshake.ts'
import type { Frame, WireRecord } from '../records.ts'
import { ByteWriter } from './bytes.ts'
import type { FurtherType } from './edition.ts'
import { bodyLimit, RECORD_TYPES, type Written, writeBody } from './record-bodies.ts'

/** First bytes of every frame: "OR" and the version of the layout. */
export const MAGIC = [0x4f, 0x52] as const
export const LAYOUT_VERSION = 1

/** Magic, version, seven varints of at most 8 bytes, a float and the record count. */
const HEADER_BYTES = 80

/**
 * - `ok`: the record is in the frame.
 * - `full`: it is not, and fits a next frame; finish this one, append it again.
 * - `too_large`: it fits no frame.
 * - `unencodable`: it holds what cannot be put into bytes, like a cycle in a command's result.
 */
export type Appended = Written | 'full'

export type FrameHeader = Omit<Frame, 'records'>

/**
 * Packs records into one frame until it is full. Holds one buffer for all its life and is used again after `finish`.
 *
 * ```ts
 * const writer = new FrameWriter()
 * writer.append({ type: 'process.initialised', atUs: 12, ref: 7 }) // 'ok'
 * const bytes = writer.finish({ seq: 1, atUs: 20, wallMs: Date.now(), drops })
 * ```
 */
export class FrameWriter {
  /** Records appended since the last `finish`. */
  count = 0
  private readonly writer: ByteWriter
  private readonly header = new ByteWriter(HEADER_BYTES)

  /** @param maxBytes the size at which a frame is full; a record that needs more has no place in any of them. */
  constructor(maxBytes: number = LIMITS.frameBytes) {
    this.writer = new ByteWriter(Math.min(maxBytes, LIMITS.frameBytes) - HEADER_BYTES)
  }

  /** Bytes of the records appended since the last `finish`. */
  get sizeBytes(): number {
    return this.writer.position
  }

  append(record: WireRecord): Appended {
    const start = this.begin(record.type)
    if (start < 0) return 'full'
    const written = writeBody(this.writer, record)
    if (written === 'ok') return this.end(start, bodyLimit(record.type))
    this.writer.position = start
    return written
  }

  /** A crash report that is already JSON in UTF-8, as a spool keeps it. */
  appendCrashJson(json: Uint8Array): Appended {
    const start = this.begin('crash')
    if (start < 0) return 'full'
    this.writer.raw(json)
    return this.end(start, LIMITS.crashReportBytes)
  }

  /** A record of a type that both sides agreed on. */
  appendFurther(further: FurtherType): Appended {
    const start = this.beginByte(further.byte)
    if (start < 0) return 'full'
    further.write(this.writer)
    return this.end(start, LIMITS.recordBytes)
  }

  /** The frame's bytes, the caller's to keep; the writer is empty again. */
  finish(header: FrameHeader): Uint8Array {
    const head = this.header
    head.position = 0
    head.byte(MAGIC[0])
    head.byte(MAGIC[1])
    head.byte(LAYOUT_VERSION)
    head.uint(header.seq)
    head.uint(header.atUs)
    head.float(header.wallMs)
    head.uint(header.drops.samples)
    head.uint(header.drops.lifecycle)
    head.uint(header.drops.results)
    head.uint(header.drops.crashes)
    head.uint(this.count)
    const frame = new Uint8Array(head.position + this.writer.position)
    frame.set(head.bytes.subarray(0, head.position))
    frame.set(this.writer.bytes.subarray(0, this.writer.position), head.position)
    this.clear()
    return frame
  }

  /** Forgets what was appended since the last `finish`. */
  clear(): void {
    this.writer.position = 0
    this.count = 0
  }

  /** Where the record begins, or -1 when the frame holds as many as it may. */
  private begin(type: WireRecord['type']): number {
    return this.beginByte(RECORD_TYPES.indexOf(type) + 1)
  }

  private beginByte(type: number): number {
    const start = this.writer.position
    if (this.count >= LIMITS.frameRecords) return -1
    this.writer.byte(type)
    // The length goes before the body: one byte is kept for it, and widened when the body turned out longer.
    this.writer.position = start + 2
    return start
  }

  private end(start: number, limit: number): Appended {
    const { writer } = this
    const bodyStart = start + 2
    const length = writer.position - bodyStart
    const size = 1 + lengthBytes(length) + length
    if (length > limit || start + size > writer.bytes.length) {
      writer.position = start
      return length > limit || start === 0 ? 'too_large' : 'full'
    }
    if (length > 0x7f) writer.bytes.copyWithin(start + size - length, bodyStart, bodyStart + length)
    writer.position = start + 1
    writer.uint(length)
    writer.position = start + size
    this.count++
    return 'ok'
  }
}

let shared: FrameWriter | undefined

/**
 * The bytes of one frame, for tests and for senders that do not batch.
 *
 * @throws {RangeError} when the records do not fit one frame or cannot be put into bytes.
 */
export function encodeFrame(frame: Frame): Uint8Array {
  shared ??= new FrameWriter()
  shared.clear()
  for (const record of frame.records) {
    const appended = shared.append(record)
    if (appended !== 'ok') {
      shared.clear()
      throw new RangeError(`a ${record.type} record does not go into the frame: ${appended}`)
    }
  }
  return shared.finish(frame)
}

function lengthBytes(length: number): number {
  if (length < 0x80) return 1
  return length < 0x4000 ? 2 : 3
}
