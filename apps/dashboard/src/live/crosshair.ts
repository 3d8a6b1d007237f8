'use client'
/** One crosshair: hovering a chart puts the same instant on all of them. */
import { useSyncExternalStore } from 'react'

let current: number | null = null
const listeners = new Set<() => void>()

export function setCrosshair(atMs: number | null): void {
  if (atMs === current) return
  current = atMs
  for (const listener of listeners) listener()
}

export function useCrosshair(): number | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
    () => null,
  )
}
