/**
 * A TCP proxy on loopback: what connects to it talks to its target, until it cuts, stalls or slows them. Its port stays
 * while the target's changes, so a server that is started again is found where it was.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Port on loopback; while it is `null` whoever connects is turned away. */
  target: number | null
  readonly connections: number
  /** Ends every connection there is, both ways; answers how many. New ones are let in. */
  cut(): number
  /** Nothing passes any more, and nobody is told: connections stay, new ones too. */
  stall(): void
  /** Bytes a second and way of each connection; `null` as fast as they come. Ends a stall. */
  flow(bytesPerS: number | null): void
}

/** Slow connections are fed in pieces of this size. */
const PIECE_BYTES = 4_096

export async function startProxy(target: number | null = null): Promise<TcpProxy> {
  const pairs = new Set<[Socket, Socket]>()
  const held: (() => void)[] = []
  let isStalled = false
  let pace: number | null = null

  const pump = (from: Socket, to: Socket): void => {
    const piece = async (bytes: Buffer): Promise<void> => {
      if (isStalled) await new Promise<void>((resolve) => held.push(resolve))
      if (pace !== null) await pause((bytes.length / pace) * 1_000)
      if (!to.destroyed && !to.write(bytes)) await roomIn(to)
    }
    from.on('data', async (chunk: Buffer) => {
      from.pause()
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) await piece(chunk.subarray(at, at + PIECE_BYTES))
      from.resume()
    })
    from.on('end', () => to.end())
  }

  const server = createServer((client) => {
    if (proxy.target === null) return void client.destroy()
    const upstream = connect(proxy.target, '127.0.0.1')
    const pair: [Socket, Socket] = [client, upstream]
    pairs.add(pair)
    for (const end of pair) {
      // How an end breaks is of no interest here, only that both do.
      end.on('error', () => undefined)
      end.on('close', () => {
        pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
    }
    pump(client, upstream)
    pump(upstream, client)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  const flow = (bytesPerS: number | null): void => {
    pace = bytesPerS
    isStalled = false
    for (const pass of held.splice(0)) pass()
  }
  const cut = (): number => {
    const all = [...pairs]
    for (const [client, upstream] of all) {
      client.destroy()
      upstream.destroy()
    }
    return all.length
  }
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    target,
    get connections() {
      return pairs.size
    },
    cut,
    stall() {
      isStalled = true
    },
    flow,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      flow(null)
      cut()
      await closed
    },
  }
  return proxy
}

/** Or its end. */
function roomIn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go).off('close', go)
      resolve()
    }
    socket.on('drain', go).on('close', go)
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
