/** Processes of one order by what they have in common: which group each is of, and what each group adds up to. */
import { STATUSES } from '@orrery/protocol'
import type { ViewParams } from '../../views/types.ts'
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

/** The groups in the order of their first member. */
export function groupsOf(order: HeldOrder, by: GroupBy): Group[] {
  const groups = new Map<string, Group>()
  const bySlot = new Map<NodeState, Map<number, Group>>()
  for (let at = 0; at < order.length; at++) {
    if (!order.isThere(at)) continue
    const node = order.nodeAt(at)
    const index = order.indexAt(at)
    const group = by === 'supervisor' ? ofSupervisor(bySlot, node, index) : ofText(groups, by, node, index)
    add(group, node, index, at)
  }
  return by === 'supervisor'
    ? [...bySlot.values()].flatMap((slots) => [...slots.values()])
    : [...groups.values()]
}

function ofText(groups: Map<string, Group>, by: GroupBy, node: NodeState, index: number): Group {
  const name = by === 'node' ? node.name : node.processes.specOf(index).behaviour
  let group = groups.get(name)
  if (group === undefined) {
    group = emptyGroup(`${by} ${name}`, name, node)
    groups.set(name, group)
  }
  if (group.node !== node) group.isOneNode = false
  return group
}

function ofSupervisor(bySlot: Map<NodeState, Map<number, Group>>, node: NodeState, index: number): Group {
  const { processes: p } = node
  const parent = p.columns.parent[index] ?? NONE
  const supervisor = p.isSupervisor(parent) ? parent : NONE
  const slots = bySlot.get(node) ?? new Map<number, Group>()
  bySlot.set(node, slots)
  let group = slots.get(supervisor)
  if (group === undefined) {
    const key = supervisor === NONE ? '' : p.keyOf(supervisor)
    group = emptyGroup(`supervisor ${node.name} ${key}`, '', node)
    group.supervisor = supervisor
    slots.set(supervisor, group)
  }
  return group
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
