'use client'
/** What moves when something exits: the outline of the group, edges that turn and flow, three lines of words. */
import type { TreeView } from '@orrery/live/views'
import { memo } from 'react'
import { duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { Glyph, StrategyGlyph } from '../ui/glyphs.tsx'
import { elbow } from './edges.ts'
import { type GroupBox, groupBox } from './group-geometry.ts'
import type { Incident } from './incident.ts'
import type { Layout } from './layout.ts'
import type { Metrics } from './metrics.ts'
import { rowOf } from './model.ts'

/** Above that many restarts at once nothing moves any more. */
export const LIVELY_MAX = 200

export interface LivelyEdge {
  key: string
  path: string
  tone: 'crashed' | 'restarting' | 'waiting'
}

/** Edges to processes that are down: they leave the canvas and become elements that can move. */
export function livelyEdges(view: TreeView, layout: Layout): LivelyEdge[] {
  const edges: LivelyEdge[] = []
  for (const edge of layout.edges) {
    const row = rowOf(view, edge.to)
    if (!row || edge.kind === 'promotion') continue
    const tone = row.status
    if (tone !== 'crashed' && tone !== 'restarting' && tone !== 'waiting') continue
    const from = layout.boxes.get(edge.from)
    const to = layout.boxes.get(edge.to)
    if (from && to) edges.push({ key: edge.to, path: elbow(from, to), tone })
  }
  return edges
}

export const IncidentShapes = memo(function IncidentShapes({
  incidents,
  leaving,
  edges,
  layout,
  metrics,
  descend,
}: {
  incidents: readonly Incident[]
  /** Just ended: their outline fades. */
  leaving: readonly Incident[]
  edges: readonly LivelyEdge[]
  layout: Layout
  metrics: Metrics
  descend: (key: string) => Iterable<string>
}) {
  const isStill = edges.length > LIVELY_MAX
  return (
    <svg className={`tree-lively ${isStill ? 'still' : ''}`} aria-hidden>
      {[...incidents, ...leaving].map((incident, index) => {
        const box = groupBox(incident, layout, metrics, descend)
        if (!box) return null
        return (
          <rect
            key={incident.supervisor}
            className={index < incidents.length ? 'group' : 'group leaving'}
            x={box.x + 0.5}
            y={box.y + 0.5}
            width={box.width}
            height={box.height}
            rx="4"
          />
        )
      })}
      {edges.map((edge) => (
        <path key={edge.key} className={`edge ${edge.tone}`} d={edge.path} />
      ))}
      {/* The exit signal runs up the edge once. */}
      {edges.map((edge) =>
        edge.tone === 'crashed' ? (
          <path key={`${edge.key} signal`} className="edge-signal" d={edge.path} />
        ) : null,
      )}
    </svg>
  )
})

export function IncidentNotes({
  incidents,
  view,
  layout,
  metrics,
  descend,
}: {
  incidents: readonly Incident[]
  view: TreeView
  layout: Layout
  metrics: Metrics
  descend: (key: string) => Iterable<string>
}) {
  return incidents.map((incident) => {
    const box = groupBox(incident, layout, metrics, descend)
    return box?.note ? <Note key={incident.supervisor} incident={incident} view={view} at={box.note} /> : null
  })
}

function Note({
  incident,
  view,
  at,
}: {
  incident: Incident
  view: TreeView
  at: NonNullable<GroupBox['note']>
}) {
  const nowMs = useHubNow(100)
  const name = (key: string) => visible(rowOf(view, key)?.name ?? key)
  const { strategy, stopped, affected, starting, phase } = incident
  return (
    <div className="tree-note" style={{ left: at.x, top: at.y }}>
      <div
        className={`row ${incident.culprit === null ? 'c-restarting' : 'c-crashed'}`}
        style={{ gap: 6, fontWeight: 500 }}
      >
        <Glyph name={incident.culprit === null ? 'waiting' : 'crashed'} size={11} />
        <span className="el">
          {incident.culprit === null
            ? `${name(incident.supervisor)} restarts its children`
            : `${name(incident.culprit)} exited`}
        </span>
        {Number.isFinite(incident.atMs) ? (
          <span className="m ago">−{duration(Math.max(0, nowMs - incident.atMs))}</span>
        ) : null}
      </div>
      <div className="row i2" style={{ gap: 6, marginTop: 3 }}>
        <StrategyGlyph strategy={strategy} width={16} />
        {strategy} stopped {stopped.toLocaleString('en-US')} {stopped === 1 ? 'sibling' : 'siblings'}
      </div>
      <div
        className={`row ${phase === 'giving-up' ? 'c-crashed' : 'c-restarting'}`}
        style={{ gap: 6, marginTop: 3 }}
      >
        <Glyph
          name={phase === 'giving-up' ? 'crashed' : phase === 'starting' ? 'restarting' : 'waiting'}
          size={11}
        />
        {phase === 'giving-up'
          ? `intensity exceeded, ${name(incident.supervisor)} exits`
          : phase === 'starting'
            ? `starting ${starting} of ${affected.length}, in order`
            : `${affected.length} to start, in order`}
      </div>
    </div>
  )
}
