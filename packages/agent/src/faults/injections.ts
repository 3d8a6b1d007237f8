/**
 * Injections: each is one fault upon many targets under one lease. It dies by itself: when its time is over, when it was not renewed for five seconds,
 * when its targets are gone or it has fired all it may, when all is halted. Then it is undone and read back, target by target, and its last word kept
 * until the hub has it. Timed by the host's own clock.
 */
import type { CommandErrorCode } from '@orrery/protocol'
import {
  FAULTS,
  type FaultName,
  type Injection,
  type InjectionAnswer,
  type TargetRecord,
} from '@orrery/protocol/faults'
import type { Target } from '../source.ts'
import { answerOf } from './account.ts'
import { createInjectionLife, type InjectionsOptions, type InjectionTable } from './injection-life.ts'
import { type InjectionEnd, type Laid, SILENCE_MS } from './laid.ts'
import { Placement } from './placement.ts'
import { preparation } from './preparation.ts'

export type { InjectionsOptions } from './injection-life.ts'

export interface InjectionRequest {
  leaseId: string
  /** `null` for one that an operator's single command began: nothing but the end of its lease is told of it. */
  experiment: string | null
  injection: Injection
  /** As crash reports name its kind, where that is not its own name. */
  toldAs?: string
}

export type Begun = { ok: true; value: InjectionAnswer } | { ok: false; code: CommandErrorCode }

export interface Injections {
  /** Carried out in steps; each `yield` is a place to stop. Its end is in force. */
  begin(request: InjectionRequest): Generator<void, Begun>
  renew(leaseIds: readonly string[]): void
  /** Whether there was such a one. */
  end(leaseId: string, why: InjectionEnd): boolean
  endAll(why: InjectionEnd): number
  /** Takes one kind of fault off one process; whether it lay there. */
  lift(ref: number, kind: FaultName): boolean
  /** Why a fault of this kind could not be laid upon it. */
  unfit(target: Target | null, kind: FaultName): CommandErrorCode | null
  /** What is wrong with an injection as a whole, before anything is touched; else its kind. */
  check(injection: Injection): { ok: true; kind: FaultName } | { ok: false; code: CommandErrorCode }
  /** Those of one kind upon a process. */
  on(ref: number, kind?: FaultName): Laid[]
  /** In force on the node as a whole. */
  nodeWide(): Laid[]
  /** In force or known from before. */
  known(leaseId: string): Laid | undefined
  /** Every status with all targets, for a hub that has just come. */
  tellAll(): void
  tick(): void
  readonly size: number
  /** None is in force, and none was that a crash could come of. */
  readonly isIdle: boolean
}

/** Between two words of one that lasts. */
const TELL_MS = 1_000
/** A node that has not looked at its leases for so long stood still. */
const STOOD_STILL_MS = 1_000
/** Targets between two places to stop. */
const STEP = 32

export function createInjections(options: InjectionsOptions): Injections {
  const { host, time } = options
  const table: InjectionTable = { active: new Map(), past: new Map(), laidOn: new Map() }
  const { active, past, laidOn } = table
  const life = createInjectionLife(options, table)
  const { attendAll, finish, recover, end, statuses, watch, lay, refuse, isBusy, on } = life
  let toldAtMs = Number.NEGATIVE_INFINITY
  let tickedAtMs = time.nowMs()

  function* begin(request: InjectionRequest): Generator<void, Begun> {
    const { leaseId, experiment, injection, toldAs = injection.fault } = request
    const found = preparation(injection, host)
    if (!found.ok) return found
    if (active.has(leaseId) || past.has(leaseId)) return { ok: false, code: 'command.replayed' }
    const { kind, doer } = found
    if (injection.targets.length === 0 && isBusy(kind, null, injection.port))
      return { ok: false, code: 'fault.busy' }
    const now = time.nowMs()
    const laid: Laid = {
      leaseId,
      experiment,
      kind,
      toldAs,
      doer,
      injection: { ...injection, parameters: found.parameters as Injection['parameters'] },
      startedAtMs: now,
      startedAtUs: options.nowUs(),
      renewedAtMs: now,
      placements: [],
      byKey: new Map(),
      changed: new Set(),
      said: [],
      open: 0,
      firings: 0,
      touched: 0,
      dropped: 0,
      held: 0,
      crashes: 0,
      isBegun: false,
      why: null,
      readBack: '',
    }
    // Nobody looked while there was nothing to look after.
    if (active.size === 0) tickedAtMs = now
    active.set(leaseId, laid)
    watch()
    const spec = {
      kind,
      when: injection.when ?? FAULTS[kind].when,
      seed: injection.seed,
      maxFirings: injection.maxFirings,
    }
    const add = (key: string, pid: string): Placement => {
      const placement = new Placement({ ...spec, key })
      placement.pid = pid
      laid.placements.push(placement)
      laid.open += 1
      return placement
    }
    const answer: TargetRecord[] = []
    if (injection.targets.length === 0) {
      const placement = add(injection.port ?? '', '')
      lay(laid, placement)
      answer.push(placement.record())
    }
    const roll = injection.targets.length > 0 ? host.roll() : null
    for (const [place, { key, pid }] of injection.targets.entries()) {
      if (place % STEP === STEP - 1) yield
      if (laid.why !== null) {
        // It was ended before it had begun here.
        answer.push({ key, pid, state: 'refused', code: 'lease.unknown', firings: 0 })
        continue
      }
      const target =
        roll?.byPid(pid, key) ?? (injection.follow === 'dynamic' ? (roll?.byKey(key) ?? null) : null)
      const placement = add(key, target?.pid ?? pid)
      const code = laid.byKey.has(key) ? 'fault.busy' : unfit(target, kind)
      if (!laid.byKey.has(key)) laid.byKey.set(key, placement)
      if (code !== null) refuse(laid, placement, code)
      else {
        placement.target = target
        lay(laid, placement)
      }
      answer.push(placement.record())
    }
    laid.isBegun = true
    if (laid.why === null && laid.open === 0)
      end(laid, laid.placements.some((each) => each.isSpent) ? 'fired' : 'target-gone')
    else if (laid.why === null && experiment !== null) {
      laid.changed.clear()
      for (const status of statuses(laid, laid.placements)) options.tell(...status)
    }
    return { ok: true, value: answerOf(answer) }
  }

  const unfit = (target: Target | null, kind: FaultName): CommandErrorCode | null => {
    if (target === null || !target.isAlive) return 'process.unknown'
    if (target.isImmune) return 'process.immune'
    if (FAULTS[kind].scope === 'supervisor' && host.kin(target).supervisor === null) return 'node.unsupported'
    return isBusy(kind, target, null) ? 'fault.busy' : null
  }

  return {
    begin,
    renew(leaseIds) {
      const now = time.nowMs()
      for (const id of leaseIds) {
        const laid = active.get(id)
        // One that is due has ended, whoever says so last.
        if (laid && now - laid.renewedAtMs < SILENCE_MS) laid.renewedAtMs = now
      }
    },
    end(leaseId, why) {
      const laid = active.get(leaseId)
      if (laid) end(laid, why)
      return laid !== undefined
    },
    endAll(why) {
      const all = [...active.values()]
      for (const laid of all) end(laid, why)
      return all.length
    },
    lift(ref, kind) {
      const there = (laidOn.get(ref) ?? []).filter(({ laid }) => laid.kind === kind)
      for (const { laid, placement } of there) {
        if (laid.open === 1 && laid.isBegun) end(laid, 'released')
        else {
          recover(laid, placement)
          finish(laid, placement)
        }
      }
      return there.length > 0
    },
    unfit,
    check: (injection) => preparation(injection, host),
    on,
    nodeWide: () => [...active.values()].filter(({ kind }) => FAULTS[kind].scope === 'node'),
    known: (leaseId) => active.get(leaseId) ?? past.get(leaseId),
    tellAll() {
      for (const laid of active.values()) {
        if (laid.experiment === null || !laid.isBegun) continue
        for (const status of statuses(laid, laid.placements)) options.tell(...status)
      }
    },
    tick() {
      const now = time.nowMs()
      const stoodStillMs = now - tickedAtMs
      tickedAtMs = now
      for (const laid of [...active.values()]) {
        if (laid.doer.isHeldOutside && stoodStillMs > STOOD_STILL_MS) laid.renewedAtMs += stoodStillMs
        const { durationMs } = laid.injection
        if (durationMs !== null && now - laid.startedAtMs >= durationMs) end(laid, 'expired')
        else if (now - laid.renewedAtMs >= SILENCE_MS) end(laid, 'hub-lost')
      }
      attendAll()
      if (now - toldAtMs < TELL_MS) return
      toldAtMs = now
      for (const laid of active.values()) {
        if (laid.experiment === null || !laid.isBegun) continue
        const changed = [...laid.changed]
        laid.changed.clear()
        for (const status of statuses(laid, changed)) options.tell(...status)
      }
    },
    get size() {
      return active.size
    },
    get isIdle() {
      return active.size === 0 && past.size === 0
    },
  }
}
