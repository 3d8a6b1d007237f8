'use client'
/** What is under the pointer, in words: the state, the whole name, what runs there. */
import type { TreeRow } from '@orrery/live/views'
import { useEffect, useState } from 'react'
import { count } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import type { Box } from './layout.ts'

/** Near, a chip says most of it by itself. */
const AFTER_MS = { near: 1_000, away: 350 } as const

export function Tip({ row, box, isNear }: { row: TreeRow; box: Box; isNear: boolean }) {
  const [isDue, setIsDue] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another process waits anew
  useEffect(() => {
    setIsDue(false)
    const timer = setTimeout(() => setIsDue(true), isNear ? AFTER_MS.near : AFTER_MS.away)
    return () => clearTimeout(timer)
  }, [row.key])
  if (!isDue) return null
  return (
    <div className="tip tree-tip" style={{ left: box.x, top: box.y + box.height + 8 }} aria-hidden>
      <div className="row" style={{ gap: 6 }}>
        <b style={{ fontWeight: 500 }}>{visible(row.name)}</b>
        {row.pool ? (
          <span className="m i2">× {count(row.pool.count)}</span>
        ) : (
          <span className="m i2">{visible(row.pid)}</span>
        )}
      </div>
      <div className="i2 el">
        {row.status}
        {row.fault === null ? '' : `, under fault ${visible(row.fault)}`}
        {row.strategy ? `, ${row.strategy}` : ''}
        {row.restarts > 0 ? `, ${count(row.restarts)} ${row.restarts === 1 ? 'restart' : 'restarts'}` : ''}
      </div>
      {row.label ? <div className="i2 el">{visible(row.label)}</div> : null}
      <div className="i3 m el">
        {row.behaviour === row.module
          ? visible(row.module)
          : `${visible(row.behaviour)} ${visible(row.module)}`}
      </div>
    </div>
  )
}
