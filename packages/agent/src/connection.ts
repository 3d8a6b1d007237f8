/**
 * The one connection to the hub: socket.io over WebSocket, with its own reconnecting. A refusal is said in one line with
 * its cure, retries begin fast and end at the cap, and every delay is drawn at random so that a hundred nodes do not
 * come back in step.
 */
import { type Hello, REFUSALS, type Refusal, type Welcome, welcome } from '@orrery/protocol'
import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import type { Guard } from './guard.ts'
import { describe } from './guard.ts'
import type { OnceLogger } from './logger.ts'

export type ConnectionState = 'connecting' | 'welcomed' | 'refused' | 'waiting' | 'closed'

export interface HubHandlers {
  welcomed(welcome: Welcome): void
  /** Contact is lost: nothing sent from here on arrives. */
  lost(): void
  ack(crashIds: string[], seq: number): void
  command(raw: unknown): void
  renewal(raw: unknown): void
  /** The node's two clocks, read now. */
  clock(): { atUs: number; wallMs: number }
}

export interface ConnectionOptions {
  hub: string
  /** Versions the agent speaks. */
  versions: { min: number; max: number }
  hello: () => Hello
  handlers: HubHandlers
  guard: Guard
  log: OnceLogger
  random?: () => number
}

export interface Connection {
  readonly state: ConnectionState
  /** Version that both speak on this connection, `null` while there is none. */
  readonly protocol: number | null
  /** Why the hub refused last, `null` when it did not. */
  readonly refusal: Refusal | null
  /** Bytes handed over and not yet taken by the operating system. */
  readonly bufferedBytes: number
  start(): void
  /** Whether the frame was handed over. */
  send(frame: Uint8Array): boolean
  /** Whether it was handed over; `acked` is called when the hub has said that it has it. */
  tell(event: string, payload: unknown, acked: () => void): boolean
  /** Drops the connection and begins anew: for a socket that takes nothing any more. */
  renew(why: string): void
  /** Says goodbye and closes; waits at most a second for the bytes to go. */
  close(reason: string): Promise<void>
}

const FIRST_RETRY_MS = 100
const RETRY_FACTOR = 1.7
const RETRY_CAP_MS = 30_000
/** A hub on the same machine is cheap to ask. */
const LOCAL_RETRY_CAP_MS = 2_000
/** Whoever is refused waits a second at least: the cure takes a person or a dying namesake. */
const REFUSED_RETRY_MS = 1_000
const WELCOME_WITHIN_MS = 10_000
const CLOSE_WITHIN_MS = 1_000

const ack = z.object({ crashIds: z.array(z.string().max(64)).max(100_000), seq: z.number() })
const farewell = z.object({ reason: z.string().max(1_024) }).catch({ reason: 'no reason' })
const refusal = z.object({
  code: z.string().max(64),
  message: z.string().max(1_024),
  cure: z.string().max(1_024),
})

/** Full jitter: anything between nothing and the exponentially growing bound. */
export function retryDelayMs(attempt: number, capMs: number, random: () => number): number {
  const bound = Math.min(capMs, FIRST_RETRY_MS * RETRY_FACTOR ** Math.min(attempt, 60))
  return Math.round(random() * bound)
}

export function createConnection(options: ConnectionOptions): Connection {
  const { hub, handlers, guard, log } = options
  const random = options.random ?? Math.random
  const capMs = isLocal(hub) ? LOCAL_RETRY_CAP_MS : RETRY_CAP_MS
  let state: ConnectionState = 'waiting'
  let lastRefusal: Refusal | null = null
  let protocol: number | null = null
  let attempt = 0
  let retryTimer: NodeJS.Timeout | null = null
  let welcomeTimer: NodeJS.Timeout | null = null

  const socket: Socket = io(`${hub}/agent`, {
    autoConnect: false,
    reconnection: false,
    transports: ['websocket'],
    forceNew: true,
    // The agent alone must not keep its host's process alive.
    autoUnref: true,
    perMessageDeflate: false as never,
    timeout: WELCOME_WITHIN_MS,
    auth: (send) => send(guard.run('hello', options.hello) ?? {}),
  })

  const connect = (): void => {
    if (state === 'closed') return
    retryTimer = null
    state = 'connecting'
    welcomeTimer = setTimeout(() => retry('the hub did not answer the hello'), WELCOME_WITHIN_MS)
    welcomeTimer.unref()
    socket.connect()
  }

  /** Every way out of a connection ends here. */
  const retry = (why: string, refused: Refusal | null = null): void => {
    if (state === 'closed' || retryTimer) return
    const wasWelcomed = state === 'welcomed'
    protocol = null
    state = refused ? 'refused' : 'waiting'
    lastRefusal = refused
    if (welcomeTimer) clearTimeout(welcomeTimer)
    // Set before the socket is closed: its closing comes back here.
    const delay = Math.max(refused ? REFUSED_RETRY_MS : 0, retryDelayMs(attempt++, capMs, random))
    retryTimer = setTimeout(() => guard.run('connect', connect), delay)
    retryTimer.unref()
    if (wasWelcomed) handlers.lost()
    socket.disconnect()
    if (refused)
      log.warn(
        'hub',
        `the hub at ${hub} refuses this node (${refused.code}): ${refused.message}. ${refused.cure}`,
      )
    else log.info('hub', `no hub at ${hub} (${why}); trying again, crash reports are kept meanwhile`)
  }

  const on = (event: string, handler: (...args: unknown[]) => void): void => {
    socket.on(event, (...args: unknown[]) => {
      guard.timed(`hub event ${event}`, () => handler(...args))
    })
  }

  on('welcome', (raw) => {
    const parsed = welcome.safeParse(raw)
    if (!parsed.success) return retry('its welcome could not be read')
    const { min, max } = options.versions
    if (parsed.data.protocol < min || parsed.data.protocol > max)
      return retry('another version', versionRefusal(parsed.data.protocol, options.versions))
    if (welcomeTimer) clearTimeout(welcomeTimer)
    state = 'welcomed'
    protocol = parsed.data.protocol
    attempt = 0
    lastRefusal = null
    log.info('hub', `connected to the hub at ${hub}`)
    handlers.welcomed(parsed.data)
  })
  on('ack', (raw) => {
    const parsed = ack.safeParse(raw)
    if (parsed.success) handlers.ack(parsed.data.crashIds, parsed.data.seq)
    else guard.fault('ack', parsed.error)
  })
  on('command', (raw) => handlers.command(raw))
  on('renewal', (raw) => handlers.renewal(raw))
  on('clock', (...args) => {
    const reply = args.at(-1)
    if (typeof reply === 'function') reply(handlers.clock())
  })
  on('goodbye', (raw) => retry(`it said goodbye: ${farewell.parse(raw).reason}`))
  on('refused', (raw) => retry('refused', readRefusal(raw)))
  on('connect_error', (error) => {
    const data = error instanceof Error && 'data' in error ? error.data : undefined
    retry(reasonOf(error), data === undefined ? null : readRefusal(data))
  })
  on('disconnect', (why) => retry(String(why)))

  return {
    get state() {
      return state
    },
    get protocol() {
      return protocol
    },
    get refusal() {
      return lastRefusal
    },
    get bufferedBytes() {
      return bufferedBytesOf(socket)
    },
    start: connect,
    send(frame) {
      if (state !== 'welcomed') return false
      socket.emit('frame', frame)
      return true
    },
    tell(event, payload, acked) {
      if (state !== 'welcomed') return false
      socket.emit(event, payload, () => guard.run(`ack of ${event}`, acked))
      return true
    },
    renew: (why) => retry(why),
    async close(reason) {
      if (state === 'closed') return
      const wasWelcomed = state === 'welcomed'
      state = 'closed'
      protocol = null
      if (retryTimer) clearTimeout(retryTimer)
      if (welcomeTimer) clearTimeout(welcomeTimer)
      if (wasWelcomed) await sayGoodbye(socket, reason)
      socket.removeAllListeners()
      socket.disconnect()
    },
  }
}

/** The hub answers a goodbye, or does not; either way the bytes before it have gone when the buffer is empty. */
async function sayGoodbye(socket: Socket, reason: string): Promise<void> {
  socket.emit('goodbye', { reason })
  const until = performance.now() + CLOSE_WITHIN_MS
  do {
    await new Promise((done) => setTimeout(done, 10))
  } while (socket.connected && bufferedBytesOf(socket) > 0 && performance.now() < until)
}

function versionRefusal(protocol: number, { min, max }: ConnectionOptions['versions']): Refusal {
  return {
    code: 'protocol.version',
    message: `the hub speaks version ${protocol}, this agent ${min} to ${max}`,
    cure: 'Bring agent and hub to neighbouring releases.',
  }
}

function readRefusal(raw: unknown): Refusal {
  const parsed = refusal.safeParse(raw)
  if (parsed.success && parsed.data.code in REFUSALS) return parsed.data as Refusal
  return {
    code: 'protocol.malformed',
    message: REFUSALS['protocol.malformed'],
    cure: 'Check that this address is an Orrery hub of the same version.',
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no connection'
  const context = 'description' in error ? error.description : undefined
  const inner =
    typeof context === 'object' &&
    context !== null &&
    'message' in context &&
    typeof context.message === 'string'
      ? context.message
      : ''
  return inner === '' ? describe(error) : inner.slice(0, 200)
}

/** What engine.io and the WebSocket beneath hold; 0 where that cannot be seen. */
function bufferedBytesOf(socket: Socket): number {
  const transport: unknown = socket.io.engine?.transport
  const ws = field(transport, 'ws')
  const amount = field(ws, 'bufferedAmount')
  const queued = socket.io.engine?.writeBuffer.length ?? 0
  return (typeof amount === 'number' ? amount : 0) + queued * 1_024
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

function isLocal(hub: string): boolean {
  const { hostname } = new URL(hub)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
