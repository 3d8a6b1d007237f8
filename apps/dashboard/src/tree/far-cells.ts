/**
 * The cells of a far pool as a picture that is made once and moved about: at rest, busy and waiting by the pixel, whatever the scale. Who drags
 * the tree pays for a copy of each pool, not for each of its cells. What is abnormal is drawn over it.
 */
import type { Palette } from './palette.ts'
import {
  type CellClasses,
  classifyCells,
  decodeCells,
  farColumns,
  foldCells,
  processesPerCell,
} from './pool.ts'

/** Pixels of one cell in the picture, its gap included. */
const PITCH = 4
const SIDE = 3

export interface FarCells {
  readonly picture: HTMLCanvasElement
  readonly columns: number
  readonly rows: number
  readonly exceptions: CellClasses['exceptions']
}

interface Kept extends FarCells {
  readonly cells: string
  readonly palette: Palette
}

/** Pictures by pool. Bounded by the pools that are drawn: those that were not lately are let go. */
const kept = new Map<string, Kept>()
const MOST_KEPT = 2_000

export function farCells(key: string, count: number, cells: string, palette: Palette): FarCells {
  const known = kept.get(key)
  const columns = farColumns(count)
  if (known?.cells === cells && known.palette === palette && known.columns === columns) return known
  if (kept.size > MOST_KEPT) kept.clear()
  const made = make(foldCells(decodeCells(cells), processesPerCell(count)), columns, palette, known?.picture)
  kept.set(key, { ...made, cells, palette })
  return made
}

function make(
  cells: Uint8Array,
  columns: number,
  palette: Palette,
  before: HTMLCanvasElement | undefined,
): FarCells {
  const rows = Math.max(1, Math.ceil(cells.length / columns))
  const picture = before ?? document.createElement('canvas')
  const [width, height] = [columns * PITCH, rows * PITCH]
  if (picture.width !== width || picture.height !== height) {
    picture.width = width
    picture.height = height
  }
  const ctx = picture.getContext('2d')
  const classes = classifyCells(cells)
  if (ctx === null) return { picture, columns, rows, exceptions: classes.exceptions }
  const image = ctx.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  const fill = (indexes: readonly number[], colour: number) => {
    for (const index of indexes) {
      const left = (index % columns) * PITCH
      const top = Math.floor(index / columns) * PITCH
      for (let y = top; y < top + SIDE; y++) pixels.fill(colour, y * width + left, y * width + left + SIDE)
    }
  }
  fill(classes.resting, pixelOf(palette.colours.cell))
  fill(classes.busy, pixelOf(palette.colours.signal))
  fill(classes.waiting, pixelOf(palette.colours.restarting, 0.4))
  ctx.putImageData(image, 0, 0)
  return { picture, columns, rows, exceptions: classes.exceptions }
}

const pixels = new Map<string, number>()

/** A colour of the theme as the canvas has it: read back from one pixel, since a theme may say it in any notation. */
function pixelOf(colour: string, alpha = 1): number {
  const name = `${colour} ${alpha}`
  const known = pixels.get(name)
  if (known !== undefined) return known
  const one = document.createElement('canvas')
  one.width = 1
  one.height = 1
  const ctx = one.getContext('2d')
  if (ctx === null) return 0
  ctx.globalAlpha = alpha
  ctx.fillStyle = colour
  ctx.fillRect(0, 0, 1, 1)
  const pixel = new Uint32Array(ctx.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0
  pixels.set(name, pixel)
  return pixel
}
