'use client'
/** On a phone, one figure and one chart stand before everything else of a process: its mailbox. */
import './phone-figure.css'
import type { ProcessView } from '@orrery/live/views'
import { useId } from 'react'
import { count, rate, tick } from '../live/format.ts'
import { Hatch } from '../ui/hatch.tsx'
import { niceMax, sparkPaths } from '../ui/spark-paths.ts'
import { useSize } from '../ui/use-size.ts'
import { phoneFigure } from './phone-figure-model.ts'

const HEIGHT = 84
const SLOTS = 60

export function PhoneFigure({ process }: { process: ProcessView }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const hatch = useId()
  const { mailbox } = process.series
  const { waiting, growthPerS, forecast } = phoneFigure(mailbox)
  const isHot = process.row?.status === 'backlog'
  const tone = isHot ? 'backlog-mark' : 'ink-2'
  const max = niceMax(mailbox, 4)
  const paths = sparkPaths(mailbox, width, HEIGHT, { max, slots: SLOTS, pad: 0 })
  return (
    <section className="sec phone-figure" aria-label="Mailbox">
      <div className="row">
        <span className="big" style={isHot ? { color: 'var(--color-backlog)' } : undefined}>
          {count(waiting)}
        </span>
        <span className="i2">waiting in the mailbox</span>
        <span className="sp" />
        {growthPerS === null || growthPerS === 0 ? null : (
          <span className="m" style={isHot ? { color: 'var(--color-backlog)' } : undefined}>
            {growthPerS > 0 ? '+' : '−'}
            {rate(Math.abs(growthPerS))}/s
          </span>
        )}
      </div>
      <div ref={ref} style={{ height: HEIGHT + 30 }}>
        <svg
          className="gl"
          width={width}
          height={HEIGHT + 30}
          fill="none"
          role="img"
          aria-label="Mailbox, last 60 s"
        >
          <defs>
            <Hatch id={hatch} of="fault" />
          </defs>
          {process.row?.fault ? <rect width={width} height="4" fill={`url(#${hatch})`} /> : null}
          <g transform="translate(0 8)">
            {[0.5, 1].map((share) => (
              <path
                key={share}
                d={`M0 ${HEIGHT - share * HEIGHT + 0.5}H${width}`}
                stroke="var(--color-grid)"
              />
            ))}
            <path d={paths.area} fill={`var(--color-${tone})`} opacity=".2" />
            <path d={paths.line} stroke={`var(--color-${tone})`} strokeWidth="1.6" />
            <path d={`M0 ${HEIGHT + 0.5}H${width}`} stroke="var(--color-line-2)" />
            {[0.5, 1].map((share) => (
              <text
                key={share}
                className="ax"
                x="2"
                y={HEIGHT - share * HEIGHT + 13}
                style={{ paintOrder: 'stroke' }}
                stroke="var(--color-surface-1)"
                strokeWidth="3"
              >
                {tick(share * max)}
              </text>
            ))}
            <text className="ax" x="0" y={HEIGHT + 15}>
              −60 s
            </text>
            <text className="ax" x={width} y={HEIGHT + 15} textAnchor="end">
              now
            </text>
          </g>
        </svg>
      </div>
      {forecast ? (
        <p className={isHot ? 'forecast hot' : 'forecast'}>
          <b>{forecast}</b>
        </p>
      ) : null}
    </section>
  )
}
