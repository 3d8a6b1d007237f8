'use client'
/** One process: what it is, what it does, why it exited, what can be done to it. */
import type { TreeView } from '@orrery/live/views'
import { ArrowRight, Crosshair, Maximize2, X } from 'lucide-react'
import Link from 'next/link'
import './inspector.css'
import '../term/term.css'
import { processPath } from '../frame/addresses.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { rowOf } from '../tree/model.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { AfterAWhile, ErrorState, Outline } from '../ui/states.tsx'
import { type Choice, Tabs } from '../ui/tabs.tsx'
import { Actions } from './actions.tsx'
import { HistoryTab } from './history-tab.tsx'
import { LinksTab } from './links-tab.tsx'
import { MailboxTab } from './mailbox-tab.tsx'
import { MessagesTab } from './messages-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { PhoneFigure } from './phone-figure.tsx'
import { PoolInspector } from './pool-inspector.tsx'
import { StateTab } from './state-tab.tsx'
import { INSPECTOR_TABS, type InspectorTab, tabsOf } from './tabs-model.ts'

export interface InspectorProps {
  node: string
  /** A logical key, or a pid. */
  processKey: string
  view: TreeView
  tab: string | null
  onTab: (tab: string) => void
  onSelect: (key: string) => void
  onClose: () => void
  onLocate: () => void
  /** A phone reads and does not act. */
  isReadOnly: boolean
  isOld: boolean
}

export function Inspector(props: InspectorProps) {
  const row = rowOf(props.view, props.processKey)
  return row?.kind === 'pool' ? <PoolInspector {...props} row={row} /> : <ProcessInspector {...props} />
}

function ProcessInspector(props: InspectorProps) {
  const { node, processKey, view, onSelect } = props
  const { data, error, status } = useView('process', { node, key: processKey })
  // The tree is the quicker of the two: it says what the process is now.
  const row = rowOf(view, processKey) ?? data?.row ?? null
  const tabs = tabsOf(data)
  const wanted = props.tab as InspectorTab | null
  const tab = wanted !== null && INSPECTOR_TABS.includes(wanted) ? wanted : 'overview'
  const parts = data ? { node, process: { ...data, row }, view, onSelect } : null
  return (
    <aside className="insp" aria-label={`Inspector: ${visible(row?.name ?? processKey)}`}>
      <Header {...props} row={row} />
      <Tabs
        label="Parts of the process"
        panelId="inspector-panel"
        choices={tabs as Choice<InspectorTab>[]}
        value={tab}
        onChange={props.onTab}
      />
      <div
        className={`insp-panel ${props.isOld ? 'old' : ''}`}
        id="inspector-panel"
        role="tabpanel"
        aria-label={tab}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls takes the keys
        tabIndex={0}
      >
        {error && !data ? (
          <ErrorState title="No such process.">
            <p>{error.message}</p>
          </ErrorState>
        ) : parts === null ? (
          <Loading />
        ) : tab === 'overview' ? (
          <>
            {props.isReadOnly ? <PhoneFigure process={parts.process} /> : null}
            <OverviewTab {...parts} />
          </>
        ) : tab === 'state' ? (
          <StateTab {...parts} />
        ) : tab === 'mailbox' ? (
          <MailboxTab {...parts} />
        ) : tab === 'links' ? (
          <LinksTab {...parts} />
        ) : tab === 'messages' ? (
          <MessagesTab {...parts} />
        ) : (
          <HistoryTab {...parts} />
        )}
      </div>
      {parts && !props.isReadOnly ? (
        <Actions
          key={processKey}
          node={node}
          processKey={processKey}
          process={parts.process}
          view={view}
          isOld={props.isOld || status === 'disconnected'}
        />
      ) : null}
    </aside>
  )
}

function Header({
  node,
  row,
  processKey,
  onClose,
  onLocate,
}: Pick<InspectorProps, 'node' | 'processKey' | 'onClose' | 'onLocate'> & {
  row: TreeView['rows'][string] | null
}) {
  return (
    <div className="sec insp-head">
      <div className="row">
        <Glyph name={row?.status ?? 'lost'} size={14} />
        <h1 className="el">{visible(row?.name ?? processKey)}</h1>
        {row?.fault ? <Glyph name="fault" size={12} /> : null}
        <span className="lbl insp-status">{row ? row.status : 'not running'}</span>
        {row?.label ? <span className="i2 el">{visible(row.label)}</span> : null}
        <span className="sp" />
        <Link
          className="btn sm q"
          href={processPath(node, row?.key ?? processKey)}
          aria-label="Open its page"
          title="Open its page"
        >
          <Maximize2 className="ic" aria-hidden />
        </Link>
        <button
          type="button"
          className="btn sm q"
          aria-label="Show in the tree"
          title="Show in the tree"
          onClick={onLocate}
        >
          <Crosshair className="ic" aria-hidden />
        </button>
        <button
          type="button"
          className="btn sm q"
          aria-label="Close the inspector"
          title="Close  Esc"
          onClick={onClose}
        >
          <X className="ic" aria-hidden />
        </button>
      </div>
      <div className="row m insp-pids">
        {row ? (
          <>
            {row.previousPid ? (
              <>
                <s className="i3">{visible(row.previousPid)}</s>
                <ArrowRight className="ic i3" aria-label="now" />
              </>
            ) : null}
            {row.status === 'waiting' || row.status === 'exited' ? (
              <s className="i3">{visible(row.pid)}</s>
            ) : (
              <span>{visible(row.pid)}</span>
            )}
            <span className="i3 insp-incarnation">incarnation {row.restarts + 1}</span>
          </>
        ) : (
          <span className="i3">not running</span>
        )}
      </div>
    </div>
  )
}

function Loading() {
  return (
    <AfterAWhile label="Loading the process">
      <div className="sec">
        <Outline width={120} height={12} />
      </div>
      <div className="vt">
        {[0, 1, 2, 3].map((index) => (
          <div key={index}>
            <Outline width={136} height={48} />
          </div>
        ))}
      </div>
      <div className="sec">
        <Outline width={220} height={86} />
      </div>
    </AfterAWhile>
  )
}
