'use client'
/** All nodes at once: small multiples, who stands out, what crashed. */
import type { ClusterView } from '@orrery/live/views'
import { useRouter, useSearchParams } from 'next/navigation'
import { useCallback } from 'react'
import { nodePath } from '../frame/addresses.ts'
import { useKeys } from '../frame/keys.ts'
import { useView, type ViewStatus } from '../live/use-view.ts'
import { Lanes } from './lanes.tsx'
import { NodeTable } from './node-table.tsx'
import { Offenders } from './offenders.tsx'

export function ClusterScreen({ cluster, status }: { cluster: ClusterView; status: ViewStatus }) {
  const router = useRouter()
  const query = useSearchParams()
  const { data: timeline } = useView('timeline', { node: null })
  const rows = Object.values(cluster.nodes)
  const asked = query.get('node')
  const selected = rows.find((row) => row.node === asked)?.node ?? rows[0]?.node ?? null
  const select = useCallback((node: string) => {
    window.history.replaceState(null, '', `?${new URLSearchParams({ node })}`)
  }, [])
  const step = (by: 1 | -1) => {
    // The address, not the last picture: keys come faster than pictures.
    const now = new URLSearchParams(window.location.search).get('node') ?? selected
    const at = rows.findIndex((row) => row.node === now)
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))]
    if (!next) return false
    select(next.node)
    document.querySelector(`[data-node="${CSS.escape(next.node)}"] .nn`)?.scrollIntoView({ block: 'nearest' })
    return true
  }
  const open = () => {
    const node = new URLSearchParams(window.location.search).get('node') ?? selected
    return node === null ? false : router.push(nodePath(node))
  }
  useKeys('Cluster', [
    { keys: 'j', label: 'Next node', run: () => step(1) },
    { keys: 'k', label: 'Previous node', run: () => step(-1) },
    { keys: 'ArrowDown', run: () => step(1) },
    { keys: 'ArrowUp', run: () => step(-1) },
    { keys: 'Enter', label: 'Open the node', run: open },
    { keys: 'o', run: open },
  ])
  const isOld = status === 'stale' || status === 'disconnected'
  return (
    <div className={`cluster ${isOld ? 'old-cluster' : ''}`}>
      <h1 className="sr-only">Cluster</h1>
      <NodeTable rows={rows} selected={selected} isLost={status === 'disconnected'} onSelect={select} />
      <div className="lower">
        <Offenders offenders={cluster.offenders} isLost={status === 'disconnected'} />
        <Lanes rows={rows} timeline={timeline} />
      </div>
    </div>
  )
}
