/** The last messages before the exit, and what still waited in the mailbox. */
import { type CrashReport, type Field, fieldValue } from '@orrery/protocol'
import Link from 'next/link'
import { count, duration, sentence } from '../live/format.ts'
import { termText, visible } from '../term/term-text.ts'
import { Tag } from '../ui/parts.tsx'
import { beforeText } from './report-text.ts'

const figure = (ms: number | null): string => (ms === null ? '–' : ms.toFixed(ms < 1_000 ? 2 : 0))

export function Recorder({ report }: { report: CrashReport }) {
  const recorder = fieldValue(report.flightRecorder)
  const message = fieldValue(report.message)
  return (
    <section aria-label="Flight recorder">
      <header className="h3">
        <h2>Flight recorder</h2>
        <span className="lbl">
          {recorder && recorder.entries.length > 0
            ? `last ${recorder.entries.length} of ${count(recorder.entries.length + recorder.overwritten)} handled`
            : ''}
        </span>
        <Mark field={report.flightRecorder} />
        <span className="sp" />
        {recorder && recorder.entries.length > 0 ? <span className="lbl">times in ms, sampled</span> : null}
      </header>
      {recorder && recorder.entries.length > 0 ? (
        <table className="rec">
          <thead>
            <tr>
              <th className="r" style={{ width: 84 }}>
                before
              </th>
              <th className="c-type">message</th>
              <th>value</th>
              <th className="c-from">from</th>
              <th className="r">wait</th>
              <th className="r">took</th>
            </tr>
          </thead>
          <tbody>
            {recorder.entries.map((entry) => (
              <tr key={entry.seq} className={entry.isFatal ? 'm fatal' : 'm'}>
                <td className="r i3">{entry.isFatal ? '0.00' : beforeText(entry.beforeMs)}</td>
                <td className={entry.isFatal ? 'strong' : ''}>{visible(entry.type)}</td>
                <td className="i2 el rec-value" title={termText(entry.value, 400)}>
                  {termText(entry.value, 80)}
                </td>
                <td className="i2 el">{entry.sender ? visible(entry.sender) : '–'}</td>
                <td className="r i2">{figure(entry.waitMs)}</td>
                <td className="r i2">{entry.isFatal ? 'exit' : figure(entry.tookMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="none">
          {recorder ? 'No message was handled before the exit.' : whyOf(report.flightRecorder)}
        </p>
      )}
      {message ? (
        <p className="handled">
          Being handled at exit: <b className="m">{visible(message.type)}</b> {message.kind}, number{' '}
          <b className="m">{count(message.seq)}</b>
          {message.sender ? (
            <>
              , sent by <b className="m">{visible(message.sender.name ?? message.sender.pid)}</b>
            </>
          ) : null}
          {message.queuedMs === null ? null : (
            <>
              , waited <b className="m">{duration(message.queuedMs)}</b>
            </>
          )}
          {message.handlerMs === null ? null : (
            <>
              , in the handler for <b className="m">{duration(message.handlerMs)}</b>
            </>
          )}
          <Mark field={report.message} />
          <span className="m i2 handled-value">{termText(message.value, 240)}</span>
          {message.breach ? (
            <span className="handled-value">
              The {message.breach.side === 'client' ? 'sender' : 'process'} broke the contract{' '}
              <b className="m">{visible(message.breach.contract)}</b>: {visible(message.breach.why)}.
            </span>
          ) : null}
        </p>
      ) : (
        <p className="handled">{sentence(whyOf(report.message))}</p>
      )}
    </section>
  )
}

const FATES = {
  lost: 'lost with the process',
  kept: 'kept: the process goes on',
  'dead-lettered': 'sent to dead letters',
}

export function Mailbox({ report }: { report: CrashReport }) {
  const mailbox = fieldValue(report.mailbox)
  if (!mailbox) {
    return (
      <section aria-label="Mailbox at exit">
        <header className="h3">
          <h2>Mailbox at exit</h2>
        </header>
        <p className="none">{whyOf(report.mailbox)}</p>
      </section>
    )
  }
  const top = Math.max(1, ...mailbox.byType.map((row) => row.count))
  return (
    <section aria-label="Mailbox at exit">
      <header className="h3">
        <h2>Mailbox at exit</h2>
        <span className="m">{count(mailbox.length)}</span>
        {mailbox.oldestMs === null ? null : (
          <span className="lbl">the oldest waited {duration(mailbox.oldestMs)}</span>
        )}
        <Mark field={report.mailbox} />
        <span className="sp" />
        {mailbox.length === 0 ? null : <span className="lbl">{FATES[mailbox.fate]}</span>}
      </header>
      {mailbox.length === 0 ? (
        <p className="none">Empty: no message was lost.</p>
      ) : (
        <table className="rec">
          <thead>
            <tr>
              <th className="r" style={{ width: 84 }}>
                count
              </th>
              <th className="c-type">message</th>
              <th>share</th>
            </tr>
          </thead>
          <tbody>
            {mailbox.byType.map((row) => (
              <tr key={row.type} className="m">
                <td className="r">{count(row.count)}</td>
                <td>{visible(row.type)}</td>
                <td>
                  <span className="share" style={{ width: `${(row.count / top) * 100}%` }} />
                </td>
              </tr>
            ))}
            {mailbox.first.map((value, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: places in a queue
              <tr key={`first-${i}`} className="m">
                <td className="r i3">{i === 0 ? 'oldest' : ''}</td>
                <td colSpan={2} className="i2 el rec-value">
                  {termText(value, 120)}
                </td>
              </tr>
            ))}
            {mailbox.last.map((value, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: places in a queue
              <tr key={`last-${i}`} className="m">
                <td className="r i3">{i === mailbox.last.length - 1 ? 'newest' : ''}</td>
                <td colSpan={2} className="i2 el rec-value">
                  {termText(value, 120)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** That a part was cut or kept back, and why; nothing where it was captured whole. */
export function Mark({ field }: { field: Field<unknown> }) {
  return field.status === 'truncated' || field.status === 'redacted' ? (
    <Tag tone="backlog" title={visible(field.why)}>
      {field.status}
    </Tag>
  ) : null
}

export function whyOf(field: { status: string } & ({ why?: string } | object)): string {
  return 'why' in field && typeof field.why === 'string' ? visible(field.why) : 'not captured'
}

/** A process by name, leading to the tree where it stands or stood. */
export function ProcessLink({ node, target, name }: { node: string; target: string; name: string }) {
  return (
    <Link
      className="plain"
      href={`/nodes/${encodeURIComponent(node)}/tree?key=${encodeURIComponent(target)}`}
    >
      {visible(name)}
    </Link>
  )
}
