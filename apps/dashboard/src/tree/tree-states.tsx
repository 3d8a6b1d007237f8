'use client'
/** The tree when there is none to show, or when the one shown is the last one known. */
import type { TreeView } from '@orrery/live/views'
import Link from 'next/link'
import { age, clockSeconds, plural } from '../live/format.ts'
import type { View } from '../live/use-view.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { AfterAWhile, EmptyState, ErrorState } from '../ui/states.tsx'

/** Root and first level as outlines at their final size. */
export function TreeLoading() {
  const children = [14, 112, 210, 308, 406]
  return (
    <AfterAWhile label="Loading the tree">
      <div className="tree-loading" aria-hidden>
        <svg aria-hidden>
          {children.map((y) => (
            <path
              key={y}
              d={`M224 231H244q6 0 6 ${y > 210 ? 6 : -6}V${y + 21 + (y > 210 ? -6 : 6)}q0 ${y > 210 ? 6 : -6} 6 ${y > 210 ? 6 : -6}H276`}
            />
          ))}
        </svg>
        <span className="chip blank" style={{ left: 18, top: 210 }} />
        {children.map((y) => (
          <span key={y} className="chip blank" style={{ left: 276, top: y }} />
        ))}
      </div>
    </AfterAWhile>
  )
}

export function TreeEmpty({ node }: { node: string }) {
  return (
    <EmptyState title="This node runs no supervised processes.">
      <p>
        {node} is connected. What its agent is given to watch appears here: <code>observe(node)</code> with a
        node that was started from a root supervisor.
      </p>
      <Link className="u" href="/">
        Set up an agent
      </Link>
    </EmptyState>
  )
}

export function TreeError({ node, error }: { node: string; error: { code: string; message: string } }) {
  if (error.code === 'node.unknown') {
    return (
      <ErrorState title={`No node called ${node} is known.`}>
        <p>
          It never said hello to this hub, or it was forgotten. Nodes that are known stand on the cluster
          screen.
        </p>
        <Link className="u" href="/">
          Open the cluster
        </Link>
      </ErrorState>
    )
  }
  return (
    <ErrorState title="The tree could not be read.">
      <p>{error.message}</p>
      <span className="m i3">{error.code}</span>
    </ErrorState>
  )
}

export type Freshness =
  | { kind: 'live' }
  | { kind: 'stale'; ageMs: number }
  | { kind: 'lost'; atMs: number; why: 'node' | 'stopped' | 'hub' }

/** How old the picture is, by what the hub says of the node and by the line to the hub; the worse wins. */
export function freshnessOf(
  view: TreeView,
  line: Pick<View<TreeView>, 'status' | 'ageMs' | 'heardAtMs'>,
  nowMs: number,
): Freshness {
  if (line.status === 'disconnected') {
    return { kind: 'lost', atMs: line.heardAtMs ?? view.lastHeardAtMs, why: 'hub' }
  }
  // The hub came back and has not heard of the node yet.
  if (line.status === 'error') return { kind: 'lost', atMs: view.lastHeardAtMs, why: 'node' }
  if (view.nodeStatus === 'gone') return { kind: 'lost', atMs: view.lastHeardAtMs, why: 'node' }
  if (view.nodeStatus === 'stopped') return { kind: 'lost', atMs: view.lastHeardAtMs, why: 'stopped' }
  if (line.status === 'stale') return { kind: 'stale', ageMs: line.ageMs }
  if (view.nodeStatus === 'stale') return { kind: 'stale', ageMs: Math.max(0, nowMs - view.lastHeardAtMs) }
  return { kind: 'live' }
}

export function TreeBanner({
  node,
  freshness,
  orphans,
}: {
  node: string
  freshness: Freshness
  orphans: number
}) {
  return (
    <div className="tree-banners" aria-live="polite">
      {freshness.kind === 'lost' ? (
        <p className="tree-banner">
          <svg width="10" height="10" viewBox="0 0 12 12" aria-hidden>
            <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="1.8" />
          </svg>
          <b>
            {freshness.why === 'stopped'
              ? `${node} stopped at ${clockSeconds(freshness.atMs)}.`
              : freshness.why === 'hub'
                ? `Lost the hub at ${clockSeconds(freshness.atMs)}.`
                : `Lost ${node} at ${clockSeconds(freshness.atMs)}.`}
          </b>
          Last tree shown.
        </p>
      ) : null}
      {freshness.kind === 'stale' ? (
        <p className="tree-banner quiet">
          <Glyph name="lost" size={10} />
          <b>{age(freshness.ageMs)} old</b>
        </p>
      ) : null}
      {orphans > 0 ? (
        <p className="tree-banner">
          <b>Tree could not be built:</b>
          {plural(orphans, 'process names', 'processes name')} a parent that is not known.
        </p>
      ) : null}
    </div>
  )
}
