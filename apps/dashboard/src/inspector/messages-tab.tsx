'use client'
/** Its message rate over a minute, and the messages it handled last, from the recorder the node keeps. */
import { useState } from 'react'
import { count } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { TermTree } from '../term/term-tree.tsx'
import { Glyph } from '../ui/glyphs.tsx'
import { brief } from './brief.ts'
import { milliseconds } from './overview-tab.tsx'
import { Asked, type TabProps } from './parts.tsx'
import { RateChart } from './rate-chart.tsx'

/** `hasChart`: its rates above, where they are not shown beside. */
export function MessagesTab({ process, hasChart = true }: TabProps & { hasChart?: boolean }) {
  const [open, setOpen] = useState<number | null>(null)
  const recorder = process.inspection?.messages
  const entries = recorder?.entries.toReversed() ?? []
  return (
    <div className="insp-tab">
      {hasChart ? <RateChart received={process.series.received} handled={process.series.handled} /> : null}
      <Asked process={process} />
      {recorder ? (
        <>
          <div className="row insp-tab-head">
            <span className="lbl">Handled by {visible(process.inspection?.pid ?? '')}, newest first</span>
            <span className="sp" />
            <span className="lbl">wait</span>
            <span className="lbl insp-took">took</span>
          </div>
          {entries.length === 0 ? <p className="insp-empty">It has handled nothing yet.</p> : null}
          {entries.map((entry) => (
            <div key={entry.seq} className="insp-entry">
              <button
                type="button"
                aria-expanded={open === entry.seq}
                className={`row m insp-handled ${entry.isFatal ? 'c-crashed' : ''}`}
                onClick={() => setOpen(open === entry.seq ? null : entry.seq)}
              >
                {entry.isFatal ? (
                  <Glyph name="crashed" size={10} />
                ) : (
                  <span className="i3 insp-seq">{count(entry.seq)}</span>
                )}
                <span className="nw">{visible(entry.type)}</span>
                <span className={`el ${entry.isFatal ? '' : 'i3'}`}>{brief(entry.value, entry.type)}</span>
                <span className="sp" />
                <span className={entry.isFatal ? '' : 'i2'}>{milliseconds(entry.waitMs)}</span>
                <span className={`insp-took ${entry.isFatal ? '' : 'i2'}`}>
                  {entry.isFatal ? 'exit' : milliseconds(entry.tookMs)}
                </span>
              </button>
              {open === entry.seq ? (
                <div className="insp-value">
                  <div className="row m i3">
                    {entry.kind}
                    {entry.sender ? ` from ${visible(entry.sender)}` : ''}
                  </div>
                  <TermTree term={entry.value} openDepth={2} />
                </div>
              ) : null}
            </div>
          ))}
          {recorder.overwritten > 0 ? (
            <p className="insp-empty">{count(recorder.overwritten)} earlier ones are no longer held.</p>
          ) : null}
          <p className="insp-empty">Waits and durations are sampled: a dash was not measured.</p>
        </>
      ) : null}
    </div>
  )
}
