/** A browser whose machine reads nothing any more: the TCP connection beneath stands still, and nobody is told. */
import type { Socket } from 'socket.io-client'

/** The function returned ends it. Only for WebSocket. */
export function stall(socket: Socket): () => void {
  const { ws } = socket.io.engine.transport as unknown as { ws: { _socket: Stream } }
  const stream = ws._socket
  stream.pause()
  return () => stream.resume()
}

interface Stream {
  pause(): void
  resume(): void
}
