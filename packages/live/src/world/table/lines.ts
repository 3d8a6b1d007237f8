/** One line of the process table as it is drawn: a process, one that is gone, a group. */
import type { Spark, TableGroup, TableRow } from '../../views/types.ts'
import { FLAG, NONE, ORPHANS } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { processRow } from '../readers/processes-view.ts'
import { rounded, sparkOf } from '../readers/tree-row.ts'
import type { GoneFacts } from '../recently-gone.ts'
import { RING_SECONDS, SERIES } from '../rings.ts'
import { BACKLOG, isDown, RUNNING, statusName, worstOf } from '../status.ts'
import type { RecentTimings } from '../timings.ts'
import type { Group } from './groups.ts'
import type { HeldOrder } from './held-order.ts'

const NEW_MS = 5_000
/** The minutes of more than these are not added up each second. */
const MAX_SUMMED = 1_024

export function lineId(node: string, key: string): string {
  return `${node} ${key}`
}

export function tableRow(node: NodeState, index: number, moves: number, nowMs: number): TableRow {
  const { processes: p, sampling } = node
  const { columns: c } = p
  const { kind, supervisor } = p.specOf(index)
  const parent = c.parent[index] ?? NONE
  const isYoung = nowMs - (c.startedAtMs[index] ?? 0) < NEW_MS
  return {
    line: 'process',
    ...processRow({ node, index }),
    kind,
    supervisor: parent > ORPHANS ? displayName(p, parent) : null,
    strategy: supervisor?.strategy ?? null,
    spark: sparkOf(node, index, SERIES.received),
    growthPerS: rounded(sampling.growthPerS(index)),
    timings: rounding(node.recentTimings(index)),
    isNew: isYoung && c.has(index, FLAG.alive) && !c.has(index, FLAG.restarted),
    moves,
    exit: exitOf(node, index),
  }
}

/** As many figures as are drawn, so that what looks the same is not told again. */
function rounding(timings: RecentTimings | undefined): RecentTimings | null {
  if (timings === undefined) return null
  const { waitP99Us, tookP99Us, busy } = timings
  return {
    waitP99Us: Number(waitP99Us.toPrecision(3)),
    tookP99Us: Number(tookP99Us.toPrecision(3)),
    busy: Math.round(busy * 1_000) / 1_000,
  }
}

/** How it ended, of a process that is down and whose supervisor keeps its place. */
function exitOf({ processes: p, pasts }: NodeState, index: number): TableRow['exit'] {
  const { columns: c } = p
  if (c.has(index, FLAG.alive) || !isDown(c.status[index] ?? RUNNING)) return null
  const exit = p.exits.get(index)
  const last = pasts.get(p.keyOf(index))?.incarnations[0]
  return {
    atMs: exit?.atMs ?? last?.exitedAtMs ?? 0,
    text: exit ? exit.text || exit.tag : (last?.exit ?? ''),
    crashId: exit?.crashId || null,
    restart: p.specOf(index).restart,
    isGone: (p.dead.get(index) ?? Number.POSITIVE_INFINITY) !== Number.POSITIVE_INFINITY,
  }
}

export function goneRow(node: NodeState, facts: GoneFacts): TableRow {
  const { key, pid, name, label, behaviour, module, parent, restart, restarts, startedAtMs, atMs, text } =
    facts
  return {
    line: 'process',
    node: node.name,
    key,
    pid,
    name,
    label,
    behaviour,
    module,
    parent,
    status: 'exited',
    mailboxLength: 0,
    receivedPerS: 0,
    handledPerS: 0,
    restarts,
    startedAtMs,
    fault: null,
    kind: 'worker',
    supervisor: null,
    strategy: null,
    spark: [],
    growthPerS: 0,
    timings: null,
    isNew: false,
    moves: 0,
    exit: { atMs, text, crashId: null, restart, isGone: true },
  }
}

export function groupName(group: Group): string {
  if (group.supervisor !== NONE) return displayName(group.node.processes, group.supervisor)
  return group.id.startsWith('supervisor ') ? 'no supervisor' : group.name
}

export function groupLine(group: Group, isOpen: boolean): TableGroup {
  const { processes: p } = group.node
  const { supervisor: slot } = group
  const mix: TableGroup['mix'] = {}
  group.counts.forEach((count, status) => {
    if (count > 0) mix[statusName(status)] = count
  })
  return {
    line: 'group',
    name: groupName(group),
    node: group.isOneNode ? group.node.name : null,
    key: slot === NONE ? null : p.keyOf(slot),
    pid: slot === NONE ? null : (p.columns.pid[slot] ?? ''),
    strategy: slot === NONE ? null : (p.specOf(slot).supervisor?.strategy ?? null),
    status: statusName(worstOf(group.counts)),
    faulty: group.faulty,
    count: group.members.length,
    mix,
    receivedPerS: rounded(group.receivedPerS),
    handledPerS: rounded(group.handledPerS),
    mailboxLength: group.mailbox,
    growthPerS: rounded(group.growthPerS),
    timings: rounding(group.timings ?? undefined),
    restarts: group.restarts,
    spark: group.minute?.values ?? [],
    isOpen,
  }
}

/**
 * The minute of a group: added up once, over as many members as `room` allows, then carried on by what all receive.
 * Answers how many members were read for it.
 */
export function carryMinute(group: Group, order: HeldOrder, room: number, nowMs: number): number {
  const second = Math.floor(nowMs / 1_000)
  const { minute, members } = group
  if (minute === null) {
    if (members.length > Math.min(MAX_SUMMED, room)) return 0
    group.minute = { second, values: summed(members, order) }
    return members.length
  }
  const passed = Math.min(RING_SECONDS, second - minute.second)
  if (passed <= 0) return 0
  const come = new Array<number>(passed).fill(Math.round(group.receivedPerS))
  group.minute = { second, values: [...minute.values, ...come].slice(-RING_SECONDS) }
  return 0
}

function summed(members: readonly number[], order: HeldOrder): Spark {
  const sum = new Array<number | null>(RING_SECONDS).fill(null)
  for (const at of members) {
    const node = order.nodeAt(at)
    const ring = node.processes.columns.ring[order.indexAt(at)] ?? -1
    if (ring === -1) continue
    const points = node.processes.rings.read(ring, SERIES.received, node.sampling.second, RING_SECONDS)
    points.forEach((value, i) => {
      if (value !== null) sum[i] = (sum[i] ?? 0) + value
    })
  }
  return sum.map((value) => value && Math.round(value))
}

/** Whether a status of a group stands for something that is wrong. */
export function isWrong(group: Group): boolean {
  return group.worst <= BACKLOG + 2
}
