'use client'
/** What lies over the screen: the palette or the keys, one at a time. */
import { useSyncExternalStore } from 'react'

export type Overlay = { kind: 'palette'; text: string } | { kind: 'keys' } | null

let current: Overlay = null
const listeners = new Set<() => void>()

export function openOverlay(next: Overlay): void {
  current = next
  for (const listener of listeners) listener()
}

/** Opens the palette, with `text` already typed: `node:` lists nodes. */
export function openPalette(text = ''): void {
  openOverlay({ kind: 'palette', text })
}

export function useOverlay(): Overlay {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
    () => null,
  )
}
