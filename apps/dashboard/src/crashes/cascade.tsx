'use client'
/** The cascade on a real time axis: one lane a process, the exit at zero. */
import type { CrashReport } from '@orrery/protocol'
import { useId } from 'react'
import { duration } from '../live/format.ts'
import { GLYPHS, StrategyGlyph } from '../ui/glyphs.tsx'
import { useSize } from '../ui/use-size.ts'
import { cascadeOf, type Lane, spaced } from './cascade-model.ts'

const LANE = 33
const TOP = 10
const NAMES = 152
/** Room that the words of a tick and of a return take, and a character of a decision. */
const TICK = 54
const BACK = 92
const CHARACTER = 6.2

export function Cascade({ report }: { report: CrashReport }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const arrow = useId()
  const model = cascadeOf(report)
  const right = Math.max(width - 20, NAMES + 200)
  const x = (ms: number) => NAMES + ((ms - model.fromMs) / (model.toMs - model.fromMs)) * (right - NAMES)
  const y = (lane: number) => TOP + lane * LANE + LANE / 2
  const bottom = TOP + model.lanes.length * LANE
  const ticks = spaced(model.ticks, x, TICK)
  const died = model.lanes.findIndex((lane) => lane.role === 'crashed')
  return (
    <section className="cas" aria-label="Cascade">
      <header className="h3 ruled">
        <h2>Cascade</h2>
        <span className="lbl">what the exit did to its supervisor, siblings and peers</span>
        <span className="sp" />
        <span className="row i2 cas-figures">
          <span>
            <span className="m">{model.down}</span> {model.down === 1 ? 'process' : 'processes'} down
          </span>
          {model.messagesLost === null ? null : (
            <span>
              <span className="m">{model.messagesLost}</span> messages lost
            </span>
          )}
          <span>
            <span className="m">{model.supervisorsExited}</span> supervisors exited
          </span>
        </span>
      </header>
      <div ref={ref} className="cas-draw">
        <svg
          width={Math.max(width, 1)}
          height={bottom + 34}
          fill="none"
          role="img"
          aria-label={spoken(model.lanes)}
        >
          <defs>
            <marker
              id={arrow}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              orient="auto"
              markerUnits="userSpaceOnUse"
            >
              <path d="M0 0 8 4 0 8z" fill="var(--color-crashed)" />
            </marker>
          </defs>
          {ticks.map((at) => (
            <g key={at}>
              <path
                d={`M${x(at)} 2V${bottom - 2}`}
                stroke={at === 0 ? 'var(--color-crashed)' : 'var(--color-line)'}
                strokeDasharray={at === 0 ? '2 2' : undefined}
              />
              <text
                className="ax"
                x={x(at)}
                y={bottom + 14}
                textAnchor="middle"
                style={at === 0 ? { fill: 'var(--color-crashed)' } : undefined}
              >
                {at === 0 ? 'exit' : `+${duration(at)}`}
              </text>
            </g>
          ))}
          {model.lanes.map((lane, i) => (
            <LaneLine key={lane.id} lane={lane} y={y(i)} x={x} right={right} />
          ))}
          {model.decision && died > 0 ? (
            <DecisionBox
              text={model.decision.text}
              from={x(0)}
              to={x(model.decision.untilMs ?? model.toMs * 0.8)}
              y={y(0)}
              right={right}
            />
          ) : null}
          {died > 0 ? (
            <path
              d={`M${x(0) + 8} ${y(died) - 9}V${y(0) + 10}`}
              stroke="var(--color-crashed)"
              strokeWidth="1.3"
              markerEnd={`url(#${arrow})`}
            />
          ) : null}
          {model.lanes.map((lane, i) =>
            lane.effect && i > died ? (
              <g key={lane.id}>
                <path
                  d={`M${x(0) + 8} ${y(died) + 9}V${y(i)}h8`}
                  stroke="var(--color-crashed)"
                  strokeDasharray="3 2"
                  markerEnd={`url(#${arrow})`}
                />
                <text className="axl" x={x(0) + 20} y={y(i) - 4} style={{ fill: 'var(--color-crashed)' }}>
                  {lane.effect}
                </text>
              </g>
            ) : null,
          )}
          <g className="c-crashed" transform={`translate(${x(0) - 8} ${y(died) - 8}) scale(1.33)`}>
            <circle cx="6" cy="6" r="8" fill="var(--color-bg)" />
            {GLYPHS.crashed}
          </g>
          {model.backMs === null ? null : (
            <g>
              <path d={`M${x(model.backMs)} 2V${bottom - 2}`} stroke="var(--color-signal)" />
              <text
                className="axl strong"
                x={x(model.backMs) + (x(model.backMs) + BACK > right ? -6 : 6)}
                y={y(died) - 7}
                textAnchor={x(model.backMs) + BACK > right ? 'end' : 'start'}
                style={{ fill: 'var(--color-signal)' }}
              >
                running again
              </text>
            </g>
          )}
        </svg>
      </div>
    </section>
  )
}

function LaneLine({
  lane,
  y,
  x,
  right,
}: {
  lane: Lane
  y: number
  x: (ms: number) => number
  right: number
}) {
  const start = NAMES
  const down = lane.downFromMs === null ? null : x(lane.downFromMs)
  const up = lane.downUntilMs === null ? null : x(lane.downUntilMs)
  return (
    <g>
      <path d={`M14 ${y + LANE / 2}H${right}`} stroke="var(--color-grid)" />
      <g
        transform={`translate(14 ${y - 6})`}
        className={
          lane.role === 'crashed' ? 'c-crashed' : lane.downFromMs === null ? 'c-busy' : 'c-restarting'
        }
      >
        {lane.role === 'supervisor' && lane.strategy ? (
          <g className="i2">
            <StrategyGlyph strategy={lane.strategy} width={16} />
          </g>
        ) : (
          <g className="still">
            {GLYPHS[lane.role === 'crashed' ? 'crashed' : lane.downFromMs === null ? 'running' : 'waiting']}
          </g>
        )}
      </g>
      <text
        className="cas-name"
        x="36"
        y={y + 4}
        style={lane.role === 'crashed' ? { fill: 'var(--color-crashed)' } : undefined}
      >
        {lane.name.length > 17 ? `${lane.name.slice(0, 16)}…` : lane.name}
        <title>{lane.name}</title>
      </text>
      <path d={`M${start} ${y}H${down ?? right}`} stroke="var(--color-running)" strokeWidth="2" />
      {down === null ? null : (
        <path d={`M${down} ${y}H${up ?? right}`} stroke="var(--color-suspended)" strokeDasharray="1.5 3" />
      )}
      {up === null ? null : <path d={`M${up} ${y}H${right}`} stroke="var(--color-running)" strokeWidth="2" />}
    </g>
  )
}

function DecisionBox({
  text,
  from,
  to,
  y,
  right,
}: {
  text: string
  from: number
  to: number
  y: number
  right: number
}) {
  const width = Math.max(to - from, 3)
  const length = text.length * CHARACTER
  // Inside, beside, or on a narrow screen above it.
  const place =
    width > length
      ? { x: from + 6, y: y + 4 }
      : to + 6 + length <= right + 12
        ? { x: to + 6, y: y + 4 }
        : { x: right, y: y - 11, textAnchor: 'end' as const }
  return (
    <g>
      <rect
        x={from}
        y={y - 8}
        width={width}
        height={16}
        rx="1.5"
        fill="color-mix(in oklab, var(--color-backlog) 13%, var(--color-surface-2))"
        stroke="var(--color-backlog)"
      />
      <text className="axl strong" {...place} style={{ fill: 'var(--color-backlog)' }}>
        {text}
      </text>
    </g>
  )
}

function spoken(lanes: Lane[]): string {
  return lanes
    .map((lane) => `${lane.name}: ${lane.effect ?? (lane.downFromMs === null ? 'kept running' : 'exited')}`)
    .join('. ')
}
