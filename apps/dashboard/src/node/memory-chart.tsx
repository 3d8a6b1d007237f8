'use client'
/** Memory by space, stacked in MB; the collector's pauses stand on its floor, 1.5 px a millisecond. */
import type { NodeView } from '@orrery/live/views'
import { HEAP_WARNS_AT } from '../cluster/cluster-model.ts'
import { count } from '../live/format.ts'
import { BandMark, ChartFrame, type Label, type Plot, type Span } from './chart-frame.tsx'
import { axisFromZero, bandPaths, largest, lastKnown, stacked } from './chart-model.ts'

const MB = 1e6
const PX_PER_MS = 1.5
/** From the bottom up; a space beyond them looks like the last. */
const SHADES = [0.5, 0.2, 0.36, 0.16, 0.3]

export function MemoryChart({
  view,
  span,
  limitBytes,
  height,
}: {
  view: NodeView | null
  span: Span
  limitBytes: number
  height: number
}) {
  const spaces = view?.spaces ?? []
  const sums = stacked(spaces.map(({ line }) => line.map((bytes) => (bytes === null ? null : bytes / MB))))
  const most = largest(sums.at(-1) ?? []) ?? 0
  const limit = limitBytes / MB
  // A limit far away would press everything that happens onto the floor.
  const isNear = limit > 0 && limit <= most * 4
  const axis = axisFromZero(isNear ? Math.max(most, limit / 1.06) : most, 10)
  const used = lastKnown(sums.at(-1) ?? [])
  const x = (plot: Plot) => (index: number) => plot.x((view?.fromMs ?? 0) + index * 1_000)
  const labels = (y: (value: number) => number, plot: Plot): Label[] => {
    const shown: Label[] = spaces.flatMap(({ name }, i) => {
      const top = lastKnown(sums[i] ?? [])
      const below = i === 0 ? 0 : lastKnown(sums[i - 1] ?? [])
      if (top === null || below === null) return []
      const tone = name === 'new' ? 'signal' : i === 0 ? 'ink' : 'ink-2'
      return [{ text: `${name} ${mb(top - below)}`, y: y((top + below) / 2), tone } as const]
    })
    if (shown.length > 0) shown.push({ text: 'GC pauses', y: plot.floor - 8, tone: 'ink-2' })
    if (isNear) {
      shown.push({ text: `limit ${count(limit)}`, y: y(limit), tone: 'ink-3' })
      shown.push({ text: `${HEAP_WARNS_AT * 100} % warns`, y: y(limit * HEAP_WARNS_AT), tone: 'ink-2' })
    }
    return shown
  }
  return (
    <ChartFrame
      label={used === null ? 'Memory: no data' : `Memory: ${count(used)} MB held`}
      span={span}
      axis={axis}
      height={height}
      labels={labels}
    >
      {(y, plot) => (
        <>
          {sums.map((sum, i) => {
            const name = spaces[i]?.name ?? ''
            const isNew = name === 'new'
            return (
              <BandMark
                key={name}
                band={bandPaths(sum, sums[i - 1] ?? null, x(plot), y, plot.floor)}
                tone={isNew ? 'signal' : 'ink-3'}
                opacity={isNew ? 0.43 : (SHADES[i] ?? 0.3)}
                edge={{ tone: 'surface-1', width: 1 }}
              />
            )
          })}
          {isNear ? (
            <>
              <path d={`M${plot.left} ${y(limit)}H${plot.right}`} stroke="var(--color-ink-3)" />
              <path
                d={`M${plot.left} ${y(limit * HEAP_WARNS_AT)}H${plot.right}`}
                stroke="var(--color-ink-2)"
                strokeDasharray="4 3"
              />
            </>
          ) : null}
          <Pauses view={view} plot={plot} />
        </>
      )}
    </ChartFrame>
  )
}

function Pauses({ view, plot }: { view: NodeView | null; plot: Plot }) {
  if (!view) return null
  const most = (plot.floor - plot.top) * 0.6
  const pin = (ms: number | null, i: number): string =>
    ms === null || ms === 0
      ? ''
      : `M${plot.x(view.fromMs + i * 1_000).toFixed(1)} ${plot.floor - 1}v${-Math.min(most, Math.max(1, ms * PX_PER_MS)).toFixed(1)}`
  return (
    <>
      <path
        d={view.lines.gcMinorMs.map(pin).join('')}
        stroke="var(--color-ink-2)"
        strokeWidth="1.2"
        opacity=".75"
      />
      <path d={view.lines.gcMajorMs.map(pin).join('')} stroke="var(--color-ink)" strokeWidth="2" />
    </>
  )
}

function mb(value: number): string {
  return value < 9.95 ? String(Math.round(value * 10) / 10) : count(value)
}
