'use client'
/** The table itself: head, pinned rows, the lines on screen, and the picture of the whole beside them. */
import type { TableView } from '@orrery/live/views'
import { ArrowDown, ArrowUp, Minus } from 'lucide-react'
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import { AfterAWhile, Outline } from '../ui/states.tsx'
import type { TableAddress } from './address.ts'
import type { CellContext } from './cells.tsx'
import { type Column, NAME, templateOf } from './columns.ts'
import { OrderRail } from './order-rail.tsx'
import { gridRole, headRole, rowRole, rowsRole } from './roles.ts'
import { Line, type LineProps, rowElementId } from './table-line.tsx'
import type { Scroll } from './use-scroll.ts'

export interface GridProps {
  view: TableView | null
  address: TableAddress
  columns: readonly Column[]
  context: CellContext
  scroll: Scroll
  rowHeight: number
  cursor: string | null
  isAllSelected: boolean
  isSelected: (id: string) => boolean
  isOld: (node: string) => boolean
  /** The clock of a row: of a node that is gone it stands. */
  nowOf: (node: string | null) => number
  isReadOnly: boolean
  onSort: (column: Column) => void
  onSelectAll: () => void
  onPick: (id: string, how: 'open' | 'select' | 'range') => void
  onFold: LineProps['onFold']
  onKeyDown: (event: KeyboardEvent) => void
  onHover: (id: string | null) => void
  onPresence: (kind: 'pointer' | 'focus', isIn: boolean) => void
}

export function TableGrid(props: GridProps) {
  const { view, columns, scroll, cursor, address, context, rowHeight } = props
  const onClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement
    if (target.closest('a, button')) return
    const row = target.closest<HTMLElement>('[data-id]')
    if (!row?.dataset.id) return
    const isBox = target.closest('[data-pick]') !== null
    const isSelecting = isBox || event.ctrlKey || event.metaKey
    props.onPick(row.dataset.id, event.shiftKey ? 'range' : isSelecting ? 'select' : 'open')
  }
  const lineOf = (id: string, rowIndex: number, top: number | null): ReactNode => {
    const line = view?.lines[id]
    if (line === undefined) return null
    return (
      <Line
        key={id}
        id={id}
        line={line}
        columns={columns}
        context={{ ...context, nowMs: props.nowOf(line.line === 'process' ? line.node : null) }}
        rowIndex={rowIndex}
        top={top}
        isCursor={id === cursor}
        isSelected={line.line === 'process' && props.isSelected(id)}
        isPinned={top === null}
        isOld={line.line === 'process' && props.isOld(line.node)}
        isInner={address.group !== 'none' && top !== null}
        isReadOnly={props.isReadOnly}
        onFold={props.onFold}
      />
    )
  }
  const pins = view?.pins ?? []
  const drawn = view === null ? [] : linesOnScreen(view, scroll)
  const isDrawn = cursor !== null && (pins.includes(cursor) || drawn.some(({ id }) => id === cursor))
  const hasLines = (view?.lineCount ?? 0) > 0
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is that of a grid
    <div
      className="pt-grid"
      {...gridRole(
        (view?.lineCount ?? 0) + pins.length + 1,
        !props.isReadOnly,
        cursor !== null && isDrawn ? rowElementId(cursor) : undefined,
      )}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a grid takes the keys
      tabIndex={0}
      onKeyDown={props.onKeyDown}
      onClick={onClick}
      onFocus={() => props.onPresence('focus', true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) props.onPresence('focus', false)
      }}
      onPointerEnter={() => props.onPresence('pointer', true)}
      onPointerLeave={() => {
        props.onHover(null)
        props.onPresence('pointer', false)
      }}
      onPointerOver={(event) => {
        const row = (event.target as HTMLElement).closest<HTMLElement>('.pt-body [data-id]')
        props.onHover(row?.dataset.id ?? null)
      }}
    >
      <Head {...props} />
      <div className="pt-pins" {...rowsRole('Pinned')}>
        {pins.map((id, i) => lineOf(id, i + 2, null))}
      </div>
      <div
        className="pt-body"
        ref={scroll.ref}
        onScroll={scroll.onScroll}
        {...(hasLines ? { ...rowsRole('Rows'), tabIndex: -1 } : {})}
      >
        {view === null ? null : (
          <div style={{ height: view.lineCount * rowHeight }} className="pt-lines">
            {drawn.map(({ at, id }) =>
              id === null ? (
                <OutlineLine key={`outline ${at}`} columns={columns} top={at * rowHeight} />
              ) : (
                lineOf(id, at + pins.length + 2, at * rowHeight)
              ),
            )}
          </div>
        )}
      </div>
      {view && !props.isReadOnly ? (
        <OrderRail
          rail={view.rail}
          height={scroll.height}
          first={Math.round((scroll.first / Math.max(1, view.lineCount)) * view.rail.length)}
          shown={Math.round((scroll.shown / Math.max(1, view.lineCount)) * view.rail.length)}
          onGo={(rank) => scroll.goTo(Math.floor((rank / Math.max(1, view.rail.length)) * view.lineCount))}
        />
      ) : null}
    </div>
  )
}

const OVER = 4

/** Lines by place, some over the edges; `null` where the window has not come yet. */
function linesOnScreen(view: TableView, { first, shown }: Scroll): { at: number; id: string | null }[] {
  const from = Math.max(0, first - OVER)
  const to = Math.min(view.lineCount, first + shown + 1 + OVER)
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    at: from + i,
    id: view.order[from + i - view.offset] ?? null,
  }))
}

function Head({ columns, address, isAllSelected, isReadOnly, onSort, onSelectAll, view }: GridProps) {
  return (
    <div {...rowsRole('Head')}>
      <div {...rowRole(1)} className="pt-row th" style={{ gridTemplateColumns: templateOf(columns) }}>
        <span {...headRole(null)}>
          {isReadOnly ? (
            <span className="sr-only">Selected</span>
          ) : (
            <button
              type="button"
              className={`cbx ${isAllSelected ? 'on' : ''}`}
              aria-label={`Select all ${view?.total.toLocaleString('en-US') ?? ''} that match`}
              title="Select the whole result"
              aria-pressed={isAllSelected}
              onClick={onSelectAll}
            >
              <Minus className="ic" aria-hidden />
            </button>
          )}
        </span>
        <span {...headRole(null)}>
          <span className="sr-only">State</span>
        </span>
        {[NAME, ...columns].map((column) => {
          const isOn = address.sort === column.sort
          const Arrow = address.order === 'desc' ? ArrowDown : ArrowUp
          return (
            <span
              key={column.id}
              {...headRole(isOn ? (address.order === 'desc' ? 'descending' : 'ascending') : null)}
              className={`${column.isRight ? 'r' : ''} ${isOn ? 's' : ''}`}
            >
              <button type="button" onClick={() => onSort(column)}>
                {column.label}
                {isOn ? <Arrow className="ic" aria-hidden /> : null}
              </button>
            </span>
          )
        })}
      </div>
    </div>
  )
}

/** Where the first window has not come yet. */
export function WaitingLines({
  columns,
  rowHeight,
  count,
}: {
  columns: readonly Column[]
  rowHeight: number
  count: number
}) {
  return (
    <AfterAWhile label="Loading the processes">
      {Array.from({ length: count }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: outlines have no identity
        <OutlineLine key={i} columns={columns} top={i * rowHeight} />
      ))}
    </AfterAWhile>
  )
}

function OutlineLine({ columns, top }: { columns: readonly Column[]; top: number }) {
  return (
    <div className="pt-row" style={{ gridTemplateColumns: templateOf(columns), top }} aria-hidden>
      <span />
      <Outline width={11} height={11} isRound />
      <Outline width={96} />
      {columns.map((column) => (
        <span key={column.id} className={column.isRight ? 'r' : ''}>
          <Outline width={Math.min(48, column.width - 16)} />
        </span>
      ))}
    </div>
  )
}
