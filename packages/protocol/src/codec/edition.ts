/** What one build speaks: its versions, and the record types that came after the first one. Rules WIRE-80 to WIRE-84. */
import { PROTOCOL } from '../handshake.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'

/** A record type that not every version has. */
export interface FurtherType {
  /** Its first byte, beyond those of `RECORD_TYPES`. */
  readonly byte: number
  /** Written only where both sides agreed on this version or a later one. */
  readonly since: number
  /** Writes a body; called once a second. */
  write(to: ByteWriter): void
  /** Reads a body; the record is counted `record.malformed` where the reader is broken afterwards. */
  read(from: ByteReader): void
}

export interface Edition {
  /** Versions it speaks, both ends inclusive. */
  readonly range: { readonly min: number; readonly max: number }
  readonly further: readonly FurtherType[]
}

/** This build's. Version 1 is the first: nothing came after it. */
export const EDITION: Edition = { range: PROTOCOL, further: [] }

/** The highest version both ranges have, `null` for none. */
export function agreedVersion(ours: Edition['range'], theirs: Edition['range']): number | null {
  const highest = Math.min(ours.max, theirs.max)
  return highest >= ours.min && highest >= theirs.min ? highest : null
}
