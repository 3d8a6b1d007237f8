/**
 * All timers of a node over one real timer. Timers of the same duration stand in one list, which is in order of
 * deadline by itself, so setting and cancelling one (every call has a timeout) is a few pointer writes.
 */
import type { Clock, TimerSource } from './clock.ts'

/** Longest sleep of the real timer, so that a process with nothing left to do is not kept alive for long. */
const LONGEST_SLEEP_MS = 1_000

export abstract class Timer {
  /** Whole milliseconds since the node's start. */
  deadlineMs = 0
  list: TimerList | null = null
  before: Timer | null = null
  after: Timer | null = null
  abstract fire(): void
}

class TimerList {
  readonly ms: number
  /** When to look at the list again: its first deadline, or earlier. */
  dueMs = 0
  first: Timer | null = null
  last: Timer | null = null
  isQueued = false

  constructor(ms: number) {
    this.ms = ms
  }
}

export class Timers {
  private readonly clock: Clock
  private readonly source: TimerSource
  private readonly lists = new Map<number, TimerList>()
  /** Binary heap of lists by `dueMs`. */
  private readonly heap: TimerList[] = []
  private latest: TimerList = new TimerList(-1)
  private handle: unknown = null
  private armedMs = Number.POSITIVE_INFINITY
  private active = 0
  /** How fast time passes for timers that are set from now on: 2 is twice as fast. Each keeps the rate it was set with. */
  rate = 1

  constructor(clock: Clock, source: TimerSource) {
    this.clock = clock
    this.source = source
  }

  /** Number of timers that have neither fired nor been cancelled. */
  get size(): number {
    return this.active
  }

  /** Sets a timer; `nowUs` is the caller's idea of now. */
  add(timer: Timer, asked: number, nowUs: number): void {
    // A list holds one duration of real time, so that its order stays that of its deadlines.
    const ms = this.rate === 1 ? asked : asked / this.rate
    const list = this.latest.ms === ms ? this.latest : this.listOf(ms)
    timer.deadlineMs = Math.ceil(nowUs / 1_000 + ms)
    timer.list = list
    timer.before = list.last
    if (list.last === null) list.first = timer
    else list.last.after = timer
    list.last = timer
    this.active += 1
    if (!list.isQueued) this.enqueue(list, timer.deadlineMs)
  }

  /** Cancels a timer; harmless when it has fired. */
  remove(timer: Timer): void {
    const list = timer.list
    if (list === null) return
    if (timer.before === null) list.first = timer.after
    else timer.before.after = timer.after
    if (timer.after === null) list.last = timer.before
    else timer.after.before = timer.before
    timer.list = null
    timer.before = null
    timer.after = null
    this.active -= 1
  }

  /** Forgets every timer. */
  clear(): void {
    for (const list of this.heap) {
      while (list.first !== null) this.remove(list.first)
      list.isQueued = false
    }
    this.drop()
    this.disarm()
  }

  private listOf(ms: number): TimerList {
    let list = this.lists.get(ms)
    if (list === undefined) {
      list = new TimerList(ms)
      this.lists.set(ms, list)
    }
    this.latest = list
    return list
  }

  private enqueue(list: TimerList, dueMs: number): void {
    list.dueMs = dueMs
    list.isQueued = true
    this.heap.push(list)
    this.siftUp(this.heap.length - 1)
    if (dueMs < this.armedMs) this.arm()
  }

  private arm(): void {
    this.disarm()
    const next = this.heap[0]
    if (next === undefined) return
    const ms = Math.min(Math.max(Math.ceil(next.dueMs - this.clock.us / 1_000), 1), LONGEST_SLEEP_MS)
    this.armedMs = next.dueMs
    this.handle = this.source.setTimeout(this.expire, ms)
  }

  private disarm(): void {
    if (this.handle !== null) this.source.clearTimeout(this.handle)
    this.handle = null
    this.armedMs = Number.POSITIVE_INFINITY
  }

  private readonly expire = (): void => {
    this.handle = null
    this.armedMs = Number.POSITIVE_INFINITY
    // A timer of the system may be a little early.
    const nowMs = Math.floor(this.clock.read() / 1_000)
    let list = this.heap[0]
    while (list !== undefined && list.dueMs <= nowMs) {
      this.pop()
      list.isQueued = false
      while (list.first !== null && list.first.deadlineMs <= nowMs) {
        const timer = list.first
        this.remove(timer)
        timer.fire()
      }
      if (list.first !== null && !list.isQueued) this.enqueue(list, list.first.deadlineMs)
      else if (!list.isQueued) this.forget(list)
      list = this.heap[0]
    }
    if (this.active === 0) this.drop()
    else if (this.handle === null) this.arm()
  }

  private forget(list: TimerList): void {
    this.lists.delete(list.ms)
    if (this.latest === list) this.latest = new TimerList(-1)
  }

  private drop(): void {
    for (const list of this.heap) list.isQueued = false
    this.heap.length = 0
    this.lists.clear()
    this.latest = new TimerList(-1)
  }

  private pop(): void {
    const last = this.heap.pop()
    if (last === undefined || this.heap.length === 0) return
    this.heap[0] = last
    this.siftDown()
  }

  private siftUp(start: number): void {
    const heap = this.heap
    const list = heap[start] as TimerList
    let i = start
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent] as TimerList
      if (above.dueMs <= list.dueMs) break
      heap[i] = above
      i = parent
    }
    heap[i] = list
  }

  private siftDown(): void {
    const heap = this.heap
    const list = heap[0] as TimerList
    let i = 0
    for (;;) {
      let below = i * 2 + 1
      if (below >= heap.length) break
      const right = heap[below + 1]
      if (right !== undefined && right.dueMs < (heap[below] as TimerList).dueMs) below += 1
      const child = heap[below] as TimerList
      if (child.dueMs >= list.dueMs) break
      heap[i] = child
      i = below
    }
    heap[i] = list
  }
}
