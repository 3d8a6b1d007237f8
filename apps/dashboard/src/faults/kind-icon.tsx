/** One icon for each kind of fault, and the bars that say how far it reaches. */
import type { Reach } from '@orrery/protocol/faults'
import {
  Activity,
  AlarmClock,
  Ban,
  Bug,
  Clock,
  Copy,
  Cpu,
  Dices,
  FileX,
  Flame,
  FlaskConical,
  Hourglass,
  Inbox,
  type LucideIcon,
  MemoryStick,
  Pause,
  Plug,
  Power,
  Repeat,
  Shuffle,
  Timer,
  Unplug,
  Zap,
} from 'lucide-react'

const ICONS: Readonly<Record<string, LucideIcon>> = {
  kill: Zap,
  crash_next: Bug,
  throw: Dices,
  crash_times: Repeat,
  slow: Timer,
  busy: Cpu,
  hang: Hourglass,
  delay: Clock,
  drop: Ban,
  duplicate: Copy,
  reorder: Shuffle,
  corrupt: FileX,
  flood: Inbox,
  block: Activity,
  memory: MemoryStick,
  clock: AlarmClock,
  partition: Unplug,
  dependency: Plug,
  pause: Pause,
  node_kill: Power,
  exhaust: Flame,
}

export function KindIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? FlaskConical
  return <Icon className="ic" aria-hidden />
}

export const REACH_WORDS = ['process', 'siblings', 'node', 'cluster'] as const

export function ReachBars({ reach }: { reach: Reach }) {
  return (
    <svg
      className="gl fl-reach"
      width="19"
      height="10"
      role="img"
      aria-label={`reach: ${REACH_WORDS[reach - 1]}`}
    >
      {[0, 1, 2, 3].map((i) => (
        <rect
          key={i}
          x={i * 5}
          y={7 - i * 2}
          width="3"
          height={3 + i * 2}
          fill={i < reach ? 'var(--color-ink-2)' : 'var(--color-surface-3)'}
        />
      ))}
    </svg>
  )
}
