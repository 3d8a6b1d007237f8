'use client'
/** Remembers a figure while somebody looks: the line begins when the inspector opened, one value a look. */
import type { Spark } from '@orrery/live/views'
import { useRef } from 'react'

const KEPT = 60

export function useTrack(value: number | null, atMs: number | null): Spark {
  const held = useRef<{ atMs: number | null; values: Spark }>({ atMs: null, values: [] })
  if (atMs !== null && atMs !== held.current.atMs) {
    held.current = { atMs, values: [...held.current.values, value].slice(-KEPT) }
  }
  return held.current.values
}
