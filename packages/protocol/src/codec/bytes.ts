/**
 * The codec's alphabet: unsigned varints (LEB128), float64 little-endian, UTF-8 strings, delta-coded refs.
 *
 * Neither side throws. A writer that runs out of room, and a reader that meets what it cannot read, goes on harmlessly
 * and says so at the end (`isOverflown`, `isBroken`), so that the caller checks once for each record.
 */
import { LIMITS } from '../handshake.ts'

/** Refs stay below this, so that a zigzag-coded difference of two is still an exact number. */
export const MAX_REF = 2 ** 51

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const float = new DataView(new ArrayBuffer(8))
const floatBytes = new Uint8Array(float.buffer)
const textRoom = new Uint8Array(LIMITS.textBytes)

export class ByteWriter {
  readonly bytes: Uint8Array
  position = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity)
  }

  /** Whether more was written than there is room for; what lies past the end was not kept. */
  get isOverflown(): boolean {
    return this.position > this.bytes.length
  }

  byte(value: number): void {
    this.bytes[this.position++] = value
  }

  /** A whole number from 0 to 2^53 - 1; anything else is written as the nearest of those. */
  uint(value: number): void {
    let rest = value
    if (!(rest >= 0 && rest <= Number.MAX_SAFE_INTEGER && Number.isInteger(rest))) rest = nearestUint(rest)
    while (rest > 0x7fff_ffff) {
      this.bytes[this.position++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 0x7f) {
      this.bytes[this.position++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.position++] = rest
  }

  /** A finite number; anything else is written as 0. */
  float(value: number): void {
    float.setFloat64(0, Number.isFinite(value) ? value : 0, true)
    for (let i = 0; i < 8; i++) this.bytes[this.position++] = floatBytes[i] as number
  }

  flag(value: boolean): void {
    this.bytes[this.position++] = value ? 1 : 0
  }

  /** One of a fixed list, by its place in it. */
  choice<T>(list: readonly T[], value: T): void {
    this.bytes[this.position++] = Math.max(0, list.indexOf(value))
  }

  /** At most `LIMITS.textBytes` of UTF-8, cut between code points; lone surrogates become U+FFFD. */
  text(value: string): void {
    const { bytes } = this
    const length = value.length
    if (length < 128) {
      let at = this.position + 1
      let i = 0
      for (; i < length; i++) {
        const code = value.charCodeAt(i)
        if (code > 0x7f) break
        bytes[at++] = code
      }
      if (i === length) {
        bytes[this.position] = length
        this.position = at
        return
      }
    }
    this.longText(value)
  }

  private longText(value: string): void {
    const { written } = encoder.encodeInto(value.slice(0, LIMITS.textBytes), textRoom)
    this.uint(written)
    this.raw(textRoom.subarray(0, written))
  }

  /** The rest of a body as JSON text; returns its bytes, or as many as there was room for. */
  json(text: string): number {
    const { read, written } = encoder.encodeInto(text, this.bytes.subarray(this.position))
    this.position = read < text.length ? this.bytes.length + 1 : this.position + written
    return written
  }

  raw(bytes: Uint8Array): void {
    if (this.position + bytes.length <= this.bytes.length) this.bytes.set(bytes, this.position)
    this.position += bytes.length
  }

  refs(refs: readonly number[]): void {
    let last = 0
    for (let i = 0; i < refs.length; i++) {
      const ref = Math.min(nearestUint(refs[i] as number), MAX_REF)
      const difference = ref - last
      this.uint(difference >= 0 ? difference * 2 : -difference * 2 - 1)
      last = ref
    }
  }

  uints(values: readonly number[]): void {
    for (let i = 0; i < values.length; i++) this.uint(values[i] as number)
  }
}

export class ByteReader {
  readonly bytes: Uint8Array
  private readonly view: DataView
  position = 0
  /** No read goes past it: the frame's end, or that of the record being read. */
  end: number
  isBroken = false

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.end = bytes.length
  }

  get left(): number {
    return this.end - this.position
  }

  byte(): number {
    if (this.position >= this.end) return this.broken()
    return this.bytes[this.position++] as number
  }

  uint(): number {
    const first = this.byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    let scale = 128
    for (;;) {
      const next = this.byte()
      value += (next & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER) return this.broken()
      if (next < 0x80) return value
      scale *= 128
      if (scale > Number.MAX_SAFE_INTEGER) return this.broken()
    }
  }

  /** A ref; no number above `MAX_REF` is one. */
  ref(): number {
    const ref = this.uint()
    return ref > MAX_REF ? this.broken() : ref
  }

  float(): number {
    if (this.left < 8) return this.broken()
    const value = this.view.getFloat64(this.position, true)
    this.position += 8
    return Number.isFinite(value) ? value : this.broken()
  }

  flag(): boolean {
    const value = this.byte()
    if (value > 1) this.broken()
    return value === 1
  }

  choice<T>(list: readonly T[]): T {
    const value = list[this.byte()]
    if (value === undefined) this.broken()
    return (value ?? list[0]) as T
  }

  /** At most `LIMITS.textBytes`; what is not UTF-8 is read as U+FFFD. */
  text(): string {
    const length = this.uint()
    if (length > LIMITS.textBytes || length > this.left) {
      this.broken()
      return ''
    }
    const start = this.position
    this.position += length
    return length <= 24 ? this.shortText(start, length) : this.decode(start, this.position)
  }

  /** The rest of the record as JSON; `undefined` and broken when it is not JSON. */
  json(): unknown {
    const text = this.decode(this.position, this.end)
    this.position = this.end
    try {
      return JSON.parse(text)
    } catch {
      this.broken()
      return undefined
    }
  }

  /** A count of entries that take at least `bytesEach`, so that no count makes room for more than the bytes behind it. */
  count(bytesEach: number): number {
    const count = this.uint()
    return count * bytesEach > this.left ? this.broken() : count
  }

  refs(count: number): number[] {
    const refs: number[] = []
    let last = 0
    for (let i = 0; i < count && !this.isBroken; i++) {
      const coded = this.uint()
      last += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2
      if (last < 0 || last > MAX_REF) this.broken()
      refs.push(last)
    }
    return refs
  }

  uints(count: number): number[] {
    const values: number[] = []
    for (let i = 0; i < count && !this.isBroken; i++) values.push(this.uint())
    return values
  }

  broken(): 0 {
    this.isBroken = true
    this.position = this.end
    return 0
  }

  /** Calling a decoder costs more than reading a few bytes one by one. */
  private shortText(start: number, length: number): string {
    const { bytes } = this
    let text = ''
    for (let i = start; i < start + length; i++) {
      const code = bytes[i] as number
      if (code > 0x7f) return this.decode(start, start + length)
      text += String.fromCharCode(code)
    }
    return text
  }

  private decode(start: number, end: number): string {
    return decoder.decode(this.bytes.subarray(start, end))
  }
}

function nearestUint(value: number): number {
  if (!(value > 0)) return 0
  return value >= Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Math.round(value)
}
