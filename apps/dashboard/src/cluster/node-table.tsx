'use client'
/** All nodes as small multiples: one row a node, one line a column. */
import type { NodeRow } from '@orrery/live/views'
import Link from 'next/link'
import { memo, type ReactNode } from 'react'
import { nodePath } from '../frame/addresses.ts'
import { count } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { NumberUnit, Reticle, Tag } from '../ui/parts.tsx'
import { BucketBars, Sparkline } from '../ui/sparkline.tsx'
import { useMedia } from '../ui/use-media.ts'
import { useSize } from '../ui/use-size.ts'
import { absenceOf, glyphOf, HEAP_WARNS_AT, headroom, runtimeOf, tonesOf } from './cluster-model.ts'

const COLUMNS = [
  'Processes',
  'Messages /s',
  'Mailbox backlog',
  'Utilisation',
  'Memory',
  'Crashes, 5 min',
  'Restarts, 5 min',
] as const
const NAME_PX = 238
const LINE_PX = 22
const POINTS = 60

export function NodeTable({
  rows,
  selected,
  isLost,
  onSelect,
}: {
  rows: NodeRow[]
  selected: string | null
  /** The hub is gone: every row is as it was last known. */
  isLost: boolean
  onSelect: (node: string) => void
}) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  // Two columns leave below 1180 px (cluster.css).
  const columns = useMedia('(max-width: 1179px)') ? COLUMNS.length - 2 : COLUMNS.length
  const line = Math.max(40, Math.floor((width - NAME_PX) / columns) - 25)
  return (
    <div className="panel overflow-hidden flex-none">
      {/* biome-ignore lint/a11y/useSemanticElements: a table of small multiples on one grid */}
      <div className="nt" role="table" aria-label="Nodes" ref={ref}>
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="row" tabIndex={-1} className="contents">
          <Head>Node</Head>
          {COLUMNS.map((column) => (
            <Head key={column}>{column}</Head>
          ))}
        </div>
        {width === 0
          ? null
          : rows.map((row) => (
              <Row
                key={row.node}
                row={row}
                line={line}
                isSelected={row.node === selected}
                isLost={isLost}
                onSelect={onSelect}
              />
            ))}
      </div>
    </div>
  )
}

function Head({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div role="columnheader" tabIndex={-1} className="h">
      {children}
    </div>
  )
}

const Row = memo(function Row({
  row,
  line,
  isSelected,
  isLost,
  onSelect,
}: {
  row: NodeRow
  line: number
  isSelected: boolean
  isLost: boolean
  onSelect: (node: string) => void
}) {
  const isLive = row.status === 'live' && !isLost
  useNow(row.status === 'live' ? null : 1_000)
  const tones = tonesOf(row)
  const quiet = (tone: string | undefined) => (isLive ? tone : 'ink-3')
  const { tag, by } = runtimeOf(row)
  const absence = absenceOf(row, hubNow())
  const heapShare = row.heapLimitBytes > 0 ? Math.min(1, row.heapUsedBytes / row.heapLimitBytes) : 0
  const figure = (value: string, unit?: string, tone?: string) => {
    const shown = quiet(tone)
    return <NumberUnit value={value} {...(unit ? { unit } : {})} {...(shown ? { tone: shown } : {})} />
  }
  const common = { width: line, height: LINE_PX, slots: POINTS }
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div role="row" tabIndex={-1} className="contents" aria-selected={isSelected} data-node={row.node}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: j and k select, Enter opens */}
      <div
        role="rowheader"
        tabIndex={-1}
        className={`nn ${isSelected ? 'on' : ''}`}
        onClick={() => onSelect(row.node)}
      >
        <div className="row">
          <Glyph
            name={isLost ? 'lost' : glyphOf(row)}
            label={row.status === 'live' ? row.worst : row.status}
          />
          <Link href={nodePath(row.node)} className="el" style={{ fontWeight: 600, fontSize: 13 }}>
            {row.node}
          </Link>
          {row.faults > 0 ? <Glyph name="fault" size={11} label="under fault" /> : null}
        </div>
        <div className="row i3" style={{ margin: '5px 0 0 20px', fontSize: 11.5, gap: 6 }}>
          <Tag>{tag}</Tag>
          <span className="el">{absence ?? by}</span>
        </div>
        {isSelected ? <Reticle inset="4px 3px" /> : null}
      </div>
      <Cell figure={figure(count(row.processes))}>
        <Sparkline
          {...common}
          values={row.sparks.processes}
          tone="ink-3"
          max={headroom(row.sparks.processes, 1, 1.28)}
        />
      </Cell>
      <Cell figure={figure(count(row.messagesPerS))}>
        <Sparkline
          {...common}
          values={row.sparks.messages}
          tone={isLive ? 'signal' : 'ink-3'}
          max={headroom(row.sparks.messages, 1)}
        />
      </Cell>
      <Cell figure={figure(count(row.mailbox), undefined, tones.mailbox.figure)}>
        <Sparkline
          {...common}
          values={row.sparks.mailbox}
          tone={isLive ? tones.mailbox.line : 'ink-3'}
          fill={tones.mailbox.figure ? 0.25 : 0.14}
          max={headroom(row.sparks.mailbox, 12, 1)}
        />
      </Cell>
      <Cell
        figure={figure(String(Math.round(row.utilisation * 100)), '% event loop', tones.utilisation.figure)}
      >
        <Sparkline
          {...common}
          values={row.sparks.utilisation}
          tone={isLive ? tones.utilisation.line : 'ink-3'}
          max={1}
          ceiling={2.5}
        />
      </Cell>
      <Cell figure={figure(count(row.heapUsedBytes / 1e6), 'MB')}>
        <svg width={line} height={LINE_PX} aria-hidden>
          <path d={`M0 17.5H${line}`} stroke="var(--color-surface-3)" strokeWidth="5" />
          <path
            d={`M0 17.5H${line * heapShare}`}
            stroke={`var(--color-${tones.memory.line})`}
            strokeWidth="5"
          />
          <path d={`M${line * HEAP_WARNS_AT} 12v10`} stroke="var(--color-ink-2)" />
        </svg>
      </Cell>
      <Cell figure={figure(count(row.crashes5m), undefined, tones.crashes.figure)}>
        <BucketBars counts={row.crashBuckets} width={line} height={LINE_PX} tone="crashed" />
      </Cell>
      <Cell figure={figure(count(row.restarts5m), undefined, tones.restarts.figure)}>
        <BucketBars counts={row.restartBuckets} width={line} height={LINE_PX} tone="restarting" />
      </Cell>
    </div>
  )
})

function Cell({ figure, children }: { figure: ReactNode; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div role="cell">
      {figure}
      <div className="line">{children}</div>
    </div>
  )
}
