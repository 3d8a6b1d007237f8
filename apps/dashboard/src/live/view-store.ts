/**
 * What this page holds of each view it looks at: one subscription for all who look at the same thing, snapshots and
 * deltas in order, and the picture that was on screen when time was held.
 */

import type { ViewParams, ViewTypes } from '@orrery/live/views'
import { apply } from '@orrery/live/views'
import type { ViewMessage, ViewName } from '@orrery/protocol'
import { isMotionReduced } from '../ui/motion.ts'
import { connection } from './connection.ts'
import { moment } from './moment.ts'

export interface Held<V> {
  data: V | null
  error: { code: string; message: string } | null
  /** The hub's time of the last change. */
  atMs: number | null
}

/** Kept that long after the last looker left, so that going back finds the picture still there. */
const LINGER_MS = 3_000

class Channel {
  readonly id: string
  readonly view: ViewName
  readonly params: unknown
  readonly listeners = new Set<() => void>()
  current: Held<unknown> = { data: null, error: null, atMs: null }
  /** What was shown when time was held. */
  frozen: Held<unknown> | null = null
  seq = -1
  leaving: ReturnType<typeof setTimeout> | null = null
  toldMs = Number.NEGATIVE_INFINITY
  telling: ReturnType<typeof setTimeout> | null = null

  constructor(id: string, view: ViewName, params: unknown) {
    this.id = id
    this.view = view
    this.params = params
  }
}

const channels = new Map<string, Channel>()
const byId = new Map<string, Channel>()
let lastId = 0

function channelOf(view: ViewName, params: unknown): Channel {
  const key = `${view} ${JSON.stringify(params)}`
  let channel = channels.get(key)
  if (!channel) {
    lastId += 1
    channel = new Channel(`v${lastId}`, view, params)
    channels.set(key, channel)
    byId.set(channel.id, channel)
  }
  return channel
}

/** Starts looking; the returned function stops. */
export function watch<V extends ViewName>(view: V, params: ViewParams[V], listener: () => void): () => void {
  const channel = channelOf(view, params)
  if (channel.leaving) clearTimeout(channel.leaving)
  else if (channel.listeners.size === 0) ask(channel)
  channel.leaving = null
  channel.listeners.add(listener)
  return () => {
    channel.listeners.delete(listener)
    if (channel.listeners.size === 0) channel.leaving = setTimeout(() => leave(channel), LINGER_MS)
  }
}

/** What is held now; the same object until it changes. */
export function held<V extends ViewName>(
  view: V,
  params: ViewParams[V],
  isHeldInTime: boolean,
): Held<ViewTypes[V]> {
  const channel = channelOf(view, params)
  return ((isHeldInTime && channel.frozen) || channel.current) as Held<ViewTypes[V]>
}

function ask(channel: Channel): void {
  channel.seq = -1
  connection.emit('subscribe', { id: channel.id, view: channel.view, params: channel.params })
}

function leave(channel: Channel): void {
  connection.emit('unsubscribe', { id: channel.id })
  channels.delete(`${channel.view} ${JSON.stringify(channel.params)}`)
  byId.delete(channel.id)
}

function take(message: ViewMessage): void {
  const channel = byId.get(message.id)
  if (!channel) return
  if ('error' in message) {
    change(channel, { ...channel.current, error: message.error })
    return
  }
  if ('snapshot' in message) {
    channel.seq = 0
    change(channel, { data: message.snapshot, error: null, atMs: message.atMs })
    return
  }
  // A delta that does not follow the last one is worth nothing: ask for a new snapshot.
  if (message.seq !== channel.seq + 1) {
    if (channel.seq >= 0) ask(channel)
    return
  }
  channel.seq = message.seq
  change(channel, {
    data: apply(channel.current.data as never, message.delta as never),
    error: null,
    atMs: message.atMs,
  })
}

function change(channel: Channel, next: Held<unknown>): void {
  channel.current = next
  // First sight of something while time is held: that is the picture.
  if (moment.isHeld() && channel.frozen === null) channel.frozen = next
  tell(channel)
}

/** Where motion is reduced, pictures change once a second. */
const CALM_MS = 1_000

function tell(channel: Channel): void {
  if (channel.telling) return
  const waitMs = isMotionReduced() ? channel.toldMs + CALM_MS - performance.now() : 0
  const now = () => {
    channel.telling = null
    channel.toldMs = performance.now()
    for (const listener of channel.listeners) listener()
  }
  if (waitMs > 0) channel.telling = setTimeout(now, waitMs)
  else now()
}

connection.onView(take)
connection.onOpen(() => {
  for (const channel of byId.values()) ask(channel)
})
moment.subscribe(() => {
  const isHeld = moment.isHeld()
  for (const channel of byId.values()) {
    const frozen = isHeld
      ? (channel.frozen ?? (channel.current.data === null ? null : channel.current))
      : null
    if (frozen === channel.frozen) continue
    channel.frozen = frozen
    for (const listener of channel.listeners) listener()
  }
})
