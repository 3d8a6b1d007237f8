/** Time as the hub has it, and a tick for what shows an age. */
'use client'
import { useCallback, useState, useSyncExternalStore } from 'react'
import { type SharedClock, sharedClock } from './clock.ts'
import { connection } from './connection.ts'

/** The hub's clock, in Unix milliseconds, as well as it is known. */
export function hubNow(): number {
  return Date.now() + connection.state().clockOffsetMs
}

const clocks = new Map<number, SharedClock>()

function clockOf(everyMs: number): SharedClock {
  let clock = clocks.get(everyMs)
  if (!clock) {
    clock = sharedClock(everyMs)
    clocks.set(everyMs, clock)
  }
  return clock
}

/** This machine's clock, every `everyMs`; `null` stands still. */
export function useNow(everyMs: number | null): number {
  const [firstMs] = useState(() => Date.now())
  const subscribe = useCallback(
    (listener: () => void) => (everyMs === null ? () => undefined : clockOf(everyMs).subscribe(listener)),
    [everyMs],
  )
  return useSyncExternalStore(
    subscribe,
    () => (everyMs === null ? firstMs : clockOf(everyMs).nowMs()),
    () => firstMs,
  )
}

/** The hub's clock, every `everyMs`; `null` stands still. */
export function useHubNow(everyMs: number | null): number {
  return useNow(everyMs) + connection.state().clockOffsetMs
}
