/** Everybody who matches as one cell, and those the sample takes among them. Pure. */
import { pick } from '@orrery/protocol/faults'

/** More than this are drawn as a share alone. */
export const MAX_CELLS = 4_096

export interface Cells {
  columns: number
  /** From one cell to the next, in pixels. */
  step: number
  height: number
  /** Places in the order of the hub, from 0. */
  picked: number[]
}

/** `null` where there is nothing to draw, or too much. The same places the hub takes with this seed. */
export function cellsOf(matching: number, taken: number, seed: number, width: number): Cells | null {
  if (matching === 0 || matching > MAX_CELLS || width < 40) return null
  const step = matching <= 256 ? 9 : matching <= 2_048 ? 4.53 : 3.2
  const columns = Math.floor(width / step)
  const places = Array.from({ length: matching }, (_, place) => place)
  return {
    columns,
    step,
    height: Math.ceil(matching / columns) * step,
    picked: taken >= matching ? places : pick(places, taken, seed),
  }
}
