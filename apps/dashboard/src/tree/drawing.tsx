'use client'
/** The drawing: a canvas below, what moves above them, chips of what is in view on top. A camera that only pans renders nothing. */
import { useMemo } from 'react'
import { belowRoots, descendants, topsOf } from './below.ts'
import { type Camera, type Size, visible as visibleBoxes } from './camera.ts'
import { Chip } from './chip.tsx'
import { type Incident, incidentsOf } from './incident.ts'
import { IncidentNotes, IncidentShapes, livelyEdges } from './incident-layer.tsx'
import type { Box, Layout } from './layout.ts'
import { levelAlphas, metricsAt } from './metrics.ts'
import { ORPHANS, rowOf } from './model.ts'
import { PoolChip } from './pool-chip.tsx'
import { Tip } from './tip.tsx'
import type { TreeStageProps } from './tree-stage.tsx'
import { useCameraPart } from './use-camera.ts'
import { useEchoes, useLeaving } from './use-echoes.ts'
import { usePainting } from './use-painting.ts'

/** Boxes up to which chips out of view are kept, too. */
const WHOLE = 150
/** How far around the screen things are drawn, and after how much of a pan that is looked at again; in screens. */
const AROUND = 0.25
const STEP = 0.125

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
  const isFar = alphas.far > 0
  const counts = useMemo(() => (isFar ? belowRoots(view, model) : NO_COUNTS), [view, model, isFar])
  const tops = useMemo(() => (isFar ? topsOf(layout) : NO_COUNTS), [layout, isFar])
  // Chips follow the camera as one; who comes into view and goes is looked after in steps of a part of the screen.
  useCameraPart(control, (camera) => (camera && alphas.near > 0 ? stepOf(camera, size) : null))
  const camera = control.now() ?? ORIGIN
  const isWhole = layout.boxes.size <= WHOLE
  const near = alphas.near > 0 ? visibleBoxes(layout, camera, size, AROUND) : []
  // A small tree is in the document whole, so that find in page finds it; a large one is a window.
  const boxes = isWhole && alphas.near > 0 ? [...layout.boxes.values()] : near
  const inView = isWhole ? new Set(near) : null

  const { canvas, world, grid } = usePainting({
    control,
    scale,
    layout,
    view,
    size,
    palette,
    lit,
    isOld,
    lively,
    metrics,
    alphas,
    counts,
    tops,
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
