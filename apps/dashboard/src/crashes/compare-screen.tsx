'use client'
/** Two reports side by side: the one that is looked at on the right, another on the left, and where they differ. */
import './crashes.css'
import './crash.css'
import './compare.css'
import type { CrashView } from '@orrery/live/views'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { Fragment, useMemo } from 'react'
import { comparePath, crashPath } from '../frame/addresses.ts'
import { useCrumb } from '../frame/crumb.tsx'
import { useKeys } from '../frame/keys.ts'
import { clock, dateClock, plural } from '../live/format.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Glyph } from '../ui/glyphs.tsx'
import { Kbd, Tag } from '../ui/parts.tsx'
import { EmptyState, ErrorState, OutlineRows } from '../ui/states.tsx'
import { apart, type ComparePart, compareReports } from './compare-model.ts'
import { endOf, nameOf } from './report-text.ts'
import { listPath } from './way-back.ts'

export function CompareScreen({ id, otherId }: { id: string; otherId: string }) {
  const mine = useView('crash', { id })
  const other = useView('crash', { id: otherId })
  const error = mine.error ?? other.error ?? mine.data?.error ?? other.data?.error
  if (error) {
    return error.code === 'crash.unknown' ? (
      <EmptyState title="One of the two reports is not held.">
        It may have expired, or never been stored.{' '}
        <Link href={crashPath(id)} className="u">
          The report alone
        </Link>
      </EmptyState>
    ) : (
      <ErrorState title="The reports could not be read.">{error.message}</ErrorState>
    )
  }
  if (!mine.data?.report || !other.data?.report) {
    return mine.status === 'disconnected' ? (
      <EmptyState title="The hub is not there.">This page asks again by itself.</EmptyState>
    ) : (
      <div className="crash-loading">
        <OutlineRows count={9} height={58} />
      </div>
    )
  }
  return <Compared view={mine.data} report={mine.data.report} other={other.data} left={other.data.report} />
}

function Compared({
  view,
  report,
  other,
  left,
}: {
  view: CrashView
  report: CrashReport
  other: CrashView
  left: CrashReport
}) {
  const router = useRouter()
  const parts = useMemo(() => compareReports(left, report), [left, report])
  const differences = parts.reduce((sum, part) => sum + part.differences, 0)
  const name = nameOf(report)
  /** The neighbours of the other in its group; a report is not compared with itself. */
  const previousId = other.previousId === view.id ? view.previousId : other.previousId
  const nextId = other.nextId === view.id ? view.nextId : other.nextId
  const goTo = (id: string | null) => (id ? router.push(comparePath(view.id, id)) : undefined)
  useCrumb(
    useMemo(
      () => ({
        parts: [
          { label: 'Crashes', href: listPath() },
          { label: name, href: crashPath(report.id) },
          { label: 'Side by side' },
        ],
      }),
      [name, report.id],
    ),
  )
  useKeys('Side by side', [
    { keys: 'j', label: 'Compare with the next', run: () => goTo(nextId) },
    { keys: 'k', label: 'Compare with the previous', run: () => goTo(previousId) },
    { keys: 'x', label: 'Change sides', run: () => router.push(comparePath(other.id, view.id)) },
    { keys: 'c', label: 'The report alone', run: () => router.push(crashPath(view.id)) },
    { keys: 'Escape', run: () => router.push(crashPath(view.id)) },
  ])
  return (
    <div className="cmp" data-crash={report.id} data-with={left.id}>
      <header className="hd">
        <Glyph name="crashed" size={16} />
        <div className="hd-text">
          <div className="row">
            <h1>
              {name} {endOf(report)}
            </h1>
            <span className="mono reason el">{visible(report.cause.reason.tag)}</span>
          </div>
          <div className="row i2 hd-facts">
            <span>
              {differences === 0
                ? 'nothing differs'
                : `${plural(differences, 'difference')} in ${plural(parts.filter((part) => part.differences > 0).length, 'part')}`}
            </span>
            <span className="i3">{apart(left, report)}</span>
            {isOneGroup(left, report) ? null : <Tag>another group</Tag>}
          </div>
        </div>
        <div className="sp" />
        <div className="row hd-actions">
          <Button kind="quiet" disabled={!previousId} onClick={() => goTo(previousId)}>
            Previous <Kbd>K</Kbd>
          </Button>
          <Button kind="quiet" disabled={!nextId} onClick={() => goTo(nextId)}>
            Next <Kbd>J</Kbd>
          </Button>
          <Button onClick={() => router.push(comparePath(other.id, view.id))}>Change sides</Button>
          <Button kind="primary" onClick={() => router.push(crashPath(view.id))}>
            Report alone
          </Button>
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the keys */}
      <section className="cmp-body" aria-label="Side by side" tabIndex={0}>
        <table className="cmp-table">
          <thead>
            <tr>
              <th className="cmp-label">
                <span className="lbl">Part</span>
              </th>
              <th className="cmp-mark">
                <span className="sr-only">Differs</span>
              </th>
              <Side report={left} words="compared with" />
              <Side report={report} words="this report" />
            </tr>
          </thead>
          {parts.map((part) => (
            <Part key={part.title} part={part} />
          ))}
        </table>
      </section>
    </div>
  )
}

function Side({ report, words }: { report: CrashReport; words: string }) {
  const at = Date.parse(report.at)
  return (
    <th scope="col">
      <div className="row">
        <Link className="plain m" href={crashPath(report.id)}>
          <time dateTime={report.at} title={dateClock(at)}>
            {clock(at)}
          </time>
        </Link>
        <span className="m i2 el">{report.identity.node}</span>
        <span className="lbl">{words}</span>
      </div>
    </th>
  )
}

function Part({ part }: { part: ComparePart }) {
  return (
    <tbody>
      <tr className="cmp-part">
        <th colSpan={4} scope="colgroup">
          <span className="row">
            <h2>{part.title}</h2>
            <span className="lbl">
              {part.differences === 0
                ? 'the same'
                : [plural(part.differences, 'difference'), part.note].filter(Boolean).join(', ')}
            </span>
          </span>
        </th>
      </tr>
      {part.rows.map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are places in a part
        <Fragment key={i}>
          <tr className={row.isSame ? '' : 'differs'}>
            <th scope="row" className="cmp-name">
              {row.label}
            </th>
            <td className="cmp-mark m">
              {row.isSame ? null : (
                <>
                  <span aria-hidden>≠</span>
                  <span className="sr-only">differs</span>
                </>
              )}
            </td>
            <td className="m">{row.left ?? '–'}</td>
            <td className="m">{row.right ?? '–'}</td>
          </tr>
        </Fragment>
      ))}
    </tbody>
  )
}

function isOneGroup(left: CrashReport, right: CrashReport): boolean {
  return fieldValue(left.group)?.fingerprint === fieldValue(right.group)?.fingerprint
}
