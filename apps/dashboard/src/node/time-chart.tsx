'use client'
/** One metric over time: axes first, then the line; gaps as gaps, the unknown right edge hatched grey. */
import type { SeriesView } from '@orrery/live/views'
import { type PointerEvent, useId } from 'react'
import { setCrosshair, useCrosshair } from '../live/crosshair.ts'
import { age, clock, clockMinutes, tick as tickText } from '../live/format.ts'
import { GlyphMark } from '../ui/glyphs.tsx'
import type { Tone } from '../ui/sparkline.tsx'
import { useSize } from '../ui/use-size.ts'
import { lastKnownMs, linePaths, timeTicks, valueAt, valueAxis } from './chart-model.ts'

export interface ChartLimit {
  value: number
  label: string
  isDashed: boolean
}

export interface TimeChartProps {
  label: string
  series: SeriesView | null
  windowS: number
  /** The right edge; later than the last value where nothing is heard. */
  endMs: number
  tone: Tone | 'ink'
  fill?: number
  /** The axis shows at least this much. */
  least: number
  text: (value: number) => string
  limits?: ChartLimit[]
  marks?: { id: string; atMs: number }[]
  absence?: 'stale' | 'gone' | null
  height: number
}

const LEFT = 44
const RIGHT = 106
const RIGHT_NARROW = 14
const TOP = 8
const BOTTOM = 22

export function TimeChart(props: TimeChartProps) {
  const { series, windowS, endMs, tone, least, text, limits = [], height } = props
  const [ref, { width }] = useSize<HTMLDivElement>()
  const pattern = useId()
  const crossMs = useCrosshair()
  const isNarrow = width < 460
  const right = width - (isNarrow ? RIGHT_NARROW : RIGHT)
  const floor = height - BOTTOM
  const startMs = endMs - windowS * 1_000
  const values = series ? (Object.values(series.lines)[0] ?? []) : []
  const max = Math.max(0, ...values.map((value) => value ?? 0))
  const shownLimits = limits.filter((limit) => limit.value <= max * 4)
  const axis = valueAxis(Math.max(max, ...shownLimits.map((limit) => limit.value)), least)
  const x = (atMs: number) => LEFT + ((atMs - startMs) / (endMs - startMs)) * (right - LEFT)
  const y = (value: number) => floor - (value / axis.top) * (floor - TOP)
  const line = series
    ? linePaths(values, series.fromMs, series.stepMs, (atMs) => Math.max(LEFT, x(atMs)), y, floor)
    : null
  const knownMs = series ? lastKnownMs(values, series.fromMs, series.stepMs) : null
  const colour = `var(--color-${tone})`
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const at = event.nativeEvent.offsetX
    if (at < LEFT || at > right) return setCrosshair(null)
    const stepMs = series?.stepMs ?? 1_000
    const atMs = startMs + ((at - LEFT) / (right - LEFT)) * (endMs - startMs)
    setCrosshair(Math.round(atMs / stepMs) * stepMs)
  }
  const cross = crossMs !== null && crossMs >= startMs && crossMs <= endMs ? crossMs : null
  const crossValue = cross === null || !series ? null : valueAt(values, series.fromMs, series.stepMs, cross)
  const last = values.findLast((value) => value !== null) ?? null
  return (
    <div ref={ref} style={{ position: 'relative', height }}>
      {width === 0 ? null : (
        <svg
          width={width}
          height={height}
          fill="none"
          role="img"
          aria-label={`${props.label}: ${last === null ? 'no data' : text(last)}`}
          onPointerMove={onMove}
          onPointerLeave={() => setCrosshair(null)}
        >
          <defs>
            <pattern
              id={pattern}
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(135)"
            >
              <rect width="1.2" height="5" fill="var(--color-line-2)" />
            </pattern>
          </defs>
          {axis.ticks.map((value) => (
            <g key={value}>
              <path d={`M${LEFT} ${y(value).toFixed(1)}H${right}`} stroke="var(--color-grid)" />
              <text className="ax" x={LEFT - 7} y={(y(value) + 3.5).toFixed(1)} textAnchor="end">
                {tickText(value)}
              </text>
            </g>
          ))}
          {timeTicks(startMs, endMs).map((atMs) => (
            <g key={atMs}>
              <path d={`M${x(atMs).toFixed(1)} ${floor}v4`} stroke="var(--color-line-2)" />
              <text className="ax" x={Math.min(x(atMs), right - 14)} y={floor + 15} textAnchor="middle">
                {clockMinutes(atMs)}
              </text>
            </g>
          ))}
          {line ? (
            <>
              <path d={line.area} fill={colour} opacity={props.fill ?? 0.13} />
              <path d={line.path} stroke={colour} strokeWidth="1.4" strokeLinejoin="round" />
              {line.points.map(([px, py]) => (
                <circle key={px} cx={px} cy={py} r="2.2" fill={colour} />
              ))}
            </>
          ) : null}
          {shownLimits.map((limit) => (
            <g key={limit.label}>
              <path
                d={`M${LEFT} ${y(limit.value)}H${right}`}
                stroke="var(--color-ink-3)"
                {...(limit.isDashed ? { strokeDasharray: '4 3' } : {})}
              />
              {isNarrow ? null : (
                <text className="axl" x={right + 8} y={y(limit.value) + 4}>
                  {limit.label}
                </text>
              )}
            </g>
          ))}
          <path d={`M${LEFT} ${floor + 0.5}H${right}`} stroke="var(--color-line-2)" />
          {props.absence === 'stale' && knownMs !== null ? (
            <rect
              x={x(knownMs)}
              y={TOP}
              width={Math.max(0, right - x(knownMs))}
              height={floor - TOP}
              fill={`url(#${pattern})`}
            />
          ) : null}
          {props.absence === 'gone' && knownMs !== null && x(knownMs) > LEFT ? (
            <>
              <path d={`M${x(knownMs)} ${TOP}V${floor}`} stroke="var(--color-ink-3)" strokeDasharray="2 3" />
              <text className="ax" x={(x(knownMs) + right) / 2} y={(TOP + floor) / 2} textAnchor="middle">
                {age(endMs - knownMs)}
              </text>
            </>
          ) : null}
          {(props.marks ?? [])
            .filter((mark) => mark.atMs >= startMs && mark.atMs <= endMs)
            .map((mark) => (
              <GlyphMark key={mark.id} name="crashed" x={x(mark.atMs)} y={floor - 1} />
            ))}
          {last !== null && !isNarrow && props.absence !== 'gone' ? (
            <text
              className="axl"
              x={right + 8}
              y={Math.max(TOP + 6, y(last) + 4)}
              style={{ fill: tone === 'ink-2' ? 'var(--color-ink)' : colour, paintOrder: 'stroke' }}
              stroke="var(--color-surface-1)"
              strokeWidth="3.5"
            >
              {text(last)}
            </text>
          ) : null}
          {cross === null ? null : (
            <>
              <path d={`M${x(cross)} ${TOP}V${floor}`} stroke="var(--color-ink-2)" strokeDasharray="2 2" />
              {crossValue === null ? null : (
                <circle
                  cx={x(cross)}
                  cy={y(crossValue)}
                  r="3"
                  fill={colour}
                  stroke="var(--color-surface-1)"
                  strokeWidth="1.5"
                />
              )}
            </>
          )}
        </svg>
      )}
      {cross === null || width === 0 ? null : (
        <div
          className="tip m"
          style={{
            padding: '4px 8px',
            pointerEvents: 'none',
            bottom: BOTTOM + 6,
            ...(x(cross) > width / 2 ? { right: width - x(cross) + 8 } : { left: x(cross) + 8 }),
          }}
        >
          <span className="i3">{clock(cross).slice(0, 10)}</span>{' '}
          <b>{crossValue === null ? 'no data' : text(crossValue)}</b>
        </div>
      )}
    </div>
  )
}
