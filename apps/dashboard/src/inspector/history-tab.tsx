'use client'
/** The lives it had under this name, and the reports of the ones that ended badly. */
import Link from 'next/link'
import { crashPath } from '../frame/addresses.ts'
import { clock, dateClock, duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import type { TabProps } from './parts.tsx'

export function HistoryTab({ process }: TabProps) {
  const nowMs = useHubNow(1_000)
  const at = (ms: number) => (nowMs - ms > 43_200_000 ? dateClock(ms) : clock(ms))
  return (
    <div className="insp-tab">
      <h2 className="lbl insp-sub">Lives, newest first</h2>
      {process.incarnations.map((life) => (
        <div key={`${life.pid} ${life.startedAtMs}`} className="insp-life">
          <div className="row m">
            {life.exitedAtMs === null ? (
              <span>{visible(life.pid)}</span>
            ) : (
              <s className="i3">{visible(life.pid)}</s>
            )}
            <span className="sp" />
            <span className="i2">{duration((life.exitedAtMs ?? nowMs) - life.startedAtMs)}</span>
          </div>
          <div className="row m i3">
            <span>{at(life.startedAtMs)}</span>
            {life.exitedAtMs === null ? (
              <span>runs</span>
            ) : (
              <span>
                → {at(life.exitedAtMs)} <span className="i2">{visible(life.exit ?? 'exited')}</span>
              </span>
            )}
          </div>
        </div>
      ))}
      {process.crashes.length > 0 ? <h2 className="lbl insp-sub">Crash reports</h2> : null}
      {process.crashes.map((crash) => (
        <Link key={crash.id} className="insp-crash" href={crashPath(crash.id)}>
          <Glyph name="crashed" size={10} />
          <span className="mono el">{visible(crash.text)}</span>
          <span className="m i3 nw">{crash.stored ? at(crash.atMs) : 'not yet stored'}</span>
        </Link>
      ))}
    </div>
  )
}
