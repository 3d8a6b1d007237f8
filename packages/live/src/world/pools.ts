/** All groups of one node: who belongs to which, what folds, and who is promoted. */
import { type Columns, FLAG } from './columns.ts'
import { Group, PROMOTED, PROMOTED_HOLD_MS } from './group.ts'
import { RING_SECONDS } from './rings.ts'
import { RESTARTING, rank } from './status.ts'

/** More specs than a node will ever have modules. */
const SPECS = 2 ** 20

export class Pools {
  readonly #columns: Columns
  readonly #isUnderFault: (index: number) => boolean
  readonly #byKey = new Map<number, Group>()
  readonly #byId: (Group | undefined)[] = []
  readonly #free: number[] = []
  readonly #unsettled = new Set<Group>()
  /** Counts folds, unfolds and promotions. */
  version = 0

  constructor(columns: Columns, isUnderFault: (index: number) => boolean) {
    this.#columns = columns
    this.#isUnderFault = isUnderFault
  }

  of(index: number): Group | undefined {
    return this.#byId[this.#columns.group[index] ?? -1]
  }

  at(id: number): Group | undefined {
    return this.#byId[id]
  }

  all(): Iterable<Group> {
    return this.#byKey.values()
  }

  /** `isOfSupervisors`: supervisors whose own supervisor has not many by its nature. */
  join(index: number, wantedCell: number, isOfSupervisors: boolean): void {
    const c = this.#columns
    const parent = c.parent[index] ?? -1
    const spec = c.spec[index] ?? -1
    const key = (parent + 1) * SPECS + spec
    let group = this.#byKey.get(key)
    if (group === undefined) {
      group = new Group(this.#free.pop() ?? this.#byId.length, parent, spec, isOfSupervisors)
      group.order = c.order[index] ?? 0
      group.startedAtMs = c.startedAtMs[index] ?? 0
      this.#byKey.set(key, group)
      this.#byId[group.id] = group
    }
    c.group[index] = group.id
    c.cell[index] = group.seat(index, wantedCell)
    group.mailbox += c.mailbox[index] ?? 0
    group.restarts += c.restarts[index] ?? 0
    group.receivedPerS += c.receivedPerS[index] ?? 0
    group.handledPerS += c.handledPerS[index] ?? 0
    if ((c.children[index]?.size ?? 0) > 0) group.nested++
    const status = c.status[index] ?? 0
    group.counts[status] = (group.counts[status] ?? 0) + 1
    if (this.#isUnderFault(index)) group.underFault++
    this.draw(index)
    if (!group.isFolded && group.count >= group.foldAt) {
      group.isFolded = true
      group.spark = new Float64Array(RING_SECONDS).fill(Number.NaN)
      this.version++
    }
  }

  leave(index: number): void {
    const c = this.#columns
    const group = this.of(index)
    if (group === undefined) return
    const status = c.status[index] ?? 0
    group.counts[status] = (group.counts[status] ?? 0) - 1
    if (this.#isUnderFault(index)) group.underFault--
    group.mailbox -= c.mailbox[index] ?? 0
    group.restarts -= c.restarts[index] ?? 0
    group.receivedPerS -= c.receivedPerS[index] ?? 0
    group.handledPerS -= c.handledPerS[index] ?? 0
    if ((c.children[index]?.size ?? 0) > 0) group.nested--
    group.exceptions.delete(index)
    if (group.promoted.delete(index)) this.version++
    group.unseat(c.cell[index] ?? -1)
    c.group[index] = -1
    c.cell[index] = -1
    if (group.isFolded && group.count < group.unfoldBelow) {
      group.isFolded = false
      group.spark = null
      group.promoted.clear()
      this.version++
    }
    if (group.count === 0) {
      this.#byKey.delete((group.parent + 1) * SPECS + group.spec)
      this.#byId[group.id] = undefined
      this.#free.push(group.id)
      this.#unsettled.delete(group)
    }
  }

  /** Status went from `before` to what the column says. */
  moved(index: number, before: number): void {
    const group = this.of(index)
    if (group === undefined) return
    const now = this.#columns.status[index] ?? 0
    group.counts[before] = (group.counts[before] ?? 0) - 1
    group.counts[now] = (group.counts[now] ?? 0) + 1
    this.draw(index)
  }

  /** A fault came over it, or went. */
  faulted(index: number, isUnderFault: boolean): void {
    const group = this.of(index)
    if (group === undefined) return
    group.underFault += isUnderFault ? 1 : -1
    this.draw(index)
  }

  draw(index: number): void {
    const c = this.#columns
    const group = this.of(index)
    if (group === undefined) return
    const status = c.status[index] ?? 0
    const isFirstStart =
      status === RESTARTING &&
      c.has(index, FLAG.alive) &&
      !c.has(index, FLAG.restarted) &&
      c.restarts[index] === 0
    group.draw(index, c.cell[index] ?? 0, status, this.#isUnderFault(index), isFirstStart)
    if (group.isUnsettled) this.#unsettled.add(group)
  }

  /**
   * Decides who stands beside their pool: those who came out less than 5 s ago, then the worst. Once after a batch of
   * changes, and every second.
   */
  settle(nowMs: number): void {
    for (const group of this.#unsettled) {
      group.isUnsettled = false
      if (!group.isFolded) {
        this.#unsettled.delete(group)
        continue
      }
      if (this.#promote(group, nowMs)) this.version++
      // Somebody may have to step back when his time is over.
      if (group.promoted.size === 0) this.#unsettled.delete(group)
    }
  }

  #promote(group: Group, nowMs: number): boolean {
    const worst = this.#worst(group)
    let hasMoved = false
    for (const [index, sinceMs] of group.promoted) {
      if (!worst.includes(index) && nowMs - sinceMs >= PROMOTED_HOLD_MS) {
        group.promoted.delete(index)
        hasMoved = true
      }
    }
    for (const index of worst) {
      if (group.promoted.size >= PROMOTED) break
      if (group.promoted.has(index)) continue
      group.promoted.set(index, nowMs)
      hasMoved = true
    }
    return hasMoved
  }

  /** The worst three, by precedence and then by mailbox; of equals, the first in the pool. */
  #worst(group: Group): number[] {
    const c = this.#columns
    const worst: number[] = []
    const isWorse = (a: number, b: number): boolean => {
      const byRank =
        rank(c.status[a] ?? 0, this.#isUnderFault(a)) - rank(c.status[b] ?? 0, this.#isUnderFault(b))
      if (byRank !== 0) return byRank < 0
      const byMailbox = (c.mailbox[b] ?? 0) - (c.mailbox[a] ?? 0)
      return byMailbox !== 0 ? byMailbox < 0 : (c.cell[a] ?? 0) < (c.cell[b] ?? 0)
    }
    for (const index of group.exceptions) {
      let at = worst.length
      while (at > 0 && isWorse(index, worst[at - 1] ?? index)) at--
      if (at < PROMOTED) {
        worst.splice(at, 0, index)
        if (worst.length > PROMOTED) worst.length = PROMOTED
      }
    }
    return worst
  }
}
