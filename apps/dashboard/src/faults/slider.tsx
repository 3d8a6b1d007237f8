'use client'
/** A slider on a scale of its own, with its value to type beside the label. The browser’s own, so that arrow keys work. */
import { type CSSProperties, type ReactNode, useId } from 'react'
import type { SliderScale } from './slider-scale.ts'

const STEPS = 1_000

export function Slider({
  label,
  about,
  scale,
  value,
  words,
  typed,
  onChange,
}: {
  label: string
  about?: string
  scale: SliderScale
  value: number
  /** The value as it is said. */
  words: string
  /** Where it is typed. */
  typed: ReactNode
  onChange: (value: number) => void
}) {
  const id = useId()
  const place = Math.max(0, Math.min(1, scale.placeOf(value)))
  return (
    <div className="fl-slider">
      <div className="row">
        <label className="lbl" htmlFor={id} title={about}>
          {label}
        </label>
        <span className="sp" />
        {typed}
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={STEPS}
        step={1}
        value={Math.round(place * STEPS)}
        aria-valuetext={words}
        style={{ '--share': `${(place * 100).toFixed(1)}%` } as CSSProperties}
        onChange={(event) => onChange(scale.valueAt(Number(event.target.value) / STEPS))}
      />
      <div className="fl-ticks" aria-hidden>
        {scale.ticks.map(({ place: at, label: text }) => (
          <span key={`${at} ${text}`} style={{ left: `${at * 100}%` }} data-edge={edgeOf(at)}>
            {text}
          </span>
        ))}
      </div>
    </div>
  )
}

function edgeOf(at: number): string | undefined {
  if (at < 0.02) return 'first'
  return at > 0.98 ? 'last' : undefined
}
