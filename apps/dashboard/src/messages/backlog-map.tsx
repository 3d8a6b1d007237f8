'use client'
/** Mailboxes of those with the longest, a cell a step: one hue, log from 1 to 10,000. Rows keep their place for ten seconds. */
import type { BacklogRow, MessagesView } from '@orrery/live/views'
import { memo } from 'react'
import { shortNode } from '../cluster/cluster-model.ts'
import { useCrosshair } from '../live/crosshair.ts'
import { clock, count, rate } from '../live/format.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { useSize } from '../ui/use-size.ts'
import { CrossLine, crosshairOf, FaultSpans, TimeAxis } from './chart-parts.tsx'
import { type Frame, HEAT_LEGEND, heat, heatRuns, stepAt, xOf } from './messages-model.ts'

const NAME_PX = 236
const FIGURES_PX = 132
const HEAD_PX = 22
const ROW_PX = 28

export interface BacklogMapProps {
  view: MessagesView
  selected: string | null
  /** The hub is gone: what they do now is not known. */
  isLost: boolean
  onSelect: (id: string) => void
  onOpen: (id: string) => void
}

export function BacklogMap({ view, selected, isLost, onSelect, onOpen }: BacklogMapProps) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const isNarrow = width < 560
  const left = isNarrow ? 140 : NAME_PX
  const rows = view.backlogOrder.flatMap((id) => (view.backlog[id] ? [{ id, row: view.backlog[id] }] : []))
  const steps = view.wait.steps.length
  const frame: Frame = {
    left,
    right: Math.max(left + 1, width - FIGURES_PX),
    top: HEAD_PX - 4,
    floor: HEAD_PX + rows.length * ROW_PX,
    fromMs: view.fromMs,
    toMs: view.fromMs + steps * view.stepMs,
  }
  return (
    <div ref={ref} className="backlog" {...crosshairOf(frame, view)}>
      <div className="backlog-head lbl" aria-hidden>
        <span style={{ right: 74 }}>mailbox</span>
        <span style={{ right: 14 }}>msg/s</span>
      </div>
      <ul aria-label="Longest mailboxes">
        {rows.map(({ id, row }) => (
          <li
            key={id}
            aria-current={id === selected ? 'true' : undefined}
            style={{ height: ROW_PX }}
            data-row={id}
          >
            <button type="button" onClick={() => onSelect(id)} onDoubleClick={() => onOpen(id)}>
              <Glyph name={isLost ? 'lost' : row.status} size={11} label={row.status} />
              <span className="el" style={{ fontWeight: 500, maxWidth: left - 40 }}>
                {row.name}
              </span>
              {isNarrow ? null : <span className="i3 el">{shortNode(row.node)}</span>}
              {row.fault === null ? null : <Glyph name="fault" size={11} label="under fault" />}
              <span className="sp" />
              <span className={`m r bfig ${row.mailboxLength > 100 ? 'c-backlog' : ''}`}>
                <span className="sr-only">mailbox </span>
                {count(row.mailboxLength)}
              </span>
              <span className="m r bfig i2">
                {rate(row.handledPerS)}
                <span className="sr-only"> messages per second</span>
              </span>
            </button>
            {id === selected ? <span className="ret" aria-hidden /> : null}
          </li>
        ))}
      </ul>
      {width === 0 ? null : (
        <svg width={frame.right} height={frame.floor + 2} fill="none" aria-hidden className="backlog-cells">
          {rows.map(({ id, row }, i) => (
            <Cells key={id} points={row.points} left={left} right={frame.right} y={HEAD_PX + i * ROW_PX} />
          ))}
          <TimeAxis frame={frame} y={14} />
          <FaultSpans frame={{ ...frame, top: HEAD_PX }} faults={view.faults} />
          <CrossLine frame={frame} />
        </svg>
      )}
      {width === 0 ? null : (
        <CellTip view={view} rows={rows} frame={frame} width={width} selected={selected} />
      )}
    </div>
  )
}

const Cells = memo(function Cells({
  points,
  left,
  right,
  y,
}: {
  points: BacklogRow['points']
  left: number
  right: number
  y: number
}) {
  const each = (right - left) / Math.max(1, points.length)
  return (
    <g>
      {heatRuns(points).map((run) =>
        run.heat === null ? null : (
          <rect
            key={run.from}
            x={(left + run.from * each).toFixed(2)}
            y={y}
            width={(run.length * each + 0.1).toFixed(2)}
            height={ROW_PX - 2}
            fill={shade(run.heat)}
          />
        ),
      )}
    </g>
  )
})

function shade(percent: number): string {
  return `color-mix(in oklab, var(--color-backlog-mark) ${percent}%, var(--color-surface-2))`
}

export function HeatLegend() {
  return (
    <span className="row m i3" style={{ gap: 6 }} aria-hidden>
      1
      <span className="row" style={{ gap: 0 }}>
        {HEAT_LEGEND.map((length) => (
          <i key={length} style={{ width: 18, height: 9, background: shade(heat(length) ?? 0) }} />
        ))}
      </span>
      10k
    </span>
  )
}

/** What the selected row held at the shared instant. */
function CellTip({
  view,
  rows,
  frame,
  width,
  selected,
}: {
  view: MessagesView
  rows: { id: string; row: BacklogRow }[]
  frame: Frame
  width: number
  selected: string | null
}) {
  const atMs = useCrosshair()
  const at = rows.findIndex(({ id }) => id === selected)
  const row = rows[at]?.row
  if (atMs === null || row === undefined) return null
  const step = stepAt(view, row.points.length, atMs)
  if (step === -1) return null
  const value = row.points[step] ?? null
  const x = xOf(frame, atMs)
  return (
    <div
      className="tip m"
      style={{
        pointerEvents: 'none',
        top: HEAD_PX + (at + 1) * ROW_PX,
        padding: '4px 8px',
        ...(x > width / 2 ? { right: width - x + 8 } : { left: x + 8 }),
      }}
    >
      <span className="i3">{clock(atMs).slice(0, 10)}</span> {row.name}{' '}
      <b>{value === null ? 'not kept' : count(value)}</b>
    </div>
  )
}
