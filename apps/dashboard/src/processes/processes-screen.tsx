'use client'
/** The processes of a node or of all, as a table: the hub sorts, filters and groups, the page holds a window. */
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useMemo, useRef, useState } from 'react'
import './table.css'
import './processes.css'
import { treePath } from '../frame/addresses.ts'
import { NameDialog } from '../frame/name-dialog.tsx'
import { useHubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { useIsPhone, useMedia } from '../ui/use-media.ts'
import { ActionBar } from './action-bar.tsx'
import { splitId, type TableAddress } from './address.ts'
import { type Column, fitting, useColumns } from './columns.ts'
import { QueryField } from './query-field.tsx'
import { usePins, useSavedViews } from './saved-views.ts'
import { TableBar } from './table-bar.tsx'
import { TableFoot } from './table-foot.tsx'
import { TableGrid, WaitingLines } from './table-grid.tsx'
import { NoRows, StateLine } from './table-states.tsx'
import { useAddress } from './use-address.ts'
import { usePresence } from './use-presence.ts'
import { useRows } from './use-rows.ts'
import { useAnchor, useScroll } from './use-scroll.ts'
import { useTable } from './use-table.ts'
import { useTableKeys } from './use-table-keys.ts'

const RowInspector = dynamic(() => import('./row-inspector.tsx').then((module) => module.RowInspector), {
  ssr: false,
})

const ROW = 26
const PHONE_ROW = 44
const PHONE_COLUMNS = ['pid', 'mailbox']

export function ProcessesScreen({ node }: { node: string | null }) {
  const router = useRouter()
  const isPhone = useIsPhone()
  const isNarrow = useMedia('(max-width: 1179px)')
  const rowHeight = isPhone ? PHONE_ROW : ROW
  const [address, change] = useAddress()
  const [folds, setFolds] = useState<Readonly<Record<string, '+' | '-' | '*'>>>({})
  const [isSaving, setIsSaving] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const presence = usePresence()
  const saved = useSavedViews()
  const pinned = usePins()
  const chosen = useColumns()
  const scroll = useScroll(rowHeight)
  const table = useTable(askedOf(node, address, folds, isPhone ? [] : pinned.pins, scroll), presence.isIn)
  const { view } = table
  const rows = useRows(view, scroll, address, change)
  const anchor = useAnchor(view, scroll, rowHeight)
  const nowMs = useHubNow(1_000)
  const { data: selection } = useView('selection', selectionOf(node, address))
  const nodes = Object.keys(view?.nodes ?? {})
  const columns = useMemo(
    () =>
      isPhone
        ? chosen.columns.filter(({ id }) => PHONE_COLUMNS.includes(id))
        : fitting(chosen.columns, scroll.width),
    [chosen.columns, scroll.width, isPhone],
  )

  const changeQuery = (next: Partial<TableAddress>) => {
    scroll.goTo(0)
    change(next)
  }
  const fold = (group: string, to: '+' | '-' | '*') => setFolds((before) => ({ ...before, [group]: to }))
  const open = (id: string | null) => {
    if (id === null) return
    const line = view?.lines[id]
    if (line?.line === 'group') {
      fold(id, line.isOpen ? '-' : '+')
      change({ row: id })
    } else if (line?.line === 'rest') fold(line.group, '*')
    else if (isPhone) {
      const place = splitId(id, nodes)
      router.push(treePath(place.node, place.key))
    } else change({ row: id, tab: address.tab ?? 'overview' })
  }
  const openInTree = () => {
    const { line } = rows
    if (line === null || line.line === 'rest' || line.node === null || line.key === null) return false
    router.push(treePath(line.node, line.key))
  }
  const onKeyDown = useTableKeys({
    rows,
    address,
    shown: scroll.shown,
    lines: (view?.lineCount ?? 0) + (view?.pins.length ?? 0),
    field,
    change: changeQuery,
    open,
    openInTree,
    pin: (id) => id !== null && view?.lines[id]?.line === 'process' && pinned.toggle(id),
    sortNow: table.sortNow,
    save: () => setIsSaving(true),
  })
  const sortBy = ({ sort, first }: Column) =>
    changeQuery(
      address.sort === sort ? { order: address.order === 'asc' ? 'desc' : 'asc' } : { sort, order: first },
    )

  const isHubOld = table.status === 'stale' || table.status === 'disconnected'
  const pageNowMs = isHubOld ? (table.heardAtMs ?? nowMs) : nowMs
  const nowOf = (name: string | null) => {
    const heardAtMs = name === null ? 0 : (view?.nodes[name]?.lastHeardAtMs ?? 0)
    return heardAtMs > 0 ? Math.min(heardAtMs, pageNowMs) : pageNowMs
  }
  const hasSelection = address.selected === 'all' || address.selected.size > 0
  const isInspecting = !isPhone && address.row !== null && address.tab !== null
  return (
    <div className={`procs ${isInspecting ? 'with-inspector' : ''}`}>
      <div className="pt-left">
        <QueryField
          query={address.q}
          view={view}
          fault={table.fault}
          field={field}
          onQuery={(q) => changeQuery({ q, selected: new Set() })}
          onSave={() => setIsSaving(true)}
        />
        <TableBar
          address={address}
          counts={table.counts}
          saved={saved.items}
          chosen={chosen}
          shownColumns={columns.length + 1}
          hasGroups={!isNarrow}
          onChange={changeQuery}
        />
        <StateLine table={table} nowMs={nowMs} />
        <div className="pt-frame">
          <TableGrid
            view={view}
            address={address}
            columns={columns}
            context={{ nowMs: pageNowMs, nodes }}
            scroll={scroll}
            rowHeight={rowHeight}
            cursor={rows.cursor}
            isAllSelected={address.selected === 'all'}
            isSelected={rows.isSelected}
            isOld={(name) => isHubOld || (view?.nodes[name]?.status ?? 'live') !== 'live'}
            nowOf={nowOf}
            isReadOnly={isPhone}
            onSort={sortBy}
            onSelectAll={() => change({ selected: address.selected === 'all' ? new Set() : 'all' })}
            onPick={(id, how) =>
              isPhone || how === 'open' ? open(id) : how === 'range' ? rows.range(id) : rows.select(id)
            }
            onFold={fold}
            onKeyDown={onKeyDown}
            onHover={anchor}
            onPresence={presence.tell}
          />
          <div className="pt-over">
            {view === null && table.fault === null ? (
              <WaitingLines columns={columns} rowHeight={rowHeight} count={scroll.shown} />
            ) : view === null || (view.lineCount === 0 && view.pins.length === 0) ? (
              <NoRows view={view} query={address.q} onQuery={(q) => changeQuery({ q })} />
            ) : null}
          </div>
        </div>
        {hasSelection && selection && !isPhone ? (
          <ActionBar selection={selection} isOld={isHubOld} onClear={rows.clear} />
        ) : null}
        <TableFoot view={view} scroll={scroll} table={table} address={address} />
      </div>
      {isInspecting && address.row !== null && view !== null ? (
        <RowInspector
          node={splitId(address.row, nodes).node}
          processKey={splitId(address.row, nodes).key}
          tab={address.tab}
          isOld={isHubOld}
          onTab={(tab) => change({ tab })}
          onSelect={(row) => change({ row })}
          onClose={() => change({ tab: null })}
        />
      ) : null}
      {isSaving ? (
        <NameDialog
          what="view"
          suggested={address.q || 'All'}
          saved={saved}
          make={(name) => ({
            name,
            q: address.q,
            sort: address.sort,
            order: address.order,
            group: address.group,
          })}
          onClose={() => setIsSaving(false)}
        >
          <p className="i2">Query, sort and group are kept in this browser.</p>
        </NameDialog>
      ) : null}
    </div>
  )
}

function askedOf(
  node: string | null,
  { q, sort, order, group }: TableAddress,
  folds: Readonly<Record<string, string>>,
  pins: readonly string[],
  { offset, limit }: { offset: number; limit: number },
): Parameters<typeof useTable>[0] {
  const foldLines = Object.entries(folds).map(([id, to]) => `${to}${id}`)
  const own = node === null ? pins : pins.filter((id) => id.startsWith(`${node} `))
  return {
    node,
    q,
    sort,
    order,
    group,
    folds: group === 'none' ? '' : foldLines.join('\n'),
    pins: own.join('\n'),
    offset,
    limit,
  }
}

function selectionOf(node: string | null, { q, selected }: TableAddress) {
  if (selected === 'all') return { node, q, ids: '' }
  return selected.size === 0 ? null : { node, q: null, ids: [...selected].join('\n') }
}
