'use client'
/** The live region: at most one polite message in five seconds, the latest wins; assertive at once. */
import { useEffect, useRef, useState } from 'react'
import { useView } from '../live/use-view.ts'

const EVERY_MS = 5_000

let say: ((text: string, isAssertive: boolean) => void) | null = null
let waiting: string | null = null
let lastMs = Number.NEGATIVE_INFINITY
let timer: ReturnType<typeof setTimeout> | null = null

/** Tells who cannot see it. `isAssertive` interrupts: for Halt all only. */
export function announce(text: string, { isAssertive = false }: { isAssertive?: boolean } = {}): void {
  if (isAssertive) {
    say?.(text, true)
    return
  }
  waiting = text
  if (timer) return
  timer = setTimeout(
    () => {
      timer = null
      lastMs = performance.now()
      if (waiting !== null) say?.(waiting, false)
      waiting = null
    },
    Math.max(0, lastMs + EVERY_MS - performance.now()),
  )
}

export function Announcer() {
  const [polite, setPolite] = useState('')
  const [assertive, setAssertive] = useState('')
  useEffect(() => {
    say = (text, isAssertive) => (isAssertive ? setAssertive : setPolite)(text)
    return () => {
      say = null
    }
  }, [])
  return (
    <>
      <div className="sr-only" role="status" aria-live="polite">
        {polite}
      </div>
      <div className="sr-only" role="alert" aria-live="assertive">
        {assertive}
      </div>
    </>
  )
}

/** Says what exited since the page opened: the latest, and how many with it. */
export function CrashNews() {
  const { data } = useView('timeline', { node: null }, { followsTime: false })
  const saidMs = useRef<number | null>(null)
  useEffect(() => {
    if (!data) return
    const crashes = data.marks.filter((mark) => mark.kind === 'crash')
    const latest = crashes.reduce<(typeof crashes)[number] | null>(
      (last, mark) => (last === null || mark.atMs > last.atMs ? mark : last),
      null,
    )
    const since = saidMs.current
    saidMs.current = Math.max(since ?? 0, latest?.atMs ?? 0)
    if (since === null || latest === null || latest.atMs <= since) return
    const others = crashes.filter((mark) => mark.atMs > since).reduce((sum, { more }) => sum + 1 + more, -1)
    announce(`${latest.name} exited: ${latest.text}.${others > 0 ? ` ${others} more with it.` : ''}`)
  }, [data])
  return null
}
