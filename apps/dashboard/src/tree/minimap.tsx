'use client'
/** The whole node in far style, bottom left, with what is on screen outlined. Drag or click to go there. */
import type { TreeView } from '@orrery/live/views'
import { type PointerEvent, useLayoutEffect, useMemo, useRef } from 'react'
import { count } from '../live/format.ts'
import { useAtMost } from '../ui/use-at-most.ts'
import type { Size } from './camera.ts'
import type { CameraControl } from './camera-control.ts'
import type { Layout } from './layout.ts'
import { rowOf } from './model.ts'
import { open } from './paint.ts'
import { paintGlyph } from './paint-glyph.ts'
import type { Palette } from './palette.ts'
import { cellOf, decodeCells } from './pool.ts'
import { type LayoutAt, useCameraPart } from './use-camera.ts'

const SIZE: Size = { width: 204, height: 126 }
const PAD = { x: 14, y: 8 }
/** From one cell to the next; a pool that has no room for all is thinned evenly. */
const PITCH = 2.6

/** The map is drawn anew at most that often; what is outlined follows every frame. */
const DRAWN_MS = 500

export interface MinimapProps {
  view: TreeView
  layoutAt: LayoutAt
  control: CameraControl
  size: Size
  palette: Palette
}

export function Minimap({ view, layoutAt, control, size, palette }: MinimapProps) {
  const ref = useRef<HTMLCanvasElement>(null)
  const outline = useRef<HTMLElement>(null)
  const drawn = useAtMost(view, DRAWN_MS)
  const levelScale = useCameraPart(control, (camera) => camera?.scale ?? 0)
  const layout = useAtMost(
    useMemo(() => layoutAt(levelScale), [layoutAt, levelScale]),
    DRAWN_MS,
  )
  const fit = useMemo(() => (layout ? fitOf(layout) : null), [layout])
  const states = useMemo(() => statesOf(drawn), [drawn])
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the view the map shows the states alone
  useLayoutEffect(() => {
    const ctx = ref.current && open(ref.current, SIZE)
    if (ctx && layout && fit) paint(ctx, drawn, layout, palette, fit)
  }, [states, layout, palette, fit])

  useLayoutEffect(() => {
    const follow = () => {
      const camera = control.now()
      const now = camera && layoutAt(camera.scale)
      if (!outline.current || !camera || !now || !layout || !fit) return
      // While the map is behind a zoom, the outline stands where it will be.
      const across = (fit.scale * layout.width) / now.width
      const down = (fit.scale * layout.height) / now.height
      const left = Math.max(1, fit.x - camera.x * across)
      const top = Math.max(1, fit.y - camera.y * down)
      const right = Math.min(SIZE.width - 1, fit.x + (size.width - camera.x) * across)
      const bottom = Math.min(SIZE.height - 1, fit.y + (size.height - camera.y) * down)
      const { style } = outline.current
      style.transform = `translate(${left}px, ${top}px)`
      style.width = `${Math.max(6, right - left)}px`
      style.height = `${Math.max(6, bottom - top)}px`
    }
    follow()
    return control.subscribe(follow)
  }, [control, layoutAt, layout, fit, size])

  const go = (event: PointerEvent<HTMLDivElement>) => {
    if (!fit) return
    const rect = event.currentTarget.getBoundingClientRect()
    control.goTo(
      (event.clientX - rect.left - fit.x) / fit.scale,
      (event.clientY - rect.top - fit.y) / fit.scale,
    )
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
        <i ref={outline} />
      </div>
    </div>
  )
}

interface Fit {
  scale: number
  x: number
  y: number
}

function fitOf(layout: Size): Fit {
  const scale = Math.min((SIZE.width - 2 * PAD.x) / layout.width, (SIZE.height - 2 * PAD.y) / layout.height)
  return { scale, x: PAD.x, y: (SIZE.height - layout.height * scale) / 2 }
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
  to: Fit,
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
