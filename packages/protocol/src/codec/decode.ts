/** Frames in. The bytes are a stranger's: nothing here throws, and no count in them makes room before the bytes are seen. */
import type { FrameError } from '../handshake.ts'
import { LIMITS } from '../handshake.ts'
import type { Frame, WireRecord } from '../records.ts'
import { ByteReader } from './bytes.ts'
import { EDITION, type Edition } from './edition.ts'
import { LAYOUT_VERSION, MAGIC } from './encode.ts'
import { bodyLimit, RECORD_TYPES, readBody } from './record-bodies.ts'

/** A frame, and how many of its records were not taken. */
export interface DecodedFrame extends Frame {
  /** Of a type this code does not know: a newer agent's. */
  skipped: number
  refused: { 'record.malformed': number; 'record.too_large': number }
}

export type Decoded = { ok: true; frame: DecodedFrame } | { ok: false; code: FrameError; message: string }

/**
 * Reads one frame. A record that cannot be read is left out and counted; a frame whose own structure is broken is
 * refused whole. Crash reports, decisions and outcomes are JSON objects here and no more: their schemas are
 * `crashReport`, `decision` and `outcome` of `@orrery/protocol`.
 */
export function decodeFrame(bytes: unknown, edition: Edition = EDITION): Decoded {
  if (!(bytes instanceof Uint8Array)) return refuse('frame.malformed', 'a frame is binary')
  if (bytes.length > LIMITS.frameBytes)
    return refuse(
      'frame.too_large',
      `a frame has at most ${LIMITS.frameBytes} bytes, this one ${bytes.length}`,
    )
  if (bytes[0] !== MAGIC[0] || bytes[1] !== MAGIC[1])
    return refuse('frame.malformed', 'these bytes are no frame')
  if (bytes[2] !== LAYOUT_VERSION)
    return refuse('frame.version', `frames are read in layout ${LAYOUT_VERSION}, this one is ${bytes[2]}`)
  return readFrame(new ByteReader(bytes), edition)
}

function readFrame(from: ByteReader, edition: Edition): Decoded {
  from.position = 3
  const frame: DecodedFrame = {
    seq: from.uint(),
    atUs: from.uint(),
    wallMs: from.float(),
    drops: { samples: from.uint(), lifecycle: from.uint(), results: from.uint(), crashes: from.uint() },
    records: [],
    skipped: 0,
    refused: { 'record.malformed': 0, 'record.too_large': 0 },
  }
  const count = from.count(2)
  if (from.isBroken) return refuse('frame.malformed', 'the header ends early')
  if (frame.seq === 0) return refuse('frame.malformed', 'frames are numbered from 1')
  if (count > LIMITS.frameRecords)
    return refuse('frame.too_large', `a frame has at most ${LIMITS.frameRecords} records, this one ${count}`)
  for (let i = 0; i < count; i++)
    if (!readRecord(from, frame, edition)) return refuse('frame.malformed', `record ${i} ends early`)
  if (from.left > 0) return refuse('frame.malformed', `${from.left} bytes follow the last record`)
  return { ok: true, frame }
}

/** Reads one record into the frame, or counts why not; `false` when it does not end inside the frame. */
function readRecord(from: ByteReader, frame: DecodedFrame, edition: Edition): boolean {
  const frameEnd = from.end
  const byte = from.byte()
  const type: WireRecord['type'] | undefined = RECORD_TYPES[byte - 1] ?? undefined
  const length = from.uint()
  if (from.isBroken || length > from.left) return false
  from.end = from.position + length
  const recordEnd = from.end
  if (length > (type === undefined ? LIMITS.recordBytes : bodyLimit(type)))
    frame.refused['record.too_large']++
  else if (type === undefined) {
    const further = edition.further.find((known) => known.byte === byte)
    further?.read(from)
    if (further === undefined) frame.skipped++
    else if (from.isBroken) frame.refused['record.malformed']++
  } else {
    const record = readBody(from, type)
    if (from.isBroken) frame.refused['record.malformed']++
    else frame.records.push(record)
  }
  // A body may be longer than what is known of it: a newer agent's further fields.
  from.isBroken = false
  from.position = recordEnd
  from.end = frameEnd
  return true
}

function refuse(code: FrameError, message: string): Decoded {
  return { ok: false, code, message }
}
