/** An injection as the table holds it: one fault under one lease, what it is laid upon and what came of it so far. */
import { LIMITS } from '@orrery/protocol'
import { FAULTS, type FaultName, type INJECTION_ENDS, type Injection } from '@orrery/protocol/faults'
import type { Placement } from './placement.ts'
import type { AnyDoer } from './registry.ts'

export type InjectionEnd = (typeof INJECTION_ENDS)[number]

/** One that is in force, or was. */
export interface Laid {
  readonly leaseId: string
  readonly experiment: string | null
  readonly kind: FaultName
  readonly toldAs: string
  readonly doer: AnyDoer
  readonly injection: Injection
  readonly startedAtMs: number
  readonly startedAtUs: number
  renewedAtMs: number
  readonly placements: Placement[]
  readonly byKey: Map<string, Placement>
  readonly changed: Set<Placement>
  /** What the first few targets came to. */
  readonly said: string[]
  open: number
  firings: number
  touched: number
  dropped: number
  held: number
  crashes: number
  isBegun: boolean
  why: InjectionEnd | null
  readBack: string
}

/** Until its lease or its own time is over, by the host's clock. */
export function leftMs({ injection, renewedAtMs, startedAtMs, why }: Laid, nowMs: number): number {
  if (why !== null) return 0
  const { durationMs } = injection
  const ofLease = renewedAtMs + LIMITS.leaseMs - nowMs
  return Math.max(0, durationMs === null ? ofLease : Math.min(ofLease, startedAtMs + durationMs - nowMs))
}

/** Whether or not anybody has come to end it. */
export function isInForce(laid: Laid, nowMs: number): boolean {
  return leftMs(laid, nowMs) > 0
}

/** A shot is for the life it hits: a killed process that comes back is not killed again. */
export function isFollowed({ injection, kind }: Laid): boolean {
  return injection.follow === 'dynamic' && FAULTS[kind].life === 'lease'
}
