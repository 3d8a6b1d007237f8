'use client'
/** The row the keys are on, what is selected, and the steps between rows. */
import type { TableLine, TableView } from '@orrery/live/views'
import { useEffect, useRef } from 'react'
import type { TableAddress } from './address.ts'
import type { Scroll } from './use-scroll.ts'

/** By hand; more is what the box in the head is for. */
const MAX_PICKED = 200

export interface Rows {
  cursor: string | null
  line: TableLine | null
  /** Where the keys begin. */
  first: string | null
  step: (by: number) => void
  goTo: (place: number) => void
  isSelected: (id: string) => boolean
  /** The row of that id, else the one the keys are on. */
  select: (id?: string) => void
  range: (id?: string) => void
  clear: () => void
}

export function useRows(
  view: TableView | null,
  scroll: Scroll,
  address: TableAddress,
  change: (change: Partial<TableAddress>) => void,
): Rows {
  const { row: cursor, selected } = address
  /** As they are once what was pressed is drawn: keys may come faster than pictures. */
  const soon = useRef({ cursor, selected })
  soon.current = { cursor, selected }
  /** Where the cursor stands: pinned rows first, then lines. */
  const place = useRef(-1)
  /** A place whose row had not come yet when the cursor went there. */
  const wanted = useRef<number | null>(null)
  const anchor = useRef<number | null>(null)
  /** Rows seen so far by their places, so that a range may reach over more than one window. */
  const seen = useRef<{ sortedAtMs: number; ids: Map<number, string> }>({ sortedAtMs: 0, ids: new Map() })
  const pins = view?.pins ?? []
  const total = pins.length + (view?.lineCount ?? 0)
  const idAt = (at: number): string | undefined =>
    at < pins.length ? pins[at] : view?.order[at - pins.length - view.offset]
  const placeOf = (id: string): number => {
    const pinned = pins.indexOf(id)
    if (pinned >= 0) return pinned
    const at = view?.order.indexOf(id) ?? -1
    return at < 0 || view === null ? -1 : pins.length + view.offset + at
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: with each picture
  useEffect(() => {
    if (view === null) return
    if (seen.current.sortedAtMs !== view.sortedAtMs) {
      seen.current = { sortedAtMs: view.sortedAtMs, ids: new Map() }
    }
    const { ids } = seen.current
    for (const [at, id] of pins.entries()) ids.set(at, id)
    for (const [i, id] of view.order.entries()) ids.set(pins.length + view.offset + i, id)
    const awaited = wanted.current === null ? undefined : idAt(wanted.current)
    if (awaited !== undefined) {
      wanted.current = null
      change({ row: awaited })
    } else if (cursor !== null) {
      const at = placeOf(cursor)
      if (at >= 0) place.current = at
    }
  }, [view])

  const goTo = (to: number) => {
    if (total === 0) return
    const at = Math.max(0, Math.min(total - 1, to))
    place.current = at
    if (at >= pins.length) scroll.show(at - pins.length)
    const id = idAt(at)
    wanted.current = id === undefined ? at : null
    if (id === undefined) return
    soon.current.cursor = id
    change({ row: id })
  }
  const isProcess = (id: string) => view?.lines[id]?.line === 'process' || view?.lines[id] === undefined
  const put = (ids: Iterable<string>) => {
    soon.current.selected = new Set([...ids].slice(0, MAX_PICKED))
    change({ selected: soon.current.selected })
  }
  const picked = () => new Set(soon.current.selected === 'all' ? [] : soon.current.selected)

  return {
    cursor,
    first: idAt(0) ?? null,
    line: cursor === null ? null : (view?.lines[cursor] ?? null),
    step: (by) => {
      const at = soon.current.cursor === null ? -1 : placeOf(soon.current.cursor)
      const from = at >= 0 ? at : place.current
      goTo(from < 0 && by > 0 ? 0 : from + by)
    },
    goTo,
    isSelected: (id) => selected === 'all' || selected.has(id),
    select: (asked) => {
      const id = asked ?? soon.current.cursor
      if (id === null || !isProcess(id)) return
      anchor.current = placeOf(id)
      const next = picked()
      if (!next.delete(id)) next.add(id)
      put(next)
    },
    range: (asked) => {
      const id = asked ?? soon.current.cursor
      if (id === null) return
      const to = placeOf(id)
      const from = anchor.current ?? to
      const next = picked()
      for (let at = Math.min(from, to); at <= Math.max(from, to); at++) {
        const between = seen.current.ids.get(at)
        if (between !== undefined && isProcess(between)) next.add(between)
      }
      put(next)
    },
    clear: () => change({ selected: new Set() }),
  }
}
