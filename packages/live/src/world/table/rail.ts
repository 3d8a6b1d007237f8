/** The whole table in its order as one narrow picture: how far the sorted value reaches, and where something is wrong. */
import type { TableRail } from '../../views/types.ts'
import { rank, statusName } from '../status.ts'

export const RAIL_STEPS = 120
const MARK_STEPS = 64

/** What the picture needs to know of a line, by its place. */
export interface Pictured {
  length: number
  value(at: number): number | string
  status(at: number): number
  isFaulty(at: number): boolean
  isAbnormal(at: number): boolean
}

export function railOf(of: Pictured): TableRail {
  const { length } = of
  if (length === 0) return { length, shares: [], marks: [] }
  return { length, shares: shares(of), marks: marks(of) }
}

/** The place of a rank, 0 to 1. */
function placeOf(rank: number, length: number): number {
  return Math.sqrt(rank / length)
}

function shares({ length, value }: Pictured): number[] {
  const values: number[] = []
  for (let step = 0; step < RAIL_STEPS; step++) {
    const at = Math.min(length - 1, Math.floor((step / RAIL_STEPS) ** 2 * length))
    const of = value(at)
    if (typeof of === 'string') return []
    values.push(Math.log10(Math.max(0, of) + 1))
  }
  const most = Math.max(...values)
  return most === 0 ? [] : values.map((share) => Math.round((share / most) * 100))
}

function marks(of: Pictured): TableRail['marks'] {
  const worst: ({ at: number; rank: number } | undefined)[] = new Array(MARK_STEPS)
  for (let at = 0; at < of.length; at++) {
    if (!of.isAbnormal(at)) continue
    const step = Math.min(MARK_STEPS - 1, Math.floor(placeOf(at, of.length) * MARK_STEPS))
    const own = rank(of.status(at), of.isFaulty(at))
    const held = worst[step]
    if (held === undefined || own < held.rank) worst[step] = { at, rank: own }
  }
  return worst.flatMap((mark) =>
    mark === undefined
      ? []
      : [[mark.at, statusName(of.status(mark.at)), of.isFaulty(mark.at)] as TableRail['marks'][number]],
  )
}
