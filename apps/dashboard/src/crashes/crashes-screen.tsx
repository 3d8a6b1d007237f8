'use client'
/** All crashes, by group: a query, its facets, the groups, what the selected one says, and what is done to them. */
import type { CrashesView, CrashGroupRow } from '@orrery/live/views'
import './crashes.css'
import './crash.css'
import './groups.css'
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { crashPath } from '../frame/addresses.ts'
import { useKeys } from '../frame/keys.ts'
import { NameDialog } from '../frame/name-dialog.tsx'
import { type Named, namedList } from '../frame/named-list.ts'
import { useAddressState } from '../frame/use-address-state.ts'
import { age, count, plural } from '../live/format.ts'
import { useView, type ViewStatus } from '../live/use-view.ts'
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/parts.tsx'
import { EmptyState, OutlineRows } from '../ui/states.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { DoneLine } from './done-line.tsx'
import { Facets } from './facets.tsx'
import { GroupRows } from './group-rows.tsx'
import { DEFAULT_QUERY, readListAddress, writeListAddress } from './list-address.ts'
import { MergeDialog } from './merge-dialog.tsx'
import { Preview } from './preview.tsx'
import { QueryBar } from './query-bar.tsx'
import { hiddenStatuses, statusesShown, withClause, withoutStatus } from './query-tokens.ts'
import { useGroupActions } from './use-group-actions.ts'
import { rememberList } from './way-back.ts'

const useSearches = namedList<Named>('crashes.searches')

export function CrashesScreen() {
  const router = useRouter()
  const isPhone = useIsPhone()
  const [address, change] = useAddressState(readListAddress, writeListAddress)
  useEffect(() => rememberList(address), [address])
  const query = address.q
  const { data, status, ageMs } = useView('crashes', { q: query })
  const shown = useLastGood(data)
  const groups = shown?.groups ?? []
  const first = useFirst(groups)
  const selected = groups.find((group) => group.id === address.group) ?? first
  const marked = address.marked.flatMap((id) => groups.find((group) => group.id === id) ?? [])
  const field = useRef<HTMLInputElement>(null)
  const saved = useSearches()
  const actions = useGroupActions()
  const [dialog, setDialog] = useState<'merge' | 'save' | null>(null)

  const setQuery = (q: string) => change({ q, group: null, marked: [] })
  const select = (group: CrashGroupRow | undefined) => group && change({ group: group.id })
  const open = (group: CrashGroupRow | null) => {
    const latest = group?.latest[0]
    if (latest) router.push(crashPath(latest.id))
  }
  const at = Math.max(
    0,
    groups.findIndex((group) => group.id === selected?.id),
  )
  const step = (by: number) => select(groups[at + by])
  const mark = (group: CrashGroupRow | null) => {
    if (!group) return
    const ids = marked.map(({ id }) => id)
    change({ marked: ids.includes(group.id) ? ids.filter((id) => id !== group.id) : [...ids, group.id] })
  }
  const targets = marked.length > 0 ? marked : selected ? [selected] : []
  const act = (what: 'resolve' | 'ignore') => {
    if (actions.off !== null || actions.isBusy) return
    const gone = new Set(targets.map(({ id }) => id))
    const stays =
      groups.slice(at).find(({ id }) => !gone.has(id)) ?? groups.findLast(({ id }) => !gone.has(id))
    const to = what === 'resolve' ? 'resolved' : 'ignored'
    const isHidden = !statusesShown(query).has(targets.every((one) => one.status === to) ? 'ongoing' : to)
    void actions[what](targets)
    change({ marked: [], ...(isHidden ? { group: stays?.id ?? null } : {}) })
  }
  useKeys('Crashes', [
    { keys: 'j', label: 'Next group', run: () => step(1) },
    { keys: 'k', label: 'Previous group', run: () => step(-1) },
    { keys: 'Enter', label: 'Open the latest report', run: () => open(selected) },
    { keys: 'o', run: () => open(selected) },
    { keys: 'x', label: 'Select', run: () => mark(selected) },
    { keys: 'e', label: 'Resolve, or open again', run: () => act('resolve') },
    { keys: 'i', label: 'Ignore, or open again', run: () => act('ignore') },
    {
      keys: 'm',
      label: 'Merge the selected groups',
      run: () => actions.off === null && marked.length > 1 && setDialog('merge'),
    },
    { keys: 'z', label: 'Undo the last of these', run: () => (actions.done?.undo ? actions.undo() : false) },
    { keys: 's', label: 'Save search', run: () => setDialog('save') },
    { keys: 'Escape', run: () => (marked.length > 0 ? change({ marked: [] }) : false) },
    { keys: '/', label: 'Search', run: () => field.current?.focus() },
  ])

  return (
    <div className={`crashes ${status === 'stale' || status === 'disconnected' ? 'old' : ''}`}>
      <h1 className="sr-only">Crashes</h1>
      <QueryBar
        query={query}
        view={data}
        searches={saved.items}
        onQuery={setQuery}
        onSave={() => setDialog('save')}
        field={field}
      />
      <Facets view={shown} query={query} onQuery={setQuery} />
      <section className="groups" aria-label="Crash groups">
        <StateLine status={status} ageMs={ageMs} />
        <div className="gr th" aria-hidden>
          <span />
          <span>Group</span>
          <span className="gr-status">Status</span>
          <span className="gr-bars">Last 24 h</span>
          <span className="r">Count</span>
          <span className="r">Last, first seen</span>
        </div>
        {shown === null ? (
          data?.error ? (
            <EmptyState title="Nothing is searched until the query can be read.">
              <button type="button" className="u" onClick={() => setQuery(DEFAULT_QUERY)}>
                Show all open of the last 24 h
              </button>
            </EmptyState>
          ) : (
            <OutlineRows count={9} height={58} />
          )
        ) : groups.length === 0 ? (
          <NoGroups view={shown} query={query} onQuery={setQuery} />
        ) : (
          <>
            <GroupRows
              groups={groups}
              selected={isPhone ? null : selected}
              marked={new Set(marked.map(({ id }) => id))}
              onSelect={isPhone ? open : select}
              onOpen={open}
            />
            <Hidden view={shown} query={query} onQuery={setQuery} />
          </>
        )}
      </section>
      {selected ? (
        <Preview
          group={selected}
          actions={actions}
          onOpen={() => open(selected)}
          onClause={(clause) => setQuery(withClause(query, clause))}
          onResolve={() => act('resolve')}
          onIgnore={() => act('ignore')}
        />
      ) : (
        <div className="pv" />
      )}
      {marked.length > 0 ? (
        <section className="gdone" aria-label="Selected groups">
          <b>{count(marked.length)} selected</b>
          <Button
            isSmall
            disabled={actions.off !== null}
            title={actions.off ?? ''}
            onClick={() => act('resolve')}
          >
            Resolve <Kbd>E</Kbd>
          </Button>
          <Button
            isSmall
            disabled={actions.off !== null}
            title={actions.off ?? ''}
            onClick={() => act('ignore')}
          >
            Ignore <Kbd>I</Kbd>
          </Button>
          <Button
            isSmall
            disabled={actions.off !== null || marked.length < 2}
            title={actions.off ?? (marked.length < 2 ? 'Select another group first.' : '')}
            onClick={() => setDialog('merge')}
          >
            Merge <Kbd>M</Kbd>
          </Button>
          <Button kind="quiet" isSmall onClick={() => change({ marked: [] })}>
            Clear <Kbd>Esc</Kbd>
          </Button>
        </section>
      ) : (
        <DoneLine actions={actions} />
      )}
      {dialog === 'merge' && marked.length > 1 ? (
        <MergeDialog
          groups={marked}
          actions={actions}
          onClose={() => setDialog(null)}
          onMerged={(into) => change({ group: into.id, marked: [] })}
        />
      ) : null}
      {dialog === 'save' ? (
        <NameDialog
          what="search"
          suggested={query || 'All'}
          saved={saved}
          make={(name) => ({ name, q: query })}
          onClose={() => setDialog(null)}
        >
          <p className="m i2 el">{query || 'Everything of the last 24 h'}</p>
          <p className="i3">It is kept in this browser.</p>
        </NameDialog>
      ) : null}
      <footer className="kb">
        {KEYS.map(([keys, does]) => (
          <span key={does}>
            {keys.map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}
            {does}
          </span>
        ))}
        <span className="kb-last">
          <Kbd>?</Kbd>all keys
        </span>
      </footer>
    </div>
  )
}

const KEYS: [keys: string[], does: string][] = [
  [['J', 'K'], 'move'],
  [['⏎'], 'open'],
  [['X'], 'select'],
  [['E'], 'resolve'],
  [['I'], 'ignore'],
  [['G', 'T'], 'go to tree'],
  [['/'], 'search'],
]

/** A bad query keeps the last good result below it. */
function useLastGood(data: CrashesView | null): CrashesView | null {
  const [good, setGood] = useState<CrashesView | null>(null)
  useEffect(() => {
    if (data && !data.error) setGood(data)
  }, [data])
  return data && !data.error ? data : good
}

/** Whom nobody chose: the first when it was first shown, for as long as it is there. A crash elsewhere takes no one's place. */
function useFirst(groups: CrashGroupRow[]): CrashGroupRow | null {
  const [id, setId] = useState<string | null>(null)
  const first = groups.find((group) => group.id === id) ?? groups[0] ?? null
  if (first !== null && first.id !== id) setId(first.id)
  return first
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

interface Asked {
  view: CrashesView
  query: string
  onQuery: (query: string) => void
}

/** `22 resolved groups hidden by -is:resolved`, for each status that the query hides. */
function Hidden({ view, query, onQuery }: Asked) {
  return hiddenStatuses(query, view.statuses).map(({ status, n }) => (
    <p key={status} className="row i3 gr-hidden">
      {count(n)} {status} {n === 1 ? 'group' : 'groups'} hidden by <span className="m i2">-is:{status}</span>
      <button
        type="button"
        className="u"
        aria-label={`Show ${plural(n, `${status} group`)}`}
        onClick={() => onQuery(withoutStatus(query, status))}
      >
        Show
      </button>
    </p>
  ))
}

function NoGroups({ view, query, onQuery }: Asked) {
  if (hiddenStatuses(query, view.statuses).length > 0) {
    return (
      <EmptyState title="No match." query={query}>
        <Hidden view={view} query={query} onQuery={onQuery} />
      </EmptyState>
    )
  }
  return query.trim() === DEFAULT_QUERY || query.trim() === '' ? (
    <EmptyState title="No crashes in 24 h." />
  ) : (
    <EmptyState title="No match." query={query}>
      <button type="button" className="u" onClick={() => onQuery(DEFAULT_QUERY)}>
        Show all open of the last 24 h
      </button>
    </EmptyState>
  )
}
