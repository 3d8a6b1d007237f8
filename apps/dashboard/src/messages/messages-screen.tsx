'use client'
/** How much is said, how long it waits, and where it piles up: one node or all, over the last minutes. */
import type { MessagesBy, MessagesView } from '@orrery/live/views'
import { Filter, X } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { messagesPath, treePath } from '../frame/addresses.ts'
import { FaultLinks } from '../frame/fault-links.tsx'
import { useKeys } from '../frame/keys.ts'
import { openPalette } from '../frame/overlays.ts'
import { count, plural } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { useView, type View } from '../live/use-view.ts'
import { EmptyState, ErrorState, SmallLamp } from '../ui/states.tsx'
import { Segments } from '../ui/tabs.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { BacklogMap, HeatLegend } from './backlog-map.tsx'
import { LONG_WAIT_US, logAxis, msText } from './messages-model.ts'
import { MessagesTable } from './messages-table.tsx'
import { PercentileChart } from './percentile-chart.tsx'
import { RateChart } from './rate-chart.tsx'

const HEIGHT = 186
const WINDOWS = [
  { id: '60', label: '1 min' },
  { id: '300', label: '5 min' },
] as const
type WindowId = (typeof WINDOWS)[number]['id']
const BY: { id: MessagesBy; label: string; word: string }[] = [
  { id: 'node', label: 'Per node', word: 'by node' },
  { id: 'behaviour', label: 'Per behaviour', word: 'by behaviour' },
  { id: 'module', label: 'Per module', word: 'by module' },
  { id: 'process', label: 'Per process', word: 'by process, the busiest' },
]

export function MessagesScreen({ node }: { node: string | null }) {
  const router = useRouter()
  const query = useSearchParams()
  const isPhone = useIsPhone()
  const by = BY.find(({ id }) => id === query.get('by')) ?? (node === null ? BY[0] : BY[2]) ?? BY[0]
  const windowId: WindowId = query.get('window') === '60' ? '60' : '300'
  const pick = query.get('pick')
  const isTable = query.get('view') === 'table'
  const set = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(window.location.search)
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) next.delete(name)
      else next.set(name, value)
    }
    window.history.replaceState(null, '', `?${next}`)
  }
  const messages = useView('messages', { node, by: by?.id ?? 'node', windowS: Number(windowId), pick })
  const view = messages.data
  const rowNow = () => new URLSearchParams(window.location.search).get('row')
  const selected = query.get('row')
  const step = (by: 1 | -1) => {
    const order = view?.backlogOrder ?? []
    if (order.length === 0) return false
    const at = order.indexOf(rowNow() ?? '')
    const next = order[at === -1 ? 0 : Math.max(0, Math.min(order.length - 1, at + by))] ?? null
    set({ row: next })
    return true
  }
  const open = (id: string | null) => {
    const row = id === null ? undefined : view?.backlog[id]
    if (row === undefined) return false
    router.push(treePath(row.node, row.key))
    return true
  }
  const pickRow = () => {
    const id = rowNow()
    if (id === null) return false
    set({ pick: pick === id ? null : id })
    return true
  }
  useKeys('Messages', [
    { keys: 'j', label: 'Next process of the backlog', run: () => step(1) },
    { keys: 'k', label: 'Previous process of the backlog', run: () => step(-1) },
    { keys: 'ArrowDown', run: () => step(1) },
    { keys: 'ArrowUp', run: () => step(-1) },
    { keys: 'o', label: 'Open it in the tree', run: () => open(rowNow()) },
    { keys: 'Enter', label: 'Percentiles of this process, or of all again', run: pickRow },
    { keys: 'v', label: 'Charts as a table, and back', run: () => set({ view: isTable ? null : 'table' }) },
    {
      keys: 'Escape',
      label: 'Deselect',
      run: () => (pick === null && rowNow() === null ? false : set({ pick: null, row: null })),
    },
  ])
  if (messages.error !== null && view === null)
    return <ErrorState title="Messages could not be read.">{messages.error.message}</ErrorState>
  return (
    <div
      className={`messages ${messages.status === 'stale' || messages.status === 'disconnected' ? 'messages-old' : ''}`}
    >
      <h1 className="sr-only">Messages</h1>
      <div className="messages-tools">
        <Segments<WindowId>
          label="Range"
          choices={[...WINDOWS]}
          value={windowId}
          onChange={(id) => set({ window: id === '300' ? null : id })}
        />
        <Segments<MessagesBy>
          label="Lines"
          choices={BY.filter(({ id }) => id !== 'node' || node === null)}
          value={by?.id ?? 'node'}
          onChange={(id) => set({ by: id, pick: null })}
        />
        <button type="button" className="tag messages-scope" onClick={() => openPalette('node:')}>
          <Filter className="ic" aria-hidden />
          {node ?? 'All nodes'}
        </button>
        {node === null ? null : (
          <button
            type="button"
            className="btn q sm"
            aria-label="All nodes"
            onClick={() => router.push(messagesPath(null))}
          >
            <X className="ic" aria-hidden />
          </button>
        )}
        <span className="sp" />
        <FaultLinks faults={view?.faults ?? []} />
        <Totals messages={messages} />
      </div>
      {view !== null && isTable ? (
        <MessagesTable view={view} />
      ) : (
        <Charts messages={messages} by={by?.word ?? ''} windowS={Number(windowId)} pick={pick} set={set} />
      )}
      {isPhone || isTable ? null : (
        <section className="messages-backlog" aria-label="Mailbox backlog">
          <div className="h3">
            <b>Mailbox backlog</b>
            <span className="lbl">longest first, {view === null ? 3 : view.stepMs / 1_000} s per cell</span>
            <span className="sp" />
            <HeatLegend />
          </div>
          {view === null ? null : view.backlogOrder.length === 0 ? (
            <EmptyState title="No messages in this window." />
          ) : (
            <div className="scroll">
              <BacklogMap
                view={view}
                selected={selected}
                isLost={messages.status === 'disconnected'}
                onSelect={(id) => set({ row: id })}
                onOpen={open}
              />
            </div>
          )}
          <div className="messages-foot">
            <span className="i2">
              {view === null
                ? ''
                : `${view.backlogOrder.length} of ${plural(view.processes, 'process', 'processes')}`}
            </span>
            <span className="sp" />
            <span className="i3">
              next <kbd>J</kbd>
            </span>
            <span className="i3">
              its percentiles <kbd>⏎</kbd>
            </span>
            <span className="i3">
              open in tree <kbd>O</kbd>
            </span>
          </div>
        </section>
      )}
    </div>
  )
}

function Totals({ messages }: { messages: View<MessagesView> }) {
  const view = messages.data
  if (messages.status !== 'live' && messages.status !== 'loading')
    return <SmallLamp status={messages.status} ageMs={messages.ageMs} />
  if (view === null) return null
  const p99 = view.wait.now?.p99 ?? null
  return (
    <span className="row m i2 messages-totals">
      <span>
        total <b className="c-ink">{count(view.messagesPerS)}/s</b>
      </span>
      <span>
        wait p99{' '}
        {p99 === null ? (
          <span title="No message was timed in the last five seconds">–</span>
        ) : (
          <b className={p99 > LONG_WAIT_US ? 'c-backlog' : 'c-ink'}>{msText(p99)} ms</b>
        )}
      </span>
      {view.sampledEvery === null ? null : (
        <span title="Waiting and handling times are of a random sample of all messages">
          {view.sampledEvery <= 1.05 ? (
            'every message timed'
          ) : (
            <>
              sampled <b className="c-ink">1 in {count(view.sampledEvery)}</b>
            </>
          )}
        </span>
      )}
    </span>
  )
}

function Charts({
  messages,
  by,
  windowS,
  pick,
  set,
}: {
  messages: View<MessagesView>
  by: string
  windowS: number
  pick: string | null
  set: (changes: Record<string, string | null>) => void
}) {
  const view = messages.data
  const isOld = messages.status === 'stale' || messages.status === 'disconnected'
  useNow(isOld ? 1_000 : null)
  const lastMs = view === null ? hubNow() : view.fromMs + view.wait.steps.length * view.stepMs
  const endMs = isOld ? Math.max(lastMs, hubNow()) : lastMs
  const axis = logAxis(...(view === null ? [] : [view.wait, view.handling]))
  const common = { view, height: HEIGHT, endMs, windowS, isOld }
  const of = view?.of ?? null
  return (
    <div className="messages-charts">
      <section aria-label="Messages per second">
        <div className="h3">
          <b>Messages per second</b>
          <span className="lbl el">
            {by}
            {view !== null && view.more > 0 ? `, ${view.more} more` : ''}
          </span>
          <span className="sp" />
          {view === null || view.order.length < 2 ? null : (
            <select
              aria-label="Line"
              className="messages-line"
              value={pick !== null && view.lines[pick] ? pick : ''}
              onChange={(event) => set({ pick: event.target.value || null })}
            >
              <option value="">all lines</option>
              {view.order.map((id) => (
                <option key={id} value={id}>
                  {view.lines[id]?.name ?? id}
                </option>
              ))}
            </select>
          )}
        </div>
        {view !== null && view.order.length === 0 ? (
          <EmptyState title="No messages in this window." />
        ) : (
          <RateChart {...common} picked={pick} onPick={(id) => set({ pick: id })} />
        )}
      </section>
      {(['wait', 'handling'] as const).map((what) => (
        <section key={what} aria-label={what === 'wait' ? 'Mailbox wait' : 'Handling time'}>
          <div className="h3">
            <b>{what === 'wait' ? 'Mailbox wait' : 'Handling time'}</b>
            <span className="lbl el">{of === null ? 'ms, log scale' : `${of.name}, ms, log scale`}</span>
            <span className="sp" />
            <Now values={view?.[what].now ?? null} isWait={what === 'wait'} />
          </div>
          <PercentileChart
            {...common}
            title={what === 'wait' ? 'Mailbox wait' : 'Handling time'}
            values={view?.[what] ?? null}
            axis={axis}
          />
        </section>
      ))}
    </div>
  )
}

function Now({ values, isWait }: { values: { p50: number; p99: number } | null; isWait: boolean }) {
  if (values === null) return null
  const isLong = isWait && values.p99 > LONG_WAIT_US
  return (
    <>
      <span className="m i2">
        p50 <span className="c-ink">{msText(values.p50)}</span>
      </span>
      <span className="m i2">
        p99 <span className={isLong ? 'c-backlog' : 'c-ink'}>{msText(values.p99)}</span>
      </span>
    </>
  )
}
