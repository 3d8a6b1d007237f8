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
