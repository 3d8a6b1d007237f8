/**
 * The one line between this page and the hub: a socket for views, and a round trip every two seconds that says how
 * far away the hub is and whether it still answers when nothing moves.
 */

import type { ViewMessage } from '@orrery/protocol'
import { io, type Socket } from 'socket.io-client'

export type Link = 'connecting' | 'open' | 'stale' | 'lost' | 'refused'

export interface ConnectionState {
  link: Link
  /** Whether the hub said goodbye: it was stopped, and did not just go silent. */
  isHubStopped: boolean
  /** When the hub was last heard, in this machine's clock; `null` before the first time. */
  heardAtMs: number | null
  /** The last round trip. */
  latencyMs: number | null
  /** Hub's clock minus this machine's. */
  clockOffsetMs: number
  /** Who the hub takes this browser for; a viewer looks, an operator also acts. */
  role: Role | null
  /** Whether the hub knows tokens at all: without them there is nothing to sign out of. */
  needsLogin: boolean
}

export type Role = 'viewer' | 'operator'

export const UNCONNECTED: ConnectionState = {
  link: 'connecting',
  isHubStopped: false,
  heardAtMs: null,
  latencyMs: null,
  clockOffsetMs: 0,
  role: null,
  needsLogin: false,
}

/** Silence after which what is shown is called stale, with its age. */
export const STALE_AFTER_MS = 3_000
const ASK_EVERY_MS = 2_000

type Listener = () => void

export class Connection {
  readonly #listeners = new Set<Listener>()
  readonly #onView = new Set<(message: ViewMessage) => void>()
  readonly #onOpen = new Set<Listener>()
  #state: ConnectionState = UNCONNECTED
  #socket: Socket | null = null
  /** Least of what a message says the hub's clock is ahead; a message is late, never early. */
  #aheadMs = Number.NEGATIVE_INFINITY

  readonly subscribe = (listener: Listener): Listener => {
    this.#start()
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly state = (): ConnectionState => this.#state

  onView(listener: (message: ViewMessage) => void): void {
    this.#onView.add(listener)
  }

  /** Called on every (re)connection: who subscribed asks again. */
  onOpen(listener: Listener): void {
    this.#onOpen.add(listener)
  }

  emit(event: 'subscribe' | 'unsubscribe', body: unknown): void {
    this.#start()
    if (this.#socket?.connected) this.#socket.emit(event, body)
  }

  get isOpen(): boolean {
    return this.#socket?.connected ?? false
  }

  /** After a successful sign-in. */
  retry(): void {
    this.#set({ link: 'connecting' })
    this.#socket?.disconnect()
    this.#socket?.connect()
    void this.#ask()
  }

  #start(): void {
    if (this.#socket || typeof window === 'undefined') return
    const socket = io({ transports: ['websocket'], reconnectionDelay: 300, reconnectionDelayMax: 2_000 })
    this.#socket = socket
    socket.on('connect', () => {
      this.#aheadMs = Number.NEGATIVE_INFINITY
      this.#set({ isHubStopped: false })
      this.#heard()
      for (const listener of this.#onOpen) listener()
    })
    socket.on('view', (messages: ViewMessage[]) => {
      this.#heard()
      for (const message of messages) {
        if ('atMs' in message) this.#clock(message.atMs)
        for (const listener of this.#onView) listener(message)
      }
    })
    socket.on('goodbye', () => this.#set({ isHubStopped: true, link: 'lost' }))
    socket.on('disconnect', () => this.#set({ link: 'lost' }))
    socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
      if (error.data?.code?.startsWith('auth.')) {
        this.#set({ link: 'refused' })
        return
      }
      this.#set({ link: this.#state.link === 'refused' ? 'refused' : 'lost' })
      // A proxy or the hub itself may answer the upgrade with a bare 401; the API says which it is.
      void this.#ask()
    })
    setInterval(() => this.#watch(), 500)
    setInterval(() => void this.#ask(), ASK_EVERY_MS)
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.#ask()
    })
    void this.#ask()
  }

  /** One cheap request: how far away the hub is, and who it takes us for. */
  async #ask(): Promise<void> {
    if (document.hidden) return
    const startedMs = performance.now()
    try {
      const answer = await fetch('/api/v1/session', {
        cache: 'no-store',
        signal: AbortSignal.timeout(STALE_AFTER_MS),
      })
      const latencyMs = performance.now() - startedMs
      const session = answer.ok ? ((await answer.json()) as { role: Role | null; needsLogin: boolean }) : null
      if (answer.status === 401 || (session?.needsLogin && session.role === null)) {
        this.#set({ link: 'refused', role: null, needsLogin: true })
        return
      }
      if (session === null) return
      if (this.#state.link === 'refused') this.retry()
      if (this.#socket?.connected) this.#heard()
      this.#set({ latencyMs, role: session.role, needsLogin: session.needsLogin })
    } catch {
      // Nothing answered: the silence itself is what `#watch` shows.
    }
  }

  #clock(atMs: number): void {
    const aheadMs = atMs - Date.now()
    if (aheadMs <= this.#aheadMs) return
    this.#aheadMs = aheadMs
    const offsetMs = aheadMs + Math.min(this.#state.latencyMs ?? 0, 1_000) / 2
    // On one machine, or two with the same clock, what is left is the way.
    this.#set({ clockOffsetMs: Math.abs(offsetMs) < 100 ? 0 : Math.round(offsetMs) })
  }

  #heard(): void {
    this.#set({ link: 'open', heardAtMs: Date.now() })
  }

  #watch(): void {
    const { link, heardAtMs } = this.#state
    if (link === 'open' && heardAtMs !== null && Date.now() - heardAtMs > STALE_AFTER_MS) {
      this.#set({ link: 'stale' })
    }
  }

  #set(change: Partial<ConnectionState>): void {
    const next = { ...this.#state, ...change }
    const before = this.#state
    this.#state = next
    // `heardAtMs` moves with every message; only what is drawn wakes anybody.
    if (
      next.link === before.link &&
      next.isHubStopped === before.isHubStopped &&
      next.clockOffsetMs === before.clockOffsetMs &&
      next.role === before.role &&
      next.needsLogin === before.needsLogin &&
      Math.round(next.latencyMs ?? -1) === Math.round(before.latencyMs ?? -1)
    ) {
      return
    }
    for (const listener of this.#listeners) listener()
  }
}

export const connection = new Connection()
