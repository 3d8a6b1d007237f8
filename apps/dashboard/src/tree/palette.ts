'use client'
/** The tokens as a canvas needs them: read once a theme, never written down a second time. */
import { useMemo, useSyncExternalStore } from 'react'

const NAMES = [
  'bg',
  'surface-1',
  'surface-2',
  'line',
  'line-2',
  'ink',
  'ink-2',
  'ink-3',
  'cell',
  'signal',
  'running',
  'busy',
  'backlog',
  'backlog-mark',
  'suspended',
  'crashed',
  'restarting',
  'fault',
] as const
export type TokenName = (typeof NAMES)[number]

export interface Palette {
  colours: Record<TokenName, string>
  sans: string
  mono: string
}

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** The palette of the theme now on; a new object when it changes. */
export function usePalette(): Palette | null {
  const theme = useSyncExternalStore(
    subscribe,
    () => document.documentElement.dataset.theme ?? 'dark',
    () => null,
  )
  return useMemo(() => (theme === null ? null : readPalette()), [theme])
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string) => style.getPropertyValue(name).trim()
  const colours = Object.fromEntries(NAMES.map((name) => [name, read(`--color-${name}`)]))
  return {
    colours: colours as Record<TokenName, string>,
    sans: read('--font-sans'),
    mono: read('--font-mono'),
  }
}
