'use client'
/**
 * One time cursor for the whole product: five minutes of messages a second, what crashed and what came back. Live is
 * the cursor at the right edge; held, everything shown stands still while time goes on to its right.
 */
import type { TimelineView } from '@orrery/live/views'
import { Pause, Play, StepBack, StepForward } from 'lucide-react'
import Link from 'next/link'
import { useEffect, useId, useRef, useState } from 'react'
import { useCrosshair } from '../live/crosshair.ts'
import { isExperiment, spanLabel, spansById } from '../live/fault-spans.ts'
import { clock, clockSeconds, duration } from '../live/format.ts'
import { moment, useMoment } from '../live/moment.ts'
import { hubNow, useHubNow } from '../live/now.ts'
import { useConnection, useView } from '../live/use-view.ts'
import { toggleZone, zone, zoneName } from '../live/zone.ts'
import { Glyph, GlyphMark } from '../ui/glyphs.tsx'
import { Hatch } from '../ui/hatch.tsx'
import { useSize } from '../ui/use-size.ts'
import { crashPath, experimentPath, type Place, treePath } from './addresses.ts'
import { useKeys } from './keys.ts'
import {
  countOf,
  edgeOf,
  type PlacedMark,
  placeMarks,
  ratePaths,
  stripScale,
  ticks,
} from './transport-model.ts'

export function Transport({ place, isEmpty }: { place: Place; isEmpty: boolean }) {
  const isLarge = place.screen === 'tree'
  const { data } = useView('timeline', { node: place.node }, { followsTime: false })
  const { heldAtMs } = useMoment()
  const { link } = useConnection()
  const stripRef = useRef<HTMLDivElement>(null)
  const toggle = () => (moment.isHeld() ? moment.release() : moment.hold(data ? edgeOf(data) : hubNow()))
  const step = (by: 1 | -1) => stepMark(stripRef.current, by)
  const hasMarks = (data?.marks.length ?? 0) + (data?.faults.length ?? 0) > 0
  useKeys('Time', [
    { keys: 'Space', label: 'Pause or resume live', run: toggle },
    { keys: 'L', label: 'Return to live', run: () => moment.release() },
    { keys: '[', label: 'Previous crash or fault', run: () => step(-1) },
    { keys: ']', label: 'Next crash or fault', run: () => step(1) },
  ])
  const isHeld = heldAtMs !== null
  return (
    <section className={`tp ${isLarge ? 'lg' : ''}`} aria-label="Time">
      <div className="ctl">
        <div className="ib">
          <button
            type="button"
            aria-label="Previous crash or fault"
            disabled={!hasMarks}
            onClick={() => step(-1)}
          >
            <StepBack className="ic" />
          </button>
          <button
            type="button"
            aria-label={isHeld ? 'Resume live' : 'Pause live'}
            aria-pressed={isHeld}
            onClick={toggle}
            style={{ color: 'var(--color-ink)' }}
          >
            {isHeld ? <Play className="ic" /> : <Pause className="ic" />}
          </button>
          <button type="button" aria-label="Next crash or fault" disabled={!hasMarks} onClick={() => step(1)}>
            <StepForward className="ic" />
          </button>
        </div>
        <div>
          <div className="mono" style={{ fontSize: 13, fontWeight: 600 }}>
            {isHeld ? clock(heldAtMs) : <Clock isRunning={link === 'open'} />}
          </div>
          {isHeld ? (
            isLarge ? (
              <Behind heldAtMs={heldAtMs} />
            ) : null
          ) : isLarge ? (
            <div className="lbl row" style={{ gap: 5, marginTop: 2 }}>
              <i className={`dot ${link === 'open' ? '' : 'hollow'}`} />
              {link === 'open' ? 'Live · 5 min held' : 'No news'}
            </div>
          ) : null}
        </div>
        <ZoneSwitch />
        {isLarge ? null : isHeld ? (
          <Behind heldAtMs={heldAtMs} isShort />
        ) : (
          <span className="lbl">{isEmpty ? 'No events' : link === 'open' ? 'Live' : 'No news'}</span>
        )}
      </div>
      <div className="strip" ref={stripRef}>
        {isEmpty ? <EmptyStrip /> : data ? <Strip data={data} isLarge={isLarge} heldAtMs={heldAtMs} /> : null}
      </div>
    </section>
  )
}

/**
 * The hub's clock, written past React: with every drawing of the strip, and where there is none eight times a second, once
 * where motion is reduced. A frame that is drawn for the clock alone costs the page as much as any other.
 */
function Clock({ isRunning }: { isRunning: boolean }) {
  const ref = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (!isRunning) return
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const write = () => {
      if (ref.current) ref.current.textContent = clock(hubNow())
    }
    write()
    const timer = setInterval(write, isCalm ? 1_000 : 127)
    return () => clearInterval(timer)
  })
  return (
    <span ref={ref} suppressHydrationWarning>
      --:--:--.---
    </span>
  )
}

/** Whose clock it is; a click turns all times to UTC and back. */
function ZoneSwitch() {
  const chosen = zone.use()
  const [name, setName] = useState('')
  // Only the browser knows its zone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name follows what was chosen
  useEffect(() => setName(zoneName()), [chosen])
  return (
    <button
      type="button"
      className="lbl zone"
      title={chosen === 'utc' ? 'Show times in this machine’s zone' : 'Show times in UTC'}
      onClick={toggleZone}
    >
      {name}
    </button>
  )
}

function Behind({ heldAtMs, isShort = false }: { heldAtMs: number; isShort?: boolean }) {
  const nowMs = useHubNow(1_000)
  return (
    <div className="row" style={{ gap: 5, marginTop: isShort ? 0 : 2, fontSize: 12 }}>
      {isShort ? null : (
        <span className="i2 m">
          −{duration(Math.max(1_000, Math.floor((nowMs - heldAtMs) / 1_000) * 1_000))}
        </span>
      )}
      <button type="button" className="c-signal" style={{ fontWeight: 500 }} onClick={() => moment.release()}>
        Live
      </button>
      <kbd>L</kbd>
    </div>
  )
}

function Strip({
  data,
  isLarge,
  heldAtMs,
}: {
  data: TimelineView
  isLarge: boolean
  heldAtMs: number | null
}) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<string | null>(null)
  const crossMs = useCrosshair()
  const pattern = useId()
  const height = isLarge ? 92 : 40
  const top = isLarge ? 30 : 8
  const base = isLarge ? 70 : 30
  const edgeMs = edgeOf(data)
  const scale = stripScale(width, edgeMs)
  const paths = ratePaths(data.messagesPerS, data.fromMs, data.stepMs, scale, top, base)
  const crashes = placeMarks(data.marks, 'crash', scale)
  const restarts = isLarge ? placeMarks(data.marks, 'restart', scale) : []
  const all = [...restarts, ...crashes]
  const shown = all.find((mark) => `${mark.kind} ${mark.id}` === hovered) ?? null
  const lanes = spansById(data.faults).slice(-3)
  const headX = heldAtMs === null ? scale.edgeX : Math.max(scale.leftX, scale.x(heldAtMs))
  return (
    <div ref={ref} className="absolute inset-0" style={{ overflow: 'clip visible' }}>
      {width === 0 ? null : (
        <svg width={width} height={height} style={{ overflow: 'visible' }} aria-hidden>
          <defs>
            <Hatch id={pattern} of="fault" />
          </defs>
          {isLarge
            ? lanes.map((fault, i) => {
                const from = Math.max(scale.leftX, scale.x(fault.fromMs))
                const to = Math.min(scale.edgeX, fault.toMs === null ? scale.edgeX : scale.x(fault.toMs))
                if (to <= from) return null
                return (
                  <g key={fault.id}>
                    <rect
                      x={from}
                      y={4 + i * 9}
                      width={to - from}
                      height="5"
                      fill={`url(#${pattern})`}
                      opacity=".8"
                    />
                    <text
                      className="ax"
                      x={from - 6}
                      y={10 + i * 9}
                      textAnchor="end"
                      style={{ fill: 'var(--color-fault)' }}
                    >
                      {spanLabel(fault)}
                    </text>
                  </g>
                )
              })
            : lanes.map((fault) => {
                const from = Math.max(scale.leftX, scale.x(fault.fromMs))
                const to = Math.min(scale.edgeX, fault.toMs === null ? scale.edgeX : scale.x(fault.toMs))
                return to <= from ? null : (
                  <rect
                    key={fault.id}
                    x={from}
                    y="2"
                    width={to - from}
                    height="4"
                    fill={`url(#${pattern})`}
                    opacity=".8"
                  />
                )
              })}
          <path d={paths.area} fill="var(--color-signal)" opacity=".13" />
          <path d={paths.line} fill="none" stroke="var(--color-signal)" strokeWidth="1" opacity=".75" />
          <path d={`M${scale.leftX} ${base + 0.5}H${width}`} stroke="var(--color-line-2)" />
          {ticks(scale).map((tick) => (
            <g key={tick.atMs}>
              <path
                d={`M${tick.x.toFixed(1)} ${base + 1}v${tick.isMajor ? 6 : 3}`}
                stroke="var(--color-line-2)"
              />
              {tick.isMajor && isLarge && tick.x > 40 ? (
                <text className="ax" x={tick.x} y={base + 17} textAnchor="middle">
                  {clockSeconds(tick.atMs)}
                </text>
              ) : null}
            </g>
          ))}
          {restarts.map((mark) => (
            <GlyphMark key={mark.id} name="restarting" x={mark.x} y={base - 9.5} ground={null} />
          ))}
          {crashes.map((mark) => (
            <GlyphMark key={mark.id} name="crashed" x={mark.x} y={base - 0.5} />
          ))}
          {crashes.map((mark) =>
            countOf(mark) > 2 && isLarge ? (
              <text
                key={mark.id}
                className="ax"
                x={mark.x + 7}
                y={base - 4}
                style={{ fill: 'var(--color-crashed)' }}
              >
                ×{countOf(mark)}
              </text>
            ) : null,
          )}
          {heldAtMs === null ? null : (
            <>
              <rect
                x={headX}
                y="0"
                width={Math.max(0, scale.edgeX - headX)}
                height={base}
                fill="var(--color-surface-1)"
                opacity=".72"
              />
              <path
                d={`M${scale.edgeX} ${top - 4}V${base + 4}`}
                stroke="var(--color-ink-3)"
                strokeDasharray="2 2"
              />
            </>
          )}
          <path d={`M${headX} ${isLarge ? 6 : 3}V${base + 6}`} stroke="var(--color-ink)" strokeWidth="1.5" />
          <path d={`M${headX - 5} ${isLarge ? 4 : 1}h10v5l-5 5-5-5z`} fill="var(--color-ink)" />
          {crossMs === null || scale.x(crossMs) < scale.leftX ? null : (
            <path
              d={`M${scale.x(crossMs).toFixed(1)} 4V${base}`}
              stroke="var(--color-ink-2)"
              strokeDasharray="2 2"
            />
          )}
          {shown ? (
            <path d={`M${shown.x} 8V${base + 6}`} stroke="var(--color-ink-2)" strokeDasharray="2 2" />
          ) : null}
        </svg>
      )}
      {lanes.map((fault, i) => {
        const from = Math.max(scale.leftX, scale.x(fault.fromMs))
        const to = Math.min(scale.edgeX, fault.toMs === null ? scale.edgeX : scale.x(fault.toMs))
        if (width === 0 || to <= from || !isExperiment(fault.id)) return null
        return (
          <Link
            key={fault.id}
            href={experimentPath(fault.id)}
            className="fault-mark"
            data-mark="fault"
            style={{ left: from, width: Math.max(12, to - from), top: isLarge ? 2 + i * 9 : 0 }}
            title={spanLabel(fault)}
            aria-label={`${spanLabel(fault)}, injected at ${clockSeconds(fault.fromMs)}`}
            tabIndex={-1}
            prefetch={false}
          />
        )
      })}
      {all.map((mark) => {
        const id = `${mark.kind} ${mark.id}`
        return (
          <Link
            key={id}
            href={addressOf(mark)}
            className="mark"
            data-mark={mark.kind}
            style={{ left: mark.x, top: isLarge ? (mark.kind === 'crash' ? base + 4 : base - 15) : base - 4 }}
            aria-label={wordsOf(mark)}
            onMouseEnter={() => setHovered(id)}
            onMouseLeave={() => setHovered(null)}
            onFocus={() => setHovered(id)}
            onBlur={() => setHovered(null)}
            tabIndex={-1}
            prefetch={false}
          />
        )
      })}
      {shown ? <Preview mark={shown} width={width} /> : null}
    </div>
  )
}

function Preview({ mark, width }: { mark: PlacedMark; width: number }) {
  const latest = mark.marks.slice(-3).toReversed()
  const right = mark.x > width / 2
  return (
    <div
      className="tip"
      style={right ? { right: width - mark.x - 12 } : { left: mark.x - 12 }}
      role="tooltip"
    >
      {mark.marks.length > 1 ? <div className="i3">× {mark.marks.length}, the latest</div> : null}
      {latest.map((one) => (
        <div key={one.id} style={{ maxWidth: 380 }}>
          <div className="row" style={{ gap: 6 }}>
            <Glyph name={one.kind === 'crash' ? 'crashed' : 'restarting'} size={10} isStill />
            <b style={{ fontWeight: 500 }} className="el">
              {one.name}
            </b>
            <span className="m i2">{clock(one.atMs)}</span>
          </div>
          <div className="i2 el">{one.text}</div>
        </div>
      ))}
    </div>
  )
}

function EmptyStrip() {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const edgeX = width - 50
  return (
    <div ref={ref} className="absolute inset-0">
      <svg width={width} height="40" aria-hidden>
        <path d={`M16 30.5H${width}`} stroke="var(--color-line-2)" />
        {Array.from({ length: 60 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: ticks in their places
          <path key={i} d={`M${16 + i * 19} 31v${i % 6 ? 3 : 6}`} stroke="var(--color-line-2)" />
        ))}
        <path d={`M${edgeX} 3V36`} stroke="var(--color-ink)" strokeWidth="1.5" />
        <path d={`M${edgeX - 5} 1h10v5l-5 5-5-5z`} fill="var(--color-ink)" />
        <text className="axl" x="16" y="20">
          Time starts with the first node. Nothing before it is lost: agents spool.
        </text>
      </svg>
    </div>
  )
}

/** The strip of a phone: 34 px, the newest part of the five minutes. */
export function PhoneStrip() {
  const { data } = useView('timeline', { node: null }, { followsTime: false })
  const { link } = useConnection()
  const [ref, { width }] = useSize<HTMLElement>()
  const left = 92
  const spanPx = Math.max(10, width - left - 28)
  const scale = data ? { ...stripScale(width, edgeOf(data), spanPx, 28), leftX: left } : null
  const perMs = spanPx / 300_000
  if (scale) scale.x = (atMs) => scale.edgeX - (scale.edgeMs - atMs) * perMs
  const paths = data && scale ? ratePaths(data.messagesPerS, data.fromMs, data.stepMs, scale, 8, 26) : null
  return (
    <section aria-label="Time" className={`phone-strip ${link === 'open' ? '' : 'old'}`} ref={ref}>
      <span className="m" style={{ paddingLeft: 16, fontSize: 12, lineHeight: '13px' }}>
        <b>{data ? clockSeconds(edgeOf(data)) : '--:--:--'}</b>
        <br />
        <span className="i3" style={{ fontSize: 10.5 }}>
          {zoneName()}
        </span>
      </span>
      {data && scale && paths ? (
        <svg width={width} height="34" className="absolute inset-0" aria-hidden>
          <path d={paths.area} fill="var(--color-signal)" opacity=".13" />
          <path d={paths.line} fill="none" stroke="var(--color-signal)" opacity=".75" />
          <path d={`M${left} 26.5H${width}`} stroke="var(--color-line-2)" />
          {placeMarks(data.marks, 'crash', scale).map((mark) => (
            <GlyphMark key={mark.id} name="crashed" x={mark.x} y={26} scale={0.68} />
          ))}
          <path d={`M${scale.edgeX} 3V30`} stroke="var(--color-ink)" strokeWidth="1.5" />
          <path d={`M${scale.edgeX - 5} 1h10v5l-5 5-5-5z`} fill="var(--color-ink)" />
        </svg>
      ) : null}
    </section>
  )
}

function addressOf(placed: PlacedMark): string {
  const mark = placed.marks.at(-1)
  if (!mark) return '/'
  return mark.crashId ? crashPath(mark.crashId) : treePath(mark.node, mark.key)
}

function wordsOf(placed: PlacedMark): string {
  const mark = placed.marks.at(-1)
  if (!mark) return ''
  const what = placed.kind === 'crash' ? 'exited' : 'restarted'
  const others = countOf(placed) - 1
  const more = others > 0 ? `, and ${others} more` : ''
  return `${mark.name} ${what} at ${clockSeconds(mark.atMs)}: ${mark.text}${more}`
}

/** Moves the focus along the crashes and faults of the strip; without one in focus, to the newest. */
function stepMark(strip: HTMLElement | null, by: 1 | -1): boolean {
  const marks = [
    ...(strip?.querySelectorAll<HTMLElement>('[data-mark="crash"], [data-mark="fault"]') ?? []),
  ].sort((a, b) => a.offsetLeft - b.offsetLeft)
  if (marks.length === 0) return false
  const at = marks.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 ? marks.length - 1 : Math.max(0, Math.min(marks.length - 1, at + by))
  marks[next]?.focus({ preventScroll: true })
  return true
}
