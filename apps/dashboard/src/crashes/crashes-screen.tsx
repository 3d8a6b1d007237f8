'use client'
/** All crashes, by group: a query, its facets, the groups, and what the selected one says. */
import type { CrashesView, CrashGroupRow } from '@orrery/live/views'
import './crashes.css'
import { Search } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { crashesPath, crashPath } from '../frame/addresses.ts'
import { useKeys } from '../frame/keys.ts'
import { age, clock, count, plural } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { useView, type ViewStatus } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Kbd, Reticle } from '../ui/parts.tsx'
import { BucketBars } from '../ui/sparkline.tsx'
import { EmptyState, OutlineRows } from '../ui/states.tsx'
import { Facets } from './facets.tsx'
import { ImportReport } from './import-report.tsx'
import { Preview } from './preview.tsx'
import { faultOf } from './query-tokens.ts'

const DEFAULT_QUERY = 'last:24h'

export function CrashesScreen() {
  const router = useRouter()
  const params = useSearchParams()
  const query = params.get('q') ?? DEFAULT_QUERY
  const selectedId = params.get('group')
  const { data, status, ageMs } = useView('crashes', { q: query })
  const shown = useLastGood(data)
  const selected = shown?.groups.find((group) => group.id === selectedId) ?? shown?.groups[0] ?? null
  const field = useRef<HTMLInputElement>(null)

  const setQuery = (q: string) => router.replace(crashesPath(q), { scroll: false })
  const select = (group: CrashGroupRow | undefined) => {
    if (!group) return
    const next = new URLSearchParams({ ...(params.get('q') === null ? {} : { q: query }), group: group.id })
    router.replace(`/crashes?${next}`, { scroll: false })
  }
  const open = (group: CrashGroupRow | null) => {
    const latest = group?.latest[0]
    if (latest) router.push(crashPath(latest.id))
  }
  const step = (by: number) => {
    const groups = shown?.groups ?? []
    select(
      groups[
        Math.max(
          0,
          groups.findIndex((group) => group.id === selected?.id),
        ) + by
      ],
    )
  }
  useKeys('Crashes', [
    { keys: 'j', label: 'Next group', run: () => step(1) },
    { keys: 'k', label: 'Previous group', run: () => step(-1) },
    { keys: 'Enter', label: 'Open the latest report', run: () => open(selected) },
    { keys: 'o', run: () => open(selected) },
    { keys: '/', label: 'Search', run: () => field.current?.focus() },
  ])

  return (
    <div className={`crashes ${status === 'stale' || status === 'disconnected' ? 'old' : ''}`}>
      <QueryBar query={query} view={data} onQuery={setQuery} field={field} />
      <Facets view={shown} query={query} onQuery={setQuery} />
      <section className="groups" aria-label="Crash groups">
        <StateLine status={status} ageMs={ageMs} />
        <div className="gr th" aria-hidden>
          <span />
          <span>Group</span>
          <span>Last 24 h</span>
          <span className="r">Count</span>
          <span className="r">Last, first seen</span>
        </div>
        {shown === null ? (
          data?.error ? (
            <EmptyState title="Nothing is searched until the query can be read.">
              <button type="button" className="u" onClick={() => setQuery(DEFAULT_QUERY)}>
                Show all of the last 24 h
              </button>
            </EmptyState>
          ) : (
            <OutlineRows count={9} height={58} />
          )
        ) : shown.groups.length === 0 ? (
          <NoGroups query={query} onAll={() => setQuery(DEFAULT_QUERY)} />
        ) : (
          <Rows groups={shown.groups} selected={selected} onSelect={select} onOpen={open} />
        )}
      </section>
      {selected ? <Preview group={selected} onOpen={() => open(selected)} /> : <div className="pv" />}
      <footer className="kb">
        <span>
          <Kbd>J</Kbd>
          <Kbd>K</Kbd>move
        </span>
        <span>
          <Kbd>⏎</Kbd>open
        </span>
        <span>
          <Kbd>G</Kbd>
          <Kbd>T</Kbd>go to tree
        </span>
        <span>
          <Kbd>/</Kbd>search
        </span>
        <span className="kb-last">
          <Kbd>?</Kbd>all keys
        </span>
      </footer>
    </div>
  )
}

/** A bad query keeps the last good result below it. */
function useLastGood(data: CrashesView | null): CrashesView | null {
  const [good, setGood] = useState<CrashesView | null>(null)
  useEffect(() => {
    if (data && !data.error) setGood(data)
  }, [data])
  return data && !data.error ? data : good
}

const EXAMPLES = [
  'reason:~timeout',
  'module:Parser',
  'message:deliver',
  'kind:throw',
  'outcome:given_up',
  '-node:mail@*',
]

function QueryBar({
  query,
  view,
  onQuery,
  field,
}: {
  query: string
  view: CrashesView | null
  onQuery: (query: string) => void
  field: React.RefObject<HTMLInputElement | null>
}) {
  const [text, setText] = useState(query)
  useEffect(() => setText(query), [query])
  const error = view?.error ?? null
  const fault = error ? faultOf(query, error) : { from: 0, to: 0 }
  return (
    <div className="q">
      <form
        className="q-input"
        aria-label="Crash search"
        onSubmit={(event) => {
          event.preventDefault()
          onQuery(text.trim())
        }}
      >
        <Search className="ic" aria-hidden />
        <input
          ref={field}
          value={text}
          aria-label="Search crashes: text, or a field"
          aria-invalid={error !== null}
          placeholder="text, or a field"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
          onBlur={() => text.trim() !== query && onQuery(text.trim())}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            setText(query)
            event.currentTarget.blur()
          }}
        />
        <span className="m i2 nw">
          {view && !error ? plural(view.groupsTotal, 'group') : ''}
          {view && !error ? <span className="i3"> · {plural(view.total, 'crash', 'crashes')}</span> : null}
          {view && view.pending > 0 ? (
            <span className="i3"> · {count(view.pending)} being stored</span>
          ) : null}
        </span>
        <Kbd>/</Kbd>
      </form>
      {error ? (
        <p className="q-error" role="alert">
          <span className="m">
            {query.slice(0, fault.from)}
            <u>{query.slice(fault.from, fault.to)}</u>
            {query.slice(fault.to)}
          </span>
          {error.message}
        </p>
      ) : (
        <div className="q-syntax">
          <span>Syntax</span>
          {EXAMPLES.map((example) => (
            <button
              key={example}
              type="button"
              className="m i2"
              onClick={() => onQuery(`${query} ${example}`.trim())}
            >
              {example}
            </button>
          ))}
          <span className="sp" />
          <ImportReport />
        </div>
      )}
    </div>
  )
}

function Rows({
  groups,
  selected,
  onSelect,
  onOpen,
}: {
  groups: CrashGroupRow[]
  selected: CrashGroupRow | null
  onSelect: (group: CrashGroupRow) => void
  onOpen: (group: CrashGroupRow) => void
}) {
  const nowMs = useHubNow(1_000)
  return (
    <ul className="group-rows">
      {groups.map((group) => (
        <li key={group.id}>
          <button
            type="button"
            className={`gr ${group.id === selected?.id ? 'on' : ''}`}
            aria-current={group.id === selected?.id}
            data-group={group.id}
            onClick={() => onSelect(group)}
            onDoubleClick={() => onOpen(group)}
          >
            <Glyph
              name={group.injected === group.count && group.count > 0 ? 'fault' : 'crashed'}
              label="crashed"
            />
            <span className="gr-name">
              <span className="row">
                <b>{visible(group.name)}</b>
                <span className="m el">
                  {visible(group.reason)} <span className="i2">{detailOf(group)}</span>
                </span>
              </span>
              <span className="row gr-sub">
                <span className="m i3">G-{group.fingerprint.slice(0, 4)}</span>
                {group.topFrame ? <span className="m i2 el">{visible(group.topFrame)}</span> : null}
                <span className="i3 el">{group.nodes.join(', ')}</span>
              </span>
            </span>
            <span className="gr-bars">
              <BucketBars counts={group.buckets} width={122} height={24} tone="crashed" />
            </span>
            <span className="m r gr-count">{count(group.count)}</span>
            <span className="r">
              <span className="m">{age(nowMs - group.lastSeenMs)} ago</span>
              <span className="m i3 gr-first">since {sinceText(group.firstSeenMs, nowMs)}</span>
            </span>
            {group.id === selected?.id ? <Reticle inset="3px" /> : null}
          </button>
        </li>
      ))}
    </ul>
  )
}

function StateLine({ status, ageMs }: { status: ViewStatus; ageMs: number }) {
  if (status !== 'stale' && status !== 'disconnected') return null
  return (
    <p className="state-line" role="status">
      {status === 'stale' ? 'Stale' : 'The hub is not there'}: new crashes may be missing for the last{' '}
      {age(ageMs)}.
    </p>
  )
}

function NoGroups({ query, onAll }: { query: string; onAll: () => void }) {
  return query.trim() === DEFAULT_QUERY || query.trim() === '' ? (
    <EmptyState title="No crashes in 24 h." />
  ) : (
    <EmptyState title="No match." query={query}>
      <button type="button" className="u" onClick={onAll}>
        Show all of the last 24 h
      </button>
    </EmptyState>
  )
}

function detailOf(group: CrashGroupRow): string {
  const text = group.reasonText.startsWith(group.reason)
    ? group.reasonText.slice(group.reason.length)
    : group.reasonText
  return visible(text.replace(/^[:\s]+/, ''))
}

function sinceText(firstMs: number, nowMs: number): string {
  return nowMs - firstMs < 86_400_000 ? clock(firstMs).slice(0, 8) : `${age(nowMs - firstMs)}`
}
