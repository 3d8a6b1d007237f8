/** Time as the hub has it, and a tick for what shows an age. */
'use client'
import { useEffect, useState } from 'react'
import { connection } from './connection.ts'

/** The hub's clock, in Unix milliseconds, as well as it is known. */
export function hubNow(): number {
  return Date.now() + connection.state().clockOffsetMs
}

/** This machine's clock, every `everyMs`; `null` stands still. */
export function useNow(everyMs: number | null): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    if (everyMs === null) return
    setNowMs(Date.now())
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}

/** The hub's clock, every `everyMs`; `null` stands still. */
export function useHubNow(everyMs: number | null): number {
  return useNow(everyMs) + connection.state().clockOffsetMs
}
