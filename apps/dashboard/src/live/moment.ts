'use client'
/** The time cursor: live at the right edge, or held at a moment while everything shown stands still. */
import { useSyncExternalStore } from 'react'

export interface Moment {
  /** `null` is live. The hub's clock. */
  heldAtMs: number | null
}

const LIVE: Moment = { heldAtMs: null }
let current: Moment = LIVE
const listeners = new Set<() => void>()

function set(next: Moment): void {
  current = next
  for (const listener of listeners) listener()
}

export const moment = {
  hold(atMs: number): void {
    if (current.heldAtMs === null) set({ heldAtMs: atMs })
  },
  release(): void {
    if (current.heldAtMs !== null) set(LIVE)
  },
  isHeld(): boolean {
    return current.heldAtMs !== null
  },
  get: (): Moment => current,
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** While time is held, actions that change the system are off; Halt all is not. */
export function useMoment(): Moment {
  return useSyncExternalStore(moment.subscribe, moment.get, () => LIVE)
}
