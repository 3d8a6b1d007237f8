/** Axes and lines of a chart over time: pure. A gap is a gap, never a line to zero. */
import type { Spark } from '@orrery/live/views'
import { scaleLinear } from 'd3'

export const RANGES = [
  { id: '5', label: '5 min', windowS: 300 },
  { id: '15', label: '15 min', windowS: 900 },
  { id: '60', label: '1 h', windowS: 3_600 },
] as const
export type RangeId = (typeof RANGES)[number]['id']

/** The ranges that show more than a shorter one would: what is not held is not offered. */
export function heldRanges(heldFromMs: number | null, nowMs: number): (typeof RANGES)[number][] {
  return RANGES.filter((_, i) => {
    const shorter = RANGES[i - 1]
    return shorter === undefined || (heldFromMs !== null && nowMs - heldFromMs > shorter.windowS * 1_000)
  })
}

export interface Plot {
  left: number
  right: number
  top: number
  bottom: number
}

/** Ticks from zero to a round number above `max`: at most five lines. */
export function valueAxis(max: number, least: number): { top: number; ticks: number[] } {
  const scale = scaleLinear()
    .domain([0, Math.max(max * 1.06, least)])
    .nice(4)
  return { top: scale.domain()[1] ?? 1, ticks: scale.ticks(4) }
}

const STEPS_MS = [60_000, 180_000, 300_000, 600_000, 900_000]

/** Round instants between two times, about five of them. */
export function timeTicks(fromMs: number, toMs: number): number[] {
  const span = toMs - fromMs
  const step = STEPS_MS.find((ms) => span / ms <= 6) ?? 1_800_000
  const ticks: number[] = []
  for (let atMs = Math.ceil(fromMs / step) * step; atMs <= toMs; atMs += step) ticks.push(atMs)
  return ticks
}

export interface Line {
  path: string
  area: string
  /** Values too few for a line, as points. */
  points: [number, number][]
}

const FEW = 4

/** A line through `values`, broken where one is missing. */
export function linePaths(
  values: Spark,
  fromMs: number,
  stepMs: number,
  x: (atMs: number) => number,
  y: (value: number) => number,
  floor: number,
): Line {
  const known = values.filter((value) => value !== null).length
  let path = ''
  let area = ''
  const points: [number, number][] = []
  let run: [number, number][] = []
  const close = () => {
    const from = run[0]
    const to = run.at(-1)
    if (from && to && known >= FEW) {
      if (run.length === 1) points.push(from)
      const text = run.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join('L')
      path += `M${text}`
      area += `M${from[0].toFixed(1)} ${floor}L${text}L${to[0].toFixed(1)} ${floor}Z`
    }
    if (known < FEW) points.push(...run)
    run = []
  }
  values.forEach((value, i) => {
    if (value === null) close()
    else run.push([x(fromMs + i * stepMs), y(value)])
  })
  close()
  return { path, area, points }
}

/** The value at an instant, `null` in a gap. */
export function valueAt(values: Spark, fromMs: number, stepMs: number, atMs: number): number | null {
  return values[Math.round((atMs - fromMs) / stepMs)] ?? null
}

/** When the last known value was. */
export function lastKnownMs(values: Spark, fromMs: number, stepMs: number): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    if (values[i] !== null && values[i] !== undefined) return fromMs + i * stepMs
  }
  return null
}
