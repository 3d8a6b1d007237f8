/**
 * Semantic zoom: what a scale means in pixels. Text and glyphs keep their size, so a scale does not multiply lengths;
 * it picks a level (far, mid, near) and the room between things. Between two levels the lengths run into each other
 * while the levels cross-fade, so that zooming never jumps.
 */

export type Level = 'far' | 'mid' | 'near'

/** Where each level begins, and how wide the cross-fade around that is. */
export const LEVEL_AT = { mid: 0.35, near: 0.7 } as const
const FADE = 0.1

export const SCALE = { min: 0.06, max: 1.5 } as const

/** Scales the keys `1`, `2`, `3` go to. */
export const LEVEL_SCALE: Record<Level, number> = { far: 0.3, mid: 0.52, near: 0.92 }

export interface Metrics {
  level: Level
  chip: { width: number; height: number }
  columnGap: number
  rowGap: number
  /** Room kept above and below what a `one_for_all` supervisor may take down together, for its outline. */
  groupAbove: number
  groupBelow: number
  /** Room above each direct child of a root for its label; only far. */
  labelAbove: number
  /** Side of one pool cell and the gap to the next, only far; near draws cells by the pool's size. */
  farCell: { side: number; gap: number }
  margin: { x: number; y: number }
}

interface Key {
  at: number
  width: number
  height: number
  columnGap: number
  rowGap: number
  group: number
  label: number
}

/** `near` at 92 % is the drawing of the design: columns 258 apart, rows 49. */
const KEYS: readonly Key[] = [
  { at: 0.06, width: 5, height: 5, columnGap: 20, rowGap: 1, group: 1, label: 16 },
  { at: 0.3, width: 8, height: 8, columnGap: 64, rowGap: 6, group: 2, label: 18 },
  { at: 0.4, width: 118, height: 18, columnGap: 12, rowGap: 7, group: 4, label: 0 },
  { at: 0.52, width: 124, height: 20, columnGap: 16, rowGap: 13, group: 6, label: 0 },
  { at: 0.65, width: 132, height: 22, columnGap: 30, rowGap: 18, group: 10, label: 0 },
  { at: 0.75, width: 206, height: 42, columnGap: 38, rowGap: 4, group: 10, label: 0 },
  { at: 0.92, width: 206, height: 42, columnGap: 52, rowGap: 7, group: 14, label: 0 },
  { at: 1, width: 206, height: 42, columnGap: 60, rowGap: 10, group: 16, label: 0 },
  { at: 1.5, width: 206, height: 42, columnGap: 110, rowGap: 28, group: 26, label: 0 },
]

const mix = (from: number, to: number, part: number): number => from + (to - from) * part

export function levelOf(scale: number): Level {
  if (scale < LEVEL_AT.mid) return 'far'
  return scale < LEVEL_AT.near ? 'mid' : 'near'
}

/** How strongly each level is drawn at a scale: 0 to 1, the two of a cross-fade sum to 1. */
export function levelAlphas(scale: number): Record<Level, number> {
  const rise = (at: number) => Math.min(1, Math.max(0, (scale - (at - FADE / 2)) / FADE))
  const mid = rise(LEVEL_AT.mid)
  const near = rise(LEVEL_AT.near)
  return { far: 1 - mid, mid: mid * (1 - near), near }
}

export function metricsAt(scale: number): Metrics {
  const upper = Math.max(
    1,
    KEYS.findIndex((key) => key.at >= scale),
  )
  const above = KEYS[upper === 1 && scale > 1.5 ? KEYS.length - 1 : upper] as Key
  const below = KEYS[KEYS.indexOf(above) - 1] as Key
  const part = Math.min(1, Math.max(0, (scale - below.at) / (above.at - below.at)))
  const length = (of: (key: Key) => number) => Math.round(mix(of(below), of(above), part) * 2) / 2
  const group = length((key) => key.group)
  const side = Math.min(2.4, Math.max(1.2, scale * 8))
  return {
    level: levelOf(scale),
    chip: { width: length((key) => key.width), height: length((key) => key.height) },
    columnGap: length((key) => key.columnGap),
    rowGap: length((key) => key.rowGap),
    groupAbove: group,
    groupBelow: Math.max(1, group - 2),
    labelAbove: length((key) => key.label),
    farCell: { side, gap: side / 4 },
    margin: { x: 18, y: 14 },
  }
}
