/** Segments on disk: made, written whole or not at all, read in places, and how much in them still lives. */
import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { MAGIC } from './segment.ts'

export interface Segment {
  readonly number: number
  readonly path: string
  readonly fd: number
  bytes: number
  /** Unacknowledged records in it, and their size. */
  live: number
  liveBytes: number
  isDirty: boolean
  /** Its tail may be torn: nothing may follow. */
  isSealed: boolean
}

/** Where a body stands. */
export interface Place {
  segment: Segment
  offset: number
  bytes: number
}

export function segmentPath(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(10, '0')}.seg`)
}

/** The number in a segment's file name, or `null` for another file. */
export function segmentNumber(name: string): number | null {
  const digits = /^(\d{10})\.seg$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** An empty segment, or an exception and no file. */
export function createSegment(dir: string, number: number): Segment {
  const path = segmentPath(dir, number)
  const segment = newSegment(number, path, openSync(path, 'wx+', 0o600))
  try {
    appendTo(segment, MAGIC)
    return segment
  } catch (error) {
    closeSync(segment.fd)
    rmSync(path, { force: true })
    throw error
  }
}

/** A segment of an earlier life: its tail may be torn, so it is read and never written again. */
export function openSegment(dir: string, number: number, bytes: number): Segment {
  const path = segmentPath(dir, number)
  const segment = newSegment(number, path, openSync(path, 'r+'))
  return Object.assign(segment, { bytes, isSealed: true, isDirty: false })
}

/** Whole or not at all: a write that fails half-way is cut off again, or its segment is written no further. */
export function appendTo(segment: Segment, bytes: Buffer): void {
  let written = 0
  try {
    while (written < bytes.length) {
      written += writeSync(segment.fd, bytes, written, bytes.length - written, segment.bytes + written)
    }
  } catch (error) {
    try {
      ftruncateSync(segment.fd, segment.bytes)
    } catch {
      segment.isSealed = true
    }
    throw error
  }
  segment.bytes += bytes.length
  segment.isDirty = true
}

/** A new file's name must survive power loss too. */
export async function syncFolder(dir: string): Promise<Error | null> {
  try {
    const folder = await open(dir, 'r')
    await folder.sync().finally(() => folder.close())
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

export function removeSegment(segment: Segment): void {
  closeSync(segment.fd)
  rmSync(segment.path, { force: true })
}

export function readPlace(place: Place): Buffer {
  const out = Buffer.allocUnsafe(place.bytes)
  let read = 0
  while (read < place.bytes) {
    const got = readSync(place.segment.fd, out, read, place.bytes - read, place.offset + read)
    if (got === 0) throw new Error('the segment ends before the record')
    read += got
  }
  return out
}

export function hold(place: Place): void {
  place.segment.live++
  place.segment.liveBytes += place.bytes
}

export function letGo(place: Place): void {
  place.segment.live--
  place.segment.liveBytes -= place.bytes
}

function newSegment(number: number, path: string, fd: number): Segment {
  return { number, path, fd, bytes: 0, live: 0, liveBytes: 0, isDirty: true, isSealed: false }
}
