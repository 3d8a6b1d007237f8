/** Draws the tree on a canvas: edges, then what mid and far show. Near chips are DOM and not drawn here. */
import type { TreeRow, TreeView } from '@orrery/live/views'
import { count } from '../live/format.ts'
import { visible as safe } from '../term/term-text.ts'
import type { Camera, Size } from './camera.ts'
import { edgesIn, traceFan } from './edges.ts'
import { farCells } from './far-cells.ts'
import type { Box, Layout } from './layout.ts'
import type { Level, Metrics } from './metrics.ts'
import { ORPHANS, rowOf } from './model.ts'
import { paintExceptions } from './paint-cells.ts'
import { paintGlyph } from './paint-glyph.ts'
import { paintStrategy } from './paint-strategy.ts'
import type { Palette } from './palette.ts'

/** What the edges depend on; numbers and states of processes do not move them. */
export interface EdgeScene {
  layout: Layout
  camera: Camera
  size: Size
  palette: Palette
  /** What a search or filter leaves lit; `null` lights all. */
  lit: ReadonlySet<string> | null
  isOld: boolean
  /** Edges drawn elsewhere, because they move. */
  lively: ReadonlySet<string>
}

export interface Scene extends EdgeScene {
  view: TreeView
  metrics: Metrics
  alphas: Record<Level, number>
  /** Processes under each direct child of a root. */
  counts: ReadonlyMap<string, number>
  /** Pixels of the screen in one of the page's. */
  ratio: number
  /** The highest point of what each of them holds. */
  tops: ReadonlyMap<string, number>
}

const DIM = 0.22

export const pixelRatio = (): number => Math.min(3, window.devicePixelRatio || 1)

/** Sizes the canvas to the screen's pixels and clears it. */
export function open(canvas: HTMLCanvasElement, size: Size): CanvasRenderingContext2D | null {
  const ratio = pixelRatio()
  const width = Math.round(size.width * ratio)
  const height = Math.round(size.height * ratio)
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  }
  const ctx = canvas.getContext('2d')
  if (!ctx) return null
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
  ctx.clearRect(0, 0, size.width, size.height)
  return ctx
}

export function paintEdges(ctx: CanvasRenderingContext2D, scene: EdgeScene): void {
  const { layout, camera, size, palette, lit, lively, isOld } = scene
  ctx.save()
  ctx.translate(camera.x, camera.y)
  ctx.strokeStyle = palette.colours['line-2']
  ctx.lineWidth = 1.2
  const rest = new Path2D()
  const dim = new Path2D()
  const dotted = new Path2D()
  const area = {
    left: -camera.x,
    right: size.width - camera.x,
    top: -camera.y,
    bottom: size.height - camera.y,
  }
  let parent: Box | null = null
  let lightChildren: Box[] = []
  let dimChildren: Box[] = []
  const traceChildren = () => {
    if (parent === null) return
    traceFan(rest, parent, lightChildren)
    traceFan(dim, parent, dimChildren)
    lightChildren = []
    dimChildren = []
  }
  // A parent's edges stand together.
  for (const { from, to, isPromotion } of edgesIn(layout, area)) {
    if (lively.has(to.key)) continue
    if (isPromotion) {
      dotted.moveTo(from.x + from.width + 6, to.anchor)
      dotted.lineTo(to.x, to.anchor)
      continue
    }
    if (from !== parent) {
      traceChildren()
      parent = from
    }
    if (lit && !lit.has(to.key)) dimChildren.push(to)
    else lightChildren.push(to)
  }
  traceChildren()
  if (isOld) ctx.setLineDash([1, 3])
  ctx.stroke(rest)
  ctx.globalAlpha = 0.4
  ctx.stroke(dim)
  ctx.globalAlpha = 1
  ctx.setLineDash([1, 3])
  ctx.stroke(dotted)
  ctx.restore()
}

export function paintMarks(ctx: CanvasRenderingContext2D, scene: Scene, boxes: readonly Box[]): void {
  const { camera, alphas } = scene
  ctx.save()
  ctx.translate(camera.x, camera.y)
  if (alphas.far > 0) for (const box of boxes) paintFar(ctx, scene, box)
  if (alphas.mid > 0) for (const box of boxes) paintMid(ctx, scene, box)
  ctx.restore()
}

const isLit = (scene: Scene, key: string): boolean => scene.lit === null || scene.lit.has(key)

function paintMid(ctx: CanvasRenderingContext2D, scene: Scene, box: Box): void {
  const { palette, alphas, metrics, view } = scene
  const row = rowOf(view, box.key)
  ctx.globalAlpha = alphas.mid
  ctx.fillStyle = palette.colours.bg
  ctx.fillRect(box.x, box.anchor - 10, metrics.chip.width, 20)
  ctx.globalAlpha = alphas.mid * (isLit(scene, box.key) ? 1 : DIM)
  ctx.textBaseline = 'alphabetic'
  ctx.textAlign = 'left'
  const x = box.x + 4
  const y = box.anchor
  if (!row) {
    if (box.key !== ORPHANS) return
    ctx.fillStyle = palette.colours['ink-2']
    ctx.font = `500 12.5px ${palette.sans}`
    ctx.fillText('orphans', x + 17, y + 4.5)
    return
  }
  paintGlyph(ctx, palette, row.status, x + 5, y, 10)
  ctx.font = `500 12.5px ${palette.sans}`
  ctx.fillStyle = row.status === 'waiting' || scene.isOld ? palette.colours['ink-2'] : palette.colours.ink
  const extra = extraWidth(row)
  const name = row.pool ? `${safe(row.name)} × ${count(row.pool.count)}` : safe(row.name)
  const text = fitText(ctx, name, metrics.chip.width - 21 - extra)
  ctx.fillText(text, x + 17, y + 4.5)
  let after = x + 17 + ctx.measureText(text).width + 6
  if (row.strategy) {
    paintStrategy(ctx, row.strategy, palette.colours['ink-2'], after, y - 5, 16)
    after += 20
  }
  if (row.fault !== null) {
    paintGlyph(ctx, palette, 'fault', after + 5, y, 10)
    after += 14
  }
  if (row.status === 'backlog' || row.mailboxLength > 1_000) {
    ctx.font = `400 10.5px ${palette.mono}`
    ctx.fillStyle = palette.colours.backlog
    ctx.fillText(count(row.mailboxLength), after, y + 4)
  }
}

function extraWidth(row: TreeRow): number {
  const isFull = row.status === 'backlog' || row.mailboxLength > 1_000
  return (row.strategy ? 20 : 0) + (row.fault === null ? 0 : 16) + (isFull ? 36 : 0)
}

function fitText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (ctx.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle
    else high = middle - 1
  }
  return `${text.slice(0, low)}…`
}

function paintFar(ctx: CanvasRenderingContext2D, scene: Scene, box: Box): void {
  const { palette, alphas, metrics, view } = scene
  const row = rowOf(view, box.key)
  if (!row || row.promotedFrom !== null) return
  ctx.globalAlpha = alphas.far * (isLit(scene, box.key) ? 1 : DIM)
  if (row.pool) {
    const pitch = metrics.farCell.side + metrics.farCell.gap
    const { picture, width, height, columns, exceptions } = farCells(
      row.key,
      row.pool.count,
      row.pool.cells,
      palette,
      pitch * scene.ratio,
    )
    // On whole pixels a picture is copied; between them it would be made anew.
    const { ratio, camera } = scene
    const x = Math.round((box.x + camera.x) * ratio) / ratio - camera.x
    const y = Math.round((box.y + camera.y) * ratio) / ratio - camera.y
    ctx.drawImage(picture, x, y, width / ratio, height / ratio)
    paintExceptions(ctx, palette, exceptions, { columns, ...metrics.farCell }, box.x, box.y, 'bg')
  } else {
    const isPlain = row.status === 'running' || row.status === 'busy'
    const x = box.x + metrics.chip.width / 2
    if (isPlain && row.fault === null) {
      const isSupervisor = row.kind === 'supervisor'
      ctx.fillStyle = palette.colours[isSupervisor ? 'ink-2' : row.status === 'busy' ? 'busy' : 'running']
      ctx.beginPath()
      ctx.arc(
        x,
        box.anchor,
        isSupervisor ? Math.min(3, metrics.chip.height / 2) : Math.min(2.4, metrics.chip.height / 2),
        0,
        7,
      )
      ctx.fill()
    } else {
      const glyph = row.fault !== null && isPlain ? 'fault' : row.status
      paintGlyph(ctx, palette, glyph, x, box.anchor, 8, 'bg')
    }
  }
  if (box.column === 1) paintFarLabel(ctx, scene, box, row)
}

/** One label for each direct child of a root, above all it holds: its name and how many processes that is. */
function paintFarLabel(ctx: CanvasRenderingContext2D, scene: Scene, box: Box, row: TreeRow): void {
  const { palette, counts, tops } = scene
  const y = (tops.get(row.key) ?? box.y) - 5
  ctx.textBaseline = 'alphabetic'
  ctx.font = `400 11px ${palette.sans}`
  ctx.fillStyle = palette.colours['ink-2']
  const name = safe(row.name)
  ctx.fillText(name, box.x, y)
  const width = ctx.measureText(name).width
  const below = counts.get(row.key) ?? 0
  if (below === 0) return
  ctx.font = `400 11px ${palette.mono}`
  ctx.fillStyle = palette.colours['ink-3']
  ctx.fillText(count(below), box.x + width + 6, y)
}
