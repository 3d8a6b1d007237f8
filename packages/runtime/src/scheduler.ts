/**
 * Fair run queues: each runnable process gets a turn of at most `reductions` messages, and a slice of turns ends
 * after 4 ms so that the event loop breathes. Processes of high priority (supervisors) go before the others, yet after
 * `BURST` of them in a row one other has its turn; one of low priority has its turn after every `BURST` ordinary ones. A slice begins in a microtask when the node was idle, and in a macrotask
 * when the node has had its time. The clock is read once as a slice begins and then every few messages.
 */
import type { Clock } from './clock.ts'
import { BLOCKED, HAS_NEXT, HIGH, QUEUED, SUSPENDED, UNUSUAL } from './flags.ts'
import type { Proc } from './process.ts'
import { RunQueue } from './run-queue.ts'
import type { Timing } from './timing.ts'

/** How the node gets its slices. */
export interface TaskSource {
  microtask(run: () => void): void
  macrotask(run: () => void): void
}

const RESOLVED = Promise.resolve()

// Taken at load, so that tests which replace the globals do not stop the node.
const immediate = globalThis.setImmediate

export const systemTasks: TaskSource = {
  // Half the price of Node's queueMicrotask, which makes an AsyncResource each time.
  microtask: (run) => {
    void RESOLVED.then(run)
  },
  macrotask: (run) => {
    immediate(run)
  },
}

const SLICE_US = 4_000
/** Most messages between two readings of the clock. */
const CLOCK_EVERY = 64
/** Ends a slice where time stands still. */
const READINGS_PER_SLICE = 1_024
/** Turns in a row before those who would wait for ever have one. */
const BURST = 8

export class Scheduler {
  /** A slice runs or will run: the clock's last reading is fresh. */
  isAwake = false
  /** Messages until the clock is read again. */
  untilReading = CLOCK_EVERY
  private readonly clock: Clock
  private readonly timing: Timing
  private readonly tasks: TaskSource
  private readonly turn: (process: Proc) => void
  private readonly bury: () => void
  private readonly normal = new RunQueue()
  private readonly high = new RunQueue()
  private readonly low = new RunQueue()
  /** Turns of high priority, and ordinary ones, since somebody else had one. */
  private highTurns = 0
  private normalTurns = 0
  private interval = CLOCK_EVERY
  private readings = 0
  private isOver = false
  /** A promise was resolved: its continuation has its turn before the next process. */
  owesContinuation = false
  /** Ends are being carried out: no process may run in between. */
  isHeld = false
  private isFresh = false
  /** When the event loop last ran something of its own. */
  private breathUs = 0
  /** When the clock was last read to see whether the slice is over; others read it, too. */
  private checkedUs = 0

  constructor(
    clock: Clock,
    timing: Timing,
    tasks: TaskSource,
    turn: (process: Proc) => void,
    bury: () => void,
  ) {
    this.clock = clock
    this.timing = timing
    this.tasks = tasks
    this.turn = turn
    this.bury = bury
  }

  get length(): number {
    return this.high.length + this.normal.length + this.low.length
  }

  /** Makes sure that a slice will run. */
  wake(): void {
    if (this.isAwake) return
    this.freshen()
    this.isAwake = true
    this.tasks.microtask(this.slice)
  }

  /** Reads the clock where the last reading is from before the event loop last ran. */
  freshen(): void {
    if (this.isAwake || this.isFresh) return
    this.isFresh = true
    this.checkedUs = this.clock.read()
    this.timing.woke(this.checkedUs)
    this.tasks.macrotask(this.stale)
  }

  /** Nobody waits for a turn, and the slice has time left. */
  isIdle(): boolean {
    return this.length === 0 && !this.isOver && !this.isHeld
  }

  /** Puts a process into the run queue unless it must not run or already stands there. */
  ready(process: Proc): void {
    if ((process.flags & BLOCKED) !== 0) return
    process.flags |= QUEUED
    if (!this.isAwake) this.wake()
    if ((process.flags & UNUSUAL) === 0) this.normal.push(process)
    else if ((process.flags & HIGH) !== 0) this.high.push(process)
    else this.low.push(process)
  }

  /** A suspended process has a system message to answer. */
  readyThoughSuspended(process: Proc): void {
    if ((process.flags & (BLOCKED & ~SUSPENDED)) !== 0) return
    process.flags |= QUEUED
    if (!this.isAwake) this.wake()
    this.high.push(process)
  }

  /** Reads the clock and says whether the slice is over. */
  checkClock(): boolean {
    const elapsed = this.clock.read() - this.checkedUs
    this.checkedUs = this.clock.us
    // Slow handlers are watched more closely than quick ones.
    if (elapsed > 1_000) this.interval = Math.max(1, this.interval >> 2)
    else if (elapsed < 250 && this.interval < CLOCK_EVERY) this.interval *= 2
    this.untilReading = this.interval
    this.readings += 1
    if (this.clock.us - this.breathUs > SLICE_US || this.readings > READINGS_PER_SLICE) this.isOver = true
    return this.isOver
  }

  /** Whether a long piece of work may go on before the event loop runs. */
  hasTime(): boolean {
    return this.clock.read() - this.breathUs <= SLICE_US
  }

  /** Resolves once the event loop has run. */
  breath(): Promise<void> {
    return new Promise((resolve) => {
      this.tasks.macrotask(() => {
        this.breathUs = this.clock.read()
        resolve()
      })
    })
  }

  private readonly stale = (): void => {
    this.isFresh = false
  }

  private readonly slice = (): void => {
    if (this.clock.us - this.breathUs > SLICE_US) this.tasks.macrotask(this.freshSlice)
    else this.run()
  }

  private readonly freshSlice = (): void => {
    this.breathUs = this.clock.read()
    this.checkedUs = this.breathUs
    this.readings = 0
    this.run()
  }

  private run(): void {
    try {
      this.runTurns()
    } catch (error) {
      // Users' code is caught elsewhere: this is our own fault, and must not stop the node for good.
      this.tasks.macrotask(this.freshSlice)
      throw error
    }
  }

  private runTurns(): void {
    this.isOver = false
    this.owesContinuation = false
    for (;;) {
      this.bury()
      if (this.length === 0) {
        if (!this.owesContinuation) break
        // Whoever was answered goes on next, and most likely has something for us.
        this.tasks.microtask(this.slice)
        return
      }
      if (this.isOver) {
        this.tasks.macrotask(this.freshSlice)
        return
      }
      const process = this.next()
      process.flags &= ~QUEUED
      if (--this.untilReading <= 0) this.checkClock()
      this.turn(process)
      const mailbox = process.mailbox
      if ((mailbox !== null && mailbox.head !== mailbox.tail) || (process.flags & HAS_NEXT) !== 0) {
        this.again(process)
      }
      if (this.owesContinuation && this.length > 0 && !this.isOver) {
        this.tasks.microtask(this.slice)
        return
      }
    }
    this.isAwake = false
  }

  /** More to do: behind everybody else. */
  private again(process: Proc): void {
    if (process.receiver === null || process.receiver.hasUnread()) this.ready(process)
  }

  /** Whose turn it is; there must be somebody. */
  private next(): Proc {
    const { high, normal, low } = this
    if (high.length === 0 && low.length === 0) return normal.shift()
    const others = normal.length + low.length
    if (high.length > 0 && (this.highTurns < BURST || others === 0)) {
      this.highTurns += 1
      return high.shift()
    }
    this.highTurns = 0
    if (normal.length > 0 && (this.normalTurns < BURST || low.length === 0)) {
      this.normalTurns += 1
      return normal.shift()
    }
    this.normalTurns = 0
    return low.shift()
  }
}
