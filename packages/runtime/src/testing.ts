/**
 * Virtual time for tests: a clock that stands still until it is told to go on, and timers that fire when it passes them.
 *
 * ```ts
 * const time = virtualTime()
 * const node = await start(RootSup, { name: 'test@localhost', ...time.options })
 * await time.advance(5_000)
 * ```
 */
import type { ClockSource, TimerSource } from './clock.ts'
import { Node, type NodeOptions } from './node.ts'
import { systemTasks, type TaskSource } from './scheduler.ts'

export interface VirtualTime {
  /** Give these to `start` or `createNode`. */
  readonly options: {
    clock: ClockSource
    timers: TimerSource
    scheduler: TaskSource
    random: () => number
  }
  /** Milliseconds since the beginning. */
  readonly nowMs: number
  /** Number of timers that are set. */
  readonly timerCount: number
  /** Runs everything that is ready, without moving the clock. */
  settle(): Promise<void>
  /** Moves the clock, firing every timer on the way at its own moment and settling after each. */
  advance(ms: number): Promise<void>
}

interface VirtualTimer {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

/** Where virtual wall time begins: 2026-01-01. */
const EPOCH_MS = 1_767_225_600_000
/** Turns of the event loop without a task of the node until everything is taken to have settled. */
const QUIET_TURNS = 3
const SETTLE_TURNS = 100_000

/** A clock, timers and random numbers that a test controls. `seed` makes the random numbers. */
export function virtualTime(seed = 1): VirtualTime {
  const timers = new Set<VirtualTimer>()
  let nowMs = 0
  let order = 0
  const random = seededRandom(seed)
  const clock: ClockSource = { monotonicMs: () => nowMs, wallMs: () => EPOCH_MS + nowMs }
  const source: TimerSource = {
    setTimeout(callback, ms) {
      order += 1
      const timer: VirtualTimer = { atMs: nowMs + Math.max(0, ms), order, callback }
      timers.add(timer)
      return timer
    },
    clearTimeout(handle) {
      timers.delete(handle as VirtualTimer)
    },
  }
  const next = (untilMs: number): VirtualTimer | undefined => {
    let first: VirtualTimer | undefined
    for (const timer of timers) {
      if (timer.atMs > untilMs) continue
      if (
        first === undefined ||
        timer.atMs < first.atMs ||
        (timer.atMs === first.atMs && timer.order < first.order)
      ) {
        first = timer
      }
    }
    return first
  }
  let tasks = 0
  const counted = (run: () => void) => () => {
    tasks -= 1
    run()
  }
  const scheduler: TaskSource = {
    microtask(run) {
      tasks += 1
      systemTasks.microtask(counted(run))
    },
    macrotask(run) {
      tasks += 1
      systemTasks.macrotask(counted(run))
    },
  }
  const settle = async (): Promise<void> => {
    let quiet = 0
    for (let i = 0; quiet < QUIET_TURNS; i++) {
      if (i === SETTLE_TURNS) throw new Error('the node does not settle: its processes keep each other busy')
      await new Promise<void>((resolve) => systemTasks.macrotask(resolve))
      quiet = tasks === 0 ? quiet + 1 : 0
    }
  }
  return {
    options: { clock, timers: source, scheduler, random },
    get nowMs() {
      return nowMs
    },
    get timerCount() {
      return timers.size
    },
    settle,
    async advance(ms) {
      const untilMs = nowMs + ms
      await settle()
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        timers.delete(timer)
        nowMs = Math.max(nowMs, timer.atMs)
        timer.callback()
        await settle()
      }
      nowMs = untilMs
      await settle()
    },
  }
}

/** A node on virtual time, without a supervisor. */
export function createVirtualNode(options: Partial<NodeOptions> = {}): { node: Node; time: VirtualTime } {
  const time = virtualTime()
  return { node: new Node({ name: 'test@localhost', ...time.options, ...options }), time }
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
