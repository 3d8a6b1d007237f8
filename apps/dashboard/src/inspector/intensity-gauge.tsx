'use client'
/** How many restarts remain before the supervisor gives up. */
import { duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { GlyphMark } from '../ui/glyphs.tsx'
import { intensityOf } from './intensity.ts'

const WIDTH = 324
/** More segments than that are not told apart. */
const TICKS = 24
/** Room a glyph and a label take. */
const GLYPH = 13
const LABEL = 66

export function IntensityGauge({
  supervisor,
  allowed,
  periodMs,
  marks,
  onSelect,
}: {
  supervisor: { key: string; name: string }
  allowed: number
  periodMs: number
  marks: readonly number[]
  onSelect: (key: string) => void
}) {
  const nowMs = useHubNow(marks.length > 0 ? 500 : null)
  const { agoMs, share, isLast } = intensityOf({ allowed, periodMs, marks }, nowMs)
  const step = WIDTH / Math.max(1, allowed)
  const name = visible(supervisor.name)
  const labels = agoMs.map((ago, index) => ({ ago, x: index * step + step / 2 }))
  const [first] = labels
  const last = labels.at(-1)
  const shown = first && last && last.x - first.x >= LABEL ? [first, last] : labels.slice(0, 1)
  // Restarts of a generous supervisor stand closer than glyphs have room: as many as can be told apart.
  const glyphs = labels.filter((_, index) => index % Math.ceil(GLYPH / step) === 0)
  return (
    <section className="sec" aria-label="Restart intensity">
      <div className="row">
        <b style={{ fontWeight: 500 }}>Restart intensity</b>
        <button type="button" className="lbl link" onClick={() => onSelect(supervisor.key)}>
          {name}
        </button>
        <span className="sp" />
        <span className={`m ${isLast && agoMs.length > 0 ? 'c-crashed' : ''}`}>
          {agoMs.length} of {allowed} <span className="i3">in {duration(periodMs)}</span>
        </span>
      </div>
      <svg
        className="gauge"
        width={WIDTH}
        height="40"
        role="img"
        aria-label={`${agoMs.length} of ${allowed} restarts in ${duration(periodMs)}. At ${allowed + 1} ${name} exits.`}
      >
        <rect y="10" width={WIDTH} height="10" fill="var(--color-surface-3)" />
        <rect
          y="10"
          width={WIDTH * share}
          height="10"
          fill="color-mix(in oklab, var(--color-backlog-mark) 36%, var(--color-surface-1))"
        />
        {allowed <= TICKS
          ? Array.from({ length: allowed + 1 }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: segments are places
              <path key={index} d={`M${index * step + 0.5} 6v18`} stroke="var(--color-ink-3)" />
            ))
          : null}
        <path d={`M${WIDTH} 4v22`} stroke="var(--color-crashed)" strokeWidth="2" />
        {glyphs.map(({ x }) => (
          <GlyphMark key={x} name="restarting" x={x} y={15} scale={1} ground={null} />
        ))}
        {shown.map((label, index) => (
          <text
            key={label.x}
            className="ax"
            x={index === 0 ? Math.max(0, Math.min(label.x, WIDTH / 2) - step / 2) : label.x}
            y="37"
            textAnchor={index === 0 ? 'start' : 'middle'}
          >
            −{duration(label.ago)}
          </text>
        ))}
        <text className="ax limit" x={WIDTH} y="37" textAnchor="end">
          {name} exits
        </text>
      </svg>
    </section>
  )
}
