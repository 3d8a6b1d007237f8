/** What the wire, the HTTP API and the screens say of a process. */
import type { Term } from './term.ts'

/** The states a process can be drawn in, worst first: where only one fits, the first that applies wins. */
export const STATUSES = [
  'crashed',
  'restarting',
  'waiting',
  'backlog',
  'suspended',
  'busy',
  'running',
  'exited',
] as const
export type Status = (typeof STATUSES)[number]

/** `normal` exits leave `exited`; anything else leaves `crashed` until its supervisor decided. */
export type ProcessKind = 'supervisor' | 'worker'

export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'simple_one_for_one'
export type Restart = 'permanent' | 'transient' | 'temporary'
/** Milliseconds to wait for a child's own end. */
export type Shutdown = number | 'brutal_kill' | 'infinity'

export interface ChildSpec {
  id: string
  restart: Restart
  shutdown: Shutdown
  kind: ProcessKind
  module: string
  /** Whether its own end can end its supervisor; only where a crash report tells it. */
  significant?: boolean
  /** What it is started with; only where a crash report tells it. */
  args?: Term
}

export interface SupervisorSpec {
  strategy: Strategy
  /** Restarts allowed within `periodMs`; one more and the supervisor exits with `shutdown`. */
  intensity: number
  periodMs: number
}
