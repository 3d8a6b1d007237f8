'use client'
/** The whole table in its order, at the right edge: the sorted value, what is wrong, and where the window is. */
import type { TableRail } from '@orrery/live/views'
import { memo, type PointerEvent } from 'react'
import { GlyphMark } from '../ui/glyphs.tsx'

const WIDTH = 22
const DEEP = 11
const PAD = 4

export const OrderRail = memo(function OrderRail({
  rail,
  height,
  first,
  shown,
  onGo,
}: {
  rail: TableRail
  height: number
  /** First line on screen, and how many there are. */
  first: number
  shown: number
  onGo: (rank: number) => void
}) {
  const inner = Math.max(1, height - 2 * PAD)
  const placeOf = (rank: number) => PAD + Math.sqrt(Math.min(1, rank / Math.max(1, rail.length))) * inner
  const step = inner / Math.max(1, rail.shares.length)
  const go = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1) return
    const at = event.clientY - event.currentTarget.getBoundingClientRect().top - PAD
    onGo(Math.floor(Math.max(0, Math.min(1, at / inner)) ** 2 * rail.length))
  }
  const top = placeOf(first)
  return (
    <svg
      className="pt-rail"
      width={WIDTH}
      height={height}
      aria-hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        go(event)
      }}
      onPointerMove={go}
    >
      {rail.shares.map((share, i) => {
        const width = Math.max(0.6, (share / 100) * DEEP)
        const tint = Math.round(20 + 75 * (share / 100) ** 2)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are places
            key={i}
            x={WIDTH - 8 - width}
            y={PAD + i * step}
            width={width}
            height={step + 0.5}
            fill={`color-mix(in oklab, var(--color-backlog-mark) ${tint}%, var(--color-surface-3))`}
          />
        )
      })}
      {rail.marks.map(([rank, status, isFaulty]) => (
        <GlyphMark
          key={rank}
          name={isFaulty && status !== 'crashed' && status !== 'restarting' ? 'fault' : status}
          x={WIDTH / 2}
          y={placeOf(rank) + 3}
          scale={0.72}
        />
      ))}
      <rect
        x={3}
        y={top}
        width={WIDTH - 8}
        height={Math.max(8, placeOf(first + shown) - top)}
        fill="none"
        stroke="var(--color-ink)"
        strokeWidth="1.2"
      />
    </svg>
  )
})
