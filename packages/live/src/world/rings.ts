/**
 * The last minute of each process that did anything in it, one point a second. An idle process has no ring: its minute
 * is all zeros, and costs nothing.
 */
import { GAP, pack, unpack } from './minifloat.ts'

export const RING_SECONDS = 60

export const SERIES = { received: 0, handled: 1, mailbox: 2 } as const
export type SeriesIndex = (typeof SERIES)[keyof typeof SERIES]

const STRIDE = RING_SECONDS * 3
const CHUNK = 1_024

/** Rings in chunks, so that growing copies nothing. Seconds are absolute; all rings of a node stand at one second. */
export class Rings {
  readonly #chunks: Uint16Array<ArrayBuffer>[] = []
  readonly #free: number[] = []
  /** Slot by ring, -1 where the ring is free. Iterate to `length`. */
  readonly owner: number[] = []
  /** Seconds since something happened in it. */
  readonly idleS: number[] = []
  #used = 0

  get used(): number {
    return this.#used
  }

  get length(): number {
    return this.owner.length
  }

  take(slot: number): number {
    const ring = this.#free.pop() ?? this.owner.length
    if (ring >= this.#chunks.length * CHUNK) this.#chunks.push(new Uint16Array(CHUNK * STRIDE))
    this.owner[ring] = slot
    this.idleS[ring] = 0
    const from = (ring % CHUNK) * STRIDE
    this.#chunk(ring).fill(0, from, from + STRIDE)
    this.#used++
    return ring
  }

  release(ring: number): void {
    this.owner[ring] = -1
    this.#free.push(ring)
    this.#used--
  }

  write(ring: number, second: number, received: number, handled: number, mailbox: number): void {
    const chunk = this.#chunk(ring)
    const at = (ring % CHUNK) * STRIDE + (second % RING_SECONDS)
    chunk[at] = pack(received)
    chunk[at + RING_SECONDS] = pack(handled)
    chunk[at + 2 * RING_SECONDS] = pack(mailbox)
  }

  writeGap(ring: number, second: number): void {
    const chunk = this.#chunk(ring)
    const at = (ring % CHUNK) * STRIDE + (second % RING_SECONDS)
    chunk[at] = GAP
    chunk[at + RING_SECONDS] = GAP
    chunk[at + 2 * RING_SECONDS] = GAP
  }

  /** The last `length` points up to and with `second`, oldest first. */
  read(ring: number, series: SeriesIndex, second: number, length: number): (number | null)[] {
    const chunk = this.#chunk(ring)
    const from = (ring % CHUNK) * STRIDE + series * RING_SECONDS
    const points = new Array<number | null>(length)
    for (let i = 0; i < length; i++) {
      const at = (second - length + 1 + i) % RING_SECONDS
      points[i] = unpack(chunk[from + (at < 0 ? at + RING_SECONDS : at)] ?? GAP)
    }
    return points
  }

  at(ring: number, series: SeriesIndex, second: number): number | null {
    const at = (second % RING_SECONDS) + (ring % CHUNK) * STRIDE + series * RING_SECONDS
    return unpack(this.#chunk(ring)[at] ?? GAP)
  }

  #chunk(ring: number): Uint16Array<ArrayBuffer> {
    const chunk = this.#chunks[Math.floor(ring / CHUNK)]
    if (chunk === undefined) throw new RangeError(`no ring ${ring}`)
    return chunk
  }
}
