/**
 * One agent's connection: its frames in order, holes found by their numbers, its clock against ours. What does not parse
 * is counted and left; nothing here throws at the socket.
 */
import {
  type Command,
  crashReport,
  decision,
  type FrameError,
  type Hello,
  LIMITS,
  outcome,
  type Refusal,
  type Welcome,
  type WireRecord,
} from '@orrery/protocol'
import { type DecodedFrame, decodeFrame, type Edition } from '@orrery/protocol/codec'
import type { Socket } from 'socket.io'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { type ClockOffset, createClockOffset } from './clock-offset.ts'

export interface AgentLink {
  readonly hello: Hello
  readonly socket: Socket
  /** Highest frame taken, over all connections of this incarnation. */
  readonly lastSeq: number
  readonly offset: ClockOffset
  welcome(): void
  /** `seq`: everything up to this frame is durable. */
  ack(crashIds: string[], seq: number): void
  send(command: Command): void
  renew(leases: string[]): void
  /** Whether the agent answers within `withinMs`. */
  probe(withinMs: number): Promise<boolean>
  /** Ends the connection; `refusal` says why where the agent should know. */
  close(refusal?: Refusal): void
}

export interface AgentLinkOptions {
  socket: Socket
  hello: Hello
  protocol: number
  edition: Edition
  hubVersion: string
  lastSeq: number
  clock: Clock
  /** A frame whose records are what their schemas say, its wall clock set to the hub's. */
  frame(frame: DecodedFrame, bytes: number): void
  /** `missing` frames were sent and did not arrive. */
  gap(missing: number): void
  error(code: FrameError, by: number): void
  /** Records of a type this hub does not know. */
  skipped(by: number): void
  /** Reports that no hub will ever read: acked, so that they are not sent for ever. */
  unreadable(crashIds: string[]): void
  goodbye(reason: string): void
  /** The event `fault`, unread; resolves when it may be acknowledged. */
  fault(status: unknown): Promise<void>
  /** The connection is gone, said or not. */
  closed(): void
}

/** Who keeps sending what cannot be read is not one of ours. */
const MAX_BAD_FRAMES = 1_000
const CLOCK_EVERY_MS = 5_000
const goodbye = z.object({ reason: z.string().max(1_024) }).catch({ reason: '' })
const amendment = z.object({
  type: z.literal('crash.amended'),
  crashId: z.string().min(1).max(64),
  decision: decision.exactOptional(),
  outcome: outcome.exactOptional(),
})
const clockAnswer = z.object({ atUs: z.number(), wallMs: z.number().min(0).max(8.64e15) })

export function createAgentLink(options: AgentLinkOptions): AgentLink {
  const { socket, hello, clock } = options
  const offset = createClockOffset()
  let lastSeq = options.lastSeq
  let isFirst = true
  let badFrames = 0
  let isClosed = false

  const askClock = async (withinMs: number): Promise<boolean> => {
    const sentMs = clock.nowMs()
    try {
      const answer = clockAnswer.safeParse(await socket.timeout(withinMs).emitWithAck('clock'))
      if (answer.success) offset.answered(sentMs, answer.data.wallMs, clock.nowMs())
      return true
    } catch {
      // Silence is an answer too: whoever asked learns it from `false`.
      return false
    }
  }

  const bad = (code: FrameError): void => {
    options.error(code, 1)
    if (++badFrames >= MAX_BAD_FRAMES) socket.disconnect(true)
  }

  const take = (bytes: unknown): void => {
    const decoded = decodeFrame(bytes, options.edition)
    if (!decoded.ok) return bad(decoded.code)
    const { frame } = decoded
    if (frame.seq <= lastSeq) return bad('frame.sequence')
    // The first frame after a start of the hub may have any number: what was before it was another hub's.
    const missing = isFirst && lastSeq === 0 ? 0 : frame.seq - lastSeq - 1
    isFirst = false
    lastSeq = frame.seq
    if (missing > 0) options.gap(missing)
    const { refused } = frame
    if (frame.skipped > 0) options.skipped(frame.skipped)
    const known = frame.records.map(checked).filter((record) => record !== null)
    const malformed = refused['record.malformed'] + frame.records.length - known.length
    if (malformed > 0) options.error('record.malformed', malformed)
    const unreadable = known.length < frame.records.length ? frame.records.flatMap(unreadableId) : []
    if (unreadable.length > 0) options.unreadable(unreadable)
    if (refused['record.too_large'] > 0) options.error('record.too_large', refused['record.too_large'])
    frame.records = known
    frame.wallMs += offset.correctionMs
    options.frame(frame, (bytes as Uint8Array).byteLength)
  }

  socket.on('frame', take)
  socket.on('fault', (raw: unknown, ack: unknown) => {
    options.fault(raw).then(
      () => {
        if (typeof ack === 'function') ack()
      },
      // Not acknowledged: the agent says it again on its next connection.
      () => undefined,
    )
  })
  socket.on('goodbye', (raw: unknown) => options.goodbye(goodbye.parse(raw).reason))
  const stopClock = clock.every(CLOCK_EVERY_MS, () => void askClock(CLOCK_EVERY_MS))
  socket.on('disconnect', () => {
    isClosed = true
    stopClock()
    options.closed()
  })

  return {
    hello,
    socket,
    offset,
    get lastSeq() {
      return lastSeq
    },
    welcome() {
      const word: Welcome = {
        protocol: options.protocol,
        hubVersion: options.hubVersion,
        heartbeatMs: LIMITS.heartbeatMs,
        lastSeq,
      }
      socket.emit('welcome', word)
      void askClock(CLOCK_EVERY_MS)
    },
    ack: (crashIds, seq) => void socket.emit('ack', { crashIds, seq }),
    send: (command) => void socket.emit('command', command),
    renew: (leases) => void socket.emit('renewal', { leases }),
    probe: (withinMs) => (isClosed ? Promise.resolve(false) : askClock(withinMs)),
    close(refusal) {
      if (refusal) socket.emit('refused', refusal)
      socket.disconnect(true)
    },
  }
}

/** The id of a report that cannot be read, where it has one at least. */
function unreadableId(record: WireRecord): string[] {
  if (record.type !== 'crash' || checked(record) !== null) return []
  const id: unknown = record.report?.id
  return typeof id === 'string' && id.length <= 64 ? [id] : []
}

/** Bodies that travel as JSON are read here, packed ones were by their codec; `null` for what is not one. */
function checked(record: WireRecord): WireRecord | null {
  if (record.type === 'crash') {
    const report = crashReport.safeParse(record.report)
    return report.success ? { type: 'crash', report: report.data } : null
  }
  if (record.type !== 'crash.amended') return record
  const amended = amendment.safeParse(record)
  return amended.success ? amended.data : null
}
