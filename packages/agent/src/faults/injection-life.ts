/**
 * The life of an injection: laid upon its targets and upon whoever takes their place, looked after target by target, undone and read back, ended. When it is to
 * end is not decided here, save that nothing more can come of it.
 */
import type { CommandErrorCode } from '@orrery/protocol'
import { FAULTS, type FaultName, type FaultStatus } from '@orrery/protocol/faults'
import type { Target } from '../source.ts'
import { readBackText, statusesOf } from './account.ts'
import type { FaultHost, FaultTime, Lives } from './kind.ts'
import { type InjectionEnd, isFollowed, isInForce, type Laid } from './laid.ts'
import { orderOf } from './order.ts'
import type { Placement } from './placement.ts'

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

export interface InjectionTable {
  readonly active: Map<string, Laid>
  /** Ended ones, the latest last; without their placements. */
  readonly past: Map<string, Laid>
  readonly laidOn: Map<number, { laid: Laid; placement: Placement }[]>
}

export interface InjectionLife {
  /** Looks after every target that somebody has to look after. */
  attendAll(): void
  /** Nothing more comes of this target; of the last one, nothing more of the injection. */
  finish(laid: Laid, placement: Placement): void
  /** Undone and read back: what is still there, in words. */
  recover(laid: Laid, placement: Placement): string | null
  end(laid: Laid, why: InjectionEnd): void
  statuses(laid: Laid, placements: Iterable<Placement>): [FaultStatus, boolean][]
  /** Lives of processes are followed while there is an injection to follow them for. */
  watch(): void
  /** Lays it upon the life its target has now. */
  lay(laid: Laid, placement: Placement): void
  refuse(laid: Laid, placement: Placement, code: CommandErrorCode): void
  isBusy(kind: FaultName, target: Target | null, port: string | null): boolean
  /** Those of one kind upon a process. */
  on(ref: number, kind?: FaultName): Laid[]
}

/** A shot that cannot be read back for so long is unverified. */
const READ_BACK_MS = 2_000
/** Targets whose outcome is told in words. */
const SAID = 5
/** Ended ones that crashes may still come of. */
const REMEMBERED = 1_024

export function createInjectionLife(
  options: InjectionsOptions,
  { active, past, laidOn }: InjectionTable,
): InjectionLife {
  const { host, time, run } = options
  const attention = new Map<Placement, Laid>()
  let isSoon = false

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

  return { attendAll, finish, recover, end, statuses, watch, lay, refuse, isBusy, on }
}
