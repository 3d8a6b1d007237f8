'use client'
/** Five minutes of crashes and restarts, a lane a node; injected faults as hatched spans while there are any. */
import type { NodeRow, TimelineView } from '@orrery/live/views'
import Link from 'next/link'
import { useId } from 'react'
import { crashPath, experimentPath } from '../frame/addresses.ts'
import { edgeOf, type PlacedMark, placeMarks, SPAN_MS } from '../frame/transport-model.ts'
import { isExperiment, spanLabel, spansById } from '../live/fault-spans.ts'
import { clock, clockMinutes, plural } from '../live/format.ts'
import { Glyph, GlyphMark } from '../ui/glyphs.tsx'
import { Hatch } from '../ui/hatch.tsx'
import { Panel } from '../ui/parts.tsx'
import { useSize } from '../ui/use-size.ts'

const NAMES_PX = 132
const RIGHT_PX = 16
const TOP_PX = 8
const LANE_PX = 36

export function Lanes({ rows, timeline }: { rows: NodeRow[]; timeline: TimelineView | null }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const pattern = useId()
  const marks = timeline?.marks ?? []
  const faults = timeline?.faults ?? []
  const edgeMs = timeline ? edgeOf(timeline) : 0
  const plot = Math.max(1, width - NAMES_PX - RIGHT_PX)
  const x = (atMs: number) => NAMES_PX + (1 - (edgeMs - atMs) / SPAN_MS) * plot
  const scale = { edgeMs, edgeX: width - RIGHT_PX, leftX: NAMES_PX, x }
  const bottom = TOP_PX + rows.length * LANE_PX
  const halfMinutes = Array.from({ length: 10 }, (_, i) => (Math.floor(edgeMs / 30_000) - i) * 30_000).filter(
    (atMs) => x(atMs) > NAMES_PX,
  )
  const inWindow = (atMs: number) => edgeMs - atMs <= SPAN_MS
  const crashes = marks.filter((mark) => mark.kind === 'crash' && inWindow(mark.atMs)).length
  const restarts = marks.filter((mark) => mark.kind === 'restart' && inWindow(mark.atMs)).length
  return (
    <Panel
      title={faults.length > 0 ? 'Crashes and injected faults' : 'Crashes and restarts'}
      className="lanes"
      aside={
        <>
          <span className="row lbl" style={{ gap: 5 }}>
            <Glyph name="crashed" size={10} />
            {plural(crashes, 'crash', 'crashes')}
          </span>
          <span className="row lbl" style={{ gap: 5 }}>
            <Glyph name="restarting" size={10} isStill />
            {plural(restarts, 'restart')}
          </span>
          {faults.length > 0 ? (
            <span className="row lbl" style={{ gap: 5 }}>
              <span className="hatch" style={{ width: 16, height: 9 }} />
              {plural(spansById(faults).length, 'fault')}
            </span>
          ) : null}
        </>
      }
    >
      <div className="scroll">
        <div ref={ref} style={{ position: 'relative', marginTop: 4, height: bottom + 28 }}>
          {width === 0 || timeline === null ? null : (
            <svg width={width} height={bottom + 28} aria-hidden>
              <defs>
                <Hatch id={pattern} of="fault" />
              </defs>
              {halfMinutes.map((atMs) => (
                <path key={atMs} d={`M${x(atMs).toFixed(1)} 0V${bottom}`} stroke="var(--color-grid)" />
              ))}
              {rows.map((row, i) => {
                const y = TOP_PX + i * LANE_PX + LANE_PX / 2 - 9
                const own = marks.filter((mark) => mark.node === row.node)
                const crashed = placeMarks(own, 'crash', scale, TARGET_PX)
                return (
                  <g key={row.node}>
                    <text className="axl" x="12" y={y + 4} style={{ fill: 'var(--color-ink-2)' }}>
                      {row.node.length > 20 ? `${row.node.slice(0, 19)}…` : row.node}
                    </text>
                    <path d={`M${NAMES_PX} ${y}H${width - RIGHT_PX}`} stroke="var(--color-line)" />
                    {spansById(faults.filter((fault) => fault.node === row.node))
                      .slice(-2)
                      .map((fault, k) => {
                        const from = Math.max(NAMES_PX, x(fault.fromMs))
                        const to = fault.toMs === null ? scale.edgeX : Math.min(scale.edgeX, x(fault.toMs))
                        const at = y + 11 + k * 10
                        return (
                          <g key={fault.id}>
                            <rect
                              x={from}
                              y={at - 0.5}
                              width={Math.max(2, to - from)}
                              height="5"
                              fill={`url(#${pattern})`}
                              opacity=".9"
                            />
                            <text
                              className="ax"
                              x={from - 6}
                              y={at + 5.5}
                              textAnchor="end"
                              style={{ fill: 'var(--color-fault)', paintOrder: 'stroke' }}
                              stroke="var(--color-surface-1)"
                              strokeWidth="4"
                            >
                              {spanLabel(fault)}
                            </text>
                          </g>
                        )
                      })}
                    {beside(placeMarks(own, 'restart', scale, TARGET_PX), crashed, scale.edgeX).map(
                      (mark) => (
                        <GlyphMark key={mark.id} name="restarting" x={mark.x} y={y + mark.down} scale={1} />
                      ),
                    )}
                    {crashed.map((mark) => (
                      <g key={mark.id}>
                        <GlyphMark name="crashed" x={mark.x} y={y} scale={1} />
                        {mark.marks.length > 1 ? (
                          <text
                            className="ax"
                            x={mark.x}
                            y={y - 9}
                            textAnchor="middle"
                            style={{ fill: 'var(--color-crashed)' }}
                          >
                            ×{mark.marks.length}
                          </text>
                        ) : null}
                      </g>
                    ))}
                  </g>
                )
              })}
              <path d={`M${scale.edgeX} 0V${bottom}`} stroke="var(--color-ink)" strokeWidth="1.5" />
              {halfMinutes
                .filter((atMs) => atMs % 60_000 === 0)
                .map((atMs) => (
                  <text
                    key={atMs}
                    className="ax"
                    x={Math.min(x(atMs), width - RIGHT_PX - 4)}
                    y={bottom + 14}
                    textAnchor="middle"
                  >
                    {clockMinutes(atMs)}
                  </text>
                ))}
            </svg>
          )}
          {timeline === null || width === 0
            ? null
            : rows.flatMap((row, i) =>
                spansById(faults.filter((fault) => fault.node === row.node))
                  .slice(-2)
                  .map((fault, k) => {
                    const from = Math.max(NAMES_PX, x(fault.fromMs))
                    const to = fault.toMs === null ? scale.edgeX : Math.min(scale.edgeX, x(fault.toMs))
                    if (!isExperiment(fault.id) || to < NAMES_PX) return null
                    const top = TOP_PX + i * LANE_PX + LANE_PX / 2 + k * 10
                    return (
                      <Link
                        key={fault.id}
                        href={experimentPath(fault.id)}
                        prefetch={false}
                        className="lane-fault"
                        style={{ left: from, top, width: Math.max(24, to - from) }}
                        title={spanLabel(fault)}
                        aria-label={`${spanLabel(fault)}, injected at ${clock(fault.fromMs)}`}
                      />
                    )
                  }),
              )}
          {timeline === null
            ? null
            : rows.flatMap((row, i) =>
                placeMarks(
                  marks.filter((mark) => mark.node === row.node),
                  'crash',
                  scale,
                  TARGET_PX,
                ).map((placed) => {
                  const mark = placed.marks.at(-1)
                  if (!mark?.crashId) return null
                  const more = placed.marks.length > 1 ? ` × ${placed.marks.length}` : ''
                  return (
                    <Link
                      key={placed.id}
                      href={crashPath(mark.crashId)}
                      prefetch={false}
                      className="lane-mark"
                      style={{ left: placed.x, top: TOP_PX + i * LANE_PX + LANE_PX / 2 - 9 }}
                      title={`${mark.name}${more} ${clock(mark.atMs)}\n${mark.text}`}
                      aria-label={`${mark.name} exited at ${clock(mark.atMs)}: ${mark.text}${more}`}
                    />
                  )
                }),
              )}
        </div>
      </div>
    </Panel>
  )
}

/** Nearer than a target is wide, marks become one with a count; a glyph itself is narrower. */
const GLYPH_PX = 13
const TARGET_PX = 24

/** A restart comes milliseconds after its crash: it stands beside it, or below where there is no room. */
function beside(
  restarts: PlacedMark[],
  crashes: PlacedMark[],
  edgeX: number,
): (PlacedMark & { down: number })[] {
  const isFree = (x: number) => crashes.every((one) => Math.abs(one.x - x) >= GLYPH_PX - 1)
  return restarts.map((mark) => {
    if (isFree(mark.x)) return { ...mark, down: 0 }
    const crash = crashes.find((one) => Math.abs(one.x - mark.x) < GLYPH_PX)
    const x = (crash?.x ?? mark.x) + GLYPH_PX
    // What has happened never stands to the right of now.
    return isFree(x) && x <= edgeX ? { ...mark, x, down: 0 } : { ...mark, down: GLYPH_PX - 1 }
  })
}
