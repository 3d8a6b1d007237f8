'use client'
/** Messages per second, a line each: all in ink, the one hovered or picked in signal. Labels stand at their lines. */
import type { MessagesLine, MessagesView } from '@orrery/live/views'
import { useState } from 'react'
import { useCrosshair } from '../live/crosshair.ts'
import { clock, count, rate, tick } from '../live/format.ts'
import { axisFromZero, bandPaths } from '../node/chart-model.ts'
import { useSize } from '../ui/use-size.ts'
import { CrossLine, crosshairOf, FaultSpans, StaleEdge, TimeAxis } from './chart-parts.tsx'
import { type Frame, highest, middleOf, placeLabels, stepAt, xOf } from './messages-model.ts'

const LEFT = 40
const RIGHT = 14
const TOP = 10
const BOTTOM = 22
/** Names of lines that begin further right stand before them. */
const LABEL_ROOM = 190

/** Lines over the same steps. */
export interface LineSet {
  stepMs: number
  /** Unix ms of the first step. */
  fromMs: number
  /** Ids, the first ones named first. */
  order: string[]
  lines: Record<string, Pick<MessagesLine, 'name' | 'perS' | 'points'>>
  faults: MessagesView['faults']
}

export interface RateChartProps {
  label?: string
  view: LineSet | null
  height: number
  endMs: number
  windowS: number
  isOld: boolean
  picked: string | null
  /** A line that is clicked is picked; without it none can be. */
  onPick?: (id: string | null) => void
}

export function RateChart(props: RateChartProps) {
  const { label = 'Messages per second', view, height, endMs, windowS, isOld, picked, onPick } = props
  const [ref, { width }] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<string | null>(null)
  const lines =
    view === null ? [] : view.order.flatMap((id) => (view.lines[id] ? [{ id, ...view.lines[id] }] : []))
  const frame: Frame = {
    left: LEFT,
    right: Math.max(LEFT + 1, width - RIGHT),
    top: TOP,
    floor: height - BOTTOM,
    fromMs: endMs - windowS * 1_000,
    toMs: endMs,
  }
  const axis = axisFromZero(highest(lines), 5)
  const y = (value: number) => frame.floor - (value / axis.top) * (frame.floor - TOP)
  const shown = hovered ?? picked ?? (lines.length === 1 ? (lines[0]?.id ?? null) : null)
  const placed =
    view === null
      ? []
      : placeLabels(
          lines.filter(({ points }) => points.some((point) => point !== null)).map(beginning(view, frame, y)),
          TOP,
          frame.floor,
        )
  return (
    <div ref={ref} style={{ position: 'relative', height }}>
      {width === 0 ? null : (
        <svg
          width={width}
          height={height}
          fill="none"
          role="img"
          aria-label={`${label}: ${lines.map(({ name, perS }) => `${name} ${rate(perS)}`).join(', ') || 'no data'}`}
          {...crosshairOf(frame, view)}
        >
          {axis.ticks.map((value) => (
            <g key={value}>
              <path d={`M${LEFT} ${y(value).toFixed(1)}H${frame.right}`} stroke="var(--color-grid)" />
              <text className="ax" x={LEFT - 7} y={(y(value) + 3.5).toFixed(1)} textAnchor="end">
                {tick(value)}
              </text>
            </g>
          ))}
          <TimeAxis frame={frame} />
          {view === null
            ? null
            : lines.map((line) => {
                const isShown = line.id === shown
                const { edge: path, points } = bandPaths(
                  line.points,
                  null,
                  (step) => Math.max(LEFT, xOf(frame, middleOf(view, step))),
                  y,
                  frame.floor,
                )
                const colour = isShown ? 'var(--color-signal)' : 'var(--color-ink-3)'
                return (
                  <g key={line.id}>
                    <path
                      d={path}
                      stroke={colour}
                      strokeWidth={isShown ? 1.8 : 1.1}
                      opacity={isShown ? 1 : 0.75}
                      strokeLinejoin="round"
                    />
                    {points.map(([px, py]) => (
                      <circle key={px} cx={px} cy={py} r="2.2" fill={colour} />
                    ))}
                    {/* A wider line to point at. */}
                    {/* biome-ignore lint/a11y/noStaticElementInteractions: the same is chosen from the list of lines, by keyboard */}
                    <path
                      d={path}
                      stroke="transparent"
                      strokeWidth="11"
                      pointerEvents="stroke"
                      style={onPick ? { cursor: 'pointer' } : {}}
                      onPointerEnter={() => setHovered(line.id)}
                      onPointerLeave={() => setHovered(null)}
                      onClick={() => onPick?.(picked === line.id ? null : line.id)}
                    />
                  </g>
                )
              })}
          {placed.map((label) => (
            <text
              key={label.id}
              className="axl"
              x={label.x > frame.right - LABEL_ROOM ? label.x - 6 : label.x + 8}
              textAnchor={label.x > frame.right - LABEL_ROOM ? 'end' : 'start'}
              y={label.y}
              style={{ fill: 'var(--color-ink-2)', paintOrder: 'stroke', pointerEvents: 'none' }}
              stroke="var(--color-surface-1)"
              strokeWidth="4"
            >
              {label.text}
            </text>
          ))}
          <FaultSpans frame={frame} faults={view?.faults ?? []} />
          {isOld && view !== null ? (
            <StaleEdge frame={frame} fromMs={middleOf(view, (lines[0]?.points.length ?? 1) - 1)} />
          ) : null}
          <CrossLine frame={frame} />
        </svg>
      )}
      {view === null || width === 0 ? null : (
        <RateTip view={view} frame={frame} width={width} shown={shown} />
      )}
    </div>
  )
}

/** Where a line begins: that is where its name stands. */
function beginning(view: LineSet, frame: Frame, y: (value: number) => number) {
  return ({ id, name, points }: Pick<MessagesLine, 'name' | 'points'> & { id: string }) => {
    const first = Math.max(
      0,
      points.findIndex((point) => point !== null),
    )
    return { id, name, x: Math.max(LEFT, xOf(frame, middleOf(view, first))), y: y(points[first] ?? 0) }
  }
}

const IN_TIP = 5

function RateTip({
  view,
  frame,
  width,
  shown,
}: {
  view: LineSet
  frame: Frame
  width: number
  shown: string | null
}) {
  const atMs = useCrosshair()
  const steps = view.lines[view.order[0] ?? '']?.points.length ?? 0
  const step = atMs === null ? -1 : stepAt(view, steps, atMs)
  if (atMs === null || step === -1) return null
  const ids = shown === null ? view.order.slice(0, IN_TIP) : [shown]
  const x = xOf(frame, atMs)
  return (
    <div
      className="tip"
      style={{
        pointerEvents: 'none',
        bottom: BOTTOM + 6,
        padding: '5px 9px',
        ...(x > width / 2 ? { right: width - x + 10 } : { left: x + 10 }),
      }}
    >
      <div className="m i3">{clock(atMs).slice(0, 10)}</div>
      {ids.map((id) => {
        const line = view.lines[id]
        const value = line?.points[step] ?? null
        return line === undefined ? null : (
          <div key={id} className="row m" style={{ gap: 6 }}>
            <span className={id === shown ? 'c-signal' : 'i3'}>━</span>
            {line.name} <b>{value === null ? 'no data' : count(value)}</b>
          </div>
        )
      })}
    </div>
  )
}
