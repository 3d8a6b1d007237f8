'use client'
/** Tells who cannot see the tree what exited, and when it is back. */
import type { TreeView } from '@orrery/live/views'
import { useEffect, useRef } from 'react'
import { announce } from '../frame/announcer.tsx'
import { duration } from '../live/format.ts'
import { hubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { isDown } from './incident.ts'
import type { TreeModel } from './model.ts'

export function useAnnouncements(view: TreeView | null, model: TreeModel | null): void {
  const down = useRef(new Map<string, { name: string; atMs: number }>())
  useEffect(() => {
    if (!view || !model) return
    for (const key of Object.keys(view.rows)) {
      const row = view.rows[key]
      if (!row || row.kind === 'pool') continue
      const before = down.current.get(key)
      if (row.exit !== null && isDown(row) && row.status !== 'waiting') {
        if (before?.atMs === row.exit.atMs) continue
        down.current.set(key, { name: row.name, atMs: row.exit.atMs })
        const stopped = row.exit.stopped > 0 ? `, ${row.exit.stopped} stopped` : ''
        announce(`${visible(row.name)} exited${stopped}: ${visible(row.exit.text)}`)
      } else if (before && !isDown(row)) {
        down.current.delete(key)
        announce(`${visible(row.name)} recovered in ${duration(Math.max(0, hubNow() - before.atMs))}.`)
      }
    }
  }, [view, model])
}
