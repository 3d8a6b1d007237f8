/** The outline around what a strategy took down, and a place for its three lines. Pure. */
import type { Incident } from './incident.ts'
import type { Box, Layout } from './layout.ts'
import type { Metrics } from './metrics.ts'

export interface GroupBox {
  x: number
  y: number
  width: number
  height: number
  /** Top left of the note; `null` where there is no room to write. */
  note: { x: number; y: number } | null
}

export const NOTE = { width: 236, height: 54 } as const

/** `descend` gives every key below one, that one included. */
export function groupBox(
  incident: Incident,
  layout: Layout,
  metrics: Metrics,
  descend: (key: string) => Iterable<string>,
): GroupBox | null {
  const members: Box[] = []
  const roots =
    incident.phase === 'giving-up' ? [incident.supervisor, ...incident.affected] : incident.affected
  for (const root of roots) {
    for (const key of descend(root)) {
      const box = layout.boxes.get(key)
      if (box) members.push(box)
    }
  }
  const first = members[0]
  if (!first) return null
  const left = Math.min(...members.map((box) => box.x))
  const top = Math.min(...members.map((box) => box.y))
  const bottom = Math.max(...members.map((box) => box.y + box.height))
  const right = Math.max(...members.map((box) => box.x + box.width))
  const isGuarded = incident.strategy === 'one_for_all'
  const above = isGuarded ? metrics.groupAbove + 2 : Math.min(4, metrics.rowGap / 2)
  const below = isGuarded ? metrics.groupBelow - 2 : Math.min(3, metrics.rowGap / 2)
  const y = Math.round(top - above)
  const height = bottom + below - y
  const x = Math.round(left - Math.min(22, metrics.columnGap / 2 - 4))
  const head = members.filter((box) => box.x === left)
  const noteX = Math.max(...head.map((box) => box.x + box.width)) + 16
  const note = metrics.level === 'near' ? placeNote(members, noteX, y + 10, right, height) : null
  const width = Math.max(right + 14, note ? note.x + NOTE.width + 20 : 0) - x
  return { x, y, width, height, note }
}

/** Beside the first column if nothing of the group stands there, else right of everything. */
function placeNote(
  members: readonly Box[],
  x: number,
  y: number,
  right: number,
  height: number,
): { x: number; y: number } | null {
  if (height < NOTE.height + 12) return { x: right + 16, y: y - 6 }
  const isFree = !members.some(
    (box) =>
      box.x < x + NOTE.width &&
      box.x + box.width > x &&
      box.y < y + NOTE.height + 6 &&
      box.y + box.height > y,
  )
  return { x: isFree ? x : right + 16, y }
}
