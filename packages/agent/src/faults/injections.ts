/**
 * Injections: each is one fault upon many targets under one lease. It dies by itself: when its time is over, when it was not renewed for five seconds,
 * when its targets are gone or it has fired all it may, when all is halted. Then it is undone and read back, target by target, and its last word kept
 * until the hub has it. Timed by the host's own clock.
 */
import { type CommandErrorCode, LIMITS } from '@orrery/protocol'
import {
  FAULTS,
  type FaultName,
  type FaultStatus,
  type Injection,
  type InjectionAnswer,
  type TargetRecord,
} from '@orrery/protocol/faults'
import type { Target } from '../source.ts'
import { answerOf, readBackText, statusesOf } from './account.ts'
import type { FaultHost, FaultTime, Lives } from './kind.ts'
import { type InjectionEnd, isFollowed, isInForce, type Laid } from './laid.ts'
import { orderOf } from './order.ts'
import { Placement } from './placement.ts'
import { preparation } from './preparation.ts'

export interface InjectionRequest {
  leaseId: string
  /** `null` for one that an operator's single command began: nothing but the end of its lease is told of it. */
  experiment: string | null
  injection: Injection
  /** As crash reports name its kind, where that is not its own name. */
  toldAs?: string
}

export type Begun = { ok: true; value: InjectionAnswer } | { ok: false; code: CommandErrorCode }

export interface InjectionsOptions {
  host: FaultHost
  time: FaultTime
  nowUs: () => number
  /** The wall between agent and host. */
  run: (where: string, work: () => void) => void
  /** To be told; `isLast` where the hub has to have it. */
  tell: (status: FaultStatus, isLast: boolean) => void
  leaseEnded: (leaseId: string, why: InjectionEnd) => void
  claimKill: (pid: string, laid: Laid, firing: string) => void
  /** Soon, outside of whatever runs now. */
  soon: (work: () => void) => void
}

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

/** A shot that cannot be read back for so long is unverified. */
const READ_BACK_MS = 2_000
/** Between two words of one that lasts. */
const TELL_MS = 1_000
/** A node that has not looked at its leases for so long stood still. */
const STOOD_STILL_MS = 1_000
/** Targets between two places to stop. */
const STEP = 32
/** Targets whose outcome is told in words. */
const SAID = 5
/** Ended ones that crashes may still come of. */
const REMEMBERED = 1_024

export function createInjections(options: InjectionsOptions): Injections {
  const { host, time, run } = options
  const active = new Map<string, Laid>()
  /** Ended ones, the latest last; without their placements. */
  const past = new Map<string, Laid>()
  const laidOn = new Map<number, { laid: Laid; placement: Placement }[]>()
  const attention = new Map<Placement, Laid>()
  let isSoon = false
  let toldAtMs = Number.NEGATIVE_INFINITY
  let tickedAtMs = time.nowMs()

  const attend = (laid: Laid, placement: Placement): void => {
    attention.set(placement, laid)
    if (isSoon) return
    isSoon = true
    options.soon(() => {
      isSoon = false
      run('faults', attendAll)
    })
  }

  const attendAll = (): void => {
    for (const [placement, laid] of [...attention]) settle(laid, placement)
  }

  /** Looks after a target that ended, or that nothing more comes of. */
  const settle = (laid: Laid, placement: Placement): void => {
    if (placement.isFinal || laid.why !== null) {
      attention.delete(placement)
      return
    }
    const { target } = placement
    if (target !== null && !target.isAlive) {
      attention.delete(placement)
      lift(laid, placement)
      placement.state = 'gone'
      placement.target = null
      laid.changed.add(placement)
      if (!isFollowed(laid) || placement.isSpent) finish(laid, placement)
      return
    }
    if (!placement.isSpent || placement.held > 0) {
      if (!placement.isSpent) attention.delete(placement)
      return
    }
    // A shot takes effect in the node's next turn.
    const isShot = FAULTS[laid.kind].life === 'shot'
    const isWaiting = isShot && time.nowMs() - placement.doneAtMs < READ_BACK_MS
    if (isWaiting && placement.applied !== null && placement.applied.check() !== null) return
    attention.delete(placement)
    recover(laid, placement)
    finish(laid, placement)
  }

  const finish = (laid: Laid, placement: Placement): void => {
    if (placement.isFinal) return
    placement.isFinal = true
    laid.open -= 1
    laid.changed.add(placement)
    if (laid.open > 0 || !laid.isBegun) return
    end(laid, laid.placements.some((each) => each.isSpent) ? 'fired' : 'target-gone')
  }

  /** Undone and read back. */
  const recover = (laid: Laid, placement: Placement): string | null => {
    const { applied, target } = placement
    const left = lift(laid, placement)
    placement.state =
      target !== null && !target.isAlive
        ? 'gone'
        : placement.state === 'gone'
          ? 'gone'
          : left === null
            ? 'recovered'
            : 'unverified'
    laid.changed.add(placement)
    return applied === null || placement.state !== 'unverified' ? null : left
  }

  /** What is still there afterwards, in words. */
  const lift = (laid: Laid, placement: Placement): string | null => {
    const { applied, target } = placement
    placement.applied = null
    if (target !== null) forget(target.ref, placement)
    if (applied === null) return null
    run(`undo of ${laid.kind}`, () => applied.undo())
    let left: string | null = 'it could not be read back'
    run(`read-back of ${laid.kind}`, () => {
      left = applied.check()
      const said = applied.said?.()
      if (said !== undefined && laid.said.length < SAID) laid.said.push(said)
    })
    if (placement.held !== 0) {
      laid.held -= placement.held
      placement.held = 0
    }
    return left
  }

  const forget = (ref: number, placement: Placement): void => {
    const there = laidOn.get(ref)?.filter((each) => each.placement !== placement) ?? []
    if (there.length > 0) laidOn.set(ref, there)
    else laidOn.delete(ref)
  }

  const end = (laid: Laid, why: InjectionEnd): void => {
    if (laid.why !== null) return
    laid.why = why
    active.delete(laid.leaseId)
    const left: string[] = []
    for (const placement of laid.placements) {
      attention.delete(placement)
      if (placement.isFinal) continue
      placement.isFinal = true
      const still = recover(laid, placement)
      if (still !== null) left.push(still)
    }
    laid.readBack = readBackText(laid, FAULTS[laid.kind].proof, left)
    if (laid.experiment !== null)
      for (const status of statuses(laid, laid.placements)) options.tell(...status)
    options.leaseEnded(laid.leaseId, why)
    // What is kept is what a later crash may ask for.
    laid.placements.length = 0
    laid.byKey.clear()
    laid.changed.clear()
    past.set(laid.leaseId, laid)
    if (past.size > REMEMBERED) for (const oldest of past.keys()) if (past.delete(oldest)) break
    watch()
  }

  const statuses = (laid: Laid, placements: Iterable<Placement>): [FaultStatus, boolean][] =>
    statusesOf(laid, placements, options.nowUs())

  const watch = (): void => host.watchLives(active.size > 0 ? lives : null)

  /** Lays it upon the life its target has now. */
  const lay = (laid: Laid, placement: Placement): void => {
    const { target } = placement
    if (target !== null) {
      const there = laidOn.get(target.ref) ?? []
      laidOn.set(target.ref, [...there, { laid, placement }])
    }
    placement.state = 'injected'
    laid.changed.add(placement)
    if (target !== null && laid.doer.begins === 'initialised' && !host.kin(target).isInitialised) return
    let refused: CommandErrorCode | null = 'node.unsupported'
    run(`fault ${laid.kind}`, () => {
      const applied = laid.doer.apply(
        orderOf(laid, placement, { time, attend, claimKill: options.claimKill, end }),
        host,
      )
      refused = 'refused' in applied ? applied.refused : null
      if (!('refused' in applied)) placement.applied = applied
    })
    if (refused !== null) refuse(laid, placement, refused)
  }

  const refuse = (laid: Laid, placement: Placement, code: CommandErrorCode): void => {
    if (placement.target !== null) forget(placement.target.ref, placement)
    placement.state = 'refused'
    placement.code = code
    placement.isDone = false
    finish(laid, placement)
  }

  const isBusy = (kind: FaultName, target: Target | null, port: string | null): boolean => {
    if (target !== null) return on(target.ref, kind).length > 0
    return [...active.values()].some((laid) => laid.kind === kind && laid.injection.port === port)
  }

  const on = (ref: number, kind?: FaultName): Laid[] =>
    (laidOn.get(ref) ?? []).map(({ laid }) => laid).filter((laid) => kind === undefined || laid.kind === kind)

  const lives: Lives = {
    started(target) {
      newLife(target)
    },
    initialised(target) {
      for (const { laid, placement } of laidOn.get(target.ref) ?? []) {
        if (
          laid.doer.begins !== 'initialised' ||
          placement.applied !== null ||
          !isInForce(laid, time.nowMs())
        )
          continue
        forget(target.ref, placement)
        lay(laid, placement)
      }
    },
    ended(ref) {
      for (const { laid, placement } of laidOn.get(ref) ?? []) attend(laid, placement)
    },
  }

  /** A logical process that is followed has begun anew. */
  const newLife = (target: Target): void => {
    let key: string | null = null
    for (const laid of active.values()) {
      if (!isFollowed(laid)) continue
      key ??= target.key
      const placement = laid.byKey.get(key)
      if (!placement || placement.isFinal || placement.target?.isAlive) continue
      // What nothing more comes of is settled later, outside of the path of the start.
      if (
        placement.isSpent ||
        !isInForce(laid, time.nowMs()) ||
        target.isImmune ||
        isBusy(laid.kind, target, null)
      )
        continue
      lift(laid, placement)
      placement.target = target
      placement.pid = target.pid
      lay(laid, placement)
    }
  }

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
        if (laid && now - laid.renewedAtMs < LIMITS.leaseMs) laid.renewedAtMs = now
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
        else if (now - laid.renewedAtMs >= LIMITS.leaseMs) end(laid, 'hub-lost')
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
