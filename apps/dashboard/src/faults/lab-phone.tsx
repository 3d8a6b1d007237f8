'use client'
/** On a phone nothing is injected; what runs is seen there, and Halt all is below. */
import Link from 'next/link'
import { experimentPath } from '../frame/addresses.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { historyOf, leftWords, openLeases, runningOf, titleOf } from './experiment-model.ts'
import { LabNotice } from './lab-head.tsx'
import { VerdictMark } from './resilience-matrix.tsx'
import { Figures } from './running.tsx'
import { usePictureNow } from './use-picture-now.ts'

const NO_TITLES: ReadonlyMap<string, string> = new Map()

export function LabPhone() {
  const { data } = useView('faults', {}, { followsTime: false })
  const { data: cluster } = useView('cluster', {}, { followsTime: false })
  const running = runningOf(data)
  const leases = openLeases(data)
  const now = usePictureNow(running.length > 0 ? 1_000 : null)
  return (
    <div className="fl-phone">
      <h1>Fault lab</h1>
      <p className="i2">
        Nothing is injected from a phone. What runs is here, and Halt all below ends all of it.
      </p>
      <LabNotice view={data} cluster={cluster} />
      <h2>Running</h2>
      {running.map((row) => (
        <article key={row.id} className="fl-phone-card">
          <Link href={experimentPath(row.id)} className="row">
            <Glyph name="fault" size={14} />
            <b>{visible(titleOf(row, NO_TITLES))}</b>
            <span className="sp" />
            <span className="m">{leftWords(row, now)}</span>
          </Link>
          <p className="i2">
            {visible(row.target)}
            {row.detail ? `, ${visible(row.detail)}` : ''} <span className="m i3">{row.id}</span>
          </p>
          <Figures row={row} />
        </article>
      ))}
      {leases.map((lease) => (
        <p key={lease.id} className="row fl-phone-card">
          <Glyph name="fault" size={14} />
          <b>{lease.kind === 'suspend' ? 'Suspended' : 'Crash on next message'}</b>
          <span className="i2 el">{visible(lease.name)}</span>
        </p>
      ))}
      {data !== null && running.length + leases.length === 0 ? (
        <p className="i2">Nothing is injected right now.</p>
      ) : null}
      <h2>History</h2>
      {historyOf(data).map((row) => (
        <Link key={row.id} href={experimentPath(row.id)} className="row fl-phone-row">
          <span className="m i3 nw">{row.id}</span>
          <span className="el">
            {visible(titleOf(row, NO_TITLES))} <span className="i2">{visible(row.target)}</span>
          </span>
          <span className="sp" />
          {row.verdict ? <VerdictMark verdict={row.verdict} /> : <span className="i3">{row.status}</span>}
        </Link>
      ))}
      {data !== null && historyOf(data).length === 0 ? (
        <p className="i2">Nothing has been injected yet.</p>
      ) : null}
    </div>
  )
}
