/** A stranger at the agents' door: says the hello it is told to and sends whatever bytes it likes. */
import { randomUUID } from 'node:crypto'
import { type Hello, PROTOCOL, type WireRecord } from '@orrery/protocol'
import { encodeFrame } from '@orrery/protocol/codec'
import { io, type Socket } from 'socket.io-client'

export interface AgentStub extends Disposable {
  readonly socket: Socket
  readonly hello: Hello
  /** Resolves with `null` when welcomed, else with the refusal's code. */
  readonly answer: Promise<string | null>
  /** Sends a frame of these records with the next number, or with the one given. */
  send(records: WireRecord[], seq?: number): void
  raw(bytes: unknown): void
}

export function knock(url: string, hello: Partial<Hello> = {}, headers?: Record<string, string>): AgentStub {
  const full: Hello = {
    protocol: PROTOCOL,
    node: 'stranger@localhost',
    incarnation: randomUUID(),
    runtime: { kind: 'test', name: 'Test', version: '1' },
    agentVersion: '0.0.0',
    release: null,
    capabilities: ['tree'],
    absent: {},
    token: null,
    startedAt: new Date().toISOString(),
    pid: process.pid,
    host: 'localhost',
    ...hello,
  }
  const socket = io(`${url}/agent`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { ...full },
    ...(headers ? { extraHeaders: headers } : {}),
  })
  socket.on('clock', (reply: (clock: unknown) => void) => reply({ atUs: 0, wallMs: Date.now() }))
  const answer = new Promise<string | null>((resolve) => {
    socket.on('welcome', () => resolve(null))
    socket.on('connect_error', (error) => {
      const data = 'data' in error ? (error.data as { code?: string } | undefined) : undefined
      resolve(data?.code ?? error.message)
    })
  })
  let seq = 0
  return {
    socket,
    hello: full,
    answer,
    send(records, at) {
      seq = at ?? seq + 1
      const drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
      socket.emit('frame', encodeFrame({ seq, atUs: seq, wallMs: Date.now(), drops, records }))
    },
    raw: (bytes) => void socket.emit('frame', bytes),
    [Symbol.dispose]: () => void socket.disconnect(),
  }
}
