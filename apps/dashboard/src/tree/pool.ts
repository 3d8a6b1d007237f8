/** Pools: where their cells stand, and what is in each. A cell keeps its index, so a hot spot stays in place. */
import { STATUSES, type Status } from '@orrery/protocol'
import type { Level, Metrics } from './metrics.ts'

/** What one byte of `TreeRow.pool.cells` says. `null`: the slot is empty. */
export interface Cell {
  status: Status | null
  isUnderFault: boolean
}

export interface PoolGrid {
  columns: number
  rows: number
  side: number
  gap: number
}

const EMPTY = 255
const FAULT_BIT = 128

export function decodeCells(base64: string): Uint8Array {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

export function cellOf(byte: number): Cell {
  if (byte === EMPTY) return { status: null, isUnderFault: false }
  return { status: STATUSES[byte & (FAULT_BIT - 1)] ?? null, isUnderFault: (byte & FAULT_BIT) !== 0 }
}

/**
 * The grid of a near pool by its number of slots; `null` above 4,096, where a distribution bar stands instead. Rows
 * grow in steps, so that one more member does not move what stands below.
 */
export function poolGrid(slots: number): PoolGrid | null {
  if (slots > 4_096) return null
  if (slots < 64) return { columns: 16, rows: slots <= 16 ? 1 : slots <= 32 ? 2 : 4, side: 10.2, gap: 1.8 }
  const [columns, side, gap, step] = slots <= 512 ? [32, 5, 1, 2] : [64, 2.5, 0.5, 8]
  const rows = Math.max(1, Math.ceil(slots / columns / step) * step)
  return { columns, rows, side, gap }
}

/** Outer size of a pool at a scale; between levels it runs from one to the other. A folded pool is a chip at near. */
export function poolSize(
  slots: number,
  isFolded: boolean,
  metrics: Metrics,
  alphas: Record<Level, number>,
): { width: number; height: number } {
  const { width, height } = metrics.chip
  const far = farPoolSize(slots, metrics)
  const near = isFolded ? height : nearPoolHeight(slots)
  return {
    width: far.width * alphas.far + width * (1 - alphas.far),
    height: far.height * alphas.far + height * alphas.mid + near * alphas.near,
  }
}

function nearPoolHeight(slots: number): number {
  const grid = poolGrid(slots)
  if (grid === null) return 58
  const cells = grid.rows * (grid.side + grid.gap) - grid.gap
  if (grid.side > 10) return grid.rows === 1 ? 48 : Math.round(42 + cells)
  return Math.max(58, Math.round(32 + cells))
}

/** How many processes one far cell stands for: the whole node stays at some thousands of cells. */
export const processesPerCell = (slots: number): number => (slots > 4_096 ? 16 : 1)

export function farColumns(slots: number): number {
  return slots > 1_024 ? 132 : slots > 64 ? 64 : 32
}

function farPoolSize(slots: number, metrics: Metrics): { width: number; height: number } {
  const cells = Math.max(1, Math.ceil(slots / processesPerCell(slots)))
  const columns = farColumns(slots)
  const pitch = metrics.farCell.side + metrics.farCell.gap
  return {
    width: Math.min(cells, columns) * pitch,
    height: Math.max(metrics.chip.height, Math.ceil(cells / columns) * pitch),
  }
}

/** Cells with `per` processes each; the worst member wins, an empty run stays empty. */
export function foldCells(cells: Uint8Array, per: number): Uint8Array {
  if (per === 1) return cells
  const folded = new Uint8Array(Math.ceil(cells.length / per)).fill(EMPTY)
  for (let index = 0; index < cells.length; index++) {
    const byte = cells[index] as number
    const at = Math.floor(index / per)
    const held = folded[at] as number
    if (byte === EMPTY) continue
    if (held === EMPTY) folded[at] = byte
    else folded[at] = Math.min(held & 127, byte & 127) | ((held | byte) & FAULT_BIT)
  }
  return folded
}

export interface CellClasses {
  /** Indexes by what is drawn in bulk. */
  resting: number[]
  busy: number[]
  waiting: number[]
  /** Everything that takes its own glyph. */
  exceptions: { index: number; glyph: Status | 'fault' }[]
}

/** Sorts cells by how they are drawn; precedence as in the state encoding: a fault shows where nothing worse does. */
export function classifyCells(cells: Uint8Array): CellClasses {
  const classes: CellClasses = { resting: [], busy: [], waiting: [], exceptions: [] }
  for (let index = 0; index < cells.length; index++) {
    const { status, isUnderFault } = cellOf(cells[index] as number)
    if (status === null || status === 'exited') continue
    if (status === 'crashed' || status === 'restarting') classes.exceptions.push({ index, glyph: status })
    else if (isUnderFault) classes.exceptions.push({ index, glyph: 'fault' })
    else if (status === 'backlog' || status === 'suspended') classes.exceptions.push({ index, glyph: status })
    else if (status === 'waiting') classes.waiting.push(index)
    else if (status === 'busy') classes.busy.push(index)
    else classes.resting.push(index)
  }
  return classes
}
