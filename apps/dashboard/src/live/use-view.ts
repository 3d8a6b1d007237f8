/** Live data through one hook. */
'use client'
import type { ViewParams, ViewTypes } from '@orrery/live/views'
import type { ViewName } from '@orrery/protocol'
import { useCallback, useSyncExternalStore } from 'react'
import { type ConnectionState, connection, UNCONNECTED } from './connection.ts'
import { useNow } from './now.ts'
import { type Held, held, watch } from './view-store.ts'

export type ViewStatus = 'loading' | 'live' | 'stale' | 'disconnected' | 'error'

export interface View<V> {
  /** The last picture; it stays when the hub is gone. */
  data: V | null
  status: ViewStatus
  /** How old the picture is, where it is not live. */
  ageMs: number
  /** When the hub was last heard, in the hub's clock; `null` before the first time. */
  heardAtMs: number | null
  error: { code: string; message: string } | null
}

const NOTHING: Held<never> = { data: null, error: null, atMs: null }

/**
 * Looks at one view of the hub for as long as the component is mounted; `null` parameters look at nothing.
 * While time is held the picture of that moment is answered, unless `followsTime` is false (the transport itself).
 *
 * ```tsx
 * const { data, status, ageMs } = useView('tree', { node: 'mail@localhost' })
 * ```
 */
export function useView<V extends ViewName>(
  view: V,
  params: ViewParams[V] | null,
  { followsTime = true }: { followsTime?: boolean } = {},
): View<ViewTypes[V]> {
  const key = params === null ? null : JSON.stringify(params)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is `params` by value
  const subscribe = useCallback(
    (listener: () => void) => (params === null ? () => undefined : watch(view, params, listener)),
    [view, key],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is `params` by value
  const snapshot = useCallback(
    () => (params === null ? (NOTHING as Held<ViewTypes[V]>) : held(view, params, followsTime)),
    [view, key, followsTime],
  )
  const now = useSyncExternalStore(subscribe, snapshot, () => NOTHING as Held<ViewTypes[V]>)
  const { link, heardAtMs, clockOffsetMs } = useConnection()
  const isOld = link === 'stale' || link === 'lost'
  const nowMs = useNow(isOld ? 1_000 : null)
  return {
    data: now.data,
    status: statusOf(now, link),
    ageMs: isOld && heardAtMs !== null ? Math.max(0, nowMs - heardAtMs) : 0,
    heardAtMs: heardAtMs === null ? null : heardAtMs + clockOffsetMs,
    error: now.error,
  }
}

/** The state of the line to the hub. */
export function useConnection(): ConnectionState {
  return useSyncExternalStore(connection.subscribe, connection.state, () => UNCONNECTED)
}

export function statusOf(now: Held<unknown>, link: ConnectionState['link']): ViewStatus {
  if (now.error) return 'error'
  if (link === 'lost' || link === 'refused') return 'disconnected'
  if (now.data === null) return 'loading'
  return link === 'stale' ? 'stale' : 'live'
}
