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
  type PortList,
  renewal,
} from '@orrery/protocol'
import type { FaultName, FaultStatus, Injection } from '@orrery/protocol/faults'
import { boundTerm } from './bound.ts'
import { createAttribution } from './faults/attribution.ts'
import { blastOf } from './faults/blast.ts'
import { hostTime } from './faults/host-time.ts'
import { createInjections } from './faults/injections.ts'
import type { FaultTime } from './faults/kind.ts'
import type { Redactor } from './redact.ts'
import { mapField } from './render-crash.ts'
import type { CrashProof, Obeyed, Source, SourceCrash, Target } from './source.ts'

export interface CommandsOptions {
  source: Source
  redactor: Redactor
  isArmed: boolean
  result: (record: CommandResult) => void
  leaseEnded: (record: LeaseEnded) => void
  /** A word of an injection; `isLast` where the hub has to have it. */
  tellFault: (status: FaultStatus, isLast: boolean) => void
  run: (where: string, work: () => void) => void
  fault: (where: string, error: unknown) => void
  /** Work in steps, with the event loop between them. */
  slices: (where: string, steps: Iterator<void>) => Promise<void>
  time?: FaultTime
}

export interface Commands {
  command(raw: unknown): void
  renewal(raw: unknown): void
  /** Every crash, in the dying path. */
  dying(proof: CrashProof): void
  /** The faults that touched a crash, proven by its firing, never by overlap in time. */
  touches(crash: SourceCrash): FaultTouch[]
  /** There is a hub that knows nothing: it is told what is in force. */
  tellFaults(): void
  readonly leases: number
  /** Undoes everything. */
  stop(): void
}

const SEEN = 4_096
const STATE_BYTES = 120_000
const VALUE_BYTES = 8_000
const MAX_PORTS = 1_000
const CHECK_MS = 200
/** Of a single command: on one life of one process. */
const SINGLE = {
  senders: null,
  port: null,
  follow: 'static',
  when: null,
  seed: 0,
  maxFirings: 1_000_000,
} as const

type Later = (answer: (result: Obeyed) => void) => Generator<void>

export function createCommands(options: CommandsOptions): Commands {
  const { source, redactor } = options
  const seen = new Set<string>()
  let timer: NodeJS.Timeout | null = null

  const attribution = createAttribution(() => injections)
  const injections = createInjections({
    host: source.faults,
    time: options.time ?? hostTime,
    nowUs: source.nowUs,
    run: options.run,
    tell: options.tellFault,
    leaseEnded: (id, why) => options.leaseEnded({ type: 'lease.ended', atUs: source.nowUs(), id, why }),
    claimKill: (pid, laid, firing) =>
      attribution.claimKill(pid, {
        fault: laid.experiment ?? laid.leaseId,
        kind: laid.toldAs,
        firing,
        laid,
      }),
    soon: (work) => void setImmediate(work).unref(),
  })

  /** Leases are looked after while there are any. */
  const keepTime = (): void => {
    timer ??= setInterval(() => {
      options.run('leases', () => injections.tick())
      if (injections.size > 0 || timer === null) return
      clearInterval(timer)
      timer = null
    }, CHECK_MS).unref()
  }

  /** The target, or why it must be left alone. */
  const changeable = (pidOrKey: string): Target | Obeyed => {
    if (!options.isArmed) return refusal('node.not_armed')
    const target = source.find(pidOrKey)
    if (!target) return refusal('process.unknown')
    return target.isImmune ? refusal('process.immune') : target
  }

  /** A fault that an operator laid upon one process by a single command. A newer one takes the older one's place. */
  const single = (
    target: Target,
    fault: FaultName,
    toldAs: string,
    lease: { leaseId: string; durationMs: number },
    parameters: Injection['parameters'],
  ): Obeyed => {
    const { leaseId, durationMs } = lease
    for (const older of injections.on(target.ref, fault))
      if (older.experiment === null) injections.end(older.leaseId, 'released')
    keepTime()
    const targets = [{ key: target.key, pid: target.pid }]
    const injection: Injection = { ...SINGLE, fault, targets, parameters, durationMs }
    const begun = finished(injections.begin({ leaseId, experiment: null, injection, toldAs }))
    if (!begun.ok) return refusal(begun.code)
    const [record] = begun.value.targets
    return record?.state === 'refused' ? refusal(record.code as CommandErrorCode) : OK
  }

  const resume = (target: Target): Obeyed => {
    if (!source.isSuspended(target)) return refusal('process.not_suspended')
    return injections.lift(target.ref, 'hang') ? OK : source.resume(target)
  }

  const inject = (order: Extract<Command, { op: 'fault.inject' }>): Obeyed | Later => {
    if (!options.isArmed) return refusal('node.not_armed')
    const { leaseId, experiment, injection } = order
    keepTime()
    return function* (answer) {
      const begun = yield* injections.begin({ leaseId, experiment, injection })
      answer(begun.ok ? begun : refusal(begun.code))
    }
  }

  /** Looking: it needs no consent. */
  const preview = (injection: Injection): Obeyed | Later => {
    const checked = injections.check(injection)
    if (!checked.ok) return refusal(checked.code)
    return function* (answer) {
      const radius = yield* blastOf(injection, checked.kind, source.faults, injections.unfit)
      answer({ ok: true, value: redactor.deep(radius) })
    }
  }

  const kill = (target: Target, reason: string, id: string): Obeyed => {
    attribution.claimKill(target.pid, { fault: id, kind: 'kill', firing: id, laid: null })
    return source.kill(target, reason)
  }

  const obey = (order: Command): Obeyed | Later => {
    switch (order.op) {
      case 'process.inspect':
        return inspect(source, redactor, order.target)
      case 'fault.inject':
        return inject(order)
      case 'ports.list':
        return {
          ok: true,
          value: { ports: source.faults.ports.list().slice(0, MAX_PORTS) } satisfies PortList,
        }
      case 'fault.preview':
        return preview(order.injection)
      case 'lease.release':
        return injections.end(order.leaseId, 'released') ? OK : refusal('lease.unknown')
      case 'fault.halt':
        return { ok: true, value: { ended: injections.endAll('halted') } }
      default: {
        const target = changeable(order.target)
        if ('ok' in target) return target
        return change(order, target)
      }
    }
  }

  const change = (
    order: Exclude<
      Command,
      {
        op:
          | 'process.inspect'
          | 'ports.list'
          | 'lease.release'
          | 'fault.halt'
          | 'fault.inject'
          | 'fault.preview'
      }
    >,
    target: Target,
  ) => {
    switch (order.op) {
      case 'process.kill':
        return kill(target, order.reason, order.id)
      case 'process.send':
        return source.send(target, order.message)
      case 'process.suspend':
        return single(target, 'hang', 'suspend', order, {})
      case 'process.resume':
        return resume(target)
      case 'fault.crash_next':
        return single(target, 'crash_next', 'crash_next', order, { reason: order.reason })
      default: {
        const never: never = order
        return never
      }
    }
  }

  const answer = (id: string, result: CommandResult['result']): void =>
    options.result({ type: 'command.result', id, result })

  const failed = (order: Command, error: unknown): void => {
    options.fault(`command ${order.op}`, error)
    answer(order.id, { ok: false, code: 'node.unsupported', message: 'the node failed to carry it out' })
  }

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
      try {
        const result = obey(order)
        if (typeof result !== 'function') return answer(order.id, result)
        let isAnswered = false
        const steps = result((said) => {
          isAnswered = true
          answer(order.id, said)
        })
        options.slices(`command ${order.op}`, steps).then(
          () => {
            if (!isAnswered) failed(order, new Error('it ended without an answer'))
          },
          (error: unknown) => failed(order, error),
        )
      } catch (error) {
        failed(order, error)
      }
    },
    renewal(raw) {
      const parsed = renewal.safeParse(raw)
      if (parsed.success) injections.renew(parsed.data.leases)
      else options.fault('renewal', parsed.error)
    },
    dying: (proof) => attribution.dying(proof),
    touches: (crash) => attribution.touches(crash.proof),
    tellFaults: () => injections.tellAll(),
    get leases() {
      return injections.size
    },
    stop() {
      injections.endAll('released')
      if (timer) clearInterval(timer)
      timer = null
    },
  }
}

/** All steps at once: for what has only one. */
function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

const OK: Obeyed = { ok: true, value: null }

function refusal(code: CommandErrorCode): Obeyed & { ok: false } {
  return { ok: false, code, message: COMMAND_ERRORS[code] }
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
