'use client'
/** Faults on this process: each is a lease that says when it ends and who asked for it. */
import { duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import type { TabProps } from './parts.tsx'

const WORDS = { suspend: 'Suspended', crash_next: 'Crashes on its next message' } as const

export function LeaseLines({ node, process }: TabProps) {
  const { data } = useView('faults', {})
  const key = process.row?.key
  const leases = Object.values(data?.leases ?? {}).filter(
    (lease) => lease.status !== 'ended' && lease.node === node && lease.key === key,
  )
  const nowMs = useHubNow(leases.length > 0 ? 1_000 : null)
  if (leases.length === 0) return null
  return (
    <section className="sec insp-leases" aria-label="Faults on this process">
      {leases.map((lease) => (
        <div key={lease.id} className="row">
          <Glyph name="fault" size={11} />
          <span>
            {WORDS[lease.kind]}
            {lease.status === 'requested' ? ', not yet applied' : ''}
          </span>
          <span className="i2 el">by {visible(lease.by)}</span>
          <span className="sp" />
          <span className="m i2">ends in {duration(Math.max(0, lease.endsAtMs - nowMs))}</span>
        </div>
      ))}
    </section>
  )
}
