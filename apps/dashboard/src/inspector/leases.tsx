'use client'
/** Faults on this process: each is a lease that says when it ends and who asked for it. */
import { isOver, leftText, titleOf } from '../faults/experiment-model.ts'
import { FaultLink } from '../frame/fault-links.tsx'
import { duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import type { TabProps } from './parts.tsx'

const NO_TITLES: ReadonlyMap<string, string> = new Map()
const WORDS = { suspend: 'Suspended', crash_next: 'Crashes on its next message' } as const

export function LeaseLines({ node, process }: TabProps) {
  const { data } = useView('faults', {})
  const key = process.row?.key
  const leases = Object.values(data?.leases ?? {}).filter(
    (lease) => lease.status !== 'ended' && lease.node === node && lease.key === key,
  )
  // Those that name it, and the one its row says lies on it: of many targets only the first are named.
  const experiments = Object.values(data?.experiments ?? {}).filter(
    (one) =>
      !isOver(one) &&
      (one.id === process.row?.fault || one.keys.some((of) => of.node === node && of.key === key)),
  )
  const nowMs = useHubNow(leases.length + experiments.length > 0 ? 1_000 : null)
  if (leases.length + experiments.length === 0) return null
  return (
    <section className="sec insp-leases" aria-label="Faults on this process">
      {experiments.map((one) => (
        <div key={one.id} className="row">
          <Glyph name="fault" size={11} />
          <span className="m">
            <FaultLink id={one.id} />
          </span>
          <span className="i2 el">
            {visible(titleOf(one, NO_TITLES))}
            {one.detail ? `, ${visible(one.detail)}` : ''}
          </span>
          <span className="sp" />
          <span className="m i2">{leftText(one, nowMs)}</span>
        </div>
      ))}
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
