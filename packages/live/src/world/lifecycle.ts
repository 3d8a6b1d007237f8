/**
 * What the records of the wire mean for the tree: a process starts, ends, and its supervisor decides. A dead process
 * keeps its slot until its supervisor decided, so that nothing reflows: a restart fills the slot again.
 */
import type { ProcessChanged, ProcessExited, ProcessStarted, SupervisorDecided } from '@orrery/protocol'
import { FLAG, NONE, ORPHANS } from './columns.ts'
import type { Pasts } from './past.ts'
import type { Processes } from './processes.ts'
import { CRASHED, EXITED, isCrash, RESTARTING, WAITING } from './status.ts'

/** A crash nobody restarts, and a child that ended but is still in its supervisor's list, are shown this long. */
export const LINGER_MS = 10_000
/** A parent that ended before its children waits this long for their own ends. */
const DETACH_MS = 1_000
/** A supervisor that is up has this long to start what stood below it before. */
const RESETTLE_MS = 2_000
const MAX_WAITING = 4_096
const MIN_MARKS = 64
const MAX_MARKS = 1_024

/** What a change is told to. Times are the hub's. */
export interface Told {
  crashed(index: number, atMs: number, exit: ProcessExited): void
  restarted(index: number, atMs: number): void
}

export class Lifecycle {
  readonly #processes: Processes
  readonly #pasts: Pasts
  readonly #told: Told
  /** Refs of processes under "orphans", by the ref of the parent they wait for. */
  readonly #waiting = new Map<number, Set<number>>()
  /** Number of the snapshot being heard or last heard. */
  #snapshot = 0
  #isInSnapshot = false

  constructor(processes: Processes, pasts: Pasts, told: Told) {
    this.#processes = processes
    this.#pasts = pasts
    this.#told = told
  }

  get isInSnapshot(): boolean {
    return this.#isInSnapshot
  }

  snapshotBegins(): void {
    this.#snapshot++
    this.#isInSnapshot = true
    this.#waiting.clear()
  }

  /** What was not named since the beginning is gone. */
  snapshotEnds(): void {
    if (!this.#isInSnapshot) return
    this.#isInSnapshot = false
    const { columns: c } = this.#processes
    for (let index = ORPHANS + 1; index < c.length; index++) {
      if (!c.has(index, FLAG.used) || c.snapshot[index] === this.#snapshot) continue
      this.#orphanChildren(index, (child) => c.snapshot[child] === this.#snapshot)
      this.#processes.remove(index)
    }
  }

  started(record: ProcessStarted, atMs: number, nowMs: number): void {
    const p = this.#processes
    const { columns: c } = p
    const parent = this.#parentOf(record)
    const known = p.refs.get(record.ref)
    let index = known ?? this.#placeTaken(record, parent)
    const isRestart = known === undefined && record.replaces !== 0
    if (index === undefined) {
      index = p.add(record, parent)
      p.setRef(index, record.ref)
      if (this.#isInSnapshot) c.set(index, FLAG.unsampled, true)
    } else {
      if (known === undefined) this.#replace(index, record, isRestart, nowMs)
      p.describe(index, record)
      if (c.parent[index] !== parent) p.rehang(index, parent)
    }
    c.snapshot[index] = this.#snapshot
    p.dead.delete(index)
    if (known === undefined) c.startedAtMs[index] = atMs
    c.set(index, FLAG.initialised, record.isInitialised)
    // A suspension that still holds is told anew after a snapshot.
    c.set(index, FLAG.suspended, false)
    p.setAlive(index, true)
    p.refresh(index)
    p.touch(index)
    if (parent === ORPHANS) this.#await(record.parentRef, record.ref)
    this.#adopt(record.ref, index)
    if (isRestart && !this.#isInSnapshot) this.#told.restarted(index, atMs)
  }

  /** Whether the ref was known. So do the others below. */
  initialised(ref: number): boolean {
    const index = this.#processes.refs.get(ref)
    if (index === undefined) return false
    this.#processes.columns.set(index, FLAG.initialised, true)
    this.#processes.refresh(index)
    return true
  }

  changed(record: ProcessChanged): boolean {
    const p = this.#processes
    const index = p.refs.get(record.ref)
    if (index === undefined) return false
    if (record.name !== undefined) p.columns.name[index] = record.name
    if (record.label !== undefined) p.columns.label[index] = record.label
    if (record.isSuspended !== undefined && p.columns.has(index, FLAG.alive)) {
      p.columns.set(index, FLAG.suspended, record.isSuspended)
      p.refresh(index)
    }
    p.touch(index)
    return true
  }

  exited(record: ProcessExited, atMs: number, nowMs: number): boolean {
    const p = this.#processes
    const { columns: c } = p
    const index = p.refs.get(record.ref)
    if (index === undefined) return false
    if (!c.has(index, FLAG.alive)) return true
    const wasStopping = c.has(index, FLAG.stopping)
    const isSomethingAboveDown = this.#isAboveDown(index)
    this.#lay(index)

    if (isCrash(record)) {
      p.exits.set(index, {
        atMs,
        tag: record.tag,
        text: record.text,
        pid: c.pid[index] ?? '',
        crashId: record.crashId,
        action: null,
        stopped: 0,
      })
      c.set(index, FLAG.waitsAbove, isSomethingAboveDown)
      this.#keep(index, CRASHED, record.willRestart || isSomethingAboveDown ? Infinity : nowMs + LINGER_MS)
      this.#told.crashed(index, atMs, record)
    } else if (wasStopping && p.specOf(index).restart !== 'temporary') {
      this.#keep(index, WAITING, Infinity)
    } else if (record.willRestart) {
      this.#keep(index, RESTARTING, Infinity)
    } else if (isSomethingAboveDown) {
      c.set(index, FLAG.waitsAbove, true)
      this.#keep(index, WAITING, Infinity)
    } else if (this.#isListed(index)) {
      this.#keep(index, EXITED, nowMs + LINGER_MS)
    } else if ((c.children[index]?.size ?? 0) > 0) {
      this.#keep(index, EXITED, nowMs + DETACH_MS)
    } else {
      p.gone.remember(p, index, atMs, record.text === '' ? record.tag : record.text)
      p.remove(index)
      return true
    }
    this.#pasts.ended(p.keyOf(index), {
      pid: c.pid[index] ?? '',
      startedAtMs: c.startedAtMs[index] ?? atMs,
      exitedAtMs: atMs,
      exit: record.text === '' ? record.tag : record.text,
    })
    return true
  }

  decided(record: SupervisorDecided, atMs: number, nowMs: number): boolean {
    const p = this.#processes
    const { columns: c } = p
    const index = p.refs.get(record.ref)
    // An end without a crash may have taken the slot with it: there is nothing left to decide about.
    if (index === undefined) return record.crashId === ''
    const exit = p.exits.get(index)
    if (exit?.crashId === record.crashId) {
      exit.action = record.action
      exit.stopped = record.stops.length
    }
    const supervisor = c.parent[index] ?? NONE
    const isDead = !c.has(index, FLAG.alive)
    switch (record.action) {
      case 'restart':
        this.#mark(supervisor, atMs)
        if (isDead) this.#keep(index, RESTARTING, Infinity)
        break
      case 'leave':
        if (isDead) this.#keep(index, exit ? CRASHED : EXITED, nowMs + LINGER_MS)
        break
      case 'give_up':
        this.#mark(supervisor, atMs)
        if (supervisor > ORPHANS) c.set(supervisor, FLAG.givesUp, true)
        if (isDead) {
          c.set(index, FLAG.waitsAbove, true)
          this.#keep(index, exit ? CRASHED : WAITING, Infinity)
        }
        break
      default:
        record.action satisfies never
    }
    // What a supervisor stops because it gives up, it does not start again: that waits for somebody above.
    if (record.action === 'restart') for (const ref of record.stops) this.#stopped(ref, index)
    p.touch(index)
    return true
  }

  /** Once a second, while the node is heard from: what has been shown long enough goes. */
  tick(nowMs: number): void {
    const p = this.#processes
    for (const [index, untilMs] of p.dead) {
      if (p.columns.has(index, FLAG.waitsAbove) && this.#isAboveDown(index)) {
        p.dead.set(index, Infinity)
      } else if (untilMs === Infinity) {
        if (p.columns.has(index, FLAG.waitsAbove)) p.dead.set(index, nowMs + RESETTLE_MS)
      } else if (untilMs <= nowMs) {
        this.#orphanChildren(index, (child) => p.columns.has(child, FLAG.alive))
        p.remove(index)
      }
    }
    for (const [index, { untilMs }] of p.previous) {
      if (untilMs > nowMs) continue
      p.previous.delete(index)
      p.touch(index)
    }
    for (const [index, exit] of p.exits) {
      if (!p.columns.has(index, FLAG.alive) || nowMs - exit.atMs < LINGER_MS) continue
      p.exits.delete(index)
      p.touch(index)
    }
    for (const [index, marks] of p.intensity) {
      const periodMs = p.specOf(index).supervisor?.periodMs ?? 0
      const first = marks.findIndex((at) => nowMs - at < periodMs)
      if (first === 0) continue
      if (first === -1) p.intensity.delete(index)
      else marks.splice(0, first)
      p.touch(index)
    }
  }

  #parentOf(record: ProcessStarted): number {
    if (record.parentRef === 0) return NONE
    const parent = this.#processes.refs.get(record.parentRef)
    // A process cannot hang under itself, whatever an agent says.
    if (parent === undefined || this.#isUnder(parent, this.#processes.refs.get(record.ref))) return ORPHANS
    return this.#processes.host(parent)
  }

  #isUnder(index: number, above: number | undefined): boolean {
    if (above === undefined) return false
    const { parent } = this.#processes.columns
    for (let at = index; at !== NONE; at = parent[at] ?? NONE) if (at === above) return true
    return false
  }

  /** The slot of the process this one replaces, or whose place it has. */
  #placeTaken(record: ProcessStarted, parent: number): number | undefined {
    const p = this.#processes
    const replaced = record.replaces === 0 ? undefined : p.refs.get(record.replaces)
    if (replaced !== undefined && !this.#isUnder(parent, replaced)) return replaced
    const occupant = p.occupant(record, parent)
    if (occupant === undefined) return undefined
    // A supervisor keeps a slot for one child, so whoever is still there has ended unheard. Others only share a name.
    const isKept = p.isSupervisor(parent) && record.childId !== ''
    return isKept || !p.columns.has(occupant, FLAG.alive) ? occupant : undefined
  }

  /** Makes room in a slot for the next incarnation. */
  #replace(index: number, record: ProcessStarted, isRestart: boolean, nowMs: number): void {
    const p = this.#processes
    const { columns: c } = p
    const before = c.pid[index] ?? ''
    if (c.has(index, FLAG.alive)) {
      this.#pasts.ended(p.keyOf(index), {
        pid: before,
        startedAtMs: c.startedAtMs[index] ?? nowMs,
        exitedAtMs: null,
        exit: null,
      })
      this.#lay(index)
    }
    // Below a supervisor that was restarted nobody is a restart, but all are back.
    const isBack = isRestart || p.dead.get(index) === Infinity || c.has(index, FLAG.waitsAbove)
    if (isBack) p.previous.set(index, { pid: before, untilMs: nowMs + LINGER_MS })
    c.set(index, FLAG.waitsAbove, false)
    c.set(index, FLAG.restarted, true)
    c.set(index, FLAG.unsampled, this.#isInSnapshot)
    c.clearCounters(index)
    p.setRef(index, record.ref)
    p.intensity.delete(index)
    this.#outlive(index)
  }

  /** A new supervisor knows nothing of the restarts its predecessor owed: whom it does not start is gone. */
  #outlive(supervisor: number): void {
    const p = this.#processes
    if (p.columns.children[supervisor] === undefined) return
    for (const below of p.below(supervisor)) {
      if (below !== supervisor && p.dead.get(below) === Infinity) p.columns.set(below, FLAG.waitsAbove, true)
    }
  }

  /** The process in it is no more; what is shown of it follows. */
  #lay(index: number): void {
    const p = this.#processes
    const { columns: c } = p
    p.setMailbox(index, 0)
    c.growing[index] = 0
    c.busy[index] = 0
    c.set(index, FLAG.initialised, false)
    c.set(index, FLAG.suspended, false)
    c.set(index, FLAG.stopping, false)
    c.set(index, FLAG.givesUp, false)
    c.set(index, FLAG.waitsAbove, false)
    p.setAlive(index, false)
  }

  #keep(index: number, status: number, untilMs: number): void {
    this.#processes.dead.set(index, untilMs)
    this.#processes.setStatus(index, status)
    this.#processes.touch(index)
  }

  /** A strategy stops it; it may have ended already, of a link. */
  #stopped(ref: number, crashed: number): void {
    const p = this.#processes
    const index = p.refs.get(ref)
    if (index === undefined || index === crashed) return
    if (p.columns.has(index, FLAG.alive)) p.columns.set(index, FLAG.stopping, true)
    else if (p.columns.status[index] === EXITED) this.#keep(index, WAITING, Infinity)
  }

  #mark(supervisor: number, atMs: number): void {
    if (supervisor <= ORPHANS) return
    const marks = this.#processes.intensity.get(supervisor) ?? []
    marks.push(atMs)
    if (marks.length > marksKept(this.#processes.specOf(supervisor).supervisor?.intensity ?? 0)) marks.shift()
    this.#processes.intensity.set(supervisor, marks)
    this.#processes.touch(supervisor)
  }

  /** Somebody above is being stopped or is down for now, and will bring back what stood below. */
  #isAboveDown(index: number): boolean {
    const { columns: c } = this.#processes
    for (let at = c.parent[index] ?? NONE; at > ORPHANS; at = c.parent[at] ?? NONE) {
      if (c.has(at, FLAG.stopping | FLAG.givesUp)) return true
      if (!c.has(at, FLAG.alive) && c.status[at] !== EXITED) return true
      if (!c.has(at, FLAG.initialised) && c.has(at, FLAG.restarted)) return true
    }
    return false
  }

  /** Its supervisor keeps its child spec though nobody runs: it could be started again. */
  #isListed(index: number): boolean {
    const p = this.#processes
    const parent = p.columns.parent[index] ?? NONE
    if (!p.isSupervisor(parent) || p.isDynamic(parent) || p.columns.childId[index] === '') return false
    return p.specOf(index).restart !== 'temporary' && p.columns.has(parent, FLAG.alive)
  }

  #orphanChildren(index: number, isSaved: (child: number) => boolean): void {
    const p = this.#processes
    for (const child of [...p.below(index)]) {
      if (child === index || !isSaved(child)) continue
      const parent = p.columns.parent[child] ?? NONE
      if (parent !== index && isSaved(parent)) continue
      p.move(child, ORPHANS)
    }
  }

  #await(parentRef: number, ref: number): void {
    if (this.#waiting.size > MAX_WAITING) this.#waiting.clear()
    const waiting = this.#waiting.get(parentRef) ?? new Set<number>()
    waiting.add(ref)
    this.#waiting.set(parentRef, waiting)
  }

  /** Those who waited for this parent come home. */
  #adopt(ref: number, index: number): void {
    const waiting = this.#waiting.get(ref)
    if (waiting === undefined) return
    this.#waiting.delete(ref)
    const p = this.#processes
    for (const childRef of waiting) {
      const child = p.refs.get(childRef)
      if (child === undefined || p.columns.parent[child] !== ORPHANS || this.#isUnder(index, child)) continue
      p.rehang(child, p.host(index))
    }
  }
}

/** So many that it can be told how much of the intensity is used up; one that allows thousands of restarts is not drawn with thousands. */
function marksKept(intensity: number): number {
  return Math.min(MAX_MARKS, Math.max(MIN_MARKS, intensity + 1))
}
