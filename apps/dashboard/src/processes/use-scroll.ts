'use client'
/** Which part of the table is on screen, and which window of it that asks for. */
import type { TableView } from '@orrery/live/views'
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useSize } from '../ui/use-size.ts'

const WINDOW = 80
/** Lines asked for above what is seen, and in which steps the window moves. */
const ABOVE = 26
/** A window is asked for no more often than this, however fast it goes by. */
const ASK_MS = 120

export interface Scroll {
  ref: RefObject<HTMLDivElement | null>
  height: number
  width: number
  /** First line on screen, and how many fit. */
  first: number
  shown: number
  offset: number
  limit: number
  onScroll: () => void
  /** Brings a line into view. */
  show: (line: number) => void
  /** Puts a line to the top. */
  goTo: (line: number) => void
}

export function useScroll(rowHeight: number): Scroll {
  const [ref, { width, height }] = useSize<HTMLDivElement>()
  const [first, setFirst] = useState(0)
  const shown = Math.max(1, Math.floor(height / rowHeight))
  const offset = useCalmed(Math.max(0, Math.floor((first - ABOVE) / ABOVE) * ABOVE))
  const needed = shown + 1 + 3 * ABOVE
  const limit = needed <= WINDOW ? WINDOW : Math.ceil(needed / 20) * 20
  const onScroll = useCallback(() => {
    setFirst(Math.floor((ref.current?.scrollTop ?? 0) / rowHeight))
  }, [ref, rowHeight])
  const show = useCallback(
    (line: number) => {
      const scroller = ref.current
      if (!scroller) return
      const top = line * rowHeight
      if (top < scroller.scrollTop) scroller.scrollTop = top
      else if (top + rowHeight > scroller.scrollTop + scroller.clientHeight) {
        scroller.scrollTop = top + rowHeight - scroller.clientHeight
      }
    },
    [ref, rowHeight],
  )
  const goTo = useCallback(
    (line: number) => {
      if (ref.current) ref.current.scrollTop = line * rowHeight
    },
    [ref, rowHeight],
  )
  return { ref, height, width, first, shown, offset, limit, onScroll, show, goTo }
}

/** The value at once, and while it changes faster than that the last of it. */
function useCalmed(value: number): number {
  const [calm, setCalm] = useState(value)
  const latest = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => {
    latest.current = value
    if (timer.current) return
    setCalm(value)
    const again = () => {
      timer.current = null
      setCalm(latest.current)
    }
    timer.current = setTimeout(again, ASK_MS)
  }, [value])
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current)
    },
    [],
  )
  return calm
}

/** Nothing reflows under the pointer: where rows come or go above the one it is on, the table is scrolled by as much. */
export function useAnchor(
  view: TableView | null,
  scroll: Scroll,
  rowHeight: number,
): (id: string | null) => void {
  const held = useRef<{ id: string; line: number; sortedAtMs: number } | null>(null)
  const lineOf = (id: string): number => {
    const at = view?.order.indexOf(id) ?? -1
    return at < 0 || view === null ? -1 : view.offset + at
  }
  useLayoutEffect(() => {
    const anchor = held.current
    if (anchor === null || view === null) return
    const at = view.order.indexOf(anchor.id)
    if (at < 0 || view.sortedAtMs !== anchor.sortedAtMs) {
      held.current = null
      return
    }
    const moved = view.offset + at - anchor.line
    anchor.line += moved
    if (moved !== 0 && scroll.ref.current) scroll.ref.current.scrollTop += moved * rowHeight
  }, [view, scroll.ref, rowHeight])
  return (id) => {
    const line = id === null ? -1 : lineOf(id)
    held.current = id === null || line < 0 || view === null ? null : { id, line, sortedAtMs: view.sortedAtMs }
  }
}
