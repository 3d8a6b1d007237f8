'use client'
/** The drawing: a canvas below, what moves above them, chips of what is in view on top. A camera that only pans renders nothing. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { belowRoots, descendants, topsOf } from './below.ts'
import { type Camera, type Size, visible as visibleBoxes } from './camera.ts'
import { Chip } from './chip.tsx'
import { type Incident, incidentsOf } from './incident.ts'
import { IncidentNotes, IncidentShapes, livelyEdges } from './incident-layer.tsx'
import type { Box, Layout } from './layout.ts'
import { levelAlphas, metricsAt } from './metrics.ts'
import { ORPHANS, rowOf } from './model.ts'
import { open, paintEdges, paintMarks, pixelRatio } from './paint.ts'
import { PoolChip } from './pool-chip.tsx'
import { Tip } from './tip.tsx'
import type { TreeStageProps } from './tree-stage.tsx'
import { useCameraPart } from './use-camera.ts'
import { useEchoes, useLeaving } from './use-echoes.ts'

/** Boxes up to which chips out of view are kept, too. */
const WHOLE = 150
/** How far around the screen things are drawn, and after how much of a pan that is looked at again; in screens. */
const AROUND = 0.25
const STEP = 0.125
/** What is painted beyond the screen while the camera pans, and how long it stands before that is let go. */
const MARGIN = 160
const REST_MS = 300
/** From one dot of the ground to the next. */
const GRID = 24

const ORIGIN: Camera = { scale: 0, x: 0, y: 0 }
const NOTHING: Layout = { boxes: new Map(), edges: [], order: [], width: 0, height: 0 }
const NO_COUNTS: ReadonlyMap<string, number> = new Map()

interface DrawingProps extends Omit<TreeStageProps, 'children' | 'stageRef'> {
  hovered: string | null
}

export function Drawing(props: DrawingProps) {
  const { control, layoutAt, model, palette, size, lit, isOld, selected, hovered, folded } = props
  const scale = useCameraPart(control, (camera) => camera?.scale ?? 0)
  const layout = useMemo(() => layoutAt(scale) ?? NOTHING, [layoutAt, scale])
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
  const tops = useMemo(() => (alphas.far > 0 ? topsOf(layout) : NO_COUNTS), [layout, alphas.far])
  // Chips follow the camera as one; who comes into view and goes is looked after in steps of a part of the screen.
  useCameraPart(control, (camera) => (camera && alphas.near > 0 ? stepOf(camera, size) : null))
  const camera = control.now() ?? ORIGIN
  const isWhole = layout.boxes.size <= WHOLE
  const near = alphas.near > 0 ? visibleBoxes(layout, camera, size, AROUND) : []
  // A small tree is in the document whole, so that find in page finds it; a large one is a window.
  const boxes = isWhole && alphas.near > 0 ? [...layout.boxes.values()] : near
  const inView = isWhole ? new Set(near) : null

  const canvas = useRef<HTMLCanvasElement>(null)
  const world = useRef<HTMLDivElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const isReady = useFonts()
  // Near chips are elements: the canvas then has edges alone.
  const hasMarks = isReady && (alphas.far > 0 || alphas.mid > 0)
  const edgeScene = useMemo(
    () => ({ layout, size, palette, lit, isOld, lively }),
    [layout, size, palette, lit, isOld, lively],
  )
  // What marks show beside; `null` where chips show it. Who points at something or selects it changes nothing on the canvas.
  const marked = hasMarks ? view : null
  const marks = useMemo(
    () => marked && { view: marked, metrics, alphas, counts, tops },
    [marked, metrics, alphas, counts, tops],
  )
  const painted = useRef({ ...ORIGIN, margin: 0 })
  const paint = (now: Camera, margin: number): void => {
    const element = canvas.current
    const area = { width: size.width + 2 * margin, height: size.height + 2 * margin }
    const ctx = element && open(element, area)
    if (!ctx) return
    painted.current = { ...now, margin }
    element.style.width = `${area.width}px`
    element.style.height = `${area.height}px`
    element.style.transform = `translate(${-margin}px, ${-margin}px)`
    const moved = { ...now, x: now.x + margin, y: now.y + margin }
    paintEdges(ctx, { ...edgeScene, size: area, camera: moved })
    if (marks) {
      const shown = visibleBoxes(layout, moved, area, AROUND)
      paintMarks(ctx, { ...edgeScene, ...marks, size: area, camera: moved, ratio: pixelRatio() }, shown)
    }
    // Whoever measures or waits from outside sees that there is a picture.
    element.dataset.drawn = 'true'
  }
  /** While a hand drags there is more on the canvas than on the screen, and most frames only move it. */
  const drag = (now: Camera): void => {
    const { x, y, margin } = painted.current
    const [right, down] = [now.x - x, now.y - y]
    const isCovered = Math.abs(right) <= margin && Math.abs(down) <= margin
    if (isCovered && canvas.current) {
      canvas.current.style.transform = `translate(${right - margin}px, ${down - margin}px)`
    } else paint(now, MARGIN)
  }
  const follow = (now: Camera): void => {
    if (world.current) world.current.style.transform = `translate(${now.x}px, ${now.y}px)`
    if (grid.current) grid.current.style.transform = `translate(${now.x % GRID}px, ${now.y % GRID}px)`
  }
  const latest = useRef({ move: drag, rest: drag })
  useLayoutEffect(() => {
    follow(control.now() ?? ORIGIN)
    latest.current = {
      move(now) {
        follow(now)
        // At another scale all is drawn anew, by the rendering that follows.
        if (now.scale === scale) drag(now)
      },
      rest(now) {
        if (painted.current.margin > 0) paint(now, 0)
      },
    }
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the camera is looked at, not waited for
  useLayoutEffect(() => {
    const { scale: before, margin } = painted.current
    paint(control.now() ?? ORIGIN, before === scale ? margin : 0)
  }, [edgeScene, marks])
  useLayoutEffect(() => {
    let resting: ReturnType<typeof setTimeout> | undefined
    const end = control.subscribe(() => {
      const now = control.now()
      if (!now) return
      latest.current.move(now)
      clearTimeout(resting)
      resting = setTimeout(() => latest.current.rest(control.now() ?? now), REST_MS)
    })
    return () => {
      end()
      clearTimeout(resting)
    }
  }, [control])

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
      <div ref={grid} className="tree-grid" />
      <canvas ref={canvas} />
      <div ref={world} className={isStorm ? 'tree-world still' : 'tree-world'}>
        <IncidentShapes {...{ incidents, leaving, edges, layout, metrics, descend }} />
        {alphas.near > 0 ? <IncidentNotes {...{ incidents, view, layout, metrics, descend }} /> : null}
        {alphas.near > 0 ? (
          <div style={alphas.near < 1 ? { opacity: alphas.near } : undefined}>
            {boxes.map((box) => {
              const row = rowOf(view, box.key)
              if (!row && box.key !== ORPHANS) return null
              return (
                // A zoom moves places; what stands in them is not drawn anew.
                <div key={box.key} className="tree-place" style={{ left: box.x, top: box.y }}>
                  {!row ? (
                    <Orphans />
                  ) : row.pool ? (
                    <PoolChip
                      row={row}
                      height={box.height}
                      isFolded={folded.has(box.key)}
                      isInView={inView === null || inView.has(box)}
                      palette={palette}
                      {...common(box.key)}
                    />
                  ) : (
                    <Chip
                      row={row}
                      incident={byMember.get(box.key) ?? null}
                      fold={model.folds.get(box.key) ?? null}
                      isStill={isStorm}
                      {...common(box.key)}
                    />
                  )}
                </div>
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

const stepOf = ({ x, y }: Camera, { width, height }: Size): string =>
  `${Math.round(x / (width * STEP))} ${Math.round(y / (height * STEP))}`

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

function Orphans() {
  return (
    <div className="chip ghost">
      <div className="a">
        <b>orphans</b>
      </div>
      <div className="b">
        <span className="note el i2">parent not known</span>
      </div>
    </div>
  )
}

function membership(incidents: readonly Incident[]): ReadonlyMap<string, Incident> {
  const byMember = new Map<string, Incident>()
  for (const incident of incidents) for (const key of incident.affected) byMember.set(key, incident)
  return byMember
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
