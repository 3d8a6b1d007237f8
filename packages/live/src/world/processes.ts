/**
 * The slots of one node as a tree: who hangs where, under which key, in which state. It keeps counts, pools and keys
 * right whatever is done to it; what the records of the wire mean is `lifecycle.ts`.
 */
import { LIMITS, type ProcessStarted, STATUSES } from '@orrery/protocol'
import { Columns, FLAG, NONE, ORPHANS } from './columns.ts'
import { type Above, ORPHANS_KEY, segmentOf } from './keys.ts'
import { Pools } from './pools.ts'
import { RecentlyGone } from './recently-gone.ts'
import { Rings } from './rings.ts'
import { type Spec, Specs } from './specs.ts'
import { livingStatus, RUNNING } from './status.ts'

/** The last abnormal end in a slot. */
export interface ExitFacts {
  atMs: number
  tag: string
  text: string
  pid: string
  crashId: string | null
  action: 'restart' | 'leave' | 'give_up' | null
  stopped: number
}

const MAX_INTERNED = 65_536
const MAX_DEPTH = 512
/** As many as a frame has records: in good faith parents come first, and nobody moves. */
const MOVES = LIMITS.frameRecords

export class Processes {
  readonly columns = new Columns()
  readonly specs = new Specs()
  readonly rings = new Rings()
  readonly gone = new RecentlyGone()
  readonly pools: Pools
  /** Slot by ref, of the living and of the dead that were not replaced. */
  readonly refs = new Map<number, number>()
  readonly roots = new Map<string, number>()
  /** Slots by status, the root row of orphans not among them. */
  readonly counts = new Array<number>(STATUSES.length).fill(0)
  /** Lease by slot. */
  readonly faults = new Map<number, string>()
  readonly exits = new Map<number, ExitFacts>()
  /** The pid before, and until when it is shown. */
  readonly previous = new Map<number, { pid: string; untilMs: number }>()
  /** When a dead slot goes; `Infinity` while its supervisor has yet to act. */
  readonly dead = new Map<number, number>()
  /** Times of restarts, by supervisor. */
  readonly intensity = new Map<number, number[]>()
  /** Counts changes of what hangs where, and of states. */
  structure = 0
  alive = 0
  size = 0

  /** Slots that may still be moved while this frame is applied. */
  #movesLeft = MOVES
  readonly #keys: (string | undefined)[] = []
  readonly #interned = new Map<string, string>()
  #order = 0

  constructor() {
    this.pools = new Pools(this.columns, (index) => this.faults.has(index))
    const orphans = this.columns.take()
    this.columns.segment[orphans] = ORPHANS_KEY
    this.columns.pid[orphans] = ''
    this.columns.name[orphans] = 'orphans'
  }

  specOf(index: number): Spec {
    return this.specs.get(this.columns.spec[index] ?? -1)
  }

  isSupervisor(index: number): boolean {
    return index > ORPHANS && this.specOf(index).supervisor !== null
  }

  /** A supervisor of many children of one id. */
  isDynamic(index: number): boolean {
    return index > ORPHANS && this.specOf(index).supervisor?.strategy === 'simple_one_for_one'
  }

  childrenOf(index: number): ReadonlyMap<string, number> | undefined {
    return index === NONE ? this.roots : this.columns.children[index]
  }

  /** A new slot for a process that was not there before. */
  add(record: ProcessStarted, parent: number): number {
    const c = this.columns
    const index = c.take()
    c.order[index] = ++this.#order
    c.status[index] = RUNNING
    this.counts[RUNNING] = (this.counts[RUNNING] ?? 0) + 1
    this.size++
    this.describe(index, record)
    this.#attach(index, parent)
    return index
  }

  /** What a record says of the process in a slot. Its place is `move`'s. */
  describe(index: number, record: ProcessStarted): void {
    const c = this.columns
    const group = this.pools.of(index)
    if (group) group.restarts += record.restarts - (c.restarts[index] ?? 0)
    c.pid[index] = record.pid
    c.name[index] = this.#intern(record.name)
    c.label[index] = record.label
    c.childId[index] = this.#intern(record.childId)
    c.slot[index] = record.slot
    c.restarts[index] = record.restarts
    const before = c.spec[index] ?? -1
    const spec = this.specs.acquire(record)
    if (before === spec) return this.specs.release(before)
    if (group) this.pools.leave(index)
    c.spec[index] = spec
    if (before === -1) return
    this.specs.release(before)
    this.#join(index)
  }

  /** A frame begins: whatever it says, only so much is moved for it. */
  allowMoves(): void {
    this.#movesLeft = MOVES
  }

  /**
   * As `move`, for whoever an agent says has another parent; `false` where moving it with all below would take longer
   * than one agent may hold up the others. It then stays where it is until the next whole picture.
   */
  rehang(index: number, parent: number): boolean {
    for (const _ of this.below(index)) if (--this.#movesLeft < 0) return false
    this.move(index, parent)
    return true
  }

  /** Hangs a slot, with all below it, under another parent. */
  move(index: number, parent: number): void {
    this.#detach(index)
    this.#attach(index, parent)
    const c = this.columns
    for (const below of this.below(index)) {
      this.#keys[below] = undefined
      c.touch(below)
      if (below !== index) c.depth[below] = this.#depthUnder(c.parent[below] ?? NONE)
    }
  }

  /**
   * Who a child of `parent` hangs under. A tree has a bottom: processes that each spawn the next would else make keys
   * as long as the chain.
   */
  host(parent: number): number {
    const isDeep = parent > ORPHANS && (this.columns.depth[parent] ?? 0) >= MAX_DEPTH
    return isDeep ? (this.columns.parent[parent] ?? NONE) : parent
  }

  /** Where a process so described would hang under `parent`, when somebody is there. */
  occupant(record: ProcessStarted, parent: number): number | undefined {
    return this.childrenOf(parent)?.get(segmentOf(record, this.#above(parent)))
  }

  setRef(index: number, ref: number): void {
    const c = this.columns
    const old = c.ref[index] ?? 0
    if (this.refs.get(old) === index) this.refs.delete(old)
    c.ref[index] = ref
    this.refs.set(ref, index)
  }

  /** Makes the state of a living process what its columns say. */
  refresh(index: number): void {
    const c = this.columns
    const flags = c.flags[index] ?? 0
    if ((flags & FLAG.alive) === 0) return
    this.setStatus(
      index,
      livingStatus(flags, c.mailbox[index] ?? 0, c.growing[index] ?? 0, c.busy[index] ?? 0),
    )
  }

  setStatus(index: number, status: number): void {
    const c = this.columns
    const before = c.status[index] ?? 0
    if (before === status) return
    c.status[index] = status
    this.counts[before] = (this.counts[before] ?? 0) - 1
    this.counts[status] = (this.counts[status] ?? 0) + 1
    this.pools.moved(index, before)
    this.touch(index)
  }

  setAlive(index: number, isAlive: boolean): void {
    if (this.columns.has(index, FLAG.alive) === isAlive) return
    this.columns.set(index, FLAG.alive, isAlive)
    this.alive += isAlive ? 1 : -1
  }

  setMailbox(index: number, length: number): void {
    const c = this.columns
    const group = this.pools.of(index)
    if (group) group.mailbox += length - (c.mailbox[index] ?? 0)
    c.mailbox[index] = length
  }

  setFault(index: number, lease: string | null): void {
    const before = this.faults.get(index)
    if ((before ?? null) === lease) return
    if (lease === null) this.faults.delete(index)
    else this.faults.set(index, lease)
    if ((before === undefined) !== (lease === null)) this.pools.faulted(index, lease !== null)
    this.touch(index)
  }

  /** Something drawn of it changed, other than its figures. */
  touch(index: number): void {
    this.columns.touch(index)
    this.structure++
  }

  /** Takes a slot and all below it out of the tree. */
  remove(index: number): void {
    const doomed = [...this.below(index)]
    for (let i = doomed.length - 1; i >= 0; i--) this.#removeOne(doomed[i] ?? index)
  }

  /** A slot and everything under it, parents first. */
  *below(index: number): Generator<number> {
    const stack = [index]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      yield at
      const children = this.columns.children[at]
      if (children) for (const child of children.values()) stack.push(child)
    }
  }

  keyOf(index: number): string {
    const known = this.#keys[index]
    if (known !== undefined) return known
    const path: number[] = []
    let at = index
    while (at !== NONE && this.#keys[at] === undefined) {
      path.push(at)
      at = this.columns.parent[at] ?? NONE
    }
    let key = at === NONE ? '' : (this.#keys[at] ?? '')
    for (let i = path.length - 1; i >= 0; i--) {
      const step = path[i] ?? index
      const segment = this.columns.segment[step] ?? ''
      key = key === '' ? segment : `${key}/${segment}`
      this.#keys[step] = key
    }
    return key
  }

  /** The slot of a logical key, else of a pid, for which all are looked through. A dead slot too. */
  resolve(keyOrPid: string): number | undefined {
    return this.find(keyOrPid) ?? this.#byPid(keyOrPid)
  }

  /** The slot of a logical key. */
  find(key: string): number | undefined {
    const [first, ...rest] = key.split('/')
    let index = first === ORPHANS_KEY ? ORPHANS : this.roots.get(first ?? '')
    for (const segment of rest) {
      if (index === undefined) break
      index = this.columns.children[index]?.get(segment)
    }
    return index
  }

  #byPid(pid: string): number | undefined {
    if (pid === '') return undefined
    const { flags, pid: pids, length } = this.columns
    for (let index = 1; index < length; index++) {
      if (pids[index] === pid && ((flags[index] ?? 0) & FLAG.used) !== 0) return index
    }
    return undefined
  }

  #removeOne(index: number): void {
    const c = this.columns
    this.#detach(index)
    this.specs.release(c.spec[index] ?? -1)
    const ring = c.ring[index] ?? -1
    if (ring !== -1) this.rings.release(ring)
    const ref = c.ref[index] ?? 0
    if (this.refs.get(ref) === index) this.refs.delete(ref)
    const status = c.status[index] ?? 0
    this.counts[status] = (this.counts[status] ?? 0) - 1
    if (c.has(index, FLAG.alive)) this.alive--
    this.size--
    this.faults.delete(index)
    this.exits.delete(index)
    this.previous.delete(index)
    this.dead.delete(index)
    this.intensity.delete(index)
    this.#keys[index] = undefined
    c.release(index)
    this.structure++
  }

  #attach(index: number, parent: number): void {
    const c = this.columns
    c.parent[index] = parent
    c.depth[index] = this.#depthUnder(parent)
    const spec = this.specOf(index)
    const placed = {
      pid: c.pid[index] ?? '',
      name: c.name[index] ?? '',
      module: spec.module,
      kind: spec.kind,
      childId: c.childId[index] ?? '',
      slot: c.slot[index] ?? 0,
    }
    const siblings = this.#siblings(parent)
    let segment = segmentOf(placed, this.#above(parent))
    // Two root supervisors of one module, or an agent that gives a slot twice: both must be seen.
    if (siblings.has(segment)) segment = `${segment}~${placed.pid}`
    // Told apart at once: an agent that gives one pid to thousands is not to make the hub count them.
    if (siblings.has(segment)) segment = `${segment}~${c.order[index]}`
    for (let nth = 2; siblings.has(segment); nth++) segment = `${segment}~${nth}`
    siblings.set(segment, index)
    c.segment[index] = segment
    if (parent !== NONE) {
      if (siblings.size === 1) this.#nests(parent, 1)
      c.touch(parent)
    }
    this.#join(index)
    this.touch(index)
  }

  #detach(index: number): void {
    const c = this.columns
    this.pools.leave(index)
    const parent = c.parent[index] ?? NONE
    const siblings = this.#siblings(parent)
    siblings.delete(c.segment[index] ?? '')
    if (parent !== NONE) {
      c.touch(parent)
      if (siblings.size === 0) {
        c.children[parent] = undefined
        this.#nests(parent, -1)
      }
    }
    this.#keys[index] = undefined
    this.structure++
  }

  /** Workers pool wherever they hang, and supervisors where their own supervisor has many of them by its nature; elsewhere late. */
  #join(index: number): void {
    const c = this.columns
    const parent = c.parent[index] ?? NONE
    const spec = this.specOf(index)
    const isDynamic = this.isDynamic(parent)
    const isOfSupervisors = spec.kind === 'supervisor' && !isDynamic
    this.pools.join(index, isDynamic ? (c.slot[index] ?? 0) : -1, isOfSupervisors)
  }

  #depthUnder(parent: number): number {
    return parent === NONE ? 0 : Math.min(MAX_DEPTH, (this.columns.depth[parent] ?? 0) + 1)
  }

  #nests(parent: number, by: number): void {
    const group = this.pools.of(parent)
    if (group) group.nested += by
  }

  #siblings(parent: number): Map<string, number> {
    if (parent === NONE) return this.roots
    const siblings = this.columns.children[parent] ?? new Map<string, number>()
    this.columns.children[parent] = siblings
    return siblings
  }

  #above(parent: number): Above {
    if (parent === NONE) return 'nothing'
    if (this.isDynamic(parent)) return 'a supervisor of many'
    return this.isSupervisor(parent) ? 'a supervisor' : 'a process'
  }

  /** Names and child ids repeat; the decoder makes a new string of each. */
  #intern(text: string): string {
    const known = this.#interned.get(text)
    if (known !== undefined) return known
    if (this.#interned.size >= MAX_INTERNED) this.#interned.clear()
    this.#interned.set(text, text)
    return text
  }
}
