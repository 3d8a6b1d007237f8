/** The faults of a chart by name, each leading to its experiment: what the hatch alone does not say. */
import type { FaultSpan } from '@orrery/live/views'
import Link from 'next/link'
import { isExperiment, spanLabel, spansById } from '../live/fault-spans.ts'
import { visible } from '../term/term-text.ts'
import { experimentPath } from './addresses.ts'

const SHOWN = 2

export function FaultLinks({ faults }: { faults: readonly FaultSpan[] }) {
  const spans = spansById(faults)
  if (spans.length === 0) return null
  // The newest are what one looks for.
  const shown = spans.slice(-SHOWN)
  return (
    <span className="row lbl fault-links">
      <span className="hatch" />
      {shown.map((span) => (
        <FaultLink key={span.id} id={span.id} label={spanLabel(span)} />
      ))}
      {spans.length > shown.length ? <span>and {spans.length - shown.length} more</span> : null}
    </span>
  )
}

/** An id of a fault, as a link where it is an experiment. */
export function FaultLink({ id, label = id }: { id: string; label?: string }) {
  return isExperiment(id) ? (
    <Link href={experimentPath(id)} className="fault-link" prefetch={false}>
      {visible(label)}
    </Link>
  ) : (
    <span>{visible(label)}</span>
  )
}
