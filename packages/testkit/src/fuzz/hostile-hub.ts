/** A hub of bad intent: a real socket.io server that welcomes an agent as it should, and then sends it what it likes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CommandResult } from '@orrery/protocol'
import { decodeFrame } from '@orrery/protocol/codec'
import { Server, type Socket } from 'socket.io'

export interface HostileHub extends AsyncDisposable {
  readonly url: string
  readonly isConnected: boolean
  /** Connections that were welcomed. */
  readonly connections: number
  /** Answers to commands, in their order. */
  readonly results: CommandResult[]
  /** Reports that came, acked or not. */
  readonly reports: Set<string>
  /** Frames that could not be read: an agent never sends one. */
  readonly unreadable: string[]
  emit(event: string, ...args: unknown[]): void
  /** Text in place of a packet. */
  raw(packet: string): void
}

/** `welcome`: what its welcome says beside or in place of what it should. */
export async function startHostileHub(welcome: Record<string, unknown> = {}): Promise<HostileHub> {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 4e6, serveClient: false })
  let agent: Socket | null = null
  let connections = 0
  const results: CommandResult[] = []
  const reports = new Set<string>()
  const unreadable: string[] = []
  io.of('/agent').on('connection', (socket) => {
    agent = socket
    connections++
    socket.on('disconnect', () => {
      if (agent === socket) agent = null
    })
    socket.on('frame', (bytes: unknown) => {
      const read = decodeFrame(bytes)
      if (!read.ok) return unreadable.push(read.message)
      for (const record of read.frame.records) {
        if (record.type === 'command.result') results.push(record)
        if (record.type === 'crash') reports.add(record.report.id)
      }
    })
    socket.emit('welcome', { protocol: 1, hubVersion: 'hostile', heartbeatMs: 1_000, lastSeq: 0, ...welcome })
  })
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get isConnected() {
      return agent !== null
    },
    get connections() {
      return connections
    },
    results,
    reports,
    unreadable,
    emit: (event, ...args) => void agent?.emit(event, ...args),
    raw: (packet) => void agent?.conn.write(packet),
    async [Symbol.asyncDispose]() {
      await io.close()
    },
  }
}
