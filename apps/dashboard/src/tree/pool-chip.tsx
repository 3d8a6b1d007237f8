'use client'
/** Eight or more siblings of one kind as one stack of cells; above 4,096 as a bar of shares. */
import type { TreeRow } from '@orrery/live/views'
import type { Status } from '@orrery/protocol'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { memo, useLayoutEffect, useMemo, useRef } from 'react'
import { placeOf, processesPath } from '../frame/addresses.ts'
import { membersQuery } from '../inspector/members-query.ts'
import { count, rate } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Reticle } from '../ui/parts.tsx'
import { open } from './paint.ts'
import { paintCells } from './paint-cells.ts'
import type { Palette } from './palette.ts'
import { decodeCells, type PoolGrid, poolGrid } from './pool.ts'

export interface PoolChipProps {
  row: TreeRow
  height: number
  isFolded: boolean
  /** Cells out of view are not drawn: each canvas is a layer of its own, which every frame of the page pays for. */
  isInView: boolean
  isSelected: boolean
  isHovered: boolean
  hasFocus: boolean
  isLit: boolean
  palette: Palette
}

/** Order of the shares in a distribution bar, calm first. */
const SHARES: [Status, string][] = [
  ['busy', 'signal'],
  ['running', 'cell'],
  ['suspended', 'suspended'],
  ['backlog', 'backlog-mark'],
  ['waiting', 'restarting'],
  ['restarting', 'restarting'],
  ['crashed', 'crashed'],
]

export const PoolChip = memo(function PoolChip({
  row,
  height,
  palette,
  isFolded,
  isInView,
  ...marks
}: PoolChipProps) {
  const cells = useMemo(() => decodeCells(row.pool?.cells ?? ''), [row.pool?.cells])
  const grid = poolGrid(cells.length)
  const isStopped = row.status === 'waiting'
  const members = row.pool?.count ?? 0
  const table = processesPath(placeOf(usePathname()).node, membersQuery(row))
  const classes = [
    'pool',
    isStopped ? 'ghost' : '',
    marks.isHovered ? 'hov' : '',
    marks.hasFocus ? 'foc' : '',
    marks.isLit ? '' : 'dim',
  ]
  return (
    <div className={classes.filter(Boolean).join(' ')} data-key={row.key} style={{ height }}>
      <div className="a">
        <Glyph name={row.status} />
        <b className={isStopped ? 'i2' : ''}>{visible(row.name)}</b>
        <Link href={table} className="m" data-part="table" tabIndex={-1} title="All in the table">
          × {count(members)}
        </Link>
        <Exceptions row={row} isShown={grid === null || isFolded} />
        {isFolded ? null : <span className="m">{isStopped ? 'stopped' : `${rate(row.receivedPerS)}/s`}</span>}
      </div>
      {grid && !isFolded ? (
        isInView && (
          <Cells cells={cells} grid={grid} palette={palette} ground={isStopped ? 'bg' : 'surface-2'} />
        )
      ) : (
        <Link href={table} data-part="table" tabIndex={-1} title="All in the table">
          <Shares row={row} members={members} />
        </Link>
      )}
      {marks.isSelected ? <Reticle /> : null}
    </div>
  )
})

function Cells({
  cells,
  grid,
  palette,
  ground,
}: {
  cells: Uint8Array
  grid: PoolGrid
  palette: Palette
  ground: 'bg' | 'surface-2'
}) {
  const ref = useRef<HTMLCanvasElement>(null)
  const pitch = grid.side + grid.gap
  // Exceptions may stand out of their cell: the canvas is a little larger than the grid on every side.
  const size = { width: grid.columns * pitch + 6, height: Math.ceil(cells.length / grid.columns) * pitch + 6 }
  useLayoutEffect(() => {
    const ctx = ref.current && open(ref.current, size)
    if (ctx) paintCells(ctx, palette, cells, grid, 3, 3, ground)
  })
  return <canvas ref={ref} className="cells" style={size} />
}

function Shares({ row, members }: { row: TreeRow; members: number }) {
  const counts = row.pool?.counts ?? {}
  let from = 0
  return (
    <svg className="shares" width="192" height="9" aria-hidden>
      {SHARES.map(([status, token]) => {
        const n = counts[status] ?? 0
        if (n === 0 || members === 0) return null
        const width = Math.max(2, (n / members) * 192)
        const x = Math.min(from, 190)
        from += width
        return <rect key={status} x={x} width={width} height="9" fill={`var(--color-${token})`} />
      })}
    </svg>
  )
}

function Exceptions({ row, isShown }: { row: TreeRow; isShown: boolean }) {
  if (!isShown) return null
  return (['crashed', 'backlog'] as const).map((status) => {
    const n = row.pool?.counts[status] ?? 0
    if (n === 0) return null
    return (
      <span key={status} className="row m exception">
        <Glyph name={status} size={9} />
        {count(n)}
      </span>
    )
  })
}
