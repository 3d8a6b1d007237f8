'use client'
/** What the charts of this screen share: time below, faults above, one crosshair, the unknown right edge. */
import type { MessagesView } from '@orrery/live/views'
import { useRouter } from 'next/navigation'
import { type PointerEvent, useId } from 'react'
import { experimentPath } from '../frame/addresses.ts'
import { setCrosshair, useCrosshair } from '../live/crosshair.ts'
import { isExperiment, spanLabel, spansById } from '../live/fault-spans.ts'
import { clockMinutes } from '../live/format.ts'
import { timeTicks } from '../node/chart-model.ts'
import { Hatch } from '../ui/hatch.tsx'
import { type Frame, instantAt, xOf } from './messages-model.ts'

/** Minutes, below unless told otherwise. */
export function TimeAxis({ frame, y = frame.floor + 15 }: { frame: Frame; y?: number }) {
  const ticks = timeTicks(frame.fromMs, frame.toMs)
  return (
    <>
      {ticks.map((atMs) => (
        <text
          key={atMs}
          className="ax"
          x={Math.min(xOf(frame, atMs), frame.right - 14)}
          y={y}
          textAnchor="middle"
        >
          {clockMinutes(atMs)}
        </text>
      ))}
      {y > frame.floor ? (
        <path d={`M${frame.left} ${frame.floor + 0.5}H${frame.right}`} stroke="var(--color-line-2)" />
      ) : null}
    </>
  )
}

/** Hatched spans above while a fault touched what is shown, a dashed line where it began. */
export function FaultSpans({ frame, faults }: { frame: Frame; faults: MessagesView['faults'] }) {
  const pattern = useId()
  const router = useRouter()
  if (faults.length === 0) return null
  return (
    <>
      <defs>
        <Hatch id={pattern} of="fault" />
      </defs>
      {spansById(faults).map((fault) => {
        const from = Math.max(frame.left, xOf(frame, fault.fromMs))
        const to = Math.min(frame.right, fault.toMs === null ? frame.right : xOf(frame, fault.toMs))
        if (to <= from) return null
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: for the keyboard the names above the charts lead there
          <g
            key={fault.id}
            className={isExperiment(fault.id) ? 'fault-span' : undefined}
            onClick={() => isExperiment(fault.id) && router.push(experimentPath(fault.id))}
          >
            <title>{spanLabel(fault)}</title>
            <rect x={from} y="0" width={to - from} height="8" fill="transparent" />
            <rect x={from} y="2" width={to - from} height="4" fill={`url(#${pattern})`} opacity=".9" />
            {from > frame.left ? (
              <>
                <path
                  d={`M${from} 2V${frame.floor}`}
                  stroke="var(--color-fault)"
                  strokeDasharray="2 3"
                  opacity=".7"
                />
                <text
                  className="ax"
                  x={from - 5}
                  y="9"
                  textAnchor="end"
                  style={{ fill: 'var(--color-fault)' }}
                >
                  {spanLabel(fault)}
                </text>
              </>
            ) : null}
          </g>
        )
      })}
    </>
  )
}

/** Hatched grey from the last step on: nothing is heard. */
export function StaleEdge({ frame, fromMs }: { frame: Frame; fromMs: number }) {
  const pattern = useId()
  const from = Math.max(frame.left, xOf(frame, fromMs))
  if (from >= frame.right) return null
  return (
    <>
      <defs>
        <Hatch id={pattern} of="stale" />
      </defs>
      <rect
        x={from}
        y={frame.top}
        width={frame.right - from}
        height={frame.floor - frame.top}
        fill={`url(#${pattern})`}
      />
    </>
  )
}

/** The line of the shared instant; a layer of its own, so that moving it draws nothing else. */
export function CrossLine({ frame }: { frame: Frame }) {
  const atMs = useCrosshair()
  if (atMs === null || atMs < frame.fromMs || atMs > frame.toMs) return null
  const x = xOf(frame, atMs).toFixed(1)
  return <path d={`M${x} ${frame.top}V${frame.floor}`} stroke="var(--color-ink-2)" strokeDasharray="2 2" />
}

/** Handlers that move the crosshair of all charts. */
export function crosshairOf(frame: Frame, view: Pick<MessagesView, 'fromMs' | 'stepMs'> | null) {
  return {
    onPointerMove: ({ clientX, currentTarget }: PointerEvent<Element>) => {
      const x = clientX - currentTarget.getBoundingClientRect().left
      setCrosshair(view === null ? null : instantAt(frame, x, view))
    },
    onPointerLeave: () => setCrosshair(null),
  }
}
