/** Axes, bands and bars of the node's charts: pure. A gap is a gap, never a line to zero. */
import type { Spark } from '@orrery/live/views'
import { scaleLinear } from 'd3'

/** Windows that the held data can serve: five minutes, second by second. */
export const WINDOWS = [
  { id: '1', label: '1 min', windowS: 60 },
  { id: '5', label: '5 min', windowS: 300 },
] as const
export type WindowId = (typeof WINDOWS)[number]['id']

export interface Axis {
  low: number
  top: number
  ticks: number[]
}

/** From zero to a round number above `max`: at most five lines. */
export function axisFromZero(max: number, least: number): Axis {
  const scale = scaleLinear()
    .domain([0, Math.max(max * 1.06, least)])
    .nice(4)
  return { low: 0, top: scale.domain()[1] ?? 1, ticks: scale.ticks(4) }
}

/** Around the values, with `least` between its ends: for what moves little and is large. */
export function axisAround(values: Spark, least: number): Axis {
  const known = values.filter((value) => value !== null)
  const min = known.length === 0 ? 0 : Math.min(...known)
  const max = known.length === 0 ? 0 : Math.max(...known)
  const spread = Math.max(least, (max - min) * 1.2)
  const low = Math.max(0, (min + max - spread) / 2)
  const scale = scaleLinear()
    .domain([low, low + spread])
    .nice(3)
  const [from = 0, to = 1] = scale.domain()
  return { low: from, top: to, ticks: scale.ticks(3) }
}

const STEPS_MS = [10_000, 15_000, 30_000, 60_000, 180_000]

/** Round instants between two times, about five of them. */
export function timeTicks(fromMs: number, toMs: number): number[] {
  const span = toMs - fromMs
  const step = STEPS_MS.find((ms) => span / ms <= 5) ?? 300_000
  const ticks: number[] = []
  for (let atMs = Math.ceil(fromMs / step) * step; atMs <= toMs; atMs += step) ticks.push(atMs)
  return ticks
}

/** A band between two lines: its area, its upper edge, and its points where they are too few for a line. */
export interface Band {
  area: string
  edge: string
  points: [x: number, y: number][]
}

const FEW = 4

export function bandPaths(
  upper: Spark,
  lower: Spark | null,
  x: (index: number) => number,
  y: (value: number) => number,
  floor: number,
): Band {
  const known = upper.filter((value) => value !== null).length
  const band: Band = { area: '', edge: '', points: [] }
  let run: [x: number, top: number, bottom: number][] = []
  const close = () => {
    if (known < FEW || run.length === 1) for (const [px, top] of run) band.points.push([px, top])
    else if (run.length > 0) {
      const top = run.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join('L')
      const bottom = [...run].reverse().map(([px, , py]) => `${px.toFixed(1)} ${py.toFixed(1)}`)
      band.edge += `M${top}`
      band.area += `M${top}L${bottom.join('L')}Z`
    }
    run = []
  }
  upper.forEach((value, i) => {
    const below = lower?.[i] ?? null
    if (value === null) close()
    else run.push([x(i), y(value), below === null ? floor : y(below)])
  })
  close()
  return band
}

/** Lines laid on each other: the n-th is the sum of the first n. Missing where the first is, else what is missing is 0. */
export function stacked(lines: Spark[]): Spark[] {
  const sums: Spark[] = []
  for (const line of lines) {
    const below = sums.at(-1)
    sums.push(
      (lines[0] ?? []).map((value, i) => (value === null ? null : (below?.[i] ?? 0) + (line[i] ?? 0))),
    )
  }
  return sums
}

/** Labels at the height of what they name, moved apart from the top down so that none covers another. */
export function spreadLabels(ys: number[], gap: number, floor: number): number[] {
  const order = ys.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y)
  let last = Number.NEGATIVE_INFINITY
  for (const label of order) {
    label.y = Math.max(label.y, last + gap)
    last = label.y
  }
  let next = floor
  for (const label of order.reverse()) {
    label.y = Math.min(label.y, next)
    next = label.y - gap
  }
  const placed = [...ys]
  for (const { y, i } of order) placed[i] = y
  return placed
}

/** Sums over steps of `every` seconds that begin at whole multiples of it; a step nobody knows is `null`. */
export function steps(values: Spark, fromMs: number, every: number): { atMs: number; sum: number | null }[] {
  const held = new Map<number, number | null>()
  values.forEach((value, i) => {
    const second = Math.round(fromMs / 1_000) + i
    const step = Math.floor(second / every) * every
    const before = held.get(step) ?? null
    held.set(step, value === null ? before : (before ?? 0) + value)
  })
  return [...held].map(([second, sum]) => ({ atMs: second * 1_000, sum }))
}

/** The value at an instant, `null` in a gap. */
export function valueAt(values: Spark, fromMs: number, atMs: number): number | null {
  return values[Math.round((atMs - fromMs) / 1_000)] ?? null
}

export function lastKnown(values: Spark): number | null {
  return values.findLast((value) => value !== null) ?? null
}

/** The middle of what is known. */
export function median(values: Spark): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b)
  return known[Math.floor(known.length / 2)] ?? null
}

export function largest(values: Spark): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

export function total(values: Spark): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}
