'use client'
/** One line of the table: a process, one that is gone, a group, or what is not unfolded of it. */
import type { TableGroup, TableLine, TableRest, TableRow } from '@orrery/live/views'
import { Check, ChevronDown, ChevronRight, Pin } from 'lucide-react'
import Link from 'next/link'
import { crashPath } from '../frame/addresses.ts'
import { age, count } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Glyph, type GlyphName, StrategyGlyph } from '../ui/glyphs.tsx'
import { Reticle } from '../ui/parts.tsx'
import { CELLS, type CellContext } from './cells.tsx'
import { type Column, templateOf } from './columns.ts'
import { CELL, rowRole } from './roles.ts'

export interface LineProps {
  id: string
  line: TableLine
  columns: readonly Column[]
  context: CellContext
  /** Row number for assistive technology, the head is 1. */
  rowIndex: number
  top: number | null
  isCursor: boolean
  isSelected: boolean
  isPinned: boolean
  /** Its node is not heard: what is shown is its last picture. */
  isOld: boolean
  /** In a group. */
  isInner: boolean
  isReadOnly: boolean
  onFold: (group: string, to: '+' | '-' | '*') => void
}

export function Line(props: LineProps) {
  const { id, line, columns, top, rowIndex, isCursor, isSelected } = props
  const isGone = line.line === 'process' && line.exit?.isGone === true
  const classes = [
    'pt-row',
    line.line === 'group' ? 'grp' : '',
    line.line === 'process' && line.isNew ? 'new' : '',
    isGone ? 'gone' : '',
    isSelected && !isGone ? 'sel' : '',
    props.isPinned ? 'pin' : '',
    props.isOld ? 'old' : '',
  ]
  return (
    <div
      {...rowRole(rowIndex, isSelected)}
      tabIndex={-1}
      id={rowElementId(id)}
      data-id={id}
      data-line={line.line}
      className={classes.filter(Boolean).join(' ')}
      style={{ gridTemplateColumns: templateOf(columns), ...(top === null ? {} : { top }) }}
    >
      {line.line === 'process' ? (
        isGone ? (
          <Gone {...props} row={line} />
        ) : (
          <Process {...props} row={line} />
        )
      ) : line.line === 'group' ? (
        <Group {...props} group={line} />
      ) : (
        <Rest rest={line} columns={columns} onFold={props.onFold} />
      )}
      {isCursor ? <Reticle inset="0 25px 0 3px" /> : null}
    </div>
  )
}

/** An element's id must hold no space. */
export function rowElementId(id: string): string {
  return `pt-${encodeURIComponent(id)}`
}

function Process({
  row,
  columns,
  context,
  isSelected,
  isPinned,
  isOld,
  isInner,
}: LineProps & { row: TableRow }) {
  const status: GlyphName = isOld ? 'lost' : row.status
  return (
    <>
      <span {...CELL} className="pt-box" data-pick>
        <span className={`cbx ${isSelected ? 'on' : ''}`} aria-hidden>
          {isSelected ? <Check className="ic" /> : null}
        </span>
      </span>
      <span {...CELL}>
        <Glyph name={status} size={11} label={isOld ? `${row.status}, last known` : row.status} />
      </span>
      <span {...CELL} className={`pt-name ${isInner ? 'inner' : ''}`}>
        <b className={`el ${row.status === 'waiting' ? 'i2' : ''}`} title={visible(row.key)}>
          {visible(row.label ?? row.name)}
        </b>
        {row.fault ? <Glyph name="fault" size={11} label="under fault" /> : null}
        {isPinned ? <Pin className="ic i3 pt-pin" aria-label="pinned" role="img" /> : null}
        {row.isNew ? <span className="pt-new">new</span> : null}
        {row.moves === 0 ? null : <Moves by={row.moves} />}
      </span>
      {columns.map((column) => (
        <span key={column.id} {...CELL} className={column.isRight ? 'r' : 'el'}>
          {CELLS[column.id]?.row(row, context)}
        </span>
      ))}
    </>
  )
}

function Moves({ by }: { by: number }) {
  const said = `would move ${by > 0 ? 'up' : 'down'} ${Math.abs(by)}, were it sorted now`
  return (
    <span className="pt-moves" title={said}>
      {by > 0 ? '↑' : '↓'}
      {Math.abs(by)}
      <span className="sr-only"> {said}</span>
    </span>
  )
}

/** Struck through, with its reason, for ten seconds. */
function Gone({ row, columns, context, isInner }: LineProps & { row: TableRow }) {
  const { exit } = row
  if (exit === null) return null
  const names = columns.slice(
    0,
    Math.max(
      0,
      columns.findIndex(({ isRight }) => isRight),
    ),
  )
  const isCrash = row.status === 'crashed'
  const hasAgo = columns.length - names.length > 1
  return (
    <>
      <span {...CELL} />
      <span {...CELL}>
        <Glyph name={isCrash ? 'crashed' : 'exited'} size={11} label={isCrash ? 'crashed' : 'exited'} />
      </span>
      <span {...CELL} className={`pt-name ${isInner ? 'inner' : ''}`}>
        <b className="el">
          <s>{visible(row.label ?? row.name)}</s>
        </b>
      </span>
      {names.map((column) => (
        <span key={column.id} {...CELL} className="el">
          {CELLS[column.id]?.row(row, context)}
        </span>
      ))}
      <span
        {...CELL}
        className={`el pt-end ${isCrash ? 'c-crashed' : 'i2'}`}
        style={{ gridColumn: `${4 + names.length} / ${hasAgo ? -2 : -1}` }}
      >
        exit {visible(exit.text)} · {exit.restart}, not restarted
        {exit.crashId ? (
          <Link className="u pt-report" href={crashPath(exit.crashId)}>
            Crash report
          </Link>
        ) : null}
      </span>
      {hasAgo ? (
        <span {...CELL} className="m i3 r">
          {age(context.nowMs - exit.atMs)} ago
        </span>
      ) : null}
    </>
  )
}

function Group({ id, group, columns, context, onFold }: LineProps & { group: TableGroup }) {
  const Chevron = group.isOpen ? ChevronDown : ChevronRight
  return (
    <>
      <span {...CELL} className="pt-fold">
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${group.isOpen ? 'Fold' : 'Unfold'} ${visible(group.name)}`}
          aria-expanded={group.isOpen}
          onClick={() => onFold(id, group.isOpen ? '-' : '+')}
        >
          <Chevron className="ic i3" aria-hidden />
        </button>
      </span>
      <span {...CELL}>
        <Glyph name={group.status} size={11} label={`worst ${group.status}`} />
      </span>
      <span {...CELL} className="pt-name">
        <b className="el">{visible(group.name)}</b>
        {group.faulty > 0 ? <Glyph name="fault" size={11} label={`${group.faulty} under fault`} /> : null}
        {group.strategy ? (
          <span className="i2">
            <StrategyGlyph strategy={group.strategy} width={16} />
          </span>
        ) : null}
        <span className="m i3 nw">× {count(group.count)}</span>
      </span>
      {columns.map((column) => (
        <span key={column.id} {...CELL} className={column.isRight ? 'r' : 'el'}>
          {CELLS[column.id]?.group?.(group, context)}
        </span>
      ))}
    </>
  )
}

function Rest({
  rest,
  columns,
  onFold,
}: {
  rest: TableRest
  columns: readonly Column[]
  onFold: LineProps['onFold']
}) {
  return (
    <>
      <span {...CELL} />
      <span {...CELL} />
      <span {...CELL} className="pt-rest i2" style={{ gridColumn: `3 / span ${columns.length + 1}` }}>
        {count(rest.count)} more{rest.isAbnormal ? '' : ', none in an abnormal state'}
        <button type="button" className="u" tabIndex={-1} onClick={() => onFold(rest.group, '*')}>
          Show
        </button>
      </span>
    </>
  )
}
