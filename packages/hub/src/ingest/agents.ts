/**
 * The agents' door, namespace `/agent`: who may come in, who has which name, what becomes of their frames.
 *
 * A node's name belongs to one living incarnation. The same incarnation coming again replaces its old connection; another
 * one is refused while the old one still answers.
 */
import type { World } from '@orrery/live/world'
import type {
  Command,
  CommandResult,
  CrashReport,
  Hello,
  LeaseEnded,
  Outcome,
  Refusal,
  WireRecord,
} from '@orrery/protocol'
import type { DecodedFrame, Edition } from '@orrery/protocol/codec'
import type { FaultStatus } from '@orrery/protocol/faults'
import type { Namespace, Socket } from 'socket.io'
import type { Clock } from '../clock.ts'
import { type Counters, count } from '../counters.ts'
import { readFaultStatus } from '../faults/read-answer.ts'
import type { Logger } from '../logger.ts'
import { type Moves, moreUrgent, type Urgency } from '../moves.ts'
import { type AgentLink, createAgentLink } from './agent-link.ts'
import type { Contacts } from './contacts.ts'
import type { CrashInbox } from './crash-inbox.ts'
import { readHello, refuse } from './handshake.ts'
import type { Incarnations } from './incarnations.ts'
import type { NodeEnds } from './node-ends.ts'
import type { OpenFrames } from './open-frames.ts'
import type { StormLedger } from './storm-ledger.ts'

export interface AgentsOptions {
  world: World
  moves: Moves
  clock: Clock
  logger: Logger
  counters: Counters
  inbox: CrashInbox
  frames: OpenFrames
  storms: StormLedger
  ends: Pick<NodeEnds, 'hello' | 'heard' | 'goodbye'>
  incarnations: Pick<Incarnations, 'hello' | 'goodbye' | 'reported'>
  contacts: Contacts
  hubVersion: string
  edition: Edition
  gate: { needsToken: boolean; isToken(token: string | null): boolean; isAllowed(socket: Socket): boolean }
  /** A process died abnormally. */
  crashed(node: string): void
  result(node: string, result: CommandResult): void
  leaseEnded(node: string, ended: LeaseEnded): void
  connected(node: string, isNewLife: boolean): void
  disconnected(node: string): void
  /** What an agent tells of an injection; resolves when it is durable. */
  fault(node: string, status: FaultStatus): Promise<void>
  reported(report: CrashReport): void
  amended(crashId: string, outcome: Outcome): void
}

export interface Agents {
  attach(namespace: Namespace): void
  isConnected(node: string): boolean
  connected(): string[]
  hello(node: string): Hello | null
  /** Whether it was handed to a connection. */
  send(node: string, command: Command): boolean
  renew(node: string, leases: string[]): void
  ack(node: string, crashIds: string[]): void
  /** Asks the agent to begin anew: a whole picture, and every report that was not acked. */
  resync(node: string): void
  /** Lets go of what is kept of nodes that are neither connected nor known to the world any more. */
  forget(): void
  close(): void
}

const PROBE_MS = 1_000
const RESYNC_EVERY_MS = 5_000
const SAY_AGAIN_MS = 30_000
const MAX_SAID = 1_000

export function createAgents(options: AgentsOptions): Agents {
  const { world, moves, clock, logger, counters, inbox, frames, storms, ends, gate } = options
  const { incarnations, contacts } = options
  const links = new Map<string, AgentLink>()
  /** The last life of each node, for the numbers of its frames. */
  const lives = new Map<string, { incarnation: string; lastSeq: number }>()
  /** Nodes that said goodbye on the connection they still have. */
  const leaving = new Set<string>()
  const saidAtMs = new Map<string, number>()
  const resyncedAtMs = new Map<string, number>()

  const knock = async (socket: Socket): Promise<Refusal | null> => {
    if (!gate.isAllowed(socket)) return refuse('origin.refused').refusal
    const read = readHello(socket.handshake.auth, gate, options.edition.range)
    if (!read.ok) return read.refusal
    const held = links.get(read.hello.node)
    if (held && held.hello.incarnation !== read.hello.incarnation) {
      if (await held.probe(PROBE_MS)) return refuse('node.duplicate').refusal
      held.close()
    }
    socket.data = { hello: read.hello, protocol: read.protocol }
    return null
  }

  const refused = (socket: Socket, refusal: Refusal): void => {
    count(counters.refusals, refusal.code)
    const named: unknown = socket.handshake.auth?.node
    const who = typeof named === 'string' ? named.slice(0, 255) : socket.handshake.address
    const text = `${who}: ${refusal.message}`
    // Whoever is refused knocks again every few seconds; it is said once.
    const nowMs = clock.nowMs()
    if (nowMs - (saidAtMs.get(text) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return
    if (saidAtMs.size >= MAX_SAID) saidAtMs.clear()
    saidAtMs.set(text, nowMs)
    world.door({ atMs: nowMs, kind: 'refused', text, cure: refusal.cure })
    moves.touch('cluster', 'structure')
    logger.warn(`node:${who}`, `refused ${text}`)
  }

  const enter = (socket: Socket): void => {
    const { hello, protocol } = socket.data as { hello: Hello; protocol: number }
    const { node } = hello
    const life = lives.get(node)
    const isNewLife = life?.incarnation !== hello.incarnation
    const held = links.get(node)
    const link = createAgentLink({
      socket,
      hello,
      protocol,
      edition: options.edition,
      hubVersion: options.hubVersion,
      lastSeq: isNewLife ? 0 : Math.max(held?.lastSeq ?? 0, life?.lastSeq ?? 0),
      clock,
      frame: (frame, bytes) => take(link, frame, bytes),
      gap: (missing) => {
        counters.gaps += missing
      },
      error: (code, by) => count(counters.frameErrors, code, by),
      skipped: (by) => {
        counters.recordsSkipped += by
      },
      unreadable: (crashIds) => {
        counters.crashesRefused += crashIds.length
        link.ack(crashIds, 0)
      },
      goodbye: (reason) => leave(link, reason),
      fault: (raw) => hearFault(link, raw),
      closed: () => lose(link),
    })
    links.set(node, link)
    lives.set(node, { incarnation: hello.incarnation, lastSeq: link.lastSeq })
    held?.close()
    counters.agentsConnected = links.size
    world.hello(hello, clock.nowMs())
    if (isNewLife) world.door({ atMs: clock.nowMs(), kind: 'hello', text: node, cure: null })
    logger.info(
      `node:${node}`,
      `${node} said hello (${hello.runtime.name} ${hello.runtime.version}, protocol ${protocol})`,
    )
    link.welcome()
    ends.hello(hello)
    incarnations.hello(hello)
    contacts.begin(node, hello.incarnation, link.offset, clock.nowMs())
    moved(node, 'structure')
    options.connected(node, isNewLife)
  }

  const take = (link: AgentLink, frame: DecodedFrame, bytes: number): void => {
    const { node, incarnation } = link.hello
    if (links.get(node) !== link) return
    counters.frames++
    counters.records += frame.records.length
    counters.bytes += bytes
    ends.heard(node, frame)
    const taken = world.frame(node, frame, clock.nowMs())
    if (taken.unknownRefs > 0) count(counters.frameErrors, 'record.unknown_ref', taken.unknownRefs)
    let urgency: Urgency = 'numbers'
    let hasCrash = false
    for (const record of frame.records) {
      urgency = moreUrgent(urgency, urgencyOf(record))
      if (record.type === 'process.exited' && record.crashId !== '') options.crashed(node)
      hasCrash ||= record.type === 'crash' || record.type === 'crash.amended'
      route(node, incarnation, frame.seq, record)
    }
    moved(node, urgency)
    if (hasCrash) moves.touch('crashes', 'structure')
  }

  const route = (node: string, incarnation: string, seq: number, record: WireRecord): void => {
    if (record.type === 'crash') {
      inbox.take(node, record.report)
      incarnations.reported(record.report)
      options.reported(record.report)
      moves.touch(`crash:${record.report.id}`, 'structure')
    } else if (record.type === 'crash.amended') {
      const { crashId, decision, outcome } = record
      if (outcome) options.amended(crashId, outcome)
      const frame = { life: lifeOf(node, incarnation), seq }
      inbox.amend(node, frame, crashId, {
        ...(decision ? { decision } : {}),
        ...(outcome ? { outcome } : {}),
      })
      moves.touch(`crash:${record.crashId}`, 'structure')
    } else if (record.type === 'storm.counts') storms.take(node, incarnation, record.counts)
    else if (record.type === 'command.result') options.result(node, record)
    else if (record.type === 'lease.ended') options.leaseEnded(node, record)
  }

  const hearFault = async (link: AgentLink, raw: unknown): Promise<void> => {
    const { node } = link.hello
    if (links.get(node) !== link) return
    const status = readFaultStatus(raw)
    // One that cannot be read is acknowledged all the same, so that it is not said for ever.
    if (status === null) return count(counters.frameErrors, 'record.malformed', 1)
    await options.fault(node, status)
  }

  const leave = (link: AgentLink, reason: string): void => {
    const { node } = link.hello
    if (links.get(node) !== link) return
    leaving.add(node)
    ends.goodbye(node)
    incarnations.goodbye(node, reason)
    world.goodbye(node, clock.nowMs())
    world.door({
      atMs: clock.nowMs(),
      kind: 'goodbye',
      text: reason === '' ? node : `${node}: ${reason}`,
      cure: null,
    })
    moved(node, 'structure')
    logger.info(`node:${node}`, `${node} said goodbye`)
  }

  const lose = (link: AgentLink): void => {
    const { node, incarnation } = link.hello
    if (links.get(node) !== link) return
    links.delete(node)
    contacts.lost(node, clock.nowMs())
    counters.agentsConnected = links.size
    lives.set(node, { incarnation, lastSeq: link.lastSeq })
    if (!leaving.delete(node)) world.lost(node, clock.nowMs())
    moved(node, 'structure')
    options.disconnected(node)
  }

  const moved = (node: string, urgency: Urgency): void => {
    moves.touch(`node:${node}`, urgency)
    moves.touch('cluster', urgency)
  }

  return {
    attach(namespace) {
      namespace.use((socket, next) => {
        knock(socket).then((refusal) => {
          if (refusal === null) return next()
          refused(socket, refusal)
          next(Object.assign(new Error(refusal.message), { data: refusal }))
        }, next)
      })
      namespace.on('connection', enter)
    },
    isConnected: (node) => links.has(node),
    connected: () => [...links.keys()],
    hello: (node) => links.get(node)?.hello ?? null,
    send(node, command) {
      const link = links.get(node)
      link?.send(command)
      return link !== undefined
    },
    renew: (node, leases) => links.get(node)?.renew(leases),
    ack(node, crashIds) {
      const link = links.get(node)
      link?.ack(crashIds, frames.durable(lifeOf(node, link.hello.incarnation), link.lastSeq))
    },
    resync(node) {
      const nowMs = clock.nowMs()
      if (nowMs - (resyncedAtMs.get(node) ?? 0) < RESYNC_EVERY_MS) return
      resyncedAtMs.set(node, nowMs)
      links.get(node)?.welcome()
    },
    forget() {
      const known = new Set(world.nodes())
      contacts.forget((node) => links.has(node) || known.has(node))
      for (const node of lives.keys()) {
        if (links.has(node) || known.has(node)) continue
        lives.delete(node)
        resyncedAtMs.delete(node)
      }
    },
    close() {
      for (const link of links.values()) link.close()
    },
  }
}

function lifeOf(node: string, incarnation: string): string {
  return `${node}\n${incarnation}`
}

/** How much somebody who looks at the tree waits for it. */
function urgencyOf(record: WireRecord): Urgency {
  switch (record.type) {
    case 'process.samples':
    case 'node.sample':
    case 'message.timings':
    case 'node.vitals':
    case 'storm.counts':
    case 'command.result':
      return 'numbers'
    case 'process.started':
    case 'process.initialised':
      return 'lifecycle'
    case 'process.exited':
    case 'supervisor.decided':
      return record.crashId === '' ? 'lifecycle' : 'structure'
    default:
      return 'structure'
  }
}
