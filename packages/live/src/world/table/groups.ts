/** Processes of one order by what they have in common: which group each is of, and what each group adds up to. */
import { STATUSES } from '@orrery/protocol'
import type { Spark, ViewParams } from '../../views/types.ts'
import { NONE } from '../columns.ts'
import type { NodeState } from '../node.ts'
import { BACKLOG, isExceptional, RUNNING } from '../status.ts'
import type { RecentTimings } from '../timings.ts'
import type { HeldOrder } from './held-order.ts'

export type GroupBy = Exclude<ViewParams['table']['group'], 'none'>

export interface Group {
  id: string
  /** What they have in common, as text; of a supervisor its slot says more. */
  name: string
  node: NodeState
  isOneNode: boolean
  /** Slot of the supervisor; `NONE` where that is not what they have in common, or there is none. */
  supervisor: number
  /** Start order of the supervisor: its slot may be another's later. */
  born: number
  /** Received a second by all, the last minute; `null` until it was added up. */
  minute: { second: number; values: Spark } | null
  /** Places in the order, first to last. */
  members: number[]
  /** Of them, those in an abnormal state. */
  abnormal: number[]
  counts: number[]
  faulty: number
  receivedPerS: number
  handledPerS: number
  mailbox: number
  growthPerS: number
  /** The worst percentiles, the sum of what they are busy. */
  timings: RecentTimings | null
  restarts: number
  startedAtMs: number
  worst: number
}

/** The groups of an order. A group stays the same object while anybody is in it, so that following allocates little. */
export class GroupSet {
  readonly #order: HeldOrder
  readonly #by: GroupBy
  readonly #byText = new Map<string, Group>()
  /** By slot of the supervisor, one further: place 0 is for those without. */
  readonly #bySlot = new Map<NodeState, (Group | undefined)[]>()
  #all: Group[] = []

  constructor(order: HeldOrder, by: GroupBy) {
    this.#order = order
    this.#by = by
    this.follow()
  }

  /** Those that came last stand last. */
  get all(): readonly Group[] {
    return this.#all
  }

  sort(places: Int32Array): void {
    this.#all = Array.from(places, (at) => this.#all[at] as Group)
  }

  follow(): void {
    for (const group of this.#all) clear(group)
    const order = this.#order
    const isBySupervisor = this.#by === 'supervisor'
    for (let at = 0; at < order.length; at++) {
      if (!order.isThere(at)) continue
      const node = order.nodeAt(at)
      const index = order.indexAt(at)
      add(isBySupervisor ? this.#ofSupervisor(node, index) : this.#ofText(node, index), node, index, at)
    }
    if (this.#all.some(({ members }) => members.length === 0)) this.#drop()
  }

  #ofText(node: NodeState, index: number): Group {
    const name = this.#by === 'node' ? node.name : node.processes.specOf(index).behaviour
    let group = this.#byText.get(name)
    if (group === undefined) {
      group = this.#put(emptyGroup(`${this.#by} ${name}`, name, node))
      this.#byText.set(name, group)
    }
    if (group.node !== node) group.isOneNode = false
    return group
  }

  #ofSupervisor(node: NodeState, index: number): Group {
    const { processes: p } = node
    const parent = p.columns.parent[index] ?? NONE
    let slots = this.#bySlot.get(node)
    if (slots === undefined) {
      slots = []
      this.#bySlot.set(node, slots)
    }
    const known = slots[parent + 1]
    // The slot may be another supervisor's by now.
    if (known !== undefined && (parent === NONE || known.born === p.columns.order[parent])) return known
    const supervisor = p.isSupervisor(parent) ? parent : NONE
    const key = supervisor === NONE ? '' : p.keyOf(supervisor)
    const shared = supervisor === NONE && parent !== NONE ? slots[0] : undefined
    const group = shared ?? this.#put(emptyGroup(`supervisor ${node.name} ${key}`, '', node))
    group.supervisor = supervisor
    if (supervisor === NONE) slots[0] = group
    else {
      group.born = p.columns.order[supervisor] ?? 0
      slots[supervisor + 1] = group
    }
    return group
  }

  #put(group: Group): Group {
    this.#all.push(group)
    return group
  }

  #drop(): void {
    for (const [name, { members }] of this.#byText) if (members.length === 0) this.#byText.delete(name)
    for (const slots of this.#bySlot.values()) {
      slots.forEach((group, at) => {
        if (group?.members.length === 0) slots[at] = undefined
      })
    }
    this.#all = this.#all.filter(({ members }) => members.length > 0)
  }
}

function clear(group: Group): void {
  group.members.length = 0
  group.abnormal.length = 0
  group.counts.fill(0)
  group.faulty = 0
  group.receivedPerS = 0
  group.handledPerS = 0
  group.mailbox = 0
  group.growthPerS = 0
  group.restarts = 0
  group.startedAtMs = Number.POSITIVE_INFINITY
  group.worst = STATUSES.length
}

function add(group: Group, node: NodeState, index: number, at: number): void {
  const { columns: c, faults } = node.processes
  const status = c.status[index] ?? RUNNING
  const isFaulty = faults.size > 0 && faults.has(index)
  group.members.push(at)
  if (isExceptional(status, isFaulty)) group.abnormal.push(at)
  group.counts[status] = (group.counts[status] ?? 0) + 1
  if (isFaulty) group.faulty++
  group.receivedPerS += c.receivedPerS[index] ?? 0
  group.handledPerS += c.handledPerS[index] ?? 0
  group.mailbox += c.mailbox[index] ?? 0
  if ((c.mailbox[index] ?? 0) > 0) group.growthPerS += node.sampling.growthPerS(index)
  group.restarts += c.restarts[index] ?? 0
  addTimings(group, node.recentTimings(index))
  group.startedAtMs = Math.min(group.startedAtMs, c.startedAtMs[index] ?? 0)
  // As `rank` has it, a fault just before a backlog.
  group.worst = Math.min(group.worst, status < BACKLOG ? status : isFaulty ? BACKLOG : status + 1)
}

/** Percentiles are never averaged. */
function addTimings(group: Group, timings: RecentTimings | undefined): void {
  if (timings === undefined) return
  const { timings: held } = group
  group.timings =
    held === null
      ? timings
      : {
          waitP99Us: Math.max(held.waitP99Us, timings.waitP99Us),
          tookP99Us: Math.max(held.tookP99Us, timings.tookP99Us),
          busy: held.busy + timings.busy,
        }
}

function emptyGroup(id: string, name: string, node: NodeState): Group {
  return {
    id,
    name,
    node,
    isOneNode: true,
    supervisor: NONE,
    born: 0,
    minute: null,
    members: [],
    abnormal: [],
    counts: new Array<number>(STATUSES.length).fill(0),
    faulty: 0,
    receivedPerS: 0,
    handledPerS: 0,
    mailbox: 0,
    growthPerS: 0,
    timings: null,
    restarts: 0,
    startedAtMs: Number.POSITIVE_INFINITY,
    worst: STATUSES.length,
  }
}

/** What a group is sorted by: sums, its oldest member, its worst state, else its name. */
export function groupKey(group: Group, column: string, name: string, nowMs: number): number | string {
  switch (column) {
    case 'in':
      return group.receivedPerS
    case 'out':
      return group.handledPerS
    case 'mailbox':
      return group.mailbox
    case 'growth':
      return group.growthPerS
    case 'wait':
      return group.timings?.waitP99Us ?? -1
    case 'handling':
      return group.timings?.tookP99Us ?? -1
    case 'busy':
      return group.timings?.busy ?? -1
    case 'restarts':
      return group.restarts
    case 'uptime':
      return nowMs - group.startedAtMs
    case 'status':
      return group.worst
    case 'node':
      return group.node.name
    default:
      return name
  }
}
