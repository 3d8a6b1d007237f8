'use client'
/** The tree of one node. Who is selected and folded away is asked for, so that it stands beside its fold. */
import type { TreeView } from '@orrery/live/views'
import { useEffect, useRef, useState } from 'react'
import { useView, type View } from '../live/use-view.ts'
import { rowOf } from './model.ts'

export interface LiveTree extends Omit<View<TreeView>, 'data'> {
  view: TreeView | null
}

export function useTreeView(node: string, selected: string | null): LiveTree {
  const [reveal, setReveal] = useState<string | null>(null)
  const { data, ...line } = useView('tree', reveal === null ? { node } : { node, reveal })
  // The picture of before stays until the one that was asked for is here.
  const last = useRef<TreeView | null>(null)
  if (data !== null) last.current = data
  const before = last.current?.node === node ? last.current : null
  const view = data ?? before
  const isHidden = data !== null && selected !== null && !isDrawn(data, selected)
  useEffect(() => {
    if (selected === null) setReveal(null)
    else if (isHidden) setReveal(selected)
  }, [selected, isHidden])
  return { view, ...line }
}

function isDrawn(view: TreeView, key: string): boolean {
  return rowOf(view, key) !== undefined || Object.values(view.rows).some((row) => row.pid === key)
}
