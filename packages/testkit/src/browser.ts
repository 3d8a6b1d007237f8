/** A browser without a screen: the hub's views over a real socket.io connection, kept as a page keeps them. */
import { apply, type Delta, type ViewParams, type ViewTypes } from '@orrery/live/views'
import type { ViewMessage } from '@orrery/protocol'
import { io, type Socket } from 'socket.io-client'
import { until } from './until.ts'

export interface LiveView<T> {
  /** The picture now; throws while there is none. */
  readonly value: T
  readonly isLoaded: boolean
  readonly error: { code: string; message: string } | null
  /** Number of the last message: 0 for the snapshot. */
  readonly seq: number
  /** Snapshots received: more than one after a reconnect. */
  readonly snapshots: number
  /** Times at which pictures came, Unix milliseconds. */
  readonly arrivals: number[]
  /** Resolves with the first picture for which this holds; a predicate that throws does not hold. */
  waitFor(predicate: (value: T) => boolean, what?: string, withinMs?: number): Promise<T>
  close(): void
}

export interface Browser extends AsyncDisposable {
  readonly socket: Socket
  readonly isConnected: boolean
  view<V extends keyof ViewTypes>(view: V, params: ViewParams[V]): LiveView<ViewTypes[V]>
  close(): Promise<void>
}

export interface BrowserOptions {
  url: string
  /** As a page of our own sends them: `origin`, `cookie`, `authorization`. */
  headers?: Record<string, string>
  transports?: ('websocket' | 'polling')[]
}

/** Connects; resolves when the hub let it in, rejects with what the hub said when it did not. */
export async function openBrowser(options: BrowserOptions): Promise<Browser> {
  const socket = io(options.url, {
    transports: options.transports ?? ['websocket'],
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
    ...(options.headers ? { extraHeaders: options.headers } : {}),
  })
  await new Promise<void>((resolve, reject) => {
    const refused = (error: Error): void => {
      socket.disconnect()
      reject(error)
    }
    socket.once('connect_error', refused)
    socket.once('connect', () => {
      socket.off('connect_error', refused)
      resolve()
    })
  })
  const takers = new Map<string, (message: ViewMessage) => void>()
  let lastId = 0
  socket.on('view', (messages: ViewMessage[]) => {
    for (const message of messages) takers.get(message.id)?.(message)
  })

  const close = (): Promise<void> => {
    socket.disconnect()
    return Promise.resolve()
  }
  return {
    socket,
    get isConnected() {
      return socket.connected
    },
    view(view, params) {
      const id = `${view}-${++lastId}`
      const subscribe = (): void => void socket.emit('subscribe', { id, view, params })
      const live = keep<ViewTypes[typeof view]>(`${view} ${JSON.stringify(params)}`, subscribe, () => {
        takers.delete(id)
        socket.off('connect', subscribe)
        socket.emit('unsubscribe', { id })
      })
      takers.set(id, live.take)
      socket.on('connect', subscribe)
      subscribe()
      return live.view
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function keep<T>(name: string, resubscribe: () => void, close: () => void) {
  let value: T | undefined
  let error: LiveView<T>['error'] = null
  let seq = -1
  let snapshots = 0
  const arrivals: number[] = []
  const listeners = new Set<() => void>()

  const take = (message: ViewMessage): void => {
    arrivals.push(Date.now())
    if ('error' in message) error = message.error
    else if ('snapshot' in message) {
      value = message.snapshot as T
      error = null
      seq = 0
      snapshots++
    } else if (message.seq === seq + 1) {
      // A delta that is not the next one is of a connection before this one.
      value = apply(value as T, message.delta as Delta)
      error = null
      seq = message.seq
    } else resubscribe()
    for (const listener of [...listeners]) listener()
  }

  const view: LiveView<T> = {
    get value() {
      if (value === undefined) throw new Error(`${name}: nothing came yet`)
      return value
    },
    get isLoaded() {
      return value !== undefined
    },
    get error() {
      return error
    },
    get seq() {
      return seq
    },
    get snapshots() {
      return snapshots
    },
    arrivals,
    async waitFor(predicate, what = 'what was waited for', withinMs) {
      await until(
        () => value !== undefined && predicate(value),
        () => `${name}: ${what} never came; last: ${JSON.stringify(error ?? value)?.slice(0, 2_000)}`,
        {
          withinMs,
          on(check) {
            listeners.add(check)
            return () => listeners.delete(check)
          },
        },
      )
      return value as T
    },
    close,
  }
  return { view, take }
}
