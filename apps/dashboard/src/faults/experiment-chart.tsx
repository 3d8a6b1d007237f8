'use client'
/** What an experiment touches, over time: a line, the hatched span since it was injected, crashes and restarts on it. */
import type { ExperimentRow } from '@orrery/live/views'
import { useId } from 'react'
import { clock, count, plural, rate } from '../live/format.ts'
import { GlyphMark } from '../ui/glyphs.tsx'
import { Hatch } from '../ui/hatch.tsx'
import { lastOf, niceMax, sparkPaths } from '../ui/spark-paths.ts'
import { useSize } from '../ui/use-size.ts'
import { captionOf } from './experiment-model.ts'

/** Nearer marks of one kind are one. */
const MARK_PX = 9

export function ExperimentChart({
  chart,
  startedAtMs,
  endedAtMs,
  height = 62,
}: {
  chart: NonNullable<ExperimentRow['chart']>
  startedAtMs: number | null
  endedAtMs: number | null
  height?: number
}) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const hatch = useId()
  const { values, fromMs, stepMs, metric } = chart
  const spanMs = Math.max(1, (values.length - 1) * stepMs)
  const x = (atMs: number) => Math.max(0, Math.min(width, ((atMs - fromMs) / spanMs) * width))
  const paths = sparkPaths(values, width, height, { max: niceMax(values, 1) * 1.08 })
  const fromX = startedAtMs === null ? null : x(startedAtMs)
  const toX = endedAtMs === null ? width : x(endedAtMs)
  const tone = metric === 'mailbox' ? 'backlog-mark' : 'signal'
  const marks = nearby(
    chart.marks.map((mark) => ({ ...mark, x: x(mark.atMs) })),
    MARK_PX,
  )
  const last = lastOf(values)
  const words = [
    `${captionOf(chart)}, now ${last === null ? 'unknown' : metric === 'mailbox' ? count(last) : `${rate(last)} a second`}`,
    startedAtMs === null ? '' : `injected at ${clock(startedAtMs)}`,
    plural(chart.marks.filter(({ kind }) => kind === 'crashed').length, 'crash', 'crashes'),
    plural(chart.marks.filter(({ kind }) => kind === 'restarted').length, 'restart'),
  ].filter(Boolean)
  return (
    <div ref={ref} className="fl-chart" style={{ height }}>
      {width === 0 ? null : (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={words.join(', ')}
          style={{ overflow: 'visible' }}
        >
          <defs>
            <Hatch id={hatch} of="fault" />
          </defs>
          {fromX === null ? null : (
            <>
              <rect
                x={fromX}
                width={Math.max(0, toX - fromX)}
                height={height}
                fill={`url(#${hatch})`}
                opacity=".13"
              />
              <path d={`M${fromX} 0V${height}`} stroke="var(--color-fault)" />
              <text
                className="ax"
                x={fromX > width - 60 ? fromX - 5 : fromX + 5}
                y="10"
                textAnchor={fromX > width - 60 ? 'end' : 'start'}
                style={{ fill: 'var(--color-fault)' }}
              >
                injected
              </text>
            </>
          )}
          {endedAtMs !== null && toX < width ? (
            <path d={`M${toX} 0V${height}`} stroke="var(--color-fault)" strokeDasharray="2 3" />
          ) : null}
          <path d={paths.area} fill={`var(--color-${tone})`} opacity=".14" />
          <path d={paths.line} stroke={`var(--color-${tone})`} fill="none" strokeWidth="1.3" />
          {marks.map(({ kind, x: at, atMs }) => (
            <g key={`${kind} ${atMs}`}>
              <circle cx={at} cy={height - 9} r="7.5" fill="var(--color-surface-1)" />
              <GlyphMark
                name={kind === 'crashed' ? 'crashed' : 'restarting'}
                x={at}
                y={height - 9}
                scale={0.8}
                ground={null}
              />
            </g>
          ))}
          <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--color-line-2)" />
        </svg>
      )}
    </div>
  )
}

function nearby<T extends { kind: string; x: number }>(marks: T[], px: number): T[] {
  const kept: T[] = []
  for (const mark of marks.toSorted((a, b) => a.x - b.x)) {
    if (!kept.some((one) => one.kind === mark.kind && mark.x - one.x < px)) kept.push(mark)
  }
  return kept
}
