'use client'
/** What a person chose for this browser, kept over visits. */
import { useSyncExternalStore } from 'react'

export interface Preference<T extends string> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
  /** The value as React reads it; `fallback` until the page is alive. */
  use(): T
}

export function preference<T extends string>(
  name: string,
  fallback: T,
  onChange?: (value: T) => void,
): Preference<T> {
  const listeners = new Set<() => void>()
  const key = `orrery.${name}`
  const get = (): T => {
    try {
      return (localStorage.getItem(key) as T | null) ?? fallback
    } catch {
      // A browser that keeps nothing still shows everything.
      return fallback
    }
  }
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    get,
    subscribe,
    set(value) {
      try {
        localStorage.setItem(key, value)
      } catch {
        // As above.
      }
      onChange?.(value)
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, get, () => fallback),
  }
}
