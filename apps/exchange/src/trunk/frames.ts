/** Frames on the wire: length, checksum, then JSON. Pure. */
import type { Signal } from '../messages.ts'

export interface Frame {
  readonly seq: number
  readonly channel: number
  readonly signal: Signal
}

const HEADER = 6
const LONGEST = 4_096

export function encodeFrame(frame: Frame): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(frame))
  const bytes = new Uint8Array(HEADER + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, body.length)
  view.setUint32(2, checksum(body))
  bytes.set(body, HEADER)
  return bytes
}

/** Whole frames, what was damaged (counted), and the bytes of one that is not whole yet. */
export function decodeFrames(bytes: Uint8Array): { frames: Frame[]; damaged: number; rest: Uint8Array } {
  const frames: Frame[] = []
  let damaged = 0
  let at = 0
  while (bytes.length - at >= HEADER) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at)
    const length = view.getUint16(0)
    // A damaged length has lost the beginning of the next frame: all that is here is noise.
    if (length === 0 || length > LONGEST) return { frames, damaged: damaged + 1, rest: new Uint8Array(0) }
    if (bytes.length - at < HEADER + length) break
    const body = bytes.subarray(at + HEADER, at + HEADER + length)
    if (checksum(body) === view.getUint32(2)) frames.push(JSON.parse(new TextDecoder().decode(body)) as Frame)
    else damaged += 1
    at += HEADER + length
  }
  return { frames, damaged, rest: bytes.slice(at) }
}

/** FNV-1a. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
