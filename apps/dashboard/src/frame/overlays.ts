'use client'
/** What lies over the screen: the palette or the keys, one at a time. */
import { useSyncExternalStore } from 'react'
import { typedAhead } from './typed-ahead.ts'

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
  window.addEventListener('keydown', keepStroke, { capture: true })
}

/** Until the palette's dialog stands, strokes are its text already, and nobody else's keys. */
function keepStroke(event: KeyboardEvent): void {
  if (current?.kind !== 'palette' || document.querySelector('dialog[open]') !== null) {
    window.removeEventListener('keydown', keepStroke, { capture: true })
    return
  }
  const text = typedAhead(current.text, event)
  if (text === undefined) return
  event.preventDefault()
  event.stopImmediatePropagation()
  openOverlay(text === null ? null : { kind: 'palette', text })
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
