/** When the selected group crashed: one mark a crash, hatched while a fault was on one of its processes. */
import type { CrashGroupRow, CrashView } from '@orrery/live/views'
import { useId } from 'react'
import { clockSeconds, count, duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { GlyphMark } from '../ui/glyphs.tsx'
import { Hatch } from '../ui/hatch.tsx'
import { useSize } from '../ui/use-size.ts'
import { stripOf } from './strip-model.ts'

const MARK = 11
const BASE = 32.5

export function CrashStrip({ group, course }: { group: CrashGroupRow; course: CrashView['course'] }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const hatch = useId()
  const nowMs = useHubNow(1_000)
  const leases = Object.values(useView('faults', {}).data?.leases ?? {}).filter((lease) =>
    group.latest.some(({ node, key }) => node === lease.node && key === lease.key),
  )
  const strip = stripOf(course, leases, nowMs, MARK / Math.max(width, MARK))
  if (!strip) return null
  const [first, last] = [course[0], course.at(-1)]
  const spanMs = first && last ? last.atMs - first.atMs : 0
  const words = course.length === 1 ? 'one crash' : `latest ${count(course.length)}, over ${duration(spanMs)}`
  return (
    <section className="sec" aria-label="Crashes over time">
      <div className="row pv-head">
        <b>Crashes</b>
        <span className="sp" />
        <span className="m i3">{words}</span>
      </div>
      <div ref={ref} className="pv-strip">
        <svg className="gl" width={width} height={47} role="img" aria-label={`Crashes over time: ${words}`}>
          <defs>
            <Hatch id={hatch} of="fault" />
          </defs>
          {strip.spans.map(({ id, label, from, to }) => (
            <g key={id}>
              <rect
                x={from * width}
                y="4"
                width={Math.max(2, (to - from) * width)}
                height={BASE - 4.5}
                fill={`url(#${hatch})`}
              />
              <text
                className="ax"
                x={from > 0.5 ? from * width - 5 : to * width + 5}
                y="13"
                textAnchor={from > 0.5 ? 'end' : 'start'}
                style={{ fill: 'var(--color-fault)' }}
              >
                {label}
              </text>
            </g>
          ))}
          <path d={`M0 ${BASE}H${width}`} stroke="var(--color-line-2)" />
          {strip.marks.map(({ at, n, isInjected }) => (
            <g key={at}>
              <GlyphMark name={isInjected ? 'fault' : 'crashed'} x={at * width} y={BASE - 4} />
              {n > 1 ? (
                <text className="ax" x={at * width} y={BASE - 12} textAnchor="middle">
                  {count(n)}
                </text>
              ) : null}
            </g>
          ))}
          <text className="ax" x="0" y="45">
            {clockSeconds(strip.fromMs)}
          </text>
          <text className="ax" x={width} y="45" textAnchor="end">
            {clockSeconds(strip.toMs)}
          </text>
        </svg>
      </div>
    </section>
  )
}
