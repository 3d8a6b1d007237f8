/**
 * The line back: button → role → audit row → agent → result → audit settled. Nothing leaves the hub before its audit row
 * is written; only ending things (halt, release of leases) does not wait for the database.
 */
import { randomUUID } from 'node:crypto'
import type { World } from '@orrery/live/world'
import { COMMAND_ERRORS, type Command, type CommandErrorCode, type LeaseEnded } from '@orrery/protocol'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { StartOutcome } from '../faults/faults.ts'
import type { Agents } from '../ingest/agents.ts'
import type { Moves } from '../moves.ts'
import type { AuditEntry, AuditResult } from '../store/store.ts'
import type { AgentCalls, CallResult } from './agent-calls.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { Actor, CommandOutcome, Commands, HaltOutcome } from './commands.ts'
import type { Latch } from './halt.ts'
import { createLeaseTable } from './lease-table.ts'
import { ACTIONS, type Direct, NEEDS, type Request, readRequest, toCommand } from './request.ts'

export interface CommandsOptions {
  world: World
  trail: AuditTrail
  agents: Pick<Agents, 'connected' | 'isConnected' | 'hello' | 'send' | 'renew'>
  calls: AgentCalls
  latch: Latch
  moves: Moves
  clock: Clock
  counters: Counters
  /** The fault lab, as far as commands need it. */
  experiments: {
    /** Ends what runs; how many. */
    halt(by: string): number
    start(actor: Actor, body: unknown): Promise<StartOutcome>
  }
}

export interface CommandCenter extends Commands {
  leaseEnded(node: string, ended: LeaseEnded): void
  connected(node: string, isNewLife: boolean): void
  disconnected(node: string): void
  close(): void
}

const ANSWER_MS = 5_000
const AUDIT_MS = 3_000
const HALT_AUDIT_MS = 500
/** Harm is stopped first and written down after, even long after. */
const HALT_AUDIT_MAX_MS = 600_000
const HALT_ANSWER_MS = 2_000
const RENEW_MS = 1_000
const KEPT_IDS = 10_000

type Refused = { ok: false; code: CommandErrorCode; message: string }
interface Target {
  key: string
  pid: string
  name: string
}

export function createCommands(options: CommandsOptions): CommandCenter {
  const { world, trail, agents, calls, latch, moves, clock, counters } = options
  const leases = createLeaseTable()
  const taken = new Set<string>()

  const execute = async (
    actor: Actor,
    node: string,
    target: string,
    body: unknown,
  ): Promise<CommandOutcome> => {
    counters.commands++
    const read = readRequest(body)
    const entry = (process: Target | null): AuditEntry => ({
      atMs: clock.nowMs(),
      who: actor.who,
      role: actor.role,
      action: read.ok ? ACTIONS[read.request.command] : 'command.malformed',
      node,
      target: process?.key ?? target.slice(0, 4_096),
      pid: process?.pid ?? null,
      parameters: read.ok ? parametersOf(read.request) : {},
    })
    const turnAway = async (refusal: Refused, process: Target | null): Promise<CommandOutcome> => {
      const result: AuditResult = { ...refusal, atMs: clock.nowMs() }
      const auditId = await trail.write({ ...entry(process), result }, AUDIT_MS)
      return { ...refusal, auditId }
    }
    if (!read.ok) return turnAway(refuse('command.malformed', read.message), null)
    const process = world.resolve(node, target)
    const refusal = admit(actor, node, process, read.request)
    if (refusal !== null) return turnAway(refusal, process)
    const id = read.request.id ?? randomUUID()
    remember(id)
    if (read.request.command === 'crash_next')
      return crashNext(actor, node, process?.key ?? target, read.request, id)
    const auditId = await trail.write(entry(process), AUDIT_MS)
    if (auditId === null) {
      taken.delete(id)
      return { ...refuse('audit.unavailable'), auditId: null }
    }
    return carryOut(actor, node, target, process, read.request, id, auditId)
  }

  /** A fault like any other: an experiment of its own, so that the crash names it. */
  const crashNext = async (
    actor: Actor,
    node: string,
    key: string,
    { durationMs, reason }: Extract<Request, { command: 'crash_next' }>,
    id: string,
  ): Promise<CommandOutcome> => {
    const body = { fault: 'crash_next', target: { node, pid: key }, parameters: { reason }, durationMs }
    const outcome = await options.experiments.start(actor, body)
    if (!outcome.ok) {
      taken.delete(id)
      return outcome
    }
    const { experiment, auditId } = outcome
    const [target] = experiment.targets
    if (target?.state === 'refused') return { ...refuse(knownCode(target.code)), auditId }
    return {
      ok: true,
      id,
      status: 'applied',
      value: { experiment: experiment.id },
      leaseId: experiment.id,
      auditId,
    }
  }

  /** Why not, as far as the hub can tell; the node has the last word. */
  const admit = (actor: Actor, node: string, process: Target | null, request: Request): Refused | null => {
    if (actor.role !== 'operator') return refuse('role.insufficient')
    if (request.id !== undefined && taken.has(request.id)) return refuse('command.replayed')
    if (!world.node(node)) return refuse('node.unknown', `no node named ${node} is known`)
    const hello = agents.hello(node)
    if (hello === null) return refuse('node.gone', `${node} is not connected`)
    const need = NEEDS[request.command]
    if (!hello.capabilities.includes(need)) {
      const why = hello.absent[need]
      if (why?.includes('ORRERY_FAULTS')) return refuse('node.not_armed', why)
      return refuse('node.unsupported', why ?? `${node} does not offer ${need}`)
    }
    if (latch.isHalted && (isLeased(request) || request.command === 'crash_next'))
      return refuse('halt.latched')
    return process === null ? refuse('process.unknown') : null
  }

  const carryOut = async (
    actor: Actor,
    node: string,
    target: string,
    process: Target | null,
    request: Direct,
    id: string,
    auditId: string,
  ): Promise<CommandOutcome> => {
    const leaseId = randomUUID()
    const startedAtMs = clock.nowMs()
    if (isLeased(request) && process) {
      const endsAtMs = startedAtMs + request.durationMs
      leases.request({
        id: leaseId,
        kind: request.command,
        node,
        ...process,
        by: actor.who,
        startedAtMs,
        endsAtMs,
      })
      faultsMoved(node)
    }
    const result =
      latch.isHalted && isLeased(request)
        ? refuse('halt.latched')
        : await calls.call(node, toCommand(request, id, target, leaseId), ANSWER_MS)
    settle(auditId, result)
    if (isLeased(request)) {
      if (result.ok) leases.activate(leaseId, clock.nowMs() + request.durationMs)
      else {
        leases.end(leaseId, result.code, clock.nowMs())
        // Silence is no refusal: the node may have begun after all.
        if (result.code === 'command.timeout') release(node, leaseId)
      }
      faultsMoved(node)
    }
    if (result.ok && request.command === 'resume' && process) endSuspensions(node, process.key)
    if (!result.ok) return { ...refuse(knownCode(result.code), result.message), auditId }
    const value = result.value
    return { ok: true, id, status: 'applied', value, ...(isLeased(request) ? { leaseId } : {}), auditId }
  }

  const endSuspensions = (node: string, key: string): void => {
    for (const lease of leases.open(node)) {
      if (lease.kind === 'suspend' && lease.key === key) leases.end(lease.id, 'released', clock.nowMs())
    }
    faultsMoved(node)
  }

  const halt = async (actor: Actor): Promise<HaltOutcome> => {
    counters.commands++
    if (actor.role !== 'operator') return haltRefused(actor, 'fault.halt')
    latch.close(actor.who, clock.nowMs())
    const open = leases.open()
    const experiments = options.experiments.halt(actor.who)
    const nodes = agents.connected()
    const told = Promise.all(
      nodes.map(async (node) => {
        const result = await calls.call(node, { op: 'fault.halt', id: randomUUID() }, HALT_ANSWER_MS)
        if (result.ok) endAll(node)
        return result.ok || result.code === 'node.unsupported' || result.code === 'node.not_armed'
          ? []
          : [node]
      }),
    )
    faultsMoved()
    const entry = {
      ...auditOf(actor, 'fault.halt'),
      parameters: { leases: open.length, experiments, nodes: nodes.length },
    }
    const written = trail.write(entry, HALT_AUDIT_MAX_MS)
    const [auditId, reached] = await Promise.all([soon(written, HALT_AUDIT_MS), told])
    // Whoever was not reached hears no renewal any more and ends its leases alone.
    const unreached = [...new Set([...reached.flat(), ...absent(open.map((lease) => lease.node))])]
    for (const lease of leases.open()) leases.end(lease.id, 'halted', clock.nowMs())
    faultsMoved()
    const detail =
      unreached.length === 0 ? {} : { detail: `not reached: ${unreached.join(', ').slice(0, 1_000)}` }
    const result: AuditResult = { ok: true, atMs: clock.nowMs(), ...detail }
    void written.then((id) => id !== null && trail.settle(id, result))
    return { ok: true, isHalted: true, released: open.length + experiments, unreached, auditId }
  }

  const soon = (written: Promise<string | null>, withinMs: number): Promise<string | null> =>
    Promise.race([written, new Promise<null>((resolve) => clock.after(withinMs, () => resolve(null)))])

  const absent = (nodes: string[]): string[] => nodes.filter((node) => !agents.isConnected(node))

  const endAll = (node: string): void => {
    for (const lease of leases.open(node)) leases.end(lease.id, 'halted', clock.nowMs())
  }

  const reopen = async (actor: Actor): Promise<HaltOutcome> => {
    counters.commands++
    if (actor.role !== 'operator') return haltRefused(actor, 'fault.halt_release')
    latch.open()
    faultsMoved()
    const result: AuditResult = { ok: true, atMs: clock.nowMs() }
    const auditId = await trail.write({ ...auditOf(actor, 'fault.halt_release'), result }, HALT_AUDIT_MS)
    return { ok: true, isHalted: false, released: 0, unreached: [], auditId }
  }

  const releaseLease = async (actor: Actor, leaseId: string): Promise<CommandOutcome> => {
    counters.commands++
    const lease = leases.get(leaseId)
    const entry: AuditEntry = {
      ...auditOf(actor, 'lease.release'),
      node: lease?.node ?? null,
      target: lease?.key ?? null,
      pid: lease?.pid ?? null,
      parameters: { leaseId: leaseId.slice(0, 64) },
    }
    const isOpen = lease !== undefined && lease.status !== 'ended'
    if (actor.role !== 'operator' || !isOpen) {
      const refusal = refuse(isOpen ? 'role.insufficient' : 'lease.unknown')
      const auditId = await trail.write({ ...entry, result: { ...refusal, atMs: clock.nowMs() } }, AUDIT_MS)
      return { ...refusal, auditId }
    }
    // Not renewed any more from here on: the node ends it alone, whatever becomes of the words below.
    leases.end(leaseId, 'released', clock.nowMs())
    faultsMoved(lease.node)
    const id = randomUUID()
    const written = trail.write(entry, HALT_AUDIT_MAX_MS)
    const result = await calls.call(lease.node, { op: 'lease.release', id, leaseId }, ANSWER_MS)
    void written.then((row) => row !== null && settle(row, result))
    const auditId = await soon(written, HALT_AUDIT_MS)
    if (!result.ok) return { ...refuse(knownCode(result.code), result.message), auditId }
    return { ok: true, id, status: 'applied', value: result.value, leaseId, auditId: auditId ?? '' }
  }

  const haltRefused = async (actor: Actor, action: string): Promise<HaltOutcome> => {
    const refusal = refuse('role.insufficient')
    const auditId = await trail.write(
      { ...auditOf(actor, action), result: { ...refusal, atMs: clock.nowMs() } },
      AUDIT_MS,
    )
    return { ...refusal, isHalted: latch.isHalted, released: 0, unreached: [], auditId }
  }

  const auditOf = (actor: Actor, action: string): AuditEntry => ({
    atMs: clock.nowMs(),
    who: actor.who,
    role: actor.role,
    action,
    node: null,
    target: null,
    pid: null,
    parameters: {},
  })

  const settle = (auditId: string, result: CallResult): void => {
    const atMs = clock.nowMs()
    trail.settle(auditId, result.ok ? { ok: true, atMs } : { ...result, atMs })
  }

  const release = (node: string, leaseId: string): void => {
    agents.send(node, { op: 'lease.release', id: randomUUID(), leaseId } satisfies Command)
  }

  const remember = (id: string): void => {
    taken.add(id)
    if (taken.size > KEPT_IDS) for (const oldest of taken) return void taken.delete(oldest)
  }

  const faultsMoved = (node?: string): void => {
    world.setFaults(leases.open())
    moves.touch('faults', 'structure')
    moves.touch('cluster', 'structure')
    for (const name of node === undefined ? agents.connected() : [node])
      moves.touch(`node:${name}`, 'structure')
  }

  const stopRenewing = clock.every(RENEW_MS, () => {
    for (const lease of leases.tick(clock.nowMs())) {
      release(lease.node, lease.id)
      faultsMoved(lease.node)
    }
    for (const [node, ids] of leases.renewals()) agents.renew(node, ids)
  })

  return {
    execute,
    halt,
    release: reopen,
    releaseLease,
    isHalted: () => latch.isHalted,
    leases: () => ({
      isHalted: latch.isHalted,
      haltedAtMs: latch.haltedAtMs,
      haltedBy: latch.haltedBy,
      leases: leases.all(),
    }),
    leaseEnded(node, ended) {
      const lease = leases.get(ended.id)
      if (lease?.node === node && leases.end(ended.id, ended.why, clock.nowMs())) faultsMoved(node)
    },
    connected(node, isNewLife) {
      if (leases.back(node, isNewLife, clock.nowMs())) faultsMoved(node)
      // A halt that did not reach this node then reaches it now.
      if (latch.isHalted) agents.send(node, { op: 'fault.halt', id: randomUUID() })
    },
    disconnected(node) {
      leases.lost(node, clock.nowMs())
      calls.lost(node)
    },
    close: stopRenewing,
  }
}

function isLeased(request: Request): request is Extract<Request, { command: 'suspend' }> {
  return request.command === 'suspend'
}

function parametersOf({ command: _, ...parameters }: Request): Record<string, unknown> {
  return parameters
}

function refuse(code: CommandErrorCode, message: string = COMMAND_ERRORS[code]): Refused {
  return { ok: false, code, message: message.slice(0, 1_024) }
}

/** Codes of a newer agent are not ours to know. */
function knownCode(code: string): CommandErrorCode {
  return code in COMMAND_ERRORS ? (code as CommandErrorCode) : 'node.unsupported'
}
