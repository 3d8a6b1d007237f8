'use client'
/** The whole node in far style, bottom left, with what is on screen outlined. Drag or click to go there. */
import type { TreeView } from '@orrery/live/views'
import { type PointerEvent, useLayoutEffect, useMemo, useRef } from 'react'
import { count } from '../live/format.ts'
import type { Camera, Size } from './camera.ts'
import type { Layout } from './layout.ts'
import { rowOf } from './model.ts'
import { open } from './paint.ts'
import { paintGlyph } from './paint-glyph.ts'
import type { Palette } from './palette.ts'
import { cellOf, decodeCells } from './pool.ts'

const SIZE: Size = { width: 204, height: 126 }
const PAD = { x: 14, y: 8 }
/** From one cell to the next; a pool that has no room for all is thinned evenly. */
const PITCH = 2.6

export interface MinimapProps {
  view: TreeView
  layout: Layout
  camera: Camera
  size: Size
  palette: Palette
  onGo: (x: number, y: number) => void
}

export function Minimap({ view, layout, camera, size, palette, onGo }: MinimapProps) {
  const ref = useRef<HTMLCanvasElement>(null)
  const scale = Math.min((SIZE.width - 2 * PAD.x) / layout.width, (SIZE.height - 2 * PAD.y) / layout.height)
  const x = PAD.x
  const y = (SIZE.height - layout.height * scale) / 2
  const states = useMemo(() => statesOf(view), [view])
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the view the map shows the states alone
  useLayoutEffect(() => {
    const ctx = ref.current && open(ref.current, SIZE)
    if (ctx) paint(ctx, view, layout, palette, { scale, x, y })
  }, [states, layout, palette, scale, y])
  const frame = {
    left: Math.max(1, x - camera.x * scale),
    top: Math.max(1, y - camera.y * scale),
    right: Math.min(SIZE.width - 1, x + (size.width - camera.x) * scale),
    bottom: Math.min(SIZE.height - 1, y + (size.height - camera.y) * scale),
  }
  const go = (event: PointerEvent<HTMLDivElement>) => {
    const rect = event.currentTarget.getBoundingClientRect()
    onGo((event.clientX - rect.left - x) / scale, (event.clientY - rect.top - y) / scale)
  }
  return (
    <div className="tree-mini" data-part="minimap">
      <div className="row tree-mini-title">
        <span className="lbl">Whole node</span>
        <span className="sp" />
        <span className="m i3">{count(view.processes)}</span>
      </div>
      {/* The keyboard moves the view in the tree itself. */}
      <div
        className="tree-mini-map"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          go(event)
        }}
        onPointerMove={(event) => event.buttons > 0 && go(event)}
      >
        <canvas ref={ref} style={SIZE} />
        <i
          style={{
            left: frame.left,
            top: frame.top,
            width: Math.max(6, frame.right - frame.left),
            height: Math.max(6, frame.bottom - frame.top),
          }}
        />
      </div>
    </div>
  )
}

/** What the map shows of a view, as a string that is the same while the map is. */
function statesOf(view: TreeView): string {
  let text = ''
  for (const key in view.rows) {
    const row = view.rows[key] as TreeView['rows'][string]
    text += row.pool ? row.pool.cells : row.fault === null ? `${row.status} ` : `${row.status}! `
  }
  return text
}

function paint(
  ctx: CanvasRenderingContext2D,
  view: TreeView,
  layout: Layout,
  palette: Palette,
  to: { scale: number; x: number; y: number },
): void {
  const { colours } = palette
  const dot = (x: number, y: number, r: number, colour: string) => {
    ctx.fillStyle = colour
    ctx.beginPath()
    ctx.arc(x, y, r, 0, 7)
    ctx.fill()
  }
  ctx.globalAlpha = 0.85
  for (const box of layout.boxes.values()) {
    const row = rowOf(view, box.key)
    if (!row || row.promotedFrom !== null) continue
    const x = to.x + box.x * to.scale
    const y = to.y + box.anchor * to.scale
    if (row.pool) {
      paintPool(ctx, decodeCells(row.pool.cells), palette, {
        x,
        y: to.y + box.y * to.scale,
        width: Math.max(20, box.width * to.scale),
        height: Math.max(2.6, box.height * to.scale),
      })
    } else if (row.status === 'crashed') paintGlyph(ctx, palette, 'crashed', x + 2, y, 6)
    else if (row.status === 'restarting' || row.status === 'waiting') dot(x + 2, y, 1.6, colours.restarting)
    else if (row.fault !== null) dot(x + 2, y, 1.8, colours.fault)
    else if (row.status === 'backlog') dot(x + 2, y, 1.8, colours['backlog-mark'])
    else if (row.status === 'suspended') dot(x + 2, y, 1.4, colours.suspended)
    else if (row.kind === 'supervisor') dot(x + 2, y, 1.9, colours['ink-2'])
    else
      dot(
        x + 2,
        y,
        row.status === 'busy' ? 1.8 : 1.4,
        row.status === 'busy' ? colours.signal : colours.running,
      )
  }
}

function paintPool(
  ctx: CanvasRenderingContext2D,
  cells: Uint8Array,
  { colours }: Palette,
  area: { x: number; y: number; width: number; height: number },
): void {
  const columns = Math.max(1, Math.floor(area.width / PITCH))
  const room = columns * Math.max(1, Math.floor(area.height / PITCH))
  const every = Math.max(1, Math.ceil(cells.length / room))
  let place = 0
  for (let index = 0; index < cells.length; index += every) {
    const { status } = cellOf(cells[index] as number)
    const at = place++
    if (status === null) continue
    ctx.fillStyle =
      status === 'busy'
        ? colours.signal
        : status === 'crashed'
          ? colours.crashed
          : status === 'backlog'
            ? colours['backlog-mark']
            : status === 'restarting' || status === 'waiting'
              ? colours.restarting
              : colours.running
    const left = area.x + (at % columns) * PITCH
    ctx.fillRect(left, area.y + Math.floor(at / columns) * PITCH, 1.7, 1.7)
  }
}
