'use client'
/** Percentiles over time on a log axis: p50 as a line, bands to p90, p99 and p99.9, each sample where they are few. */
import type { MessagesView, Percentiles } from '@orrery/live/views'
import { useCrosshair } from '../live/crosshair.ts'
import { clock } from '../live/format.ts'
import { useSize } from '../ui/use-size.ts'
import { CrossLine, crosshairOf, FaultSpans, StaleEdge, TimeAxis } from './chart-parts.tsx'
import {
  bandRuns,
  type Frame,
  type LogAxis,
  logY,
  middleOf,
  msText,
  stepAt,
  stepText,
  tickMs,
  xOf,
} from './messages-model.ts'

const LEFT = 42
const RIGHT = 14
const TOP = 10
const BOTTOM = 22
/** Bands from the median outwards: from, to, opacity. */
const BANDS: [number, number, number][] = [
  [2, 3, 0.1],
  [1, 2, 0.2],
  [0, 1, 0.34],
]
const NAMES = ['p50', 'p90', 'p99', 'p99.9']

export function PercentileChart({
  title,
  view,
  values,
  axis,
  height,
  endMs,
  windowS,
  isOld,
}: {
  title: string
  view: MessagesView | null
  values: Percentiles | null
  axis: LogAxis
  height: number
  endMs: number
  windowS: number
  isOld: boolean
}) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const frame: Frame = {
    left: LEFT,
    right: Math.max(LEFT + 1, width - RIGHT),
    top: TOP,
    floor: height - BOTTOM,
    fromMs: endMs - windowS * 1_000,
    toMs: endMs,
  }
  const y = (us: number) => logY(axis, us, TOP, frame.floor)
  const now = values?.now ?? null
  return (
    <div ref={ref} style={{ position: 'relative', height }}>
      {width === 0 ? null : (
        <svg
          width={width}
          height={height}
          fill="none"
          role="img"
          aria-label={`${title}: ${now === null ? 'no data' : `p50 ${msText(now.p50)} ms, p99 ${msText(now.p99)} ms`}`}
          {...crosshairOf(frame, view)}
        >
          {axis.ticks.map((ms) => (
            <g key={ms}>
              <path d={`M${LEFT} ${y(ms * 1_000).toFixed(1)}H${frame.right}`} stroke="var(--color-grid)" />
              <text className="ax" x={LEFT - 7} y={(y(ms * 1_000) + 3.5).toFixed(1)} textAnchor="end">
                {tickMs(ms)}
              </text>
            </g>
          ))}
          <TimeAxis frame={frame} />
          {view === null || values === null ? null : (
            <Bands view={view} values={values} frame={frame} y={y} />
          )}
          <FaultSpans frame={frame} faults={view?.faults ?? []} />
          {isOld && view !== null ? (
            <StaleEdge frame={frame} fromMs={middleOf(view, view.wait.steps.length - 1)} />
          ) : null}
          <CrossLine frame={frame} />
        </svg>
      )}
      {view === null || values === null || width === 0 ? null : (
        <PercentileTip view={view} values={values} frame={frame} width={width} />
      )}
    </div>
  )
}

function Bands({
  view,
  values,
  frame,
  y,
}: {
  view: MessagesView
  values: Percentiles
  frame: Frame
  y: (us: number) => number
}) {
  const x = (step: number) => Math.max(frame.left, xOf(frame, middleOf(view, step)))
  const half = ((view.stepMs / 2) * (frame.right - frame.left)) / (frame.toMs - frame.fromMs)
  return (
    <>
      {bandRuns(values.steps).map(({ from, q }) => {
        // One step alone is as wide as it lasted.
        const places = q.length === 1 ? [x(from) - half, x(from) + half] : q.map((_, i) => x(from + i))
        const at = (i: number) => (q.length === 1 ? q[0] : q[i]) ?? []
        const line = (share: number) =>
          places.map((px, i) => `${px.toFixed(1)} ${y(at(i)[share] ?? 0).toFixed(1)}`)
        const labelX = (places[0] ?? 0) + 6
        const isLong = places.length > 12
        return (
          <g key={from}>
            {BANDS.map(([low, high, opacity]) => (
              <path
                key={low}
                d={`M${line(high).join('L')}L${line(low).reverse().join('L')}Z`}
                fill="var(--color-signal)"
                opacity={opacity}
              />
            ))}
            <path d={`M${line(0).join('L')}`} stroke="var(--color-signal)" strokeWidth="1.6" />
            <path d={`M${line(2).join('L')}`} stroke="var(--color-ink)" strokeWidth="1.1" opacity=".85" />
            {isLong
              ? [0, 2].map((share) => (
                  <text
                    key={share}
                    className="ax"
                    x={labelX}
                    y={Math.max(TOP + 8, y(at(4)[share] ?? 0) - 4)}
                    style={{ fill: 'var(--color-ink)', paintOrder: 'stroke' }}
                    stroke="var(--color-surface-1)"
                    strokeWidth="3"
                  >
                    {NAMES[share]}
                  </text>
                ))
              : null}
          </g>
        )
      })}
      {values.steps.map((step, i) =>
        step !== null && 'each' in step
          ? step.each.map((us, k) => (
              <circle
                // biome-ignore lint/suspicious/noArrayIndexKey: samples of a step have no name
                key={`${i} ${k}`}
                cx={x(i).toFixed(1)}
                cy={y(us).toFixed(1)}
                r="1.3"
                fill="var(--color-signal)"
                opacity=".75"
              />
            ))
          : null,
      )}
    </>
  )
}

function PercentileTip({
  view,
  values,
  frame,
  width,
}: {
  view: MessagesView
  values: Percentiles
  frame: Frame
  width: number
}) {
  const atMs = useCrosshair()
  const at = atMs === null ? -1 : stepAt(view, values.steps.length, atMs)
  if (atMs === null || at === -1) return null
  const step = values.steps[at] ?? null
  const x = xOf(frame, atMs)
  return (
    <div
      className="tip m"
      style={{
        pointerEvents: 'none',
        bottom: BOTTOM + 6,
        padding: '5px 9px',
        ...(x > width / 2 ? { right: width - x + 10 } : { left: x + 10 }),
      }}
    >
      <div className="i3">{clock(atMs).slice(0, 10)}</div>
      {step === null ? (
        'no data'
      ) : 'q' in step ? (
        step.q.map((us, i) => (
          <div key={NAMES[i]} className="row" style={{ justifyContent: 'space-between', gap: 12 }}>
            <span className="i3">{NAMES[i]}</span>
            <span>
              {msText(us)} <span className="i3">ms</span>
            </span>
          </div>
        ))
      ) : (
        <div style={{ maxWidth: 220, whiteSpace: 'normal' }}>
          {step.each.length === 1 ? 'one message: ' : `${step.each.length} messages: `}
          {stepText(step)} <span className="i3">ms</span>
        </div>
      )}
    </div>
  )
}
