'use client'
import type { ClusterView } from '@orrery/live/views'
/** The crumb is the scope: the cluster or one node. A screen may say more precisely where it is. */
import { ChevronDown, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { Fragment, type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { count, plural } from '../live/format.ts'
import { nodePath, type Place } from './addresses.ts'
import { openPalette } from './overlays.ts'

export interface CrumbPart {
  label: ReactNode
  href?: string
  isMono?: boolean
  /** Not the last part, and still the one that says the scope. */
  isScope?: boolean
}

export interface CrumbSpec {
  parts: CrumbPart[]
  /** Beside the last part: a count, a position. */
  detail?: ReactNode
}

let own: CrumbSpec | null = null
const listeners = new Set<() => void>()
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Replaces the crumb while the component is mounted; pass a value that stays the same until it changes. */
export function useCrumb(spec: CrumbSpec | null): void {
  useEffect(() => {
    own = spec
    for (const listener of listeners) listener()
    return () => {
      own = null
      for (const listener of listeners) listener()
    }
  }, [spec])
}

export function Crumb({ place, cluster }: { place: Place; cluster: ClusterView | null }) {
  const replaced = useSyncExternalStore(
    subscribe,
    () => own,
    () => null,
  )
  const spec = replaced ?? crumbOf(place, cluster)
  const last = spec.parts.length - 1
  const isScope = place.screen === 'cluster' || place.screen === 'node' || place.screen === 'tree'
  const hasNodes = Object.keys(cluster?.nodes ?? {}).length > 0
  return (
    <nav className="crumb" aria-label="Scope">
      {spec.parts.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a crumb is places in an order
        <Fragment key={i}>
          {i > 0 ? <ChevronRight className="ic scope" aria-hidden /> : null}
          {part.isScope && hasNodes ? (
            <button
              type="button"
              className="scope"
              onClick={() => openPalette('node:')}
              title="Change the scope"
            >
              {part.label}
              <ChevronDown className="ic" aria-hidden />
            </button>
          ) : i < last ? (
            <Link href={part.href ?? '/'} className={`scope ${part.isMono ? 'm' : ''}`}>
              {part.label}
            </Link>
          ) : isScope && hasNodes && !replaced ? (
            <button type="button" onClick={() => openPalette('node:')} title="Change the scope">
              <b>{part.label}</b>
              <ChevronDown className="ic" aria-hidden />
            </button>
          ) : (
            <b className={part.isMono ? 'm' : ''}>{part.label}</b>
          )}
        </Fragment>
      ))}
      {spec.detail ? (
        <span className="m i3 scope" style={{ marginLeft: 6 }}>
          {spec.detail}
        </span>
      ) : null}
    </nav>
  )
}

/** What the address alone says. */
export function crumbOf(place: Place, cluster: ClusterView | null): CrumbSpec {
  const nodes = Object.values(cluster?.nodes ?? {})
  if (place.screen === 'process' && place.node !== null) {
    return {
      parts: [
        { label: 'Cluster', href: '/' },
        { label: place.node, href: nodePath(place.node) },
        { label: 'Process' },
      ],
    }
  }
  if (place.screen === 'processes' || place.screen === 'messages') {
    const table = { label: place.screen === 'messages' ? 'Messages' : 'Processes' }
    if (place.node !== null) {
      const scope = { label: place.node, href: nodePath(place.node), isScope: true }
      return { parts: [{ label: 'Cluster', href: '/' }, scope, table] }
    }
    const live = nodes.filter(({ status }) => status === 'live').length
    const said = live === nodes.length ? plural(live, 'node') : `${live} of ${plural(nodes.length, 'node')}`
    return {
      parts: [{ label: 'Cluster', href: '/', isScope: true }, table],
      detail: nodes.length > 0 && said,
    }
  }
  if (place.node !== null) {
    const row = cluster?.nodes[place.node]
    return {
      parts: [
        { label: 'Cluster', href: '/' },
        { label: place.node, href: nodePath(place.node) },
      ],
      detail: place.screen === 'tree' ? row && plural(row.processes, 'process', 'processes') : 'node',
    }
  }
  if (place.screen === 'crashes' || place.screen === 'crash') {
    return {
      parts: [
        { label: 'Cluster', href: '/' },
        { label: 'Crashes', href: '/crashes' },
      ],
    }
  }
  if (place.screen === 'faults') {
    return { parts: [{ label: 'Cluster', href: '/' }, { label: 'Fault lab' }] }
  }
  if (place.screen === 'cluster' && cluster && nodes.length === 0)
    return { parts: [{ label: 'No nodes yet' }] }
  if (place.screen !== 'cluster' || nodes.length === 0) return { parts: [{ label: 'Cluster', href: '/' }] }
  const processes = nodes.reduce((sum, node) => sum + node.processes, 0)
  return {
    parts: [{ label: 'Cluster' }],
    detail: `${plural(nodes.length, 'node')} · ${count(processes)} ${processes === 1 ? 'process' : 'processes'}`,
  }
}
