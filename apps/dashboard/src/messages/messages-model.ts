/** What the messages screen computes of its view: scales, places of labels, shades, rows of the table. Pure. */
import type { MessagesView, Percentiles, Spark } from '@orrery/live/views'

export interface Frame {
  left: number
  right: number
  top: number
  floor: number
  fromMs: number
  toMs: number
}

/** Where an instant stands. A step stands at its middle. */
export function xOf(frame: Frame, atMs: number): number {
  return frame.left + ((atMs - frame.fromMs) / (frame.toMs - frame.fromMs)) * (frame.right - frame.left)
}

/** The instant under a pixel, on a step's middle; `null` outside. */
export function instantAt(
  frame: Frame,
  x: number,
  view: Pick<MessagesView, 'fromMs' | 'stepMs'>,
): number | null {
  if (x < frame.left || x > frame.right) return null
  const atMs = frame.fromMs + ((x - frame.left) / (frame.right - frame.left)) * (frame.toMs - frame.fromMs)
  return middleOf(view, Math.floor((atMs - view.fromMs) / view.stepMs))
}

export function middleOf(view: Pick<MessagesView, 'fromMs' | 'stepMs'>, step: number): number {
  return view.fromMs + (step + 0.5) * view.stepMs
}

/** The step an instant lies in, or -1. */
export function stepAt(view: Pick<MessagesView, 'fromMs' | 'stepMs'>, steps: number, atMs: number): number {
  const step = Math.floor((atMs - view.fromMs) / view.stepMs)
  return step >= 0 && step < steps ? step : -1
}

export interface LogAxis {
  least: number
  most: number
  /** Decades, in milliseconds. */
  ticks: number[]
}

/** Whole decades of milliseconds around all values, given in microseconds; at least from 0.1 ms to 10 ms. */
export function logAxis(...all: Percentiles[]): LogAxis {
  let least = 0.1
  let most = 10
  for (const { steps } of all) {
    for (const step of steps) {
      if (step === null) continue
      for (const us of 'q' in step ? step.q : step.each) {
        if (us > 0) least = Math.min(least, us / 1_000)
        most = Math.max(most, us / 1_000)
      }
    }
  }
  const low = Math.max(-2, Math.floor(Math.log10(least)))
  const high = Math.ceil(Math.log10(most * 1.05))
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  return {
    least: 10 ** low,
    most: 10 ** high,
    ticks: high - low > 5 ? ticks.filter((_, i) => i % 2 === 0) : ticks,
  }
}

/** What lies under the axis stands on it. */
export function logY(axis: LogAxis, us: number, top: number, floor: number): number {
  const share = Math.log10(Math.max(axis.least, us / 1_000) / axis.least) / Math.log10(axis.most / axis.least)
  return floor - share * (floor - top)
}

/** Runs of steps that have percentiles. */
export function bandRuns(steps: Percentiles['steps']): { from: number; q: number[][] }[] {
  const runs: { from: number; q: number[][] }[] = []
  let run: { from: number; q: number[][] } | null = null
  for (const [i, step] of steps.entries()) {
    if (step !== null && 'q' in step) {
      run ??= { from: i, q: [] }
      run.q.push(step.q)
      continue
    }
    if (run !== null) runs.push(run)
    run = null
  }
  if (run !== null) runs.push(run)
  return runs
}

export interface PlacedLabel {
  id: string
  text: string
  x: number
  y: number
}

const LABEL_PX = 13
const MAX_LABELS = 9

/**
 * Labels beside lines, each near its own: from the busiest down, those that would lie on another share its place, named together.
 */
export function placeLabels(
  lines: readonly { id: string; name: string; x: number; y: number }[],
  top: number,
  floor: number,
): PlacedLabel[] {
  const placed: (PlacedLabel & { names: string[] })[] = []
  for (const line of lines.toSorted((a, b) => a.y - b.y)) {
    const y = Math.min(floor - 3, Math.max(top + LABEL_PX - 3, line.y - 5))
    const near = placed.find((label) => Math.abs(label.y - y) < LABEL_PX)
    if (near !== undefined) near.names.push(line.name)
    else placed.push({ id: line.id, names: [line.name], text: '', x: line.x, y })
  }
  return placed.slice(0, MAX_LABELS).map(({ id, names, x, y }) => ({ id, x, y, text: together(names) }))
}

/** `exchange@kista-1, kista-2 and 3 more`. */
function together(names: string[]): string {
  const [first = '', ...others] = names
  const base = first.includes('@') ? first.slice(0, first.indexOf('@') + 1) : null
  const short = others.map((name) =>
    base !== null && name.startsWith(base) ? name.slice(base.length) : name,
  )
  const shown = [first, ...short.slice(0, 2)].join(', ')
  return short.length > 2 ? `${shown} and ${short.length - 2} more` : shown
}

/** The highest value of all lines. */
export function highest(lines: readonly { points: Spark }[]): number {
  let most = 0
  for (const { points } of lines) for (const point of points) most = Math.max(most, point ?? 0)
  return most
}

/** How strong a cell of the heat-map is, in percent of the full colour: log from 1 to 10,000. `null` is a gap. */
export function heat(length: number | null): number | null {
  if (length === null) return null
  if (length <= 0) return 0
  const share = Math.min(1, Math.log10(length + 1) / 4)
  return Math.round(6 + share ** 1.9 * 94)
}

export const HEAT_LEGEND = [1, 10, 50, 100, 500, 1_000, 5_000, 10_000]

/** Equal neighbours of a row as one cell, so that a quiet row is one rectangle. */
export function heatRuns(points: Spark): { from: number; length: number; heat: number | null }[] {
  const runs: { from: number; length: number; heat: number | null }[] = []
  for (const [i, point] of points.entries()) {
    const last = runs.at(-1)
    const strength = heat(point)
    if (last !== undefined && last.heat === strength) last.length++
    else runs.push({ from: i, length: 1, heat: strength })
  }
  return runs
}

/** `0.24`, `3.1`, `248`, in milliseconds. */
export function msText(us: number): string {
  const ms = us / 1_000
  if (ms < 0.1) return ms === 0 ? '0' : ms.toFixed(3).replace(/0+$/, '')
  if (ms < 10) return ms.toFixed(2)
  if (ms < 100) return ms.toFixed(1)
  return Math.round(ms).toLocaleString('en-US')
}

export function tickMs(ms: number): string {
  return ms >= 1_000 ? `${ms / 1_000} s` : String(ms)
}

/** Above this a wait is no longer ordinary. */
export const LONG_WAIT_US = 100_000

export interface TableLine {
  atMs: number
  values: (number | null)[]
  wait: string
  handling: string
}

/** The charts as a table, newest first. */
export function tableLines(view: MessagesView): TableLine[] {
  const { order, lines, wait, handling } = view
  return wait.steps
    .map((_, i) => ({
      atMs: view.fromMs + i * view.stepMs,
      values: order.map((id) => lines[id]?.points[i] ?? null),
      wait: stepText(wait.steps[i] ?? null),
      handling: stepText(handling.steps[i] ?? null),
    }))
    .reverse()
}

/** `0.24 / 3.1 / 248 / 300` of p50, p90, p99 and p99.9, or each sample. */
export function stepText(step: Percentiles['steps'][number]): string {
  if (step === null) return 'no data'
  return ('q' in step ? step.q : step.each.toSorted((a, b) => a - b)).map(msText).join(' / ')
}
