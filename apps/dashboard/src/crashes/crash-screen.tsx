'use client'
/** One crash report: what died, why, what it took with it, and whether it came back. */
import './crashes.css'
import './crash.css'
import './groups.css'
import type { CrashView } from '@orrery/live/views'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { Check, Download, RotateCcw } from 'lucide-react'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { type ReactNode, useMemo } from 'react'
import { comparePath, crashPath, treePath } from '../frame/addresses.ts'
import { useCrumb } from '../frame/crumb.tsx'
import { useKeys } from '../frame/keys.ts'
import { crashFilePath } from '../live/api.ts'
import { bytesText, clock, count, dateClock } from '../live/format.ts'
import { useView } from '../live/use-view.ts'
import { termText, visible } from '../term/term-text.ts'
import { TermTree } from '../term/term-tree.tsx'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Glyph } from '../ui/glyphs.tsx'
import { Kbd, Tag } from '../ui/parts.tsx'
import { EmptyState, ErrorState, OutlineRows } from '../ui/states.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { Cascade } from './cascade.tsx'
import { CompareScreen } from './compare-screen.tsx'
import { CrashPhone } from './crash-phone.tsx'
import { DoneLine } from './done-line.tsx'
import { STATUS_WORDS, shortId } from './group-life.ts'
import { Mailbox, Mark, Recorder, whyOf } from './recorder.tsx'
import { endOf, nameOf, outcomeWords, reasonDetail, ticketText } from './report-text.ts'
import { Side } from './side.tsx'
import { Stack } from './stack.tsx'
import { StatusTag } from './status.tsx'
import { useGroupActions } from './use-group-actions.ts'
import { listPath } from './way-back.ts'
import { WholeReport } from './whole-report.tsx'

/** A report, or with `?with=` beside another. */
export function CrashScreen({ id }: { id: string }) {
  const otherId = useSearchParams().get('with')
  return otherId === null ? <OneCrash id={id} /> : <CompareScreen id={id} otherId={otherId} />
}

function OneCrash({ id }: { id: string }) {
  const { data, status, error } = useView('crash', { id })
  if (error || data?.error) {
    const shown = error ?? data?.error
    return (
      <NoReport>
        {shown?.code === 'crash.unknown' ? (
          <EmptyState title="This report is not held.">
            It may have expired, or never been stored.{' '}
            <Link href="/crashes" className="u">
              All crashes
            </Link>
          </EmptyState>
        ) : (
          <ErrorState title="The report could not be read.">{shown?.message}</ErrorState>
        )}
      </NoReport>
    )
  }
  if (!data?.report) {
    return status === 'disconnected' ? (
      <NoReport>
        <EmptyState title="The hub is not there.">This page asks again by itself.</EmptyState>
      </NoReport>
    ) : (
      <div className="crash-loading">
        <OutlineRows count={9} height={58} />
      </div>
    )
  }
  return <Report view={data} report={data.report} />
}

/** Where there is no report that could give the page its heading. */
function NoReport({ children }: { children: ReactNode }) {
  return (
    <>
      <h1 className="sr-only">Crash report</h1>
      {children}
    </>
  )
}

function Report({ view, report }: { view: CrashView; report: CrashReport }) {
  const router = useRouter()
  const isPhone = useIsPhone()
  const name = nameOf(report)
  const { node, key } = report.identity
  const fingerprint = fieldValue(report.group)?.fingerprint
  const outcome = outcomeWords(report)
  const at = Date.parse(report.at)
  const isInjected = (fieldValue(report.faults) ?? []).some((fault) => fault.role === 'direct')
  const actions = useGroupActions()
  const { group } = view
  const isResolved = group?.status === 'resolved'
  const canAct = group !== null && actions.off === null && !actions.isBusy
  const goTo = (id: string | null) => (id ? router.push(crashPath(id)) : undefined)
  const neighbour = view.previousId ?? view.nextId
  useCrumb(
    useMemo(
      () => ({
        parts: [
          { label: 'Crashes', href: listPath() },
          ...(fingerprint
            ? [
                {
                  label: shortId(fingerprint),
                  href: `/crashes?q=group:${fingerprint}`,
                  isMono: true,
                },
              ]
            : []),
          { label: name },
        ],
      }),
      [fingerprint, name],
    ),
  )
  useKeys('Crash report', [
    { keys: 'j', label: 'Next of its group', run: () => goTo(view.nextId) },
    { keys: 'k', label: 'Previous of its group', run: () => goTo(view.previousId) },
    {
      keys: 'c',
      label: 'Compare with the previous of its group',
      run: () => (neighbour ? router.push(comparePath(report.id, neighbour)) : false),
    },
    { keys: 'o', label: 'Open in tree', run: () => router.push(treePath(node, key)) },
    {
      keys: 'e',
      label: 'Resolve its group, or open it again',
      run: () => canAct && actions.resolve([group]),
    },
    { keys: 'i', label: 'Ignore its group, or open it again', run: () => canAct && actions.ignore([group]) },
    { keys: 'z', label: 'Undo the last of these', run: () => (actions.done?.undo ? actions.undo() : false) },
    { keys: 'Escape', label: 'Back to the list', run: () => router.push(listPath()) },
  ])
  return (
    <div className="crash-report" data-crash={report.id} data-stored={view.stored}>
      {isPhone ? (
        <CrashPhone report={report} address={addressOf(report.id)} />
      ) : (
        <>
          <header className="hd">
            <Glyph name="crashed" size={16} />
            <div className="hd-text">
              <div className="row">
                <h1>
                  {name} {endOf(report)}
                </h1>
                <span className="mono reason el">
                  {visible(report.cause.reason.tag)} <span className="i2">{reasonDetail(report)}</span>
                </span>
              </div>
              <div className="row m i2 hd-facts">
                <span>{report.identity.pid}</span>
                <span>{node}</span>
                <time dateTime={report.at} title={dateClock(at)}>
                  {clock(at)}
                </time>
                <span className="i3">{report.cause.kind}</span>
                {isInjected ? <Tag tone="fault">injected</Tag> : null}
                <Tag {...(outcome.tone === 'ink-2' ? {} : { tone: outcome.tone })}>{outcome.text}</Tag>
                {group ? <StatusTag status={group.status} /> : null}
                {view.stored ? null : <Tag>being stored</Tag>}
                {view.importedBy === null ? null : <Tag title={`by ${view.importedBy}`}>imported</Tag>}
              </div>
            </div>
            <div className="sp" />
            <div className="row hd-actions">
              <Button kind="quiet" disabled={!view.previousId} onClick={() => goTo(view.previousId)}>
                Previous <Kbd>K</Kbd>
              </Button>
              <Button kind="quiet" disabled={!view.nextId} onClick={() => goTo(view.nextId)}>
                Next <Kbd>J</Kbd>
              </Button>
              <CopyButton label="Copy report" text={ticketText(report, addressOf(report.id))} />
              <Button
                disabled={!canAct}
                title={actions.off ?? STATUS_WORDS.resolved}
                onClick={() => group && void actions.resolve([group])}
              >
                {isResolved ? <RotateCcw className="ic" /> : <Check className="ic" />}
                {isResolved ? 'Open again' : 'Resolve'} <Kbd>E</Kbd>
              </Button>
              <a className="btn sm" href={crashFilePath(report.id)} download>
                <Download className="ic" aria-hidden />
                JSON
              </a>
              <Button kind="primary" onClick={() => router.push(treePath(node, key))}>
                Open in tree
              </Button>
            </div>
          </header>
          <Cascade report={report} cascade={view.cascade} />
        </>
      )}
      <div className="stk">
        <Stack report={report} />
        <State report={report} />
        <Sends report={report} />
        <WholeReport report={report} />
      </div>
      <div className="fr">
        <Recorder report={report} />
        <Mailbox report={report} />
      </div>
      <Side view={view} report={report} actions={actions} />
      <DoneLine actions={actions} />
    </div>
  )
}

function State({ report }: { report: CrashReport }) {
  const state = fieldValue(report.state)
  const changed = useMemo(
    () => new Map((state?.changed ?? []).map((change) => [change.path, change.before])),
    [state],
  )
  return (
    <section aria-label="State before">
      <header className="h3">
        <h2>State before</h2>
        <span className="lbl">
          {[
            state && state.sizeBytes !== null ? bytesText(state.sizeBytes) : '',
            changed.size > 0 ? `${changed.size} changed by the last message` : '',
          ]
            .filter(Boolean)
            .join(', ')}
        </span>
      </header>
      {state ? (
        <>
          {report.state.status === 'truncated' ? (
            <p className="state-note">{visible(report.state.why)}</p>
          ) : null}
          <TermTree term={state.before} changed={changed} />
        </>
      ) : (
        <p className="none">No state: {whyOf(report.state)}.</p>
      )}
    </section>
  )
}

function Sends({ report }: { report: CrashReport }) {
  const sends = fieldValue(report.sends)
  if (!sends || sends.items.length === 0) {
    // That a failing handler had sent nothing is worth a line; that none was running is said elsewhere.
    return sends && fieldValue(report.message) ? (
      <p className="none">It had sent nothing before it failed.</p>
    ) : null
  }
  return (
    <section aria-label="Sent before it failed">
      <header className="h3">
        <h2>Sent before it failed</h2>
        <span className="m">{count(sends.items.length + sends.more)}</span>
        <Mark field={report.sends} />
      </header>
      {sends.items.map((sent, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sends are places in an order
        <div className="frm" key={i}>
          <span className="m">{visible(sent.type)}</span>
          <span className="m i2 el" title={termText(sent.value, 400)}>
            {termText(sent.value, 80)}
          </span>
          <span className="sp" />
          <span className="m i2">to {visible(sent.to)}</span>
        </div>
      ))}
    </section>
  )
}

function addressOf(id: string): string {
  return typeof window === 'undefined' ? '' : `${window.location.origin}${crashPath(id)}`
}
