'use client'
/** What waits: by type, and the first ones in the order they will be handled. */
import { count, duration } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { TermTree } from '../term/term-tree.tsx'
import { Bar, Sparkline } from '../ui/sparkline.tsx'
import { Asked, type TabProps } from './parts.tsx'

/** `hasChart`: its length above, where it is not shown beside. */
export function MailboxTab({ process, hasChart = true }: TabProps & { hasChart?: boolean }) {
  const mailbox = process.inspection?.mailbox
  const most = Math.max(1, ...(mailbox?.byType.map((entry) => entry.count) ?? []))
  return (
    <div className="insp-tab">
      <Asked process={process} />
      {mailbox ? (
        <>
          <div className="row insp-tab-head">
            <span className={`fig ${mailbox.length > 1_000 ? 'c-backlog' : ''}`}>
              {count(mailbox.length)}
            </span>
            <span className="i2">{mailbox.length === 1 ? 'message waits' : 'messages wait'}</span>
            <span className="sp" />
            {mailbox.oldestMs === null ? null : (
              <span className="m i2">oldest {duration(mailbox.oldestMs)}</span>
            )}
          </div>
          {hasChart ? (
            <div className="insp-wide">
              <Sparkline values={process.series.mailbox} width={324} height={40} slots={60} />
            </div>
          ) : null}
          {mailbox.length === 0 ? <p className="insp-empty">The mailbox is empty.</p> : null}
          {mailbox.byType.length > 0 ? <h2 className="lbl insp-sub">By type</h2> : null}
          {mailbox.byType.map((entry) => (
            <div key={entry.type} className="row insp-type">
              <span className="m el">{visible(entry.type)}</span>
              <span className="sp" />
              <Bar share={entry.count / most} width={90} height={5} tone="ink-2" />
              <span className="m">{count(entry.count)}</span>
            </div>
          ))}
          {mailbox.first.length > 0 ? (
            <h2 className="lbl insp-sub">
              First {mailbox.first.length} of {count(mailbox.length)}
            </h2>
          ) : null}
          {mailbox.first.map((message, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a message is its place in the mailbox
            <div key={index} className="insp-message">
              <div className="row m">
                <span>{visible(message.type)}</span>
                <span className="i3">{message.kind}</span>
                <span className="sp" />
                {message.sender ? <span className="i3">{visible(message.sender)}</span> : null}
                {message.ageMs === null ? null : <span className="i2">{duration(message.ageMs)}</span>}
              </div>
              <TermTree term={message.value} openDepth={0} />
            </div>
          ))}
        </>
      ) : null}
    </div>
  )
}
