/**
 * The bytes of a spool segment: a magic, then records, each `length u32 | crc32 u32 | kind u8 | id length u8 | id | body`.
 * `length` counts from `kind` on and so does the checksum. Pure: no file is opened here.
 */
import { crc32 } from 'node:zlib'

export const MAGIC = Buffer.from('ORRSPL01', 'latin1')
export const HEADER_BYTES = 8
/** A length above this is garbage, not a record. */
export const MAX_RECORD_BYTES = 2_097_152

export const KINDS = { report: 1, ack: 2, amendment: 3 } as const
export type RecordKind = keyof typeof KINDS

export interface SegmentRecord {
  kind: RecordKind
  /** The crash id. */
  id: string
  /** Where the body begins in the segment. */
  bodyOffset: number
  bodyBytes: number
  /** The whole record with its header. */
  sizeBytes: number
}

export interface SegmentScan {
  records: SegmentRecord[]
  /** Everything before this was readable, or skipped as one whole damaged record. */
  validBytes: number
  /** Records whose checksum failed, with a readable one after them. */
  damaged: number
  isTorn: boolean
}

/** Frames one record. */
export function encodeRecord(kind: RecordKind, id: string, body: Uint8Array): Buffer {
  const idBytes = Buffer.byteLength(id, 'utf8')
  if (idBytes > 255) throw new RangeError('a spool id has at most 255 bytes')
  const length = 2 + idBytes + body.byteLength
  const out = Buffer.allocUnsafe(HEADER_BYTES + length)
  out.writeUInt32LE(length, 0)
  out[8] = KINDS[kind]
  out[9] = idBytes
  out.write(id, 10, 'utf8')
  out.set(body, 10 + idBytes)
  out.writeUInt32LE(crc32(out.subarray(HEADER_BYTES)), 4)
  return out
}

/**
 * Reads a segment as far as it can be trusted. A write cut by a kill leaves a torn tail, which ends the scan; a damaged
 * record in the middle is stepped over when a sound record follows it.
 */
export function scanSegment(bytes: Buffer): SegmentScan {
  const scan: SegmentScan = { records: [], validBytes: 0, damaged: 0, isTorn: false }
  if (bytes.length < MAGIC.length || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    scan.isTorn = bytes.length > 0
    return scan
  }
  let offset = MAGIC.length
  while (offset < bytes.length) {
    const length = frameLength(bytes, offset)
    if (length === null) break
    const record = readRecord(bytes, offset, length)
    if (record) scan.records.push(record)
    else {
      const next = offset + HEADER_BYTES + length
      const nextLength = frameLength(bytes, next)
      if (nextLength === null || !readRecord(bytes, next, nextLength)) break
      scan.damaged++
    }
    offset += HEADER_BYTES + length
  }
  scan.validBytes = offset
  scan.isTorn = offset < bytes.length
  return scan
}

/** The length a frame announces, or `null` where no whole frame fits. */
function frameLength(bytes: Buffer, offset: number): number | null {
  if (offset + HEADER_BYTES > bytes.length) return null
  const length = bytes.readUInt32LE(offset)
  if (length < 2 || length > MAX_RECORD_BYTES || offset + HEADER_BYTES + length > bytes.length) return null
  return length
}

function readRecord(bytes: Buffer, offset: number, length: number): SegmentRecord | null {
  const start = offset + HEADER_BYTES
  if (crc32(bytes.subarray(start, start + length)) !== bytes.readUInt32LE(offset + 4)) return null
  const kind = kindOf(bytes[start])
  const idBytes = bytes[start + 1] ?? 0
  if (kind === null || 2 + idBytes > length) return null
  return {
    kind,
    id: bytes.toString('utf8', start + 2, start + 2 + idBytes),
    bodyOffset: start + 2 + idBytes,
    bodyBytes: length - 2 - idBytes,
    sizeBytes: HEADER_BYTES + length,
  }
}

function kindOf(byte: number | undefined): RecordKind | null {
  switch (byte) {
    case KINDS.report:
      return 'report'
    case KINDS.ack:
      return 'ack'
    case KINDS.amendment:
      return 'amendment'
    default:
      return null
  }
}
