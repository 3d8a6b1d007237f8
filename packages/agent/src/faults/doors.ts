/** What a node as a whole offers to faults, beside its processes: its clock, its ports, and who stands above it. */
import type { EndingFault, PortRow, ResumeReason } from '@orrery/protocol'

export interface NodeDoors {
  readonly clock: ClockDoor
  readonly ports: PortsDoor
  /** `null` for a node that nobody stands above. */
  readonly runner: RunnerDoor | null
}

/** The node's injected clock; never the host's. */
export interface ClockDoor {
  skew(skew: { offsetMs: number; driftPercent: number } | null): void
  /** How far its wall clock is out. */
  skewMs(): number
}

export interface PortsDoor {
  list(): PortRow[]
  /** `null` where no port of that name was ever open. */
  get(name: string): PortRow | null
  /** Puts a tap on the uses of a port, behind those that are there; the function returned takes it out. */
  tap(name: string, tap: PortTap): () => void
  isTapped(name: string, tap: PortTap): boolean
  block(name: string, blocked: PortRow['blocked']): void
  /** Pieces that a blocked line has not carried, since the node's start. */
  stopped(name: string): number
}

/** Asked before each use. What it returns holds the use back; to fail it, it throws what `failure` made. */
export type PortTap = (use: PortPassing) => PromiseLike<unknown> | undefined

export interface PortPassing {
  readonly operation: string
  /** A crash of its user in this handler knows the firing. */
  mark(firing: string): void
  failure(firing: string): Error
}

/** The process above the node, which alone can stop it, resume it and end it. */
export interface RunnerDoor {
  /** Where it asks for leases. */
  reach(hub: { url: string; token: string | null }): void
  /** `over` is told once: when the node goes on, when the runner would not stop it, or when there is no runner any more. */
  pause(leaseId: string, durationMs: number | null, over: (end: PauseEnd) => void): void
  resume(leaseId: string): void
  kill(leaseId: string, fault: EndingFault): void
}

export type PauseEnd =
  | { kind: 'resumed'; why: ResumeReason; pausedMs: number; isRunning: boolean | null }
  | { kind: 'refused'; why: string }
  | { kind: 'runner-gone' }
