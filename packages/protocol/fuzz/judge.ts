/**
 * What SPEC.md says of some bytes: refused whole and with which code, or taken, and what becomes of each record. Shares
 * nothing with the codec but the specification; slow and plain on purpose. Schemas of JSON bodies are the specification's own.
 */
import { crashReport, decision, outcome } from '../src/crash-report-schema.ts'
import { LAYOUT_OF, type RecordLayout } from './layout.ts'

export type Verdict =
  | { isTaken: false; code: 'frame.malformed' | 'frame.version' | 'frame.too_large' }
  | {
      isTaken: true
      seq: number
      /** Types of the records that are taken, in their order. */
      kept: string[]
      /** Records of a type that is not known (WIRE-21). */
      skipped: number
      malformed: number
      tooLarge: number
      /** Refs that records and samples speak of, and those that a `process.started` gave. */
      spokenOf: number[]
      /** Refs of children that ended: one that took its slot with it is known no longer, and nothing is wrong with that. */
      decidedOf: number[]
      started: number[]
      /** Ids of the reports that are taken, and of those that never will be (WIRE-45). */
      reports: string[]
      unreadable: string[]
    }

const FRAME = 1_048_576
const RECORDS = 65_536
const BODY = 524_288
const TEXT = 1_024
const MAX_REF = 2 ** 51

/** Reads one frame as the rules WIRE-20 to WIRE-30 and WIRE-40 to WIRE-45 have it. */
export function judge(bytes: unknown): Verdict {
  if (!(bytes instanceof Uint8Array)) return { isTaken: false, code: 'frame.malformed' }
  if (bytes.length > FRAME) return { isTaken: false, code: 'frame.too_large' }
  if (bytes[0] !== 0x4f || bytes[1] !== 0x52) return { isTaken: false, code: 'frame.malformed' }
  if (bytes[2] !== 1) return { isTaken: false, code: 'frame.version' }
  try {
    return frameOf(new Cursor(bytes, 3, bytes.length))
  } catch (error) {
    if (error instanceof Broken) return { isTaken: false, code: error.code }
    throw error
  }
}

type Taken = Extract<Verdict, { isTaken: true }>

function frameOf(from: Cursor): Verdict {
  const seq = from.varint()
  from.varint()
  from.float()
  for (let i = 0; i < 4; i++) from.varint()
  const count = from.varint()
  // WIRE-30: a record has a type and a length at least.
  if (seq === 0 || count * 2 > from.left) throw new Broken()
  if (count > RECORDS) throw new Broken('frame.too_large')
  const verdict: Taken = {
    isTaken: true,
    seq,
    kept: [],
    skipped: 0,
    malformed: 0,
    tooLarge: 0,
    spokenOf: [],
    decidedOf: [],
    started: [],
    reports: [],
    unreadable: [],
  }
  for (let i = 0; i < count; i++) {
    const byte = from.byte()
    const length = from.varint()
    recordOf(byte, from.part(length), verdict)
  }
  if (from.left > 0) throw new Broken()
  return verdict
}

function recordOf(byte: number, body: Cursor, verdict: Taken): void {
  const layout = LAYOUT_OF.get(byte)
  if (body.left > (layout?.maxBytes ?? BODY)) verdict.tooLarge++
  else if (layout === undefined) verdict.skipped++
  else if (holds(layout, body, verdict)) verdict.kept.push(layout.type)
  else verdict.malformed++
}

function holds(layout: RecordLayout, body: Cursor, verdict: Taken): boolean {
  if (layout.body === 'json') return holdsJson(layout.type, body, verdict)
  const refs: number[] = []
  const started: number[] = []
  try {
    readBody(layout, body, refs, started)
  } catch (error) {
    if (error instanceof Broken) return false
    throw error
  }
  verdict[layout.type === 'supervisor.decided' ? 'decidedOf' : 'spokenOf'].push(...refs)
  verdict.started.push(...started)
  return true
}

function readBody(layout: RecordLayout, body: Cursor, refs: number[], started: number[]): void {
  for (const field of layout.body === 'json' ? [] : layout.body) {
    switch (field.kind) {
      case 'varint':
        body.varint()
        break
      case 'ref': {
        const ref = body.ref()
        if (field.name === 'ref') refs.push(ref)
        break
      }
      case 'ownRef': {
        const ref = body.ref()
        if (ref === 0) throw new Broken()
        started.push(ref)
        break
      }
      case 'float':
        body.float()
        break
      case 'flag':
        if (body.byte() > 1) throw new Broken()
        break
      case 'text':
        body.text()
        break
      case 'choice': {
        const place = body.byte()
        if (place >= field.of.length) throw new Broken()
        if (place > 0) for (const _ of field.unlessFirst ?? []) body.varint()
        break
      }
      case 'bits': {
        const bits = body.byte()
        for (const [bit] of field.texts) if (bits & bit) body.text()
        break
      }
      case 'list': {
        const count = body.varint()
        if (count * field.each.length > body.left || count > (field.most ?? count)) throw new Broken()
        if (field.as === 'rows') {
          for (let i = 0; i < count; i++)
            for (const each of field.each) each.kind === 'text' ? body.text() : body.varint()
          break
        }
        for (const each of field.each) {
          let last = 0
          for (let i = 0; i < count; i++) {
            const coded = body.varint()
            if (each.kind !== 'refs') continue
            last += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2
            if (last < 0 || last > MAX_REF) throw new Broken()
            if (layout.type === 'process.samples') refs.push(last)
          }
        }
        break
      }
      default:
        field satisfies never
    }
  }
}

function holdsJson(type: string, body: Cursor, verdict: Taken): boolean {
  const value = body.json()
  if (!isObject(value)) return false
  switch (type) {
    case 'crash': {
      const isReport = crashReport.safeParse(value).success
      if (isReport) verdict.reports.push(value.id as string)
      else if (typeof value.id === 'string' && value.id.length <= 64) verdict.unreadable.push(value.id)
      return isReport
    }
    case 'crash.amended':
      return (
        typeof value.crashId === 'string' &&
        value.crashId.length >= 1 &&
        value.crashId.length <= 64 &&
        (value.decision === undefined || decision.safeParse(value.decision).success) &&
        (value.outcome === undefined || outcome.safeParse(value.outcome).success)
      )
    default: {
      const { id, result } = value
      if (typeof id !== 'string' || !isObject(result)) return false
      if (result.ok === true) return true
      return result.ok === false && typeof result.code === 'string' && typeof result.message === 'string'
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

class Broken extends Error {
  readonly code: 'frame.malformed' | 'frame.too_large'
  constructor(code: 'frame.malformed' | 'frame.too_large' = 'frame.malformed') {
    super(code)
    this.code = code
  }
}

/** Reads the alphabet of WIRE-20 and throws `Broken` where it ends. */
class Cursor {
  readonly #bytes: Uint8Array
  #at: number
  readonly #end: number

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  get left(): number {
    return this.#end - this.#at
  }

  byte(): number {
    if (this.left < 1) throw new Broken()
    return this.#bytes[this.#at++] as number
  }

  varint(): number {
    let value = 0n
    for (let place = 0n; place < 8n; place++) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << (7n * place)
      if (byte < 0x80) {
        if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Broken()
        return Number(value)
      }
    }
    throw new Broken()
  }

  ref(): number {
    const ref = this.varint()
    if (ref > MAX_REF) throw new Broken()
    return ref
  }

  float(): void {
    if (this.left < 8) throw new Broken()
    const value = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8).readDoubleLE()
    if (!Number.isFinite(value)) throw new Broken()
    this.#at += 8
  }

  text(): void {
    const length = this.varint()
    if (length > TEXT || length > this.left) throw new Broken()
    this.#at += length
  }

  json(): unknown {
    const text = Buffer.from(this.#bytes.subarray(this.#at, this.#end)).toString('utf8')
    this.#at = this.#end
    try {
      return JSON.parse(text)
    } catch {
      // What is no JSON is no body.
      return undefined
    }
  }

  part(length: number): Cursor {
    if (length > this.left) throw new Broken()
    const part = new Cursor(this.#bytes, this.#at, this.#at + length)
    this.#at += length
    return part
  }
}
