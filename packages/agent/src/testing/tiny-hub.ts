/** A hub that only listens: a real socket.io server that decodes frames and acks what it is told to. For tests. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Command, CrashReport, Hello, Refusal, WireRecord } from '@orrery/protocol'
import { decodeFrame } from '@orrery/protocol/codec'
import { type FaultStatus, faultStatus } from '@orrery/protocol/faults'
import { Server, type Socket } from 'socket.io'

export interface TinyHub {
  readonly url: string
  readonly hellos: Hello[]
  readonly records: WireRecord[]
  readonly frames: {
    seq: number
    records: number
    drops: { samples: number; lifecycle: number; crashes: number }
  }[]
  readonly goodbyes: unknown[]
  /** Reports by id, and how often each came. */
  readonly reports: Map<string, { report: CrashReport; times: number }>
  of<T extends WireRecord['type']>(type: T): Extract<WireRecord, { type: T }>[]
  command(order: Command | Record<string, unknown>): void
  renew(leases: string[]): void
  clock(): Promise<unknown>
  /** Asks for everything anew on the same connection. */
  welcomeAgain(): void
  /** Cuts every agent off, as a network would. */
  cut(): void
  /** Leases it says yes to, when it is asked over HTTP. */
  readonly held: Set<string>
  /** What was told of injections; each is acknowledged. */
  readonly statuses: FaultStatus[]
  refuse: Refusal | null
  acks: boolean
  close(): Promise<void>
}

export async function tinyHub(options: { port?: number; acks?: boolean } = {}): Promise<TinyHub> {
  const held = new Set<string>()
  const http = createServer((request, response) => {
    const lease = /^\/api\/v1\/leases\/([^/]+)$/.exec(request.url ?? '')?.[1]
    if (lease === undefined) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ isHeld: held.has(lease) }))
  })
  const io = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 4e6, serveClient: false })
  const agents = io.of('/agent')
  const sockets = new Set<Socket>()
  const hub: TinyHub = {
    url: '',
    hellos: [],
    records: [],
    frames: [],
    goodbyes: [],
    reports: new Map(),
    of: (type) => hub.records.filter((record) => record.type === type) as never,
    command: (order) => agents.emit('command', order),
    renew: (leases) => agents.emit('renewal', { leases }),
    clock: async () => (await agents.timeout(2_000).emitWithAck('clock'))[0],
    welcomeAgain: () => {
      agents.emit('welcome', { protocol: 1, hubVersion: 'tiny', heartbeatMs: 1_000, lastSeq: 0 })
    },
    cut: () => {
      for (const socket of sockets) socket.conn.close()
    },
    held,
    statuses: [],
    refuse: null,
    acks: options.acks ?? true,
    close: async () => {
      await io.close()
    },
  }
  agents.use((_socket, next) => {
    if (!hub.refuse) return next()
    next(Object.assign(new Error(hub.refuse.message), { data: hub.refuse }))
  })
  agents.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('disconnect', () => sockets.delete(socket))
    hub.hellos.push(socket.handshake.auth as Hello)
    socket.on('frame', (bytes: unknown) => {
      const read = decodeFrame(bytes)
      if (!read.ok) throw new Error(`a frame that cannot be read: ${read.code} ${read.message}`)
      const { seq, records, drops } = read.frame
      hub.frames.push({ seq, records: records.length, drops })
      hub.records.push(...records)
      const crashIds: string[] = []
      for (const record of records) {
        if (record.type !== 'crash') continue
        const { report } = record
        hub.reports.set(report.id, { report, times: (hub.reports.get(report.id)?.times ?? 0) + 1 })
        crashIds.push(report.id)
      }
      if (hub.acks && crashIds.length > 0) socket.emit('ack', { crashIds, seq })
    })
    socket.on('fault', (raw: unknown, acknowledge?: () => void) => {
      hub.statuses.push(faultStatus.parse(raw))
      if (hub.acks) acknowledge?.()
    })
    socket.on('goodbye', (said: unknown) => hub.goodbyes.push(said))
    socket.emit('welcome', { protocol: 1, hubVersion: 'tiny', heartbeatMs: 1_000, lastSeq: 0 })
  })
  await new Promise<void>((done) => http.listen(options.port ?? 0, '127.0.0.1', done))
  const { port } = http.address() as AddressInfo
  return Object.assign(hub, { url: `http://127.0.0.1:${port}` })
}
