'use client'
/** Experiments that are over: what they were, what they did, and the way to their record. */
import type { ExperimentRow } from '@orrery/live/views'
import Link from 'next/link'
import { experimentPath } from '../frame/addresses.ts'
import { count } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { seconds, titleOf } from './experiment-model.ts'
import { VerdictMark } from './resilience-matrix.tsx'
import { endText } from './words.ts'

export function History({
  rows,
  titles,
  isKnown,
}: {
  rows: readonly ExperimentRow[]
  titles: ReadonlyMap<string, string>
  /** The list has come. */
  isKnown: boolean
}) {
  if (rows.length === 0) {
    return isKnown ? (
      <section aria-label="History" className="fl-history">
        <p className="fl-none i2">
          <b>History</b>
          <br />
          Nothing has been injected yet.
        </p>
      </section>
    ) : null
  }
  return (
    <section aria-label="History" className="fl-history">
      <table>
        <colgroup>
          <col style={{ width: 70 }} />
          <col style={{ width: 122 }} />
          <col />
          <col style={{ width: 86 }} />
          <col style={{ width: 56 }} />
          <col style={{ width: 100 }} />
        </colgroup>
        <thead>
          <tr>
            <th colSpan={3}>History</th>
            <th>Verdict</th>
            <th className="r">Crashes</th>
            <th className="r">Recovery p99</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className="m">
                <Link href={experimentPath(row.id)} prefetch={false} className="i3 fl-id">
                  {row.id}
                </Link>
              </td>
              <td className="fl-what el">{visible(titleOf(row, titles))}</td>
              <td className="i2 el" title={visible(`${row.target} ${row.detail}`)}>
                {visible(row.target)}
                {row.detail ? `, ${visible(row.detail)}` : ''}
              </td>
              <td>
                {row.verdict ? (
                  <VerdictMark verdict={row.verdict} />
                ) : (
                  <span className="i3" title={visible(row.endedWhy)}>
                    {row.status === 'refused' ? 'refused' : '–'}
                  </span>
                )}
              </td>
              <td className="m r">{count(row.crashes)}</td>
              <td className="m r i2 el" title={endText(row.endedBy)}>
                {row.recoveryP99Ms === null ? '–' : seconds(row.recoveryP99Ms)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
