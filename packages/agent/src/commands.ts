/**
 * Obeying the hub. Looking is always allowed; everything that changes the node needs `ORRERY_FAULTS=allow`, spares what
 * is immune, is carried out once, and ends by itself where it lasts.
 */
import {
  COMMAND_ERRORS,
  type Command,
  type CommandErrorCode,
  type CommandResult,
  command,
  type FaultTouch,
  type LeaseEnded,
  renewal,
} from '@orrery/protocol'
import { boundTerm } from './bound.ts'
import { createLeases, type Lease } from './leases.ts'
import type { Redactor } from './redact.ts'
import { mapField } from './render-crash.ts'
import type { Obeyed, Source, SourceCrash, Target } from './source.ts'

/** Thrown into a process by `crash on next message`; knows the fault that threw it. */
export class InjectedCrash extends Error {
  override readonly name = 'InjectedCrash'
  readonly fault: string
  readonly firing: string

  constructor(reason: string, fault: string, firing: string) {
    super(reason)
    this.fault = fault
    this.firing = firing
  }
}

export interface CommandsOptions {
  source: Source
  redactor: Redactor
  isArmed: boolean
  result: (record: CommandResult) => void
  leaseEnded: (record: LeaseEnded) => void
  run: (where: string, work: () => void) => void
  fault: (where: string, error: unknown) => void
  nowMs?: () => number
}

export interface Commands {
  command(raw: unknown): void
  renewal(raw: unknown): void
  /** The faults that touched a crash, proven by the error thrown or the signal sent, never by overlap in time. */
  touches(crash: SourceCrash): FaultTouch[]
  readonly leases: number
  /** Undoes everything. */
  stop(): void
}

const SEEN = 4_096
const KILLS = 256
const STATE_BYTES = 120_000
const VALUE_BYTES = 8_000

export function createCommands(options: CommandsOptions): Commands {
  const { source, redactor } = options
  const seen = new Set<string>()
  /** Recent kills by pid, with the command that sent the signal. */
  const kills = new Map<string, string>()
  let firings = 0

  const leases = createLeases({
    run: options.run,
    ...(options.nowMs ? { nowMs: options.nowMs } : {}),
    undo: (lease) => undo(source, lease, leases.on(lease.target.ref, lease.kind).length > 0),
    ended: (id, why) => options.leaseEnded({ type: 'lease.ended', atUs: source.nowUs(), id, why }),
  })

  /** The target, or why it must be left alone. */
  const changeable = (pidOrKey: string): Target | Obeyed => {
    if (!options.isArmed) return refusal('node.not_armed')
    const target = source.find(pidOrKey)
    if (!target) return refusal('process.unknown')
    return target.isImmune ? refusal('process.immune') : target
  }

  const suspend = (target: Target, leaseId: string, durationMs: number): Obeyed => {
    const done = source.suspend(target)
    if (done.ok) leases.begin({ id: leaseId, kind: 'suspend', target, durationMs })
    return done
  }

  const resume = (target: Target): Obeyed => {
    if (!source.isSuspended(target)) return refusal('process.not_suspended')
    const held = leases.on(target.ref, 'suspend')
    for (const lease of held) leases.end(lease.id, 'released')
    return held.length > 0 ? OK : source.resume(target)
  }

  const crashNext = (target: Target, leaseId: string, durationMs: number, reason: string): Obeyed => {
    // One interceptor a process: the newer one takes the older one's place.
    for (const lease of leases.on(target.ref, 'crash_next')) leases.end(lease.id, 'released')
    const done = source.intercept(target, () => {
      const firing = `${leaseId}:${++firings}`
      source.intercept(target, null)
      leases.end(leaseId, 'fired')
      throw new InjectedCrash(reason, leaseId, firing)
    })
    if (done.ok) leases.begin({ id: leaseId, kind: 'crash_next', target, durationMs })
    return done
  }

  const kill = (target: Target, reason: string, id: string): Obeyed => {
    kills.set(target.pid, id)
    if (kills.size > KILLS) {
      const [oldest] = kills.keys()
      if (oldest !== undefined) kills.delete(oldest)
    }
    return source.kill(target, reason)
  }

  const obey = (order: Command): Obeyed => {
    switch (order.op) {
      case 'process.inspect':
        return inspect(source, redactor, order.target)
      case 'lease.release':
        return leases.end(order.leaseId, 'released') ? OK : refusal('lease.unknown')
      case 'fault.halt':
        return { ok: true, value: { ended: leases.endAll('halted') } }
      default: {
        const target = changeable(order.target)
        if ('ok' in target) return target
        return change(order, target)
      }
    }
  }

  const change = (
    order: Exclude<Command, { op: 'process.inspect' | 'lease.release' | 'fault.halt' }>,
    target: Target,
  ) => {
    switch (order.op) {
      case 'process.kill':
        return kill(target, order.reason, order.id)
      case 'process.send':
        return source.send(target, order.message)
      case 'process.suspend':
        return suspend(target, order.leaseId, order.durationMs)
      case 'process.resume':
        return resume(target)
      case 'fault.crash_next':
        return crashNext(target, order.leaseId, order.durationMs, order.reason)
      default: {
        const never: never = order
        return never
      }
    }
  }

  const answer = (id: string, result: CommandResult['result']): void =>
    options.result({ type: 'command.result', id, result })

  return {
    command(raw) {
      const parsed = command.safeParse(raw)
      if (!parsed.success) {
        const id = idOf(raw)
        if (id === null) options.fault('command', parsed.error)
        else answer(id, refusal('command.malformed'))
        return
      }
      const order = parsed.data
      if (seen.has(order.id)) return answer(order.id, refusal('command.replayed'))
      remember(seen, order.id)
      let result: Obeyed
      try {
        result = obey(order)
      } catch (error) {
        options.fault(`command ${order.op}`, error)
        result = { ok: false, code: 'node.unsupported', message: 'the node failed to carry it out' }
      }
      answer(order.id, result)
    },
    renewal(raw) {
      const parsed = renewal.safeParse(raw)
      if (parsed.success) leases.renew(parsed.data.leases)
      else options.fault('renewal', parsed.error)
    },
    touches(crash) {
      const touches: FaultTouch[] = []
      const { thrown } = crash
      if (thrown instanceof InjectedCrash) {
        touches.push({ fault: thrown.fault, kind: 'crash_next', role: 'direct', firing: thrown.firing })
      }
      const killedBy = crash.isByCommand ? kills.get(crash.target.pid) : undefined
      if (killedBy !== undefined) {
        touches.push({ fault: killedBy, kind: 'kill', role: 'direct', firing: killedBy })
      }
      for (const lease of leases.size === 0 ? [] : leases.on(crash.target.ref)) {
        touches.push({ fault: lease.id, kind: lease.kind, role: 'silent', firing: null })
      }
      return touches
    },
    get leases() {
      return leases.size
    },
    stop() {
      leases.endAll('released')
      leases.stop()
    },
  }
}

const OK: Obeyed = { ok: true, value: null }

function refusal(code: CommandErrorCode): Obeyed & { ok: false } {
  return { ok: false, code, message: COMMAND_ERRORS[code] }
}

function undo(source: Source, lease: Lease, isStillHeld: boolean): void {
  switch (lease.kind) {
    case 'suspend':
      if (!isStillHeld) source.resume(lease.target)
      return
    case 'crash_next':
      source.intercept(lease.target, null)
      return
    default: {
      const never: never = lease.kind
      return never
    }
  }
}

/** Redacted, and small enough for one record. */
function inspect(source: Source, redactor: Redactor, pidOrKey: string): Obeyed {
  const target = source.find(pidOrKey)
  const seen = target && source.inspect(target)
  if (!seen) return refusal('process.unknown')
  const clean = redactor.deep(seen)
  return {
    ok: true,
    value: {
      ...clean,
      state: mapField(clean.state, (state) => boundTerm(state, STATE_BYTES)),
      mailbox: {
        ...clean.mailbox,
        first: clean.mailbox.first.map((queued) => ({
          ...queued,
          value: boundTerm(queued.value, VALUE_BYTES),
        })),
      },
      messages: {
        ...clean.messages,
        entries: clean.messages.entries.map((entry) => ({
          ...entry,
          value: boundTerm(entry.value, VALUE_BYTES),
        })),
      },
    },
  }
}

function idOf(raw: unknown): string | null {
  if (typeof raw !== 'object' || raw === null || !('id' in raw)) return null
  return typeof raw.id === 'string' && raw.id !== '' && raw.id.length <= 64 ? raw.id : null
}

function remember(seen: Set<string>, id: string): void {
  seen.add(id)
  if (seen.size <= SEEN) return
  const [oldest] = seen
  if (oldest !== undefined) seen.delete(oldest)
}
