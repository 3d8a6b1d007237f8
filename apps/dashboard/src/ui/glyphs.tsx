/** State glyphs: one shape per state, readable without colour. Drawn in a box of 12 units. */
import type { Status, Strategy } from '@orrery/protocol'
import type { ReactNode } from 'react'

export type GlyphName = Status | 'fault' | 'lost'

/** Shapes as SVG, filled or stroked with `currentColor`. `lost` is a state nobody knows any more. */
export const GLYPHS: Record<GlyphName, ReactNode> = {
  running: <circle cx="6" cy="6" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.7" />,
  busy: <circle cx="6" cy="6" r="4.2" fill="currentColor" />,
  backlog: <path d="M6 1.4 11 10.4H1Z" fill="currentColor" />,
  suspended: <path d="M2.8 1.8h2.4v8.4H2.8zM6.8 1.8h2.4v8.4H6.8z" fill="currentColor" />,
  crashed: <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.4" fill="none" />,
  restarting: (
    <g className="spin">
      <path d="M10.4 6a4.4 4.4 0 1 1-1.5-3.3" stroke="currentColor" strokeWidth="1.8" fill="none" />
      <path d="M10.9.6v3.6H7.3Z" fill="currentColor" />
    </g>
  ),
  waiting: (
    <circle
      cx="6"
      cy="6"
      r="4.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeDasharray="2 2.4"
    />
  ),
  fault: (
    <>
      <path d="M6 .6 11.4 6 6 11.4.6 6Z" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 3.7 8.3 6 6 8.3 3.7 6Z" fill="currentColor" />
    </>
  ),
  exited: <path d="M3 6h6" stroke="currentColor" strokeWidth="1.8" fill="none" />,
  lost: <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.2" />,
}

/** The words of each glyph, for whoever does not see it. */
export const GLYPH_WORDS: Record<GlyphName, string> = {
  running: 'running',
  busy: 'busy',
  backlog: 'backlog',
  suspended: 'suspended',
  crashed: 'crashed',
  restarting: 'restarting',
  waiting: 'waiting',
  fault: 'under fault',
  exited: 'exited',
  lost: 'last known',
}

/** Class that colours a mark of this state; `waiting` shares restarting's hue. */
export function toneOf(name: GlyphName): string {
  if (name === 'waiting') return 'c-restarting'
  if (name === 'exited' || name === 'lost') return 'c-lost'
  return `c-${name}`
}

/** A state's glyph. Silent for screen readers unless `label` is given, because its word stands beside it. */
export function Glyph({
  name,
  size = 12,
  label,
  isStill = false,
}: {
  name: GlyphName
  size?: number
  label?: string
  isStill?: boolean
}) {
  return (
    <svg
      className={`gl ${toneOf(name)}${isStill ? ' still' : ''}`}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {GLYPHS[name]}
    </svg>
  )
}

/** A glyph inside another drawing, its centre at `x`, `y`, cleared around so that it reads on a line. */
export function GlyphMark({
  name,
  x,
  y,
  scale = 0.75,
  ground = 'var(--color-surface-1)',
}: {
  name: GlyphName
  x: number
  y: number
  scale?: number
  ground?: string | null
}) {
  return (
    <g
      className={`${toneOf(name)} still`}
      transform={`translate(${x - 6 * scale} ${y - 6 * scale}) scale(${scale})`}
    >
      {ground ? <rect x="-1" y="-1" width="14" height="14" fill={ground} /> : null}
      {GLYPHS[name]}
    </g>
  )
}

/** Three bars a strategy, also for the canvas: the filled ones restart when the middle exits. */
export const STRATEGY_BARS: Record<Strategy, [filled: boolean, dashed: boolean][]> = {
  one_for_one: [
    [false, false],
    [true, false],
    [false, false],
  ],
  one_for_all: [
    [true, false],
    [true, false],
    [true, false],
  ],
  rest_for_one: [
    [false, false],
    [true, false],
    [true, false],
  ],
  simple_one_for_one: [
    [true, false],
    [false, true],
    [false, true],
  ],
}

/** Three bars; the filled ones restart when the middle exits. */
export function StrategyGlyph({ strategy, width = 18 }: { strategy: Strategy; width?: number }) {
  return (
    <svg
      className="gl"
      width={width}
      height={(width * 12) / 18}
      viewBox="0 0 18 12"
      role="img"
      aria-label={strategy}
    >
      {STRATEGY_BARS[strategy].map(([isFilled, isDashed], i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: three bars in fixed places
          key={i}
          x={1 + i * 6}
          y="1.5"
          width="4"
          height="9"
          rx=".6"
          fill={isFilled ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.1"
          {...(isDashed ? { strokeDasharray: '1.6 1.4' } : {})}
        />
      ))}
    </svg>
  )
}

/** The product's mark: an orrery, seen from above. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" fill="none" aria-hidden>
      <circle cx="13" cy="13" r="11" stroke="var(--color-line-2)" strokeWidth="1.2" />
      <circle cx="13" cy="13" r="6.2" stroke="var(--color-ink-3)" strokeWidth="1.2" />
      <circle cx="13" cy="13" r="2.3" fill="var(--color-ink)" />
      <circle
        cx="17.6"
        cy="8.8"
        r="2"
        fill="var(--color-signal)"
        stroke="var(--color-surface-1)"
        strokeWidth="1.4"
      />
      <circle
        cx="4.2"
        cy="19.6"
        r="1.6"
        fill="var(--color-ink-2)"
        stroke="var(--color-surface-1)"
        strokeWidth="1.2"
      />
    </svg>
  )
}
