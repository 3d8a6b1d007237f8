'use client'
/** The cascade on a real time axis: one lane a process, the root's exit at zero. */
import type { CrashView } from '@orrery/live/views'
import { type CrashReport, isNodeEnd } from '@orrery/protocol'
import Link from 'next/link'
import { useId } from 'react'
import { crashPath } from '../frame/addresses.ts'
import { count, duration, plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { GLYPHS, StrategyGlyph } from '../ui/glyphs.tsx'
import { useSize } from '../ui/use-size.ts'
import { type CascadeModel, cascadeOf, type Lane, spaced } from './cascade-model.ts'

const LANE = 33
const TOP = 10
const NAMES = 152
/** Room that the words of a tick and of a return take, and a character of a decision. */
const TICK = 54
const BACK = 92
const MARK = 12
const CHARACTER = 6.2

export function Cascade({ report, cascade }: { report: CrashReport; cascade: CrashView['cascade'] }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const arrow = useId()
  const model = cascadeOf(report, cascade)
  const right = Math.max(width - 20, NAMES + 200)
  const x = (ms: number) => NAMES + ((ms - model.fromMs) / (model.toMs - model.fromMs)) * (right - NAMES)
  const y = (lane: number) => TOP + lane * LANE + LANE / 2
  const bottom = TOP + model.lanes.length * LANE
  const ticks = spaced(model.ticks, x, TICK)
  const placeOf = new Map(model.lanes.map(({ id }, i) => [id, i]))
  const isOfNode = isNodeEnd(report)
  const ownY = y(placeOf.get(model.own) ?? 0)
  return (
    <section className="cas" aria-label="Cascade">
      <header className="h3 ruled">
        <h2>Cascade</h2>
        <span className="lbl">
          {model.root ? (
            <>
              died of{' '}
              <Link className="u" href={crashPath(model.root.id)}>
                {visible(model.root.name)}
              </Link>{' '}
              by {model.root.mechanism}
            </>
          ) : isOfNode ? (
            'what went with the node'
          ) : (
            'what the exit did to its supervisor, siblings and peers'
          )}
        </span>
        <span className="sp" />
        <span className="row i2 cas-figures">
          <span>
            <span className="m">{count(model.down)}</span> {model.down === 1 ? 'process' : 'processes'} down
          </span>
          {model.messagesLost === null ? null : (
            <span>
              <span className="m">{count(model.messagesLost)}</span> messages lost
            </span>
          )}
          {isOfNode ? null : (
            <span>
              <span className="m">{model.supervisorsExited}</span>{' '}
              {model.supervisorsExited === 1 ? 'supervisor' : 'supervisors'} exited
            </span>
          )}
          {model.hidden > 0 ? <span>{plural(model.hidden, 'lane')} not drawn</span> : null}
        </span>
      </header>
      <div ref={ref} className="cas-draw">
        <svg
          width={Math.max(width, 1)}
          height={bottom + 34}
          fill="none"
          // What holds links is no picture to who does not see it.
          role={model.lanes.some(({ crashId }) => crashId !== null) ? 'group' : 'img'}
          aria-label={spoken(model)}
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
            <LaneLine key={lane.id} lane={lane} y={y(i)} x={x} right={right} isOwn={lane.id === model.own} />
          ))}
          {model.decisions.map((bar, i) => (
            <DecisionBox
              // biome-ignore lint/suspicious/noArrayIndexKey: decisions never change places
              key={`${bar.lane} ${i}`}
              text={bar.text}
              from={x(bar.fromMs)}
              to={x(bar.untilMs ?? model.toMs * 0.8)}
              y={y(placeOf.get(bar.lane) ?? 0)}
              right={right}
              room={model.lanes.some((lane) => lane.id === bar.lane && isCrashed(lane)) ? MARK : 0}
            />
          ))}
          {model.links.map((link) => (
            <LinkArrow
              key={`${link.kind} ${link.from} ${link.to}`}
              x={x(link.atMs) + 8}
              from={y(placeOf.get(link.from) ?? 0)}
              to={y(placeOf.get(link.to) ?? 0)}
              kind={link.kind}
              marker={arrow}
            />
          ))}
          {model.lanes.map((lane, i) =>
            lane.effect ? (
              <text
                key={lane.id}
                className="axl"
                x={x(lane.downFromMs ?? 0) + 20}
                y={y(i) - (lane.role === 'supervisor' ? 11 : 4)}
                style={{ fill: 'var(--color-crashed)' }}
              >
                {lane.effect}
              </text>
            ) : null,
          )}
          {model.lanes.map((lane, i) =>
            isCrashed(lane) ? (
              <g
                key={lane.id}
                className="c-crashed"
                transform={`translate(${x(lane.downFromMs ?? 0) - 8} ${y(i) - 8}) scale(1.33)`}
              >
                <circle cx="6" cy="6" r="8" fill="var(--color-bg)" />
                {GLYPHS.crashed}
              </g>
            ) : null,
          )}
          {model.backMs === null ? null : (
            <g>
              <path d={`M${x(model.backMs)} 2V${bottom - 2}`} stroke="var(--color-signal)" />
              <text
                className="axl strong"
                x={x(model.backMs) + (x(model.backMs) + BACK > right ? -6 : 6)}
                y={ownY - 7}
                textAnchor={x(model.backMs) + BACK > right ? 'end' : 'start'}
                style={{ fill: 'var(--color-signal)' }}
              >
                {model.isAllBack && model.down > 1 ? `all ${count(model.down)} running` : 'running again'}
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
  isOwn,
}: {
  lane: Lane
  y: number
  x: (ms: number) => number
  right: number
  /** Whether it is the one the report is of. */
  isOwn: boolean
}) {
  const start = NAMES
  const down = lane.downFromMs === null ? null : x(lane.downFromMs)
  const up = lane.downUntilMs === null ? null : x(lane.downUntilMs)
  return (
    <g>
      <path d={`M14 ${y + LANE / 2}H${right}`} stroke="var(--color-grid)" />
      <g
        transform={`translate(14 ${y - 6})`}
        className={isCrashed(lane) ? 'c-crashed' : lane.downFromMs === null ? 'c-busy' : 'c-restarting'}
      >
        {lane.role === 'supervisor' && lane.strategy ? (
          <g className="i2">
            <StrategyGlyph strategy={lane.strategy} width={16} />
          </g>
        ) : (
          <g className="still">
            {GLYPHS[isCrashed(lane) ? 'crashed' : lane.downFromMs === null ? 'running' : 'waiting']}
          </g>
        )}
      </g>
      <LaneName lane={lane} y={y} isOwn={isOwn} />
      <path d={`M${start} ${y}H${down ?? right}`} stroke="var(--color-running)" strokeWidth="2" />
      {down === null ? null : (
        <path d={`M${down} ${y}H${up ?? right}`} stroke="var(--color-suspended)" strokeDasharray="1.5 3" />
      )}
      {up === null ? null : <path d={`M${up} ${y}H${right}`} stroke="var(--color-running)" strokeWidth="2" />}
    </g>
  )
}

/** Leads to its own report, where it has one. */
function LaneName({ lane, y, isOwn }: { lane: Lane; y: number; isOwn: boolean }) {
  const name = visible(lane.name)
  const text = (
    <text
      className={`cas-name${isOwn ? ' strong' : ''}`}
      x="36"
      y={y + 4}
      style={isCrashed(lane) ? { fill: 'var(--color-crashed)' } : undefined}
    >
      {name.length > 17 ? `${name.slice(0, 16)}…` : name}
      <title>{lane.note ? `${name}, ${lane.note}` : name}</title>
    </text>
  )
  if (lane.crashId === null) return text
  return (
    <Link href={crashPath(lane.crashId)} className="cas-link" aria-label={`Report of ${name}`}>
      {text}
    </Link>
  )
}

/** Straight to who decides; dashed to who suffers of it. */
function LinkArrow({
  x,
  from,
  to,
  kind,
  marker,
}: {
  x: number
  from: number
  to: number
  kind: CascadeModel['links'][number]['kind']
  marker: string
}) {
  const side = to < from ? -1 : 1
  const end = kind === 'effect' ? `V${to}h8` : `V${to - side * 10}`
  return (
    <path
      d={`M${x} ${from + side * 9}${end}`}
      stroke="var(--color-crashed)"
      strokeWidth={kind === 'exit' ? 1.3 : 1}
      strokeDasharray={kind === 'effect' ? '3 2' : undefined}
      markerEnd={`url(#${marker})`}
    />
  )
}

/** It ended by a crash, not because somebody stopped it. */
function isCrashed(lane: Lane): boolean {
  return lane.role === 'crashed' || (lane.role === 'supervisor' && lane.downFromMs !== null)
}

function DecisionBox({
  text,
  from,
  to,
  y,
  right,
  room,
}: {
  text: string
  from: number
  to: number
  y: number
  right: number
  /** Taken by a mark at its end. */
  room: number
}) {
  const width = Math.max(to - from, 3)
  const length = text.length * CHARACTER
  // Inside, beside, or on a narrow screen above it.
  const place =
    width - room > length
      ? { x: from + 6, y: y + 4 }
      : to + 6 + room + length <= right + 12
        ? { x: to + 6 + room, y: y + 4 }
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
      <text
        className="axl strong"
        {...place}
        // Beside the bar it lies on the line of its lane.
        paintOrder="stroke"
        stroke={width - room > length ? undefined : 'var(--color-bg)'}
        strokeWidth="4"
        style={{ fill: 'var(--color-backlog)' }}
      >
        {text}
      </text>
    </g>
  )
}

function spoken({ lanes }: CascadeModel): string {
  return lanes
    .map((lane) => `${lane.name}: ${lane.effect ?? (lane.downFromMs === null ? 'kept running' : 'exited')}`)
    .join('. ')
}
