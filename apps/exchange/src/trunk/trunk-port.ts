/**
 * The line to the other exchange: a TCP connection on loopback, taken up again whenever it is lost. Noise on the line, where it is asked for,
 * damages a byte now and then. Where the two exchanges are parted, what this side writes vanishes and what arrives is thrown away, while the connection
 * stays; one that is lost meanwhile does not come up before the line carries again.
 */
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { type Context, Port } from '@orrery/runtime'
import { FRAMER, ROUTE_TABLE, TRUNK_LINK } from '../messages.ts'

export interface TrunkArgs {
  /** One side listens, the other connects; `null` for neither: an exchange of its own. */
  readonly listen: number | null
  readonly connect: number | null
  /** Mean time between two bursts of noise; 0 for none. */
  readonly noiseEveryMs: number
}

export interface Trunk {
  /** Whether it went out. */
  write(bytes: Uint8Array): boolean
  close(): void
  readonly isUp: boolean
}

const HOST = '127.0.0.1'
const RETRY_MS = 1_000

export const TRUNK = 'trunk'
export const TrunkPort = Port.define<{ args: TrunkArgs; resource: Trunk }>({
  module: 'TrunkPort',
  isLine: true,
  open: (args, ctx) => openTrunk(args, ctx),
  close: (trunk) => trunk.close(),
  formatStatus: ({ isUp }) => ({ carrier: isUp ? 'up' : 'down' }),
})
export const trunk = Port.nameOf(TrunkPort, TRUNK)

async function openTrunk(
  { listen, connect, noiseEveryMs }: TrunkArgs,
  { node }: Context<never>,
): Promise<Trunk> {
  let line: Socket | null = null
  let server: Server | null = null
  let isClosed = false
  let noiseDueMs = noiseEveryMs * (0.5 + node.random())
  let lastMs = node.clock.wallMs()

  const tell = (isUp: boolean): void => {
    node.cast(ROUTE_TABLE, { type: 'carrier', isUp })
    node.send(FRAMER, { type: 'carrier', isUp })
    node.send(TRUNK_LINK, { type: 'carrier', isUp })
  }
  const isParted = (): boolean => (node.ports.get(TRUNK)?.blocked ?? 'none') !== 'none'
  const take = (socket: Socket): void => {
    if (isParted()) {
      socket.on('error', () => undefined)
      socket.destroy()
      if (connect !== null) setTimeout(again, RETRY_MS).unref()
      return
    }
    line?.destroy()
    line = socket
    socket.setNoDelay(true)
    let hasGap = false
    socket.on('data', (bytes) => {
      if (!node.ports.carries(TRUNK, 'in')) {
        hasGap = true
        return
      }
      // What stood before the gap is half a frame at most, and its other half is gone.
      if (hasGap) node.send(FRAMER, { type: 'carrier', isUp: true })
      hasGap = false
      node.send(FRAMER, { type: 'bytes', bytes: new Uint8Array(bytes) })
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (line !== socket) return
      line = null
      if (isClosed) return
      tell(false)
      if (connect !== null) setTimeout(again, RETRY_MS).unref()
    })
    tell(true)
  }
  const again = (): void => {
    if (isClosed || connect === null) return
    const socket = dial({ host: HOST, port: connect })
    const retry = (): void => void setTimeout(again, RETRY_MS).unref()
    socket.once('error', retry)
    socket.once('connect', () => {
      socket.off('error', retry)
      take(socket)
    })
  }
  if (listen !== null) server = await listenOn(listen, take)
  again()

  return {
    get isUp() {
      return line !== null
    },
    write(bytes) {
      if (line === null) return false
      if (!node.ports.carries(TRUNK, 'out')) return true
      const nowMs = node.clock.wallMs()
      noiseDueMs -= nowMs - lastMs
      lastMs = nowMs
      if (noiseEveryMs > 0 && noiseDueMs <= 0) {
        noiseDueMs = noiseEveryMs * (0.5 + node.random())
        bytes = damaged(bytes)
      }
      return line.write(bytes)
    },
    close() {
      isClosed = true
      line?.destroy()
      server?.close()
    },
  }
}

function listenOn(port: number, take: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(take)
    server.once('error', reject)
    server.listen(port, HOST, () => resolve(server))
    server.unref()
  })
}

/** The last byte of the body: the frame is whole, and wrong. */
function damaged(bytes: Uint8Array): Uint8Array {
  const noisy = bytes.slice()
  const last = noisy.length - 1
  noisy[last] = (noisy[last] ?? 0) ^ 0xff
  return noisy
}
