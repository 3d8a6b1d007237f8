/**
 * The processes of one node, a column a property. A slot is a place in the tree: it outlives the process in it until
 * its supervisor decided, and a restart fills it again. Slot numbers are reused; slot 0 is the root row "orphans".
 */

/** No slot: the parent of a root. */
export const NONE = -1
/** Processes whose parent is not known hang under this slot. */
export const ORPHANS = 0

export const FLAG = {
  used: 1,
  /** A process lives in it. */
  alive: 2,
  initialised: 4,
  suspended: 8,
  /** Its supervisor's strategy stops it to start it again. */
  stopping: 16,
  /** Counters before its first sample are not known: it began before the hub listened. */
  unsampled: 32,
  /** It took another process's place. */
  restarted: 64,
  /** Waits for a supervisor above it, not for its own. */
  waitsAbove: 128,
  /** A supervisor that had too many restarts and ends. */
  givesUp: 256,
} as const

const FIRST_CAPACITY = 256

/** Typed columns grown to twice their length; strings beside them. Nothing here knows what the values mean. */
export class Columns {
  capacity = FIRST_CAPACITY
  /** Slots ever used: iterate up to here and look at the flag `used`. */
  length = 0

  flags = new Uint16Array(FIRST_CAPACITY)
  /** Index into STATUSES. */
  status = new Uint8Array(FIRST_CAPACITY)
  /** Seconds its mailbox has been growing. */
  growing = new Uint8Array(FIRST_CAPACITY)
  /** Nobody handled anything in the last second: 0; else 1. */
  busy = new Uint8Array(FIRST_CAPACITY)
  parent = new Int32Array(FIRST_CAPACITY)
  spec = new Int32Array(FIRST_CAPACITY)
  /** Of a pool that may form among its siblings; -1 for none. */
  group = new Int32Array(FIRST_CAPACITY)
  /** Its cell in that group. */
  cell = new Int32Array(FIRST_CAPACITY)
  ring = new Int32Array(FIRST_CAPACITY)
  depth = new Uint16Array(FIRST_CAPACITY)
  snapshot = new Uint32Array(FIRST_CAPACITY)
  /** Counts the slot's owners: a place in the tree that is given to another gets the next. */
  generation = new Uint32Array(FIRST_CAPACITY)
  /** Changes of what is drawn of it. */
  version = new Uint32Array(FIRST_CAPACITY)
  slot = new Uint32Array(FIRST_CAPACITY)
  restarts = new Uint32Array(FIRST_CAPACITY)
  mailbox = new Uint32Array(FIRST_CAPACITY)
  previousMailbox = new Uint32Array(FIRST_CAPACITY)
  receivedPerS = new Float32Array(FIRST_CAPACITY)
  handledPerS = new Float32Array(FIRST_CAPACITY)
  ref = new Float64Array(FIRST_CAPACITY)
  order = new Float64Array(FIRST_CAPACITY)
  startedAtMs = new Float64Array(FIRST_CAPACITY)
  received = new Float64Array(FIRST_CAPACITY)
  handled = new Float64Array(FIRST_CAPACITY)
  /** As they were when the last second ended. */
  receivedBefore = new Float64Array(FIRST_CAPACITY)
  handledBefore = new Float64Array(FIRST_CAPACITY)

  readonly pid: string[] = []
  readonly name: string[] = []
  readonly label: string[] = []
  readonly childId: string[] = []
  /** Last part of the logical key. */
  readonly segment: string[] = []
  /** Children by segment, in start order; only of those that have any. */
  readonly children: (Map<string, number> | undefined)[] = []

  readonly #free: number[] = []

  /** A cleared slot. */
  take(): number {
    const index = this.#free.pop() ?? this.length++
    if (index >= this.capacity) this.#grow()
    this.flags[index] = FLAG.used
    this.status[index] = 0
    this.growing[index] = 0
    this.busy[index] = 0
    this.parent[index] = NONE
    this.spec[index] = -1
    this.group[index] = -1
    this.cell[index] = -1
    this.ring[index] = -1
    this.snapshot[index] = 0
    // The version goes on: a row remembered for the slot's last owner must not pass for this one's.
    this.version[index] = this.v(index) + 1
    this.generation[index] = (this.generation[index] ?? 0) + 1
    this.restarts[index] = 0
    this.clearCounters(index)
    this.children[index] = undefined
    return index
  }

  release(index: number): void {
    this.flags[index] = 0
    this.pid[index] = ''
    this.name[index] = ''
    this.label[index] = ''
    this.childId[index] = ''
    this.segment[index] = ''
    this.children[index] = undefined
    this.#free.push(index)
  }

  clearCounters(index: number): void {
    this.mailbox[index] = 0
    this.previousMailbox[index] = 0
    this.receivedPerS[index] = 0
    this.handledPerS[index] = 0
    this.received[index] = 0
    this.handled[index] = 0
    this.receivedBefore[index] = 0
    this.handledBefore[index] = 0
  }

  has(index: number, flag: number): boolean {
    return ((this.flags[index] ?? 0) & flag) !== 0
  }

  set(index: number, flag: number, isOn: boolean): void {
    const flags = this.flags[index] ?? 0
    this.flags[index] = isOn ? flags | flag : flags & ~flag
  }

  v(index: number): number {
    return this.version[index] ?? 0
  }

  touch(index: number): void {
    this.version[index] = this.v(index) + 1
  }

  #grow(): void {
    this.capacity *= 2
    this.flags = grown(this.flags, this.capacity)
    this.status = grown(this.status, this.capacity)
    this.growing = grown(this.growing, this.capacity)
    this.busy = grown(this.busy, this.capacity)
    this.parent = grown(this.parent, this.capacity)
    this.spec = grown(this.spec, this.capacity)
    this.group = grown(this.group, this.capacity)
    this.cell = grown(this.cell, this.capacity)
    this.ring = grown(this.ring, this.capacity)
    this.depth = grown(this.depth, this.capacity)
    this.snapshot = grown(this.snapshot, this.capacity)
    this.generation = grown(this.generation, this.capacity)
    this.version = grown(this.version, this.capacity)
    this.slot = grown(this.slot, this.capacity)
    this.restarts = grown(this.restarts, this.capacity)
    this.mailbox = grown(this.mailbox, this.capacity)
    this.previousMailbox = grown(this.previousMailbox, this.capacity)
    this.receivedPerS = grown(this.receivedPerS, this.capacity)
    this.handledPerS = grown(this.handledPerS, this.capacity)
    this.ref = grown(this.ref, this.capacity)
    this.order = grown(this.order, this.capacity)
    this.startedAtMs = grown(this.startedAtMs, this.capacity)
    this.received = grown(this.received, this.capacity)
    this.handled = grown(this.handled, this.capacity)
    this.receivedBefore = grown(this.receivedBefore, this.capacity)
    this.handledBefore = grown(this.handledBefore, this.capacity)
  }
}

type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>

function grown<C extends Column>(column: C, capacity: number): C {
  const next = new (column.constructor as new (length: number) => C)(capacity)
  next.set(column)
  return next
}
