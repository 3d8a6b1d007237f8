/**
 * The product: hub and pages in one process, on one port. The only file of the dashboard that knows the hub.
 *
 * The port is taken first, so that a second start says so before it touches the data folder; then hub and pages are made
 * ready side by side, and one line says where.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { ConfigError, createHub, type Hub, type HubConfig, readConfig } from '@orrery/hub'
import next from 'next'

/** What is not closed by then is left behind. */
const STOP_WITHIN_MS = 8_000

const CUT_AFTER_MS = 1_500

type Handle = (req: IncomingMessage, res: ServerResponse) => void

/** Faults of the start that have a plain sentence; anything else shows where it came from. */
class StartError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'StartError'
  }
}

await main().catch((error: unknown) => {
  for (const line of linesOf(error)) process.stderr.write(`orrery: ${line}\n`)
  process.exit(1)
})

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const server = createServer()
  let answer: Handle = answerStarting
  server.on('request', (req, res) => answer(req, res))
  const port = await listen(server, config)
  const isDev = process.env.NODE_ENV !== 'production'
  const pages = next({
    dev: isDev,
    dir: projectDir(),
    hostname: config.host,
    port,
    httpServer: server,
    quiet: !isDev,
  })
  const [hub] = await Promise.all([createHub({ config: { ...config, port } }), pages.prepare()])
  hub.attach(server)
  const page = pages.getRequestHandler()
  answer = (req, res) => {
    // socket.io listens on the same server and answers its own.
    if (req.url?.startsWith('/socket.io/') || hub.handle(req, res)) return
    void page(req, res)
  }
  process.stdout.write(`orrery: the dashboard is at ${config.publicUrl ?? addressOf(config.host, port)}\n`)
  stopOnSignal(server, hub, pages)
}

function listen(server: ReturnType<typeof createServer>, config: HubConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new StartError(whyNotListening(error, config), error))
    })
    server.listen(config.port, config.host, () => resolve((server.address() as AddressInfo).port))
  })
}

function whyNotListening(error: NodeJS.ErrnoException, { host, port }: HubConfig): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken; stop what listens there, or set ORRERY_PORT.`
    case 'EACCES':
      return `port ${port} needs more rights than this user has; set ORRERY_PORT to one above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine; set ORRERY_HOST.`
    default:
      return `cannot listen on ${host}:${port}: ${error.message}`
  }
}

/** Somebody asks before hub and pages are ready. */
function answerStarting(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' })
  res.end('Orrery is starting.\n')
}

/** First what is live, then the pages, then the port; a second signal does not wait. */
function stopOnSignal(
  server: ReturnType<typeof createServer>,
  hub: Hub,
  pages: { close(): Promise<void> },
): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(1)
    isStopping = true
    setTimeout(() => {
      process.stderr.write(`orrery: not everything closed within ${STOP_WITHIN_MS / 1_000} s.\n`)
      process.exit(1)
    }, STOP_WITHIN_MS).unref()
    void shutDown(server, hub, pages).then(
      () => process.exit(0),
      (error: unknown) => {
        for (const line of linesOf(error)) process.stderr.write(`orrery: ${line}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function shutDown(
  server: ReturnType<typeof createServer>,
  hub: Hub,
  pages: { close(): Promise<void> },
): Promise<void> {
  // Whoever is still being answered has a moment; an idle connection closes with the server.
  const cut = setTimeout(() => server.closeAllConnections(), CUT_AFTER_MS)
  await hub.close()
  await pages.close()
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearTimeout(cut)
}

function linesOf(error: unknown): string[] {
  if (error instanceof ConfigError) return error.faults
  if (error instanceof StartError) return [error.message]
  // The hub's own errors carry a code and a sentence for whoever started it.
  if (error instanceof Error && 'code' in error) return error.message.split('\n')
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
}

function addressOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** This file's folder; built, it lies one deeper. */
function projectDir(): string {
  const here = import.meta.dirname
  return basename(here) === 'dist' ? dirname(here) : here
}
