'use client'
/** The drawing: canvases below, what moves above them, chips of what is in view on top; pan and zoom by pointer. */
import type { TreeView } from '@orrery/live/views'
import {
  type PointerEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { type Camera, type Size, visible as visibleBoxes } from './camera.ts'
import { Chip } from './chip.tsx'
import { type Incident, incidentsOf } from './incident.ts'
import { IncidentNotes, IncidentShapes, livelyEdges } from './incident-layer.tsx'
import type { Box, Layout } from './layout.ts'
import { levelAlphas, metricsAt } from './metrics.ts'
import { ORPHANS, rowOf, type TreeModel } from './model.ts'
import { open, paintEdges, paintMarks } from './paint.ts'
import type { Palette } from './palette.ts'
import { PoolChip } from './pool-chip.tsx'
import { Tip } from './tip.tsx'
import type { CameraControl } from './use-camera.ts'
import { useEchoes, useLeaving } from './use-echoes.ts'

export interface TreeStageProps {
  view: TreeView
  model: TreeModel
  folded: ReadonlySet<string>
  control: CameraControl
  size: Size
  stageRef: (element: HTMLDivElement | null) => void
  palette: Palette
  selected: string | null
  hasFocus: boolean
  lit: ReadonlySet<string> | null
  isOld: boolean
  /** Nobody can say any more whether it is still so. */
  isLost: boolean
  onSelect: (key: string) => void
  children: ReactNode
}

const DRAG = 4
/** Boxes up to which chips out of view are kept, too. */
const WHOLE = 150

export function TreeStage(props: TreeStageProps) {
  const { control, model, view, size } = props
  const { camera, layout } = control
  const [hovered, setHovered] = useState<string | null>(null)
  const element = useRef<HTMLDivElement | null>(null)
  const latest = useRef(control)
  latest.current = control

  // The wheel pans; with Ctrl or ⌘, or a pinch, it zooms. Not passive, so that the page itself stays.
  useEffect(() => {
    const stage = element.current
    if (!stage) return
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1
      if (event.ctrlKey || event.metaKey) {
        const rect = stage.getBoundingClientRect()
        const at = { x: event.clientX - rect.left, y: event.clientY - rect.top }
        latest.current.zoomBy(Math.exp((-event.deltaY * unit) / 300), at)
      } else if (event.shiftKey && event.deltaX === 0) latest.current.panBy(-event.deltaY * unit, 0)
      else latest.current.panBy(-event.deltaX * unit, -event.deltaY * unit)
    }
    stage.addEventListener('wheel', onWheel, { passive: false })
    return () => stage.removeEventListener('wheel', onWheel)
  }, [])

  // Find in page and assistive tools scroll what they look for into view: that is a pan.
  useEffect(() => {
    const stage = element.current
    if (!stage) return
    const onScroll = () => {
      const { scrollLeft, scrollTop } = stage
      if (scrollLeft === 0 && scrollTop === 0) return
      stage.scrollTo(0, 0)
      latest.current.panBy(-scrollLeft, -scrollTop)
    }
    stage.addEventListener('scroll', onScroll)
    return () => stage.removeEventListener('scroll', onScroll)
  }, [])

  const drag = useRef<{ x: number; y: number; isMoving: boolean } | null>(null)
  const keyAt = (event: PointerEvent): string | null => {
    const chip = (event.target as Element).closest<HTMLElement>('[data-key]')
    if (chip?.dataset.key !== undefined) return chip.dataset.key
    const rect = element.current?.getBoundingClientRect()
    if (!rect || !camera || !layout) return null
    return hit(layout, event.clientX - rect.left - camera.x, event.clientY - rect.top - camera.y)
  }

  return (
    <div
      ref={(node) => {
        element.current = node
        props.stageRef(node)
      }}
      className={`tree-stage ${props.isOld ? 'old' : ''} ${props.isLost ? 'lost' : ''}`}
      data-hover={hovered !== null || undefined}
      style={{ backgroundPosition: camera ? `${camera.x % 24}px ${camera.y % 24}px` : '0 0' }}
      onPointerDown={(event) => {
        if (event.button > 1 || (event.target as Element).closest('[data-part]')) return
        drag.current = { x: event.clientX, y: event.clientY, isMoving: false }
      }}
      onPointerMove={(event) => {
        const from = drag.current
        if (!from) {
          const isOver = !(event.target as Element).closest('[data-part]')
          const next = isOver ? keyAt(event) : null
          if (next !== hovered) setHovered(next)
          return
        }
        const dx = event.clientX - from.x
        const dy = event.clientY - from.y
        if (!from.isMoving && Math.hypot(dx, dy) < DRAG) return
        if (!from.isMoving) event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { x: event.clientX, y: event.clientY, isMoving: true }
        control.panBy(dx, dy)
      }}
      onPointerUp={(event) => {
        const from = drag.current
        drag.current = null
        if (!from || from.isMoving) return
        const key = keyAt(event)
        if (key !== null && key !== ORPHANS) props.onSelect(key)
      }}
      onPointerCancel={() => {
        drag.current = null
      }}
      onPointerLeave={() => setHovered(null)}
    >
      {camera && layout && size.width > 0 ? (
        <Drawing {...props} camera={camera} layout={layout} hovered={hovered} model={model} view={view} />
      ) : null}
      {props.children}
    </div>
  )
}

interface DrawingProps extends TreeStageProps {
  camera: Camera
  layout: Layout
  hovered: string | null
}

function Drawing(props: DrawingProps) {
  const { camera, layout, model, palette, size, lit, isOld, selected, hovered, folded } = props
  const { scale } = camera
  const metrics = useMemo(() => metricsAt(scale), [scale])
  const alphas = useMemo(() => levelAlphas(scale), [scale])
  const children = useMemo(() => (key: string) => model.shape.nodes.get(key)?.children ?? [], [model])
  const { view, isStorm } = useEchoes(props.view, children)
  const descend = useMemo(() => (key: string) => descendants(model, key), [model])
  const incidents = useMemo(() => incidentsOf(view, children), [view, children])
  const leaving = useLeaving(incidents)
  const edges = useMemo(() => livelyEdges(view, layout), [view, layout])
  // The same set for the same edges, so that the canvas below them is not painted anew for every number. In a storm what
  // moves is drawn over the edges at rest.
  const livelyKeys = isStorm ? '' : edges.map((edge) => edge.key).join('\n')
  const lively = useMemo(() => new Set(livelyKeys === '' ? [] : livelyKeys.split('\n')), [livelyKeys])
  const byMember = useMemo(() => membership(incidents), [incidents])
  const counts = useMemo(
    () => (alphas.far > 0 ? belowRoots(view, model) : NO_COUNTS),
    [view, model, alphas.far],
  )
  const tops = useMemo(
    () => (alphas.far > 0 ? topsOf(layout, model) : NO_COUNTS),
    [layout, model, alphas.far],
  )
  // A small tree is in the document whole, so that find in page finds it; a large one is a window.
  const around = layout.boxes.size <= WHOLE ? Number.POSITIVE_INFINITY : 0.25
  const boxes = visibleBoxes(layout, camera, size, around)
  const near = new Set(visibleBoxes(layout, camera, size, 0.25).map((box) => box.key))

  const edgeCanvas = useRef<HTMLCanvasElement>(null)
  const markCanvas = useRef<HTMLCanvasElement>(null)
  const isReady = useFonts()
  const { x, y } = camera
  const edgeScene = useMemo(
    () => ({ layout, camera: { x, y, scale }, size, palette, lit, isOld, lively }),
    [layout, x, y, scale, size, palette, lit, isOld, lively],
  )
  useLayoutEffect(() => {
    const below = edgeCanvas.current && open(edgeCanvas.current, edgeScene.size)
    if (!below) return
    paintEdges(below, edgeScene)
    // Whoever measures or waits from outside sees that there is a picture.
    below.canvas.dataset.drawn = 'true'
  }, [edgeScene])
  // Near chips are elements: the canvas above is then empty, and not in the picture.
  const hasMarks = isReady && (alphas.far > 0 || alphas.mid > 0)
  useLayoutEffect(() => {
    if (!hasMarks) return
    const above = markCanvas.current && open(markCanvas.current, size)
    if (above) paintMarks(above, { ...edgeScene, view, metrics, alphas, counts, tops }, boxes)
  })

  const hovering = hovered === null ? null : layout.boxes.get(hovered)
  const hoveredRow = hovered === null ? undefined : rowOf(view, hovered)
  const standing = selected === null ? null : layout.boxes.get(selected)
  const common = (key: string) => ({
    isSelected: key === selected,
    isHovered: key === hovered,
    hasFocus: props.hasFocus && key === selected,
    isLit: lit === null || lit.has(key),
  })
  return (
    <>
      <canvas ref={edgeCanvas} style={size} />
      <canvas ref={markCanvas} style={size} hidden={!hasMarks} />
      <div
        className={isStorm ? 'tree-world still' : 'tree-world'}
        style={{ transform: `translate(${camera.x}px, ${camera.y}px)` }}
      >
        <IncidentShapes {...{ incidents, leaving, edges, layout, metrics, descend }} />
        {alphas.near > 0 ? <IncidentNotes {...{ incidents, view, layout, metrics, descend }} /> : null}
        {alphas.near > 0 ? (
          <div style={alphas.near < 1 ? { opacity: alphas.near } : undefined}>
            {boxes.map((box) => {
              const row = rowOf(view, box.key)
              if (!row) return box.key === ORPHANS ? <Orphans key={box.key} box={box} /> : null
              return row.pool ? (
                <PoolChip
                  key={box.key}
                  row={row}
                  x={box.x}
                  y={box.y}
                  height={box.height}
                  isFolded={folded.has(box.key)}
                  isInView={near.has(box.key)}
                  palette={palette}
                  {...common(box.key)}
                />
              ) : (
                <Chip
                  key={box.key}
                  row={row}
                  x={box.x}
                  y={box.y}
                  incident={byMember.get(box.key) ?? null}
                  fold={model.folds.get(box.key) ?? null}
                  isStill={isStorm}
                  {...common(box.key)}
                />
              )
            })}
          </div>
        ) : null}
        {hovering && hoveredRow ? <Tip row={hoveredRow} box={hovering} isNear={alphas.near > 0} /> : null}
        {alphas.near === 0 && hovering ? <Outline box={hovering} kind="hov" /> : null}
        {alphas.near === 0 && standing ? (
          <Outline box={standing} kind={props.hasFocus ? 'sel foc' : 'sel'} />
        ) : null}
      </div>
    </>
  )
}

/** Hover and reticle where there is no chip to carry them. */
function Outline({ box, kind }: { box: Box; kind: string }) {
  return (
    <div
      className={`tree-outline ${kind}`}
      style={{ left: box.x, top: box.y, width: box.width, height: box.height }}
    >
      {kind.startsWith('sel') ? <span className="ret" /> : null}
    </div>
  )
}

function Orphans({ box }: { box: Box }) {
  return (
    <div className="chip ghost" style={{ left: box.x, top: box.y }}>
      <div className="a">
        <b>orphans</b>
      </div>
      <div className="b">
        <span className="note el i2">parent not known</span>
      </div>
    </div>
  )
}

function hit(layout: Layout, x: number, y: number): string | null {
  const pad = 3
  for (const box of layout.boxes.values()) {
    if (x < box.x - pad || x > box.x + box.width + pad) continue
    if (y < box.y - pad || y > box.y + box.height + pad) continue
    return box.key
  }
  return null
}

function* descendants(model: TreeModel, root: string): Iterable<string> {
  const stack = [root]
  while (stack.length > 0) {
    const key = stack.pop() as string
    yield key
    const node = model.shape.nodes.get(key)
    if (node) stack.push(...node.children, ...node.promoted)
  }
}

function membership(incidents: readonly Incident[]): ReadonlyMap<string, Incident> {
  const byMember = new Map<string, Incident>()
  for (const incident of incidents) for (const key of incident.affected) byMember.set(key, incident)
  return byMember
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map()

function belowRoots(view: TreeView, model: TreeModel): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const root of model.shape.roots) {
    for (const child of model.shape.nodes.get(root)?.children ?? []) {
      let n = -1
      for (const key of descendants(model, child)) {
        const row = rowOf(view, key)
        if (row && row.promotedFrom === null) n += row.pool?.count ?? 1
      }
      counts.set(child, rowOf(view, child)?.pool ? n + 1 : n)
    }
  }
  return counts
}

/** The top of the highest box under each direct child of a root. */
function topsOf(layout: Layout, model: TreeModel): ReadonlyMap<string, number> {
  const tops = new Map<string, number>()
  for (const root of model.shape.roots) {
    for (const child of model.shape.nodes.get(root)?.children ?? []) {
      let top = Number.POSITIVE_INFINITY
      for (const key of descendants(model, child)) top = Math.min(top, layout.boxes.get(key)?.y ?? top)
      tops.set(child, top)
    }
  }
  return tops
}

/** Text on a canvas needs its fonts: until they are there it waits. */
function useFonts(): boolean {
  const [isReady, setIsReady] = useState(false)
  useEffect(() => {
    let isGone = false
    const fonts = ['500 12.5px "IBM Plex Sans Variable"', '400 11px "JetBrains Mono Variable"']
    const done = () => {
      if (!isGone) setIsReady(true)
    }
    Promise.all(fonts.map((font) => document.fonts.load(font))).then(done, done)
    return () => {
      isGone = true
    }
  }, [])
  return isReady
}
