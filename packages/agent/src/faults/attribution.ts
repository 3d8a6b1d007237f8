/**
 * Which faults touched a crash, and how. *Direct* needs a proof: the error that was thrown, the firing beside the message that was handled, the call or
 * the use of a port that came to nothing, the exit signal. Overlap in time proves nothing; what nobody can prove of single crashes is *upstream* at most.
 */
import type { FaultTouch } from '@orrery/protocol'
import { FAULTS } from '@orrery/protocol/faults'
import type { CrashProof } from '../source.ts'
import { InjectedCrash } from './injected-crash.ts'
import type { Injections } from './injections.ts'
import type { Laid } from './laid.ts'

export interface Attribution {
  /** An exit signal was sent to this pid by a fault, or by a single command. */
  claimKill(pid: string, claim: KillClaim): void
  /** In the dying path: every crash passes here once, also one of which no report is made. */
  dying(proof: CrashProof): void
  touches(proof: CrashProof): FaultTouch[]
}

export interface KillClaim {
  fault: string
  kind: string
  firing: string
  laid: Laid | null
}

/** Exit signals whose target has not crashed yet; one that was trapped stays until it is the oldest. */
const KILLS = 16_384
/** Crashes that others may come of. */
const CRASHES = 8_192

export function createAttribution(injections: () => Injections): Attribution {
  const kills = new Map<string, KillClaim>()
  const touchesOf = new Map<string, FaultTouch[]>()

  const read = (proof: CrashProof): FaultTouch[] => {
    const touches = new Map<string, FaultTouch>()
    const add = (touch: FaultTouch): void => {
      const id = `${touch.fault} ${touch.kind}`
      if (!touches.has(id)) touches.set(id, touch)
    }
    const { thrown } = proof
    if (thrown instanceof InjectedCrash) {
      const { fault, kind, firing } = thrown
      add({ fault, kind, role: 'direct', firing })
    }
    for (const firing of proof.firings()) {
      const laid = laidOf(firing)
      if (laid) add({ ...nameOf(laid), role: 'direct', firing })
    }
    const claim = proof.isByCommand ? kills.get(proof.pid) : undefined
    if (claim) add({ fault: claim.fault, kind: claim.kind, role: 'direct', firing: claim.firing })
    for (const cause of [proof.parentCrash ?? '', proof.rootCrash]) {
      for (const { fault, kind, role, firing } of touchesOf.get(cause) ?? [])
        if (role !== 'silent') add({ fault, kind, role: 'upstream', firing })
    }
    for (const laid of injections().nodeWide())
      if (!FAULTS[laid.kind].isDirect) add({ ...nameOf(laid), role: 'upstream', firing: null })
    for (const laid of injections().on(proof.ref)) add({ ...nameOf(laid), role: 'silent', firing: null })
    return [...touches.values()]
  }

  const laidOf = (firing: string): Laid | undefined =>
    injections().known(firing.slice(0, Math.max(0, firing.lastIndexOf(':'))))

  const countProven = (touches: readonly FaultTouch[], claim: KillClaim | undefined): void => {
    const proven = new Set<Laid>()
    for (const { role, firing } of touches) {
      if (role !== 'direct' || firing === null) continue
      const laid = claim?.firing === firing ? (claim.laid ?? undefined) : laidOf(firing)
      if (laid) proven.add(laid)
    }
    for (const laid of proven) laid.crashes += 1
  }

  return {
    claimKill(pid, claim) {
      kills.delete(pid)
      kills.set(pid, claim)
      if (kills.size > KILLS) for (const oldest of kills.keys()) if (kills.delete(oldest)) break
    },
    dying(proof) {
      if (injections().isIdle && kills.size === 0) return
      const touches = read(proof)
      if (touches.length > 0) {
        countProven(touches, kills.get(proof.pid))
        touchesOf.set(proof.id, touches)
        if (touchesOf.size > CRASHES)
          for (const oldest of touchesOf.keys()) if (touchesOf.delete(oldest)) break
      }
      if (proof.isByCommand) kills.delete(proof.pid)
    },
    touches: (proof) => touchesOf.get(proof.id) ?? read(proof),
  }
}

function nameOf({ experiment, leaseId, toldAs }: Laid): { fault: string; kind: string } {
  return { fault: experiment ?? leaseId, kind: toldAs }
}
