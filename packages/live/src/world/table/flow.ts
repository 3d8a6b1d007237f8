/** An order as lines one under the other: each process a line, or groups with what is unfolded of them. */
import type { TableLine } from '../../views/types.ts'
import { isExceptional, RUNNING } from '../status.ts'
import { type Group, type GroupBy, GroupSet, groupKey } from './groups.ts'
import type { HeldOrder } from './held-order.ts'
import { carryMinute, goneRow, groupLine, groupName, isWrong, lineId, tableRow } from './lines.ts'
import type { Pictured } from './rail.ts'
import { type Keys, positionsInOrder } from './sorts.ts'

export interface Window {
  lineCount: number
  groups: number | null
  lines: [id: string, line: TableLine][]
}

export interface Flow {
  /** After the order was; `isMoved` where rows came or went. */
  follow(isMoved: boolean, nowMs: number): void
  window(offset: number, limit: number, folds: ReadonlyMap<string, string>, nowMs: number): Window
  pictured(nowMs: number): Pictured
}

/** Rows above and below the window that are looked at for where a row would move. */
const AROUND = 200
/** Members whose minutes are added up in one go; the next groups have theirs a second later. */
const MAX_READ = 8_192
/** Abnormal members of a group that are told one by one. */
const MAX_ABNORMAL = 100

export function plainFlow(order: HeldOrder, isDescending: boolean): Flow {
  return {
    follow: () => undefined,
    window(offset, limit, _folds, nowMs) {
      const end = Math.min(order.length, offset + limit)
      const moves = movesOf(order, offset, end, isDescending, nowMs)
      const lines: Window['lines'] = []
      for (let at = offset; at < end; at++) {
        const line = rowAt(order, at, moves.get(at) ?? 0, nowMs)
        if (line !== null) lines.push(line)
      }
      return { lineCount: order.length, groups: null, lines }
    },
    pictured: (nowMs) => ({
      length: order.length,
      value: (at) => order.keyNow(at, nowMs),
      status: (at) => order.nodeAt(at).processes.columns.status[order.indexAt(at)] ?? RUNNING,
      isFaulty: (at) => order.nodeAt(at).processes.faults.has(order.indexAt(at)),
      isAbnormal: (at) => isAbnormalAt(order, at),
    }),
  }
}

function rowAt(order: HeldOrder, at: number, moves: number, nowMs: number): [string, TableLine] | null {
  const node = order.nodeAt(at)
  if (order.isThere(at)) {
    const row = tableRow(node, order.indexAt(at), moves, nowMs)
    return [lineId(row.node, row.key), row]
  }
  const facts = order.factsAt(at)
  // Its key may be another's by now: the pid tells the two rows apart.
  return facts ? [`${lineId(node.name, facts.key)} ${facts.pid}`, goneRow(node, facts)] : null
}

/** How many places each row of a stretch would move up among those around it. */
function movesOf(
  order: HeldOrder,
  from: number,
  to: number,
  isDescending: boolean,
  nowMs: number,
): Map<number, number> {
  const moves = new Map<number, number>()
  const first = Math.max(0, from - AROUND)
  const length = Math.min(order.length, to + AROUND) - first
  if (length <= 0) return moves
  const isText = typeof order.keyAt(first) === 'string'
  // Names stand still, and what rises by itself rises with all others.
  if (isText) return moves
  const keys: Keys = new Float64Array(length)
  for (let i = 0; i < length; i++) keys[i] = Number(order.keyNow(first + i, nowMs))
  positionsInOrder(keys, isDescending).forEach((position, place) => {
    if (position !== place) moves.set(first + position, position - place)
  })
  return moves
}

function isAbnormalAt(order: HeldOrder, at: number): boolean {
  const { columns: c, faults } = order.nodeAt(at).processes
  const index = order.indexAt(at)
  return isExceptional(c.status[index] ?? RUNNING, faults.size > 0 && faults.has(index)) && order.isThere(at)
}

export function groupFlow(
  order: HeldOrder,
  by: GroupBy,
  column: string,
  isDescending: boolean,
  firstMs: number,
): Flow {
  const set = new GroupSet(order, by)
  set.sort(placesOf(set.all, column, isDescending, firstMs))
  return {
    // Groups keep their places; those that come stand at the end until the next order.
    follow: () => set.follow(),
    window(offset, limit, folds, nowMs) {
      const groups = set.all
      let room = MAX_READ
      const lines: Window['lines'] = []
      let at = 0
      const put = (make: () => [string, TableLine] | null): void => {
        if (at >= offset && at < offset + limit) {
          const line = make()
          if (line !== null) lines.push(line)
        }
        at++
      }
      for (const group of groups) {
        const unfolded = unfoldedOf(group, folds.get(group.id))
        put(() => {
          room -= carryMinute(group, order, room, nowMs)
          return [group.id, groupLine(group, unfolded.isOpen)]
        })
        // What lies wholly outside the window is only counted.
        if (at + unfolded.places.length < offset || at >= offset + limit) at += unfolded.places.length
        else for (const place of unfolded.places) put(() => rowAt(order, place, 0, nowMs))
        const rest = group.members.length - unfolded.places.length
        if (!unfolded.isOpen || rest === 0) continue
        put(() => [
          `rest ${group.id}`,
          {
            line: 'rest',
            group: group.id,
            count: rest,
            isAbnormal: unfolded.places.length < group.abnormal.length,
          },
        ])
      }
      return { lineCount: at, groups: groups.length, lines }
    },
    pictured: (nowMs) => ({
      length: set.all.length,
      value: (at) => groupKey(set.all[at] as Group, column, '', nowMs),
      status: (at) => statusOf(set.all[at] as Group),
      isFaulty: (at) => (set.all[at]?.faulty ?? 0) > 0,
      isAbnormal: (at) => (set.all[at]?.abnormal.length ?? 0) > 0,
    }),
  }
}

function placesOf(
  groups: readonly Group[],
  column: string,
  isDescending: boolean,
  nowMs: number,
): Int32Array {
  const values = groups.map((group) => groupKey(group, column, groupName(group), nowMs))
  const keys: Keys = values.every((value) => typeof value === 'number')
    ? Float64Array.from(values as number[])
    : values.map(String)
  return positionsInOrder(keys, isDescending)
}

function unfoldedOf(group: Group, fold: string | undefined): { isOpen: boolean; places: readonly number[] } {
  if (fold === '*') return { isOpen: true, places: group.members }
  const isOpen = fold === undefined ? isWrong(group) : fold === '+'
  return { isOpen, places: isOpen ? group.abnormal.slice(0, MAX_ABNORMAL) : [] }
}

function statusOf({ counts }: Group): number {
  const worst = counts.findIndex((count) => count > 0)
  return worst < 0 ? RUNNING : worst
}
