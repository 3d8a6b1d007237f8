'use client'
/** The window of the table that is looked at, in an order that is held for ten seconds, longer while somebody is in it. */
import type { TableView, ViewParams } from '@orrery/live/views'
import { useEffect, useRef, useState } from 'react'
import { useMoment } from '../live/moment.ts'
import { hubNow, useHubNow } from '../live/now.ts'
import { useView, type View } from '../live/use-view.ts'

export const HELD_MS = 10_000

export interface LiveTable extends Omit<View<TableView>, 'data'> {
  /** The last that could be made; an unreadable query keeps it. */
  view: TableView | null
  /** Of the scope, also where the query cannot be read. */
  counts: TableView['counts'] | null
  /** Why the query cannot be read. */
  fault: TableView['error']
  /** Until the next order; `null` while the order is held for whoever is in the table. */
  sortsInMs: number | null
  sortNow: () => void
}

export function useTable(asked: Omit<ViewParams['table'], 'turn'>, isBusy: boolean): LiveTable {
  // Who begins to look within the same ten seconds shares the order.
  const [turn, setTurn] = useState(() => slotOf(hubNow()))
  const { data, ...line } = useView('table', { ...asked, turn })
  const last = useRef<TableView | null>(null)
  if (data && !data.error) last.current = data
  const view = last.current
  const { heldAtMs } = useMoment()
  const nowMs = useHubNow(1_000)
  const isHeld = isBusy || heldAtMs !== null || line.status !== 'live' || view === null
  const leftMs = view === null ? HELD_MS : view.sortedAtMs + HELD_MS - nowMs
  const isDue = !isHeld && leftMs <= 0
  useEffect(() => {
    if (isDue) setTurn((before) => Math.max(before + 1, slotOf(hubNow())))
  }, [isDue])
  return {
    ...line,
    view,
    counts: (data ?? view)?.counts ?? null,
    fault: data?.error ?? null,
    sortsInMs: isHeld ? null : Math.max(0, leftMs),
    sortNow: () => setTurn(hubNow()),
  }
}

function slotOf(nowMs: number): number {
  return Math.floor(nowMs / HELD_MS) * HELD_MS
}
