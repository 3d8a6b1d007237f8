'use client'
/** The live region: at most one polite message in five seconds, the latest wins; assertive at once. */
import { useEffect, useState } from 'react'

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
