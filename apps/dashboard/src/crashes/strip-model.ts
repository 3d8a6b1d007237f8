/** A group's latest crashes as marks on a time axis, under the faults that were active meanwhile. Pure. */
import type { CrashView, Lease } from '@orrery/live/views'

export interface StripMark {
  /** Share of the width. */
  at: number
  /** Crashes too close to each other for a mark each. */
  n: number
  /** Whether a fault is proven to have led to every one of them. */
  isInjected: boolean
}

export interface StripSpan {
  id: string
  label: string
  from: number
  to: number
}

export interface Strip {
  fromMs: number
  toMs: number
  marks: StripMark[]
  spans: StripSpan[]
}

/** Room left and right of the outermost crashes, of the whole. */
const MARGIN = 0.06
const LEAST_MS = 1_000

/** `null` where no crash is held. `apart` is the share of the width that a mark takes. */
export function stripOf(
  course: CrashView['course'],
  faults: readonly Lease[],
  nowMs: number,
  apart: number,
): Strip | null {
  const [first, last] = [course[0], course.at(-1)]
  if (!first || !last) return null
  const pad = Math.max(LEAST_MS, last.atMs - first.atMs) * MARGIN
  const [fromMs, toMs] = [first.atMs - pad, last.atMs + pad]
  const share = (atMs: number) => Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)))
  const marks: StripMark[] = []
  for (const { atMs, isInjected } of course) {
    const before = marks.at(-1)
    if (before && share(atMs) - before.at < apart) {
      before.n++
      before.isInjected &&= isInjected
    } else marks.push({ at: share(atMs), n: 1, isInjected })
  }
  const spans = faults.flatMap((fault) => {
    const endMs = fault.endedAtMs ?? nowMs
    if (fault.startedAtMs >= toMs || endMs <= fromMs) return []
    const label = `${fault.id} ${fault.kind.replaceAll('_', ' ')}`
    return [{ id: fault.id, label, from: share(fault.startedAtMs), to: share(endMs) }]
  })
  return { fromMs, toMs, marks, spans }
}
