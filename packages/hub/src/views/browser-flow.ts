/**
 * How fast a browser takes what it is sent. Two things are watched: whether the bytes have left for the network, and
 * whether the page has got as far as a mark put behind them. The network's own buffers hold megabytes, so that without the
 * mark a slow page would be shown the past for half a minute.
 *
 * The mark is engine.io's own heartbeat, which every client answers in order with all else.
 */
import type { Socket } from 'socket.io'
import type { Clock } from '../clock.ts'

export interface BrowserFlow {
  /** Whether another picture may be sent. */
  isReady(): boolean
  /** Messages that wait for the network. */
  readonly waiting: number
  /** Something was sent. */
  sent(): void
  /** Calls `ready` once it may be. */
  wait(): void
  stop(): void
}

/** Farther behind than this, a page is given nothing new: it would only be later still. */
const BEHIND_MS = 500

export function createBrowserFlow(socket: Socket, clock: Clock, ready: () => void): BrowserFlow {
  const { conn } = socket
  /** When the mark went out that was not answered yet. */
  let markedAtMs: number | null = null
  let hasSentSince = false
  let isWaiting = false
  /** The transport that says when it takes more: asked once, however often somebody waits. */
  let asked: Socket['conn']['transport'] | null = null

  const hasLeft = (): boolean => conn.transport.writable && queueOf(conn).length === 0
  const isReady = (): boolean => hasLeft() && (markedAtMs === null || clock.nowMs() - markedAtMs < BEHIND_MS)

  const mark = (): void => {
    hasSentSince = false
    markedAtMs = clock.nowMs()
    sendMark(conn)
  }

  const wake = (): void => {
    if (!isWaiting || !isReady()) return
    isWaiting = false
    ready()
  }

  const answered = (): void => {
    markedAtMs = null
    if (hasSentSince) mark()
    wake()
    watch()
  }

  /** Transports come and go with an upgrade; each says by itself when it takes more. */
  const watch = (): void => {
    const { transport } = conn
    if (!isWaiting || hasLeft() || asked === transport) return
    asked = transport
    transport.once('ready', () => {
      asked = null
      wake()
      watch()
    })
  }

  const upgraded = (): void => {
    wake()
    watch()
  }

  conn.on('heartbeat', answered)
  conn.on('upgrade', upgraded)
  return {
    isReady,
    get waiting() {
      return queueOf(conn).length
    },
    sent() {
      hasSentSince = true
      if (markedAtMs === null) mark()
    },
    wait() {
      isWaiting = true
      watch()
    },
    stop() {
      isWaiting = false
      conn.off('heartbeat', answered)
      conn.off('upgrade', upgraded)
    },
  }
}

interface EngineInside {
  writeBuffer: unknown[]
  sendPacket(type: 'ping'): void
}

/** Engine.io's queue of packets: public in its client, private in the types of its server. */
function queueOf(conn: Socket['conn']): unknown[] {
  return (conn as unknown as EngineInside).writeBuffer
}

function sendMark(conn: Socket['conn']): void {
  const engine = conn as unknown as EngineInside
  engine.sendPacket('ping')
}
