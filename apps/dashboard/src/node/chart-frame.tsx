'use client'
/** What the three charts share: the time axis, fault strips, the crosshair, and how silence looks. */
import type { TimelineView } from '@orrery/live/views'
import { useRouter } from 'next/navigation'
import { type PointerEvent, type ReactNode, useId } from 'react'
import { experimentPath } from '../frame/addresses.ts'
import { setCrosshair, useCrosshair } from '../live/crosshair.ts'
import { isExperiment, spanLabel, spansById } from '../live/fault-spans.ts'
import { age, clockMinutes, clockSeconds, tick } from '../live/format.ts'
import { Hatch } from '../ui/hatch.tsx'
import { useSize } from '../ui/use-size.ts'
import { type Axis, spreadLabels, timeTicks } from './chart-model.ts'

/** One stretch of time, the same for every chart. */
export interface Span {
  startMs: number
  endMs: number
  /** When the node was heard last; after it nothing is known. */
  knownMs: number
  /** `stale`: it may come again. `gone`: the last picture. */
  absence: 'stale' | 'gone' | null
  faults: TimelineView['faults']
}

/** Where a chart draws. */
export interface Plot {
  left: number
  right: number
  top: number
  floor: number
  x: (atMs: number) => number
}

export interface Label {
  text: string
  y: number
  tone: 'ink' | 'ink-2' | 'ink-3' | 'signal' | 'restarting' | 'crashed'
}

const LEFT = 44
const RIGHT = 106
const RIGHT_NARROW = 14
const TOP = 16
const BOTTOM = 20
const LABEL_GAP = 14

export function ChartFrame({
  label,
  span,
  axis,
  floorOf = (floor) => floor,
  height,
  labels,
  tip,
  children,
}: {
  /** What it shows, for who does not see it. */
  label: string
  span: Span
  axis: Axis
  /** Where the axis ends, when something stands below it. */
  floorOf?: (floor: number) => number
  /** Pixels, or all there is. */
  height: number | 'rest'
  labels: (y: (value: number) => number, plot: Plot) => Label[]
  /** What the crosshair says; only one chart says it. */
  tip?: (atMs: number) => ReactNode
  children: (y: (value: number) => number, plot: Plot) => ReactNode
}) {
  const [ref, size] = useSize<HTMLDivElement>()
  const hatch = useId()
  const cross = useCrosshair()
  const { width } = size
  const tall = height === 'rest' ? Math.max(196, size.height) : height
  const { startMs, endMs } = span
  const isNarrow = width < 460
  const right = width - (isNarrow ? RIGHT_NARROW : RIGHT)
  const floor = tall - BOTTOM
  const ground = floorOf(floor)
  const x = (atMs: number) => LEFT + ((atMs - startMs) / (endMs - startMs)) * (right - LEFT)
  const y = (value: number) => ground - ((value - axis.low) / (axis.top - axis.low)) * (ground - TOP)
  const plot: Plot = { left: LEFT, right, top: TOP, floor, x }
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const at = event.nativeEvent.offsetX
    if (at < LEFT || at > right) return setCrosshair(null)
    const atMs = startMs + ((at - LEFT) / (right - LEFT)) * (endMs - startMs)
    setCrosshair(Math.round(atMs / 1_000) * 1_000)
  }
  const crossMs = cross !== null && cross >= startMs && cross <= endMs ? cross : null
  const shown = labels(y, plot)
  const placed = spreadLabels(
    shown.map((each) => each.y),
    LABEL_GAP,
    floor - 2,
  )
  const knownX = Math.min(right, Math.max(LEFT, x(span.knownMs)))
  return (
    <div
      ref={ref}
      className={height === 'rest' ? 'plot rest' : 'plot'}
      style={{ height: height === 'rest' ? undefined : tall }}
    >
      {width === 0 ? null : (
        <svg
          width={width}
          height={tall}
          fill="none"
          role="img"
          aria-label={label}
          onPointerMove={onMove}
          onPointerLeave={() => setCrosshair(null)}
        >
          <defs>
            <Hatch id={`${hatch}f`} of="fault" />
            <Hatch id={`${hatch}s`} of="stale" />
            <clipPath id={`${hatch}c`}>
              <rect x={LEFT} y="0" width={Math.max(0, right - LEFT)} height={tall} />
            </clipPath>
          </defs>
          {axis.ticks.map((value) => (
            <g key={value}>
              <path d={`M${LEFT} ${y(value).toFixed(1)}H${right}`} stroke="var(--color-grid)" />
              <text className="ax" x={LEFT - 7} y={(y(value) + 3.5).toFixed(1)} textAnchor="end">
                {axis.low > 0 ? value.toLocaleString('en-US') : tick(value)}
              </text>
            </g>
          ))}
          <g clipPath={`url(#${hatch}c)`}>{children(y, plot)}</g>
          <Faults span={span} plot={plot} pattern={`${hatch}f`} />
          <path d={`M${LEFT} ${floor + 0.5}H${right}`} stroke="var(--color-line-2)" />
          {timeTicks(startMs, endMs).map((atMs) => (
            <g key={atMs}>
              <path d={`M${x(atMs).toFixed(1)} ${floor}v4`} stroke="var(--color-line-2)" />
              <text className="ax" x={Math.min(x(atMs), right - 14)} y={floor + 15} textAnchor="middle">
                {endMs - startMs <= 60_000 ? clockSeconds(atMs) : clockMinutes(atMs)}
              </text>
            </g>
          ))}
          {span.absence === 'stale' ? (
            <rect x={knownX} y={TOP} width={right - knownX} height={floor - TOP} fill={`url(#${hatch}s)`} />
          ) : null}
          {span.absence === 'gone' && right - knownX > 1 ? (
            <>
              <path d={`M${knownX} ${TOP}V${floor}`} stroke="var(--color-ink-3)" strokeDasharray="2 3" />
              <text className="ax" x={(knownX + right) / 2} y={(TOP + floor) / 2} textAnchor="middle">
                {age(endMs - span.knownMs)}
              </text>
            </>
          ) : null}
          {isNarrow
            ? null
            : shown.map((each, i) => (
                <text
                  key={each.text}
                  className="axl"
                  x={right + 8}
                  y={(placed[i] ?? 0) + 4}
                  style={{ fill: `var(--color-${each.tone})` }}
                >
                  {each.text}
                </text>
              ))}
          {crossMs === null ? null : (
            <path d={`M${x(crossMs)} 0V${floor}`} stroke="var(--color-ink-2)" strokeDasharray="2 2" />
          )}
        </svg>
      )}
      {tip && crossMs !== null && width > 0 ? (
        <div
          className="tip m"
          style={{
            pointerEvents: 'none',
            padding: '5px 8px',
            top: TOP + 20,
            ...(x(crossMs) > width / 2 ? { right: width - x(crossMs) + 8 } : { left: x(crossMs) + 8 }),
          }}
        >
          {tip(crossMs)}
        </div>
      ) : null}
    </div>
  )
}

/** Two strips at the top; what does not fit a strip of its own lies over the second. */
function Faults({ span, plot, pattern }: { span: Span; plot: Plot; pattern: string }) {
  const router = useRouter()
  return spansById(span.faults)
    .filter((fault) => (fault.toMs ?? span.endMs) > span.startMs && fault.fromMs < span.endMs)
    .map((fault, i) => {
      const from = Math.max(plot.left, plot.x(fault.fromMs))
      const to = Math.min(plot.right, plot.x(fault.toMs ?? span.endMs))
      const y = Math.min(i, 1) * 7
      return (
        // biome-ignore lint/a11y/noStaticElementInteractions: for the keyboard the names above the charts lead there
        <g
          key={fault.id}
          className={isExperiment(fault.id) ? 'fault-span' : undefined}
          onClick={() => isExperiment(fault.id) && router.push(experimentPath(fault.id))}
        >
          <title>{spanLabel(fault)}</title>
          <rect x={from} y={y - 2} width={Math.max(2, to - from)} height="8" fill="transparent" />
          <rect
            x={from}
            y={y}
            width={Math.max(2, to - from)}
            height="4"
            fill={`url(#${pattern})`}
            opacity=".9"
          />
          {fault.fromMs >= span.startMs ? (
            <path
              d={`M${from} ${y}V${plot.floor}`}
              stroke="var(--color-fault)"
              strokeDasharray="2 3"
              opacity=".6"
            />
          ) : null}
        </g>
      )
    })
}

/** One band of a stack, or its points while there are few. */
export function BandMark({
  band,
  tone,
  opacity,
  edge,
}: {
  band: { area: string; edge: string; points: [number, number][] }
  tone: string
  opacity: number
  edge?: { tone: string; width: number }
}) {
  return (
    <>
      <path d={band.area} fill={`var(--color-${tone})`} opacity={opacity} />
      {edge ? <path d={band.edge} stroke={`var(--color-${edge.tone})`} strokeWidth={edge.width} /> : null}
      {band.points.map(([px, py]) => (
        <circle key={px} cx={px} cy={py} r="2.2" fill={`var(--color-${edge?.tone ?? tone})`} />
      ))}
    </>
  )
}
