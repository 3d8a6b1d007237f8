/** A hub with a server of its own and nothing else: for tests, measurements, and whoever brings another dashboard. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HubConfig } from './config.ts'
import { createHub, type Hub, type HubOptions } from './hub.ts'

/** A thousand who knock at once all get an answer, also while the hub has its hands full. */
export const BACKLOG = 4_096

export interface StartedHub extends AsyncDisposable {
  /** Like `http://127.0.0.1:40123`. */
  url: string
  hub: Hub
  close(): Promise<void>
}

/**
 * Listens and starts a hub. `port: 0` takes any free one.
 *
 * @example
 * const { url, close } = await startHub({ config: readConfig({ ORRERY_PORT: '0', ORRERY_DATA: '/tmp/orrery' }) })
 */
export async function startHub(options: HubOptions): Promise<StartedHub> {
  let hub: Hub | null = null
  const server = createServer((req, res) => {
    if (hub?.handle(req, res)) return
    const isStarting = hub === null
    // socket.io answers its own path, beside this listener.
    if (!isStarting && req.url?.startsWith('/socket.io/')) return
    res.writeHead(isStarting ? 503 : 404, { 'content-type': 'application/problem+json' })
    res.end(
      JSON.stringify({ title: isStarting ? 'The hub is starting' : 'Nothing here', status: res.statusCode }),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const { port, host } = options.config
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo
  const config: HubConfig = { ...options.config, port }
  const stopListening = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  try {
    hub = await createHub({ ...options, config })
  } catch (error) {
    await stopListening()
    throw error
  }
  hub.attach(server)
  const started = hub
  const close = async (): Promise<void> => {
    await started.close()
    await stopListening()
  }
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return { url: `http://${host}:${port}`, hub: started, close, [Symbol.asyncDispose]: close }
}
