/** Where things stand on the strip: pure, in pixels of a strip `width` wide whose live edge is near its right end. */
import type { Spark, TimelineView } from '@orrery/live/views'

export const SPAN_MS = 300_000
const LEFT = 16
/** Room right of the live edge. */
const RIGHT = 50
/** Narrower strips keep the scale and show their newest part. */
const LEAST_SPAN_PX = 1_138

export interface StripScale {
  edgeMs: number
  edgeX: number
  /** First pixel that is drawn. */
  leftX: number
  x: (atMs: number) => number
}

export function stripScale(width: number, edgeMs: number, spanPx = LEAST_SPAN_PX, right = RIGHT): StripScale {
  const edgeX = width - right
  const perMs = Math.max(spanPx, edgeX - LEFT) / SPAN_MS
  return { edgeMs, edgeX, leftX: LEFT, x: (atMs) => edgeX - (edgeMs - atMs) * perMs }
}

/** The newest instant the timeline holds a value for; without one, the last point of its window. */
export function edgeOf(timeline: TimelineView): number {
  return timeline.fromMs + Math.max(0, timeline.messagesPerS.length - 1) * timeline.stepMs
}

/** Area and line of messages a second; gaps stay gaps. */
export function ratePaths(
  values: Spark,
  fromMs: number,
  stepMs: number,
  scale: StripScale,
  top: number,
  base: number,
): { line: string; area: string } {
  const max = Math.max(1, ...values.map((value) => value ?? 0)) * 1.05
  let line = ''
  let area = ''
  let run: string[] = []
  let from = 0
  let to = 0
  const close = () => {
    if (run.length > 1) {
      const path = run.join('L')
      line += `M${path}`
      area += `M${from.toFixed(1)} ${base}L${path}L${to.toFixed(1)} ${base}Z`
    }
    run = []
  }
  values.forEach((value, i) => {
    const x = scale.x(fromMs + i * stepMs)
    if (value === null || x < scale.leftX - 4) {
      close()
      return
    }
    if (run.length === 0) from = x
    to = x
    run.push(`${x.toFixed(1)} ${(base - (value / max) * (base - top)).toFixed(1)}`)
  })
  close()
  return { line, area }
}

export interface Tick {
  atMs: number
  x: number
  isMajor: boolean
}

/** Every five seconds, longer every thirty. */
export function ticks(scale: StripScale): Tick[] {
  const found: Tick[] = []
  const last = Math.floor(scale.edgeMs / 5_000) * 5_000
  for (let atMs = last; ; atMs -= 5_000) {
    const x = scale.x(atMs)
    if (x < scale.leftX) break
    found.push({ atMs, x, isMajor: atMs % 30_000 === 0 })
  }
  return found
}

export type Mark = TimelineView['marks'][number]

/** One mark, or several too close to tell apart. */
export interface PlacedMark {
  /** Of its first, so that it stays the same mark while more join it. */
  id: string
  kind: Mark['kind']
  x: number
  /** Newest last. */
  marks: Mark[]
}

/** What happened there, also what was not told one by one. */
export function countOf({ marks }: PlacedMark): number {
  return marks.reduce((sum, { more }) => sum + 1 + more, 0)
}

const NEAR_PX = 9

/** Marks of one kind on the strip, oldest first; those nearer than a glyph's width become one with a count. */
export function placeMarks(
  marks: Mark[],
  kind: Mark['kind'],
  scale: StripScale,
  nearPx = NEAR_PX,
): PlacedMark[] {
  const placed: PlacedMark[] = []
  const inOrder = marks.filter((mark) => mark.kind === kind).sort((a, b) => a.atMs - b.atMs)
  for (const mark of inOrder) {
    // A crash is told before the second it happened in is counted.
    const x = Math.min(scale.edgeX, scale.x(mark.atMs))
    if (x < scale.leftX + 2) continue
    const before = placed.at(-1)
    // Placed at and measured from its first, so that a steady storm becomes several marks that do not overlap.
    const first = before?.marks[0]
    if (before && first && x - scale.x(first.atMs) < nearPx) {
      before.marks.push(mark)
    } else {
      placed.push({ id: mark.id, kind, x, marks: [mark] })
    }
  }
  return placed
}
