/** The states of a group's members as one bar: shares of the calm ones, a square each for the others. */
import type { TableGroup } from '@orrery/live/views'
import { STATUSES } from '@orrery/protocol'
import { count } from '../live/format.ts'

const WIDTH = 66
const SQUARE = 7
const MAX_SQUARES = 5
const WRONG = ['suspended', 'backlog', 'waiting', 'restarting', 'crashed'] as const
const TOKENS = {
  suspended: 'suspended',
  backlog: 'backlog-mark',
  waiting: 'restarting',
  restarting: 'restarting',
  crashed: 'crashed',
} as const

export function MixBar({ mix, count: members }: { mix: TableGroup['mix']; count: number }) {
  const busy = members === 0 ? 0 : ((mix.busy ?? 0) / members) * WIDTH
  const squares = WRONG.flatMap((status) =>
    new Array(Math.min(MAX_SQUARES, mix[status] ?? 0)).fill(TOKENS[status]),
  ).slice(-MAX_SQUARES)
  const said = STATUSES.filter((status) => (mix[status] ?? 0) > 0)
    .map((status) => `${count(mix[status] ?? 0)} ${status}`)
    .join(', ')
  return (
    <svg className="gl" width={WIDTH} height={SQUARE} role="img" aria-label={said}>
      <title>{said}</title>
      <rect width={WIDTH} height={SQUARE} fill="var(--color-cell)" />
      <rect width={busy} height={SQUARE} fill="var(--color-signal)" />
      {squares.map((token, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: squares are places from the right
          key={i}
          x={WIDTH - (squares.length - i) * SQUARE}
          width={SQUARE}
          height={SQUARE}
          fill={`var(--color-${token})`}
          stroke="var(--color-surface-1)"
        />
      ))}
    </svg>
  )
}
