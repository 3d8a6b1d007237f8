'use client'
/** The process a row stands for, in the inspector of the tree. */
import { useRouter } from 'next/navigation'
import { treePath } from '../frame/addresses.ts'
import { Inspector } from '../inspector/inspector.tsx'
import { useTreeView } from '../tree/use-tree-view.ts'

export function RowInspector({
  node,
  processKey,
  tab,
  isOld,
  onTab,
  onSelect,
  onClose,
}: {
  node: string
  processKey: string
  tab: string | null
  isOld: boolean
  onTab: (tab: string) => void
  /** Another process of that node, by the id of its row. */
  onSelect: (row: string) => void
  onClose: () => void
}) {
  const router = useRouter()
  const { view } = useTreeView(node, processKey)
  if (view === null) return <aside className="insp" aria-label="Inspector" aria-busy />
  return (
    <Inspector
      node={node}
      processKey={processKey}
      view={view}
      tab={tab}
      onTab={onTab}
      onSelect={(key) => onSelect(`${node} ${key}`)}
      onClose={onClose}
      onLocate={() => router.push(treePath(node, processKey))}
      isReadOnly={false}
      isOld={isOld || view.nodeStatus !== 'live'}
    />
  )
}
