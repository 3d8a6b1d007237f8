'use client'
/** All there is about one process on one page: what it is, its last minutes, its state, what waits, who is bound to it, its lives. */
import type { ProcessView, TreeRow, TreeView } from '@orrery/live/views'
import { ArrowRight, ListTree, OctagonX } from 'lucide-react'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import type { ReactNode } from 'react'
import '../inspector/inspector.css'
import '../term/term.css'
import { crashesPath, processPath, treePath } from '../frame/addresses.ts'
import { useKeys } from '../frame/keys.ts'
import { Actions } from '../inspector/actions.tsx'
import { HistoryTab } from '../inspector/history-tab.tsx'
import { LinksTab } from '../inspector/links-tab.tsx'
import { MailboxTab } from '../inspector/mailbox-tab.tsx'
import { MessagesTab } from '../inspector/messages-tab.tsx'
import { OverviewTab } from '../inspector/overview-tab.tsx'
import { StateTab } from '../inspector/state-tab.tsx'
import { type InspectorTab, tabsOf } from '../inspector/tabs-model.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { rowOf } from '../tree/model.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { AfterAWhile, EmptyState, ErrorState, Outline, SmallLamp } from '../ui/states.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { ProcessCharts } from './process-charts.tsx'

export function ProcessScreen({ node }: { node: string }) {
  const key = useSearchParams().get('key')
  if (key === null || key === '')
    return <EmptyState title="No process was named.">Choose one in the tree or by the palette.</EmptyState>
  return <OneProcess key={`${node} ${key}`} node={node} processKey={key} />
}

function OneProcess({ node, processKey }: { node: string; processKey: string }) {
  const router = useRouter()
  const isPhone = useIsPhone()
  const { data, error, status, ageMs } = useView('process', { node, key: processKey })
  const tree = useView('tree', { node, reveal: processKey })
  const row = (tree.data === null ? null : rowOf(tree.data, processKey)) ?? data?.row ?? null
  useKeys('Process', [
    { keys: 'o', label: 'Open in the tree', run: () => router.push(treePath(node, row?.key ?? processKey)) },
    { keys: 'Escape', run: () => router.push(treePath(node, row?.key ?? processKey)) },
  ])
  if (error !== null && data === null)
    return <ErrorState title="No such process.">{error.message}</ErrorState>
  if (data === null || tree.data === null) return <Loading />
  const isKnown = row !== null || data.incarnations.length > 0 || data.crashes.length > 0
  if (!isKnown) {
    return (
      <EmptyState title={`No process ${visible(processKey)} on ${node}.`}>
        It may have ended, and nothing of it is kept.{' '}
        <Link className="u" href={treePath(node)}>
          The tree of {node}
        </Link>
      </EmptyState>
    )
  }
  const isOld = status === 'stale' || status === 'disconnected'
  const process: ProcessView = { ...data, row }
  const select = (other: string) => router.push(processPath(node, other))
  return (
    <div className={`process ${isOld ? 'process-old' : ''}`}>
      <Head node={node} processKey={processKey} row={row} isLost={status === 'disconnected'}>
        {status === 'live' || status === 'loading' ? null : <SmallLamp status={status} ageMs={ageMs} />}
      </Head>
      <Parts
        node={node}
        processKey={processKey}
        process={process}
        view={tree.data}
        onSelect={select}
        isOld={isOld}
        isReadOnly={isPhone}
      />
    </div>
  )
}

function Head({
  node,
  processKey,
  row,
  isLost,
  children,
}: {
  node: string
  processKey: string
  row: TreeRow | null
  isLost: boolean
  children: ReactNode
}) {
  return (
    <header className="process-head">
      <Glyph
        name={isLost ? 'lost' : (row?.status ?? 'lost')}
        size={16}
        label={row?.status ?? 'not running'}
      />
      <div className="min-w-0">
        <div className="row">
          <h1 className="el">{visible(row?.name ?? processKey)}</h1>
          {row?.fault ? <Glyph name="fault" size={12} label="under fault" /> : null}
          {row?.label ? <span className="i2 el">{visible(row.label)}</span> : null}
          {children}
        </div>
        <div className="row m i2 process-pids">
          {row === null ? (
            <span className="i3">not running</span>
          ) : (
            <>
              {row.previousPid ? (
                <>
                  <s className="i3">{visible(row.previousPid)}</s>
                  <ArrowRight className="ic i3" aria-label="now" />
                </>
              ) : null}
              <span>{visible(row.pid)}</span>
              <span className="i3">incarnation {row.restarts + 1}</span>
            </>
          )}
          <span className="i3 el">{visible(row?.key ?? processKey)}</span>
        </div>
      </div>
      <span className="sp" />
      <Link className="btn" href={treePath(node, row?.key ?? processKey)}>
        <ListTree className="ic" aria-hidden />
        Tree <kbd>O</kbd>
      </Link>
      <Link className="btn" href={crashesPath(`key:"${row?.key ?? processKey}"`)}>
        <OctagonX className="ic" aria-hidden />
        Crashes
      </Link>
    </header>
  )
}

interface PartsProps {
  node: string
  processKey: string
  process: ProcessView
  view: TreeView
  onSelect: (key: string) => void
  isOld: boolean
  isReadOnly: boolean
}

function Parts({ isOld, isReadOnly, processKey, ...parts }: PartsProps) {
  const tabs = new Map(tabsOf(parts.process).map((tab) => [tab.id, tab]))
  const part = (id: InspectorTab, title: string, content: ReactNode) => {
    const tab = tabs.get(id)
    if (tab === undefined) return null
    return (
      <section className="process-part" aria-label={title}>
        <h2>{title}</h2>
        {tab.isDisabled ? <p className="insp-box">{tab.title}</p> : content}
      </section>
    )
  }
  return (
    <div className="process-body">
      <div className="insp process-side">
        <div className="process-overview">
          <OverviewTab {...parts} />
        </div>
        {isReadOnly ? null : (
          <Actions
            key={processKey}
            node={parts.node}
            processKey={processKey}
            process={parts.process}
            view={parts.view}
            isOld={isOld}
          />
        )}
      </div>
      <div className="process-middle">
        <ProcessCharts node={parts.node} process={parts.process} isOld={isOld} />
        {part('state', 'State', <StateTab {...parts} />)}
        {part('messages', 'Messages', <MessagesTab {...parts} hasChart={false} />)}
      </div>
      <div className="process-right">
        {part('mailbox', 'Mailbox', <MailboxTab {...parts} hasChart={false} />)}
        {part('links', 'Links and monitors', <LinksTab {...parts} />)}
        {part('history', 'History', <HistoryTab {...parts} />)}
      </div>
    </div>
  )
}

function Loading() {
  return (
    <AfterAWhile label="Loading the process">
      <div className="process-head">
        <Outline width={16} height={16} isRound />
        <Outline width={180} height={14} />
      </div>
    </AfterAWhile>
  )
}
