/** Edges between boxes: out to the right, down or up between the columns, in to the left; corners of 6 px. */
import type { Box, Layout } from './layout.ts'

const CORNER = 6

export interface Line {
  from: string
  to: string
  path: string
}

/** The way from a parent to a child, as SVG path text (a canvas takes it too). */
export function elbow(parent: Box, child: Box): string {
  const x1 = parent.x + parent.width
  const x2 = child.x
  const y1 = parent.anchor
  const y2 = child.anchor
  if (Math.abs(y2 - y1) < 1) return `M${x1} ${y1}H${x2}`
  const gap = Math.max(0, x2 - x1)
  const middle = x1 + gap / 2
  const corner = Math.min(CORNER, Math.abs(y2 - y1) / 2, gap / 2)
  const turn = y2 > y1 ? corner : -corner
  return `M${x1} ${y1}H${middle - corner}q${corner} 0 ${corner} ${turn}V${y2 - turn}q0 ${turn} ${corner} ${turn}H${x2}`
}

/** The same on a canvas, whose path it goes on with. */
export function traceElbow(path: CanvasPath, parent: Box, child: Box): void {
  const x1 = parent.x + parent.width
  const x2 = child.x
  const y1 = parent.anchor
  const y2 = child.anchor
  path.moveTo(x1, y1)
  if (Math.abs(y2 - y1) >= 1) {
    const gap = Math.max(0, x2 - x1)
    const middle = x1 + gap / 2
    const corner = Math.min(CORNER, Math.abs(y2 - y1) / 2, gap / 2)
    const turn = y2 > y1 ? corner : -corner
    path.lineTo(middle - corner, y1)
    path.quadraticCurveTo(middle, y1, middle, y1 + turn)
    path.lineTo(middle, y2 - turn)
    path.quadraticCurveTo(middle, y2, middle + corner, y2)
  }
  path.lineTo(x2, y2)
}

/**
 * The ways from one parent to many children, as `traceElbow` has them: what they have in common (out of the parent, up and
 * down between the columns) is traced once, which makes a wide tree's edges a tenth of the work.
 */
export function traceFan(path: CanvasPath, parent: Box, children: readonly Box[]): void {
  const x1 = parent.x + parent.width
  const y1 = parent.anchor
  let x2: number | null = null
  let [lowest, highest] = [y1, y1]
  for (const child of children) {
    // One of another column, or with no room for whole corners, goes a way of its own.
    const isAlone = Math.abs(child.anchor - y1) < 2 * CORNER || child.x - x1 < 2 * CORNER
    if (isAlone || (x2 !== null && child.x !== x2)) {
      traceElbow(path, parent, child)
      continue
    }
    x2 = child.x
    const middle = x1 + (x2 - x1) / 2
    const y2 = child.anchor
    const turn = y2 > y1 ? CORNER : -CORNER
    path.moveTo(middle, y2 - turn)
    path.quadraticCurveTo(middle, y2, middle + CORNER, y2)
    path.lineTo(x2, y2)
    lowest = Math.max(lowest, y2)
    highest = Math.min(highest, y2)
  }
  if (x2 === null) return
  const middle = x1 + (x2 - x1) / 2
  for (const [end, turn] of [
    [lowest, CORNER],
    [highest, -CORNER],
  ] as const) {
    if (end === y1) continue
    path.moveTo(x1, y1)
    path.lineTo(middle - CORNER, y1)
    path.quadraticCurveTo(middle, y1, middle, y1 + turn)
    path.lineTo(middle, end - turn)
  }
}

/** Edges of which a part may lie in the rectangle. */
export function edgesIn(
  layout: Layout,
  view: { left: number; right: number; top: number; bottom: number },
): { from: Box; to: Box; isPromotion: boolean }[] {
  const found: { from: Box; to: Box; isPromotion: boolean }[] = []
  for (const edge of layout.edges) {
    const from = layout.boxes.get(edge.from)
    const to = layout.boxes.get(edge.to)
    if (!from || !to) continue
    if (to.x < view.left || from.x > view.right) continue
    if (Math.max(from.anchor, to.anchor) < view.top || Math.min(from.anchor, to.anchor) > view.bottom)
      continue
    found.push({ from, to, isPromotion: edge.kind === 'promotion' })
  }
  return found
}
