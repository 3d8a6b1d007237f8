'use client'
/** Messages a second of one process over the last minute: received and handled, from zero. */
import type { Spark } from '@orrery/live/views'
import { rate, tick } from '../live/format.ts'
import { lastOf, niceMax, sparkPaths } from '../ui/spark-paths.ts'

const WIDTH = 324
const HEIGHT = 92
const LEFT = 30
const SLOTS = 60

export function RateChart({ received, handled }: { received: Spark; handled: Spark }) {
  const max = niceMax([...received, ...handled])
  const width = WIDTH - LEFT
  const all = { max, slots: SLOTS, pad: 0 }
  const into = sparkPaths(received, width, HEIGHT, all)
  const done = sparkPaths(handled, width, HEIGHT, all)
  const lines = [0, 0.5, 1]
  return (
    <figure className="insp-chart" aria-label="Messages a second, last 60 s">
      <figcaption className="row">
        <b>Messages</b>
        <span className="lbl">60 s</span>
        <span className="sp" />
        <span className="m c-signal">{rate(lastOf(handled) ?? 0)}/s handled</span>
        <span className="m i2">{rate(lastOf(received) ?? 0)}/s received</span>
      </figcaption>
      <svg width={WIDTH} height={HEIGHT + 24} role="img" aria-label="Received and handled messages a second">
        <g transform="translate(0 6)">
          {lines.map((share) => {
            const y = HEIGHT - share * HEIGHT
            return (
              <g key={share}>
                <path d={`M${LEFT} ${y + 0.5}H${WIDTH}`} stroke="var(--color-grid)" />
                <text className="ax" x={LEFT - 6} y={y + 4} textAnchor="end">
                  {tick(share * max)}
                </text>
              </g>
            )
          })}
          <g transform={`translate(${LEFT} 0)`} fill="none">
            <path d={into.line} stroke="var(--color-ink-3)" strokeWidth="1.1" />
            <path d={done.area} fill="var(--color-signal)" opacity=".12" />
            <path d={done.line} stroke="var(--color-signal)" strokeWidth="1.2" />
          </g>
          <text className="ax" x={LEFT} y={HEIGHT + 15}>
            −60 s
          </text>
          <text className="ax" x={WIDTH} y={HEIGHT + 15} textAnchor="end">
            now
          </text>
        </g>
      </svg>
    </figure>
  )
}
