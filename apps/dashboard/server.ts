/**
 * The product: hub and pages in one process, on one port. The only file of the dashboard that knows the hub.
 *
 * The port is taken first, so that a second start says so before it touches the data folder; then hub and pages are made
 * ready side by side, and one line says where.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, resolve } from 'node:path'
import { format, stripVTControlCharacters } from 'node:util'
import {
  backUp,
  ConfigError,
  consoleLogger,
  createHub,
  type Hub,
  type HubConfig,
  readConfig,
  restore,
  StoreError,
} from '@orrery/hub'
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

const [command, ...words] = process.argv.slice(2)
await (command === undefined ? serve() : carryOut(command, words)).catch((error: unknown) => {
  sayFailure(error)
  process.exit(1)
})

async function serve(): Promise<void> {
  const config = readConfig(process.env)
  if (process.env.NODE_ENV === 'production') sayForPages()
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
  consoleLogger.info('hub', `the dashboard is at ${config.publicUrl ?? addressOf(config.host, port)}`)
  stopOnSignal(hub, pages, () => {
    answer = answerStopping
    // Whoever is still being answered has a moment; an idle connection closes with the server.
    setTimeout(() => server.closeAllConnections(), CUT_AFTER_MS).unref()
  })
}

/** `backup FILE` and `restore FILE`: the whole store in one file, and back, by the same settings as the server. */
async function carryOut(command: string, [file, ...rest]: string[]): Promise<void> {
  const act = command === 'backup' ? backUp : command === 'restore' ? restore : null
  if (act === null || file === undefined || rest.length > 0) {
    throw new StartError('usage: server.mjs [backup FILE | restore FILE]', null)
  }
  const { databaseUrl, dataDir } = readConfig(process.env)
  const rows = await act({ databaseUrl, dataDir }, resolve(file))
  consoleLogger.info(
    'database',
    `${command === 'backup' ? 'wrote' : 'restored'} ${rows} rows: ${resolve(file)}`,
  )
}

function listen(server: ReturnType<typeof createServer>, config: HubConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new StartError(whyNotListening(error, config), error))
    })
    server.listen({ port: config.port, host: config.host, backlog: 4_096 }, () =>
      resolve((server.address() as AddressInfo).port),
    )
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

/** Somebody asks, over a connection that is still open, after the stop has begun. */
function answerStopping(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  res.end('Orrery is stopping.\n')
}

/** Stops in order on SIGTERM or Ctrl-C; a second signal does not wait. */
function stopOnSignal(hub: Hub, pages: { close(): Promise<void> }, begin: () => void): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(1)
    isStopping = true
    setTimeout(() => {
      consoleLogger.error('hub', `not everything closed within ${STOP_WITHIN_MS / 1_000} s`)
      process.exit(1)
    }, STOP_WITHIN_MS).unref()
    begin()
    void shutDown(hub, pages).then(
      () => process.exit(0),
      (error: unknown) => {
        sayFailure(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** Connections and the port first, then the pages, the database last: nothing that is being answered finds it closed. */
async function shutDown(hub: Hub, pages: { close(): Promise<void> }): Promise<void> {
  consoleLogger.info('hub', 'stopping: goodbye to agents and browsers')
  await hub.disconnect()
  consoleLogger.info('hub', 'connections have ended')
  await pages.close()
  consoleLogger.info('hub', 'pages have ended')
  await hub.close()
  consoleLogger.info('database', 'the database is closed')
}

function sayFailure(error: unknown): void {
  if (error instanceof ConfigError) for (const fault of error.faults) consoleLogger.error('settings', fault)
  else if (error instanceof StartError) consoleLogger.error('settings', error.message)
  // The store's own errors are a sentence for whoever started it.
  else if (error instanceof StoreError) consoleLogger.error('database', error.message)
  else consoleLogger.error('hub', error instanceof Error ? error.message : String(error), error)
}

/** Next speaks through the console, in words for a terminal; collected, its lines are as all others. */
function sayForPages(): void {
  const say = (level: 'info' | 'warn' | 'error') => {
    return (...words: unknown[]) => {
      const text = stripVTControlCharacters(format(...words)).trim()
      if (text !== '') consoleLogger[level]('pages', text)
    }
  }
  if (!process.stdout.isTTY) console.log = console.info = console.debug = say('info')
  if (!process.stderr.isTTY) {
    console.warn = say('warn')
    console.error = say('error')
  }
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
