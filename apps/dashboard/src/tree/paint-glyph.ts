/** State glyphs on a canvas: the same shapes as the SVG ones, in a box of 12 units. */
import type { Status } from '@orrery/protocol'
import type { Palette, TokenName } from './palette.ts'

export type GlyphShape = Status | 'fault'

interface Stroke {
  path: string
  width: number
  dash?: number[]
}

interface Shape {
  colour: TokenName
  fills?: string[]
  strokes?: Stroke[]
}

const circle = (r: number): string => `M${6 - r} 6a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`

const SHAPES: Record<GlyphShape, Shape> = {
  running: { colour: 'running', strokes: [{ path: circle(3.4), width: 1.7 }] },
  busy: { colour: 'busy', fills: [circle(4.2)] },
  backlog: { colour: 'backlog-mark', fills: ['M6 1.4 11 10.4H1Z'] },
  suspended: { colour: 'suspended', fills: ['M2.8 1.8h2.4v8.4H2.8zM6.8 1.8h2.4v8.4H6.8z'] },
  crashed: { colour: 'crashed', strokes: [{ path: 'M2 2l8 8M10 2l-8 8', width: 2.4 }] },
  restarting: {
    colour: 'restarting',
    fills: ['M10.9.6v3.6H7.3Z'],
    strokes: [{ path: 'M10.4 6a4.4 4.4 0 1 1-1.5-3.3', width: 1.8 }],
  },
  waiting: { colour: 'restarting', strokes: [{ path: circle(4.2), width: 1.6, dash: [2, 2.4] }] },
  exited: { colour: 'ink-3', strokes: [{ path: 'M3 6h6', width: 1.8 }] },
  fault: {
    colour: 'fault',
    fills: ['M6 3.7 8.3 6 6 8.3 3.7 6Z'],
    strokes: [{ path: 'M6 .6 11.4 6 6 11.4.6 6Z', width: 1.5 }],
  },
}

const paths = new Map<string, Path2D>()
const pathOf = (text: string): Path2D => {
  let path = paths.get(text)
  if (!path) {
    path = new Path2D(text)
    paths.set(text, path)
  }
  return path
}

/** Draws a glyph with its centre at `x`, `y`; `ground` clears what lies under it first. */
export function paintGlyph(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  shape: GlyphShape,
  x: number,
  y: number,
  size: number,
  ground?: TokenName,
): void {
  const { colour, fills, strokes } = SHAPES[shape]
  ctx.save()
  ctx.translate(x - size / 2, y - size / 2)
  ctx.scale(size / 12, size / 12)
  if (ground) {
    ctx.fillStyle = palette.colours[ground]
    ctx.fillRect(-1.5, -1.5, 15, 15)
  }
  ctx.fillStyle = palette.colours[colour]
  ctx.strokeStyle = palette.colours[colour]
  for (const fill of fills ?? []) ctx.fill(pathOf(fill))
  for (const { path, width, dash } of strokes ?? []) {
    ctx.lineWidth = width
    ctx.setLineDash(dash ?? [])
    ctx.stroke(pathOf(path))
  }
  ctx.restore()
}
