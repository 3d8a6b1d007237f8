/** Pool cells on a canvas, in three passes: at rest, busy, and over them what is abnormal at 8 px or more. */

import { paintGlyph } from './paint-glyph.ts'
import type { Palette, TokenName } from './palette.ts'
import { type CellClasses, classifyCells } from './pool.ts'

export interface CellGrid {
  columns: number
  side: number
  gap: number
}

/** Smallest size of an abnormal cell: smaller cells are drawn over. */
const EXCEPTION_SIDE = 8

export function paintCells(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  cells: Uint8Array,
  grid: CellGrid,
  x: number,
  y: number,
  ground: TokenName,
): void {
  const classes: CellClasses = classifyCells(cells)
  const pitch = grid.side + grid.gap
  const left = (index: number) => x + (index % grid.columns) * pitch
  const top = (index: number) => y + Math.floor(index / grid.columns) * pitch
  const fill = (indexes: number[], colour: TokenName) => {
    ctx.fillStyle = palette.colours[colour]
    for (const index of indexes) ctx.fillRect(left(index), top(index), grid.side, grid.side)
  }
  fill(classes.resting, 'cell')
  fill(classes.busy, 'signal')
  ctx.save()
  ctx.strokeStyle = palette.colours.restarting
  ctx.globalAlpha *= 0.75
  for (const index of classes.waiting) {
    ctx.lineWidth = Math.min(1, grid.side / 3)
    ctx.strokeRect(left(index) + 0.6, top(index) + 0.6, grid.side - 1.2, grid.side - 1.2)
  }
  ctx.restore()
  paintExceptions(ctx, palette, classes.exceptions, grid, x, y, ground)
}

/** What is abnormal, over the others. */
export function paintExceptions(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  exceptions: CellClasses['exceptions'],
  grid: CellGrid,
  x: number,
  y: number,
  ground: TokenName,
): void {
  const pitch = grid.side + grid.gap
  const size = Math.max(EXCEPTION_SIDE, grid.side)
  for (const { index, glyph } of exceptions) {
    const left = x + (index % grid.columns) * pitch + grid.side / 2
    const top = y + Math.floor(index / grid.columns) * pitch + grid.side / 2
    paintGlyph(ctx, palette, glyph, left, top, size, ground)
  }
}
