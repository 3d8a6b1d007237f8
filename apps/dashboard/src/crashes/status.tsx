/** The status of a crash group: as a tag, and as the mark it has in the facet. */
import type { GroupStatus } from '@orrery/live/views'
import { Tag } from '../ui/parts.tsx'
import { STATUS_TONES, STATUS_WORDS } from './group-life.ts'

export function StatusTag({ status }: { status: GroupStatus }) {
  const tone = STATUS_TONES[status]
  return (
    <Tag {...(tone ? { tone } : {})} title={STATUS_WORDS[status]}>
      {status}
    </Tag>
  )
}

/** A shape each, so that none is known by its colour alone. */
export function StatusMark({ status }: { status: GroupStatus }) {
  const tone = STATUS_TONES[status]
  return (
    <svg
      className={`st-mark ${tone ? `c-${tone}` : 'c-lost'}`}
      width={10}
      height={10}
      viewBox="0 0 12 12"
      aria-hidden
    >
      {SHAPES[status]}
    </svg>
  )
}

const SHAPES: Record<GroupStatus, React.ReactNode> = {
  new: <circle cx="6" cy="6" r="4.2" fill="currentColor" />,
  regressed: <path d="M6 1.4 11 10.4H1Z" fill="currentColor" />,
  ongoing: <circle cx="6" cy="6" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  resolved: <rect x="2.5" y="2.5" width="7" height="7" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  ignored: <path d="M2 6h8" stroke="currentColor" strokeWidth="1.8" fill="none" />,
}
