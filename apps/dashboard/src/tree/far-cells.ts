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

/** Pixels of one cell in the picture all others are made of, its gap included. */
const PITCH = 4
const SIDE = 3

export interface FarCells {
  readonly picture: HTMLCanvasElement
  /** The size it is drawn with, in pixels of the screen. */
  readonly width: number
  readonly height: number
  readonly columns: number
  readonly rows: number
  readonly exceptions: CellClasses['exceptions']
}

interface Kept extends FarCells {
  readonly cells: string
  readonly palette: Palette
  /** The picture of `PITCH` pixels a cell. */
  readonly whole: HTMLCanvasElement
  /** One of `pitch` pixels a cell. */
  readonly own: HTMLCanvasElement | undefined
  readonly pitch: number
}

/** Pictures by pool. Bounded by the pools that are drawn: those that were not lately are let go. */
const kept = new Map<string, Kept>()
const MOST_KEPT = 2_000

/** `pitch` is from one cell to the next, in pixels of the screen. */
export function farCells(
  key: string,
  count: number,
  cells: string,
  palette: Palette,
  pitch: number,
): FarCells {
  const known = kept.get(key)
  const columns = farColumns(count)
  const isSame = known?.cells === cells && known.palette === palette && known.columns === columns
  if (isSame && known.pitch === pitch && known.picture !== known.whole) return known
  if (kept.size > MOST_KEPT) kept.clear()
  const made = isSame
    ? known
    : make(foldCells(decodeCells(cells), processesPerCell(count)), columns, palette, known?.whole)
  // Who zooms sees each size once: one that comes again is worth a picture of its own.
  const own = known?.pitch === pitch ? scaled(made.whole, pitch / PITCH, known.own) : known?.own
  const picture = known?.pitch === pitch && own ? own : made.whole
  const isWhole = picture === made.whole
  const width = isWhole ? columns * pitch : picture.width
  const height = isWhole ? made.rows * pitch : picture.height
  const now: Kept = { ...made, picture, own, width, height, pitch, cells, palette }
  kept.set(key, now)
  return now
}

/** A canvas of that size with nothing on it: the one of before, where there was one. */
function blank(width: number, height: number, before: HTMLCanvasElement | undefined): HTMLCanvasElement {
  const canvas = before ?? document.createElement('canvas')
  if (canvas.width === width && canvas.height === height)
    canvas.getContext('2d')?.clearRect(0, 0, width, height)
  else {
    canvas.width = width
    canvas.height = height
  }
  return canvas
}

function scaled(
  whole: HTMLCanvasElement,
  by: number,
  before: HTMLCanvasElement | undefined,
): HTMLCanvasElement {
  const [width, height] = [whole.width * by, whole.height * by]
  const picture = blank(Math.max(1, Math.ceil(width)), Math.max(1, Math.ceil(height)), before)
  picture.getContext('2d')?.drawImage(whole, 0, 0, width, height)
  return picture
}

function make(
  cells: Uint8Array,
  columns: number,
  palette: Palette,
  before: HTMLCanvasElement | undefined,
): Pick<Kept, 'whole' | 'columns' | 'rows' | 'exceptions'> {
  const rows = Math.max(1, Math.ceil(cells.length / columns))
  const [width, height] = [columns * PITCH, rows * PITCH]
  const whole = blank(width, height, before)
  const ctx = whole.getContext('2d')
  const classes = classifyCells(cells)
  if (ctx === null) return { whole, columns, rows, exceptions: classes.exceptions }
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
  return { whole, columns, rows, exceptions: classes.exceptions }
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
