/** Small charts without axes: a line of the last minute or minutes, bars of counts, a level. */
import type { Spark } from '@orrery/live/views'
import { memo } from 'react'
import { sparkPaths } from './spark-paths.ts'

export type Tone = 'signal' | 'ink-2' | 'ink-3' | 'backlog-mark' | 'crashed' | 'restarting' | 'suspended'

export const Sparkline = memo(function Sparkline({
  values,
  width,
  height,
  tone = 'ink-2',
  max,
  slots,
  fill = 0.14,
  strokeWidth = 1.2,
  ceiling,
}: {
  values: Spark
  width: number
  height: number
  tone?: Tone
  /** The value at the top; the largest by default. */
  max?: number
  /** How many values the full width holds; fewer start at the right. */
  slots?: number
  fill?: number
  strokeWidth?: number
  /** A dashed line that far from the top, in pixels. */
  ceiling?: number
}) {
  const paths = sparkPaths(values, width, height, {
    ...(max === undefined ? {} : { max }),
    ...(slots === undefined ? {} : { slots }),
  })
  const colour = `var(--color-${tone})`
  return (
    <svg className="gl" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden>
      {fill > 0 ? <path d={paths.area} fill={colour} opacity={fill} /> : null}
      <path d={paths.line} fill="none" stroke={colour} strokeWidth={strokeWidth} />
      {ceiling === undefined ? null : (
        <path d={`M0 ${ceiling}H${width}`} stroke="var(--color-line-2)" strokeDasharray="2 3" />
      )}
    </svg>
  )
})

/** Counts per step, newest at the right; an empty step is a hairline. */
export const BucketBars = memo(function BucketBars({
  counts,
  width,
  height,
  tone,
  max = 3,
}: {
  counts: number[]
  width: number
  height: number
  tone: Tone
  /** A count that fills the height; more fills it too. */
  max?: number
}) {
  const step = width / counts.length
  const top = Math.max(max, ...counts)
  return (
    <svg className="gl" width={width} height={height} aria-hidden>
      {counts.map((n, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: buckets are places in time
          key={i}
          x={i * step}
          y={n ? height - (n / top) * (height - 2) : height - 1}
          width={step - 1.2}
          height={n ? (n / top) * (height - 2) : 1}
          fill={n ? `var(--color-${tone})` : 'var(--color-line-2)'}
        />
      ))}
    </svg>
  )
})

/** A share of a whole, with an optional tick. */
export const Bar = memo(function Bar({
  share,
  width,
  height,
  tone = 'ink-3',
  tick,
}: {
  share: number
  width: number
  height: number
  tone?: Tone
  tick?: number
}) {
  const filled = Math.max(share > 0 ? 1.5 : 0, Math.min(1, share) * width)
  return (
    <svg className="gl" width={width} height={height} aria-hidden>
      <rect width={width} height={height} fill="var(--color-surface-3)" />
      <rect width={filled} height={height} fill={`var(--color-${tone})`} />
      {tick === undefined ? null : (
        <rect x={width * tick} y={-2} width={1} height={height + 4} fill="var(--color-ink-3)" />
      )}
    </svg>
  )
})

/** A mailbox's length on a logarithmic bar of 0 to 10,000. */
export function MailboxBar({
  length,
  width = 34,
  height = 5,
}: {
  length: number
  width?: number
  height?: number
}) {
  const share = length <= 0 ? 0 : Math.min(1, Math.log10(length + 1) / 4)
  const tone: Tone = length > 1_000 ? 'backlog-mark' : length > 100 ? 'suspended' : 'ink-3'
  return <Bar share={share} width={width} height={height} tone={tone} />
}
