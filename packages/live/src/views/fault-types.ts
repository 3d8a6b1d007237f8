/** The view of everything that somebody does to the nodes: leases, experiments, the latch. */

export interface Lease {
  id: string
  kind: 'suspend' | 'crash_next'
  node: string
  key: string
  pid: string
  name: string
  by: string
  startedAtMs: number
  endsAtMs: number
  status: 'requested' | 'active' | 'ended'
  why: string | null
  endedAtMs: number | null
}

/** From when to when a fault lay upon something: what charts hatch. */
export interface FaultSpan {
  /** Of the experiment, or of a lease that is none. */
  id: string
  kind: string
  node: string
  /** Empty where it is about several processes, or the node as a whole. */
  key: string
  fromMs: number
  /** `null` while it lasts. */
  toMs: number | null
}

export interface FaultsView {
  isHalted: boolean
  haltedAtMs: number | null
  haltedBy: string | null
  leases: Record<string, Lease>
  /** Those that are not over, and the 50 that ended last. */
  experiments: Record<string, ExperimentRow>
  /** Agents known, of those connected, of those that allow faults. */
  agents: { known: number; connected: number; armed: number }
}

/** An experiment as the lab shows it. Figures are as of now, or of its end. */
export interface ExperimentRow {
  id: string
  name: string
  by: string
  status: 'scheduled' | 'running' | 'ending' | 'ended' | 'refused'
  endedBy: string | null
  endedWhy: string
  /** Kinds of its steps, in order. */
  faults: string[]
  /** Like `TrunkLink`, `Call × 51`, `Framer → TrunkLink`. */
  target: string
  /** Like `window 4`, `250 ms ± 80`; empty where there is nothing to say. */
  detail: string
  nodes: string[]
  /** The first 50 of `targets`. */
  keys: { node: string; key: string }[]
  targets: number
  /** How many targets are in which state. */
  states: Record<string, number>
  routine: string | null
  createdAtMs: number
  /** `null` before it has begun. */
  startedAtMs: number | null
  /** `null`: until halted. */
  endsAtMs: number | null
  endedAtMs: number | null
  verdict: 'absorbed' | 'degraded' | 'escalated' | null
  firings: number
  touched: number
  dropped: number
  held: number
  crashes: number
  restarts: number
  recoveryP50Ms: number | null
  recoveryP99Ms: number | null
  /** Handled per second now against the minutes before, in percent; `null` where there was nothing. */
  throughputPercent: number | null
  /** Of what it touches, a minute before it began and up to two minutes since. */
  chart: {
    label: string
    metric: 'handled' | 'mailbox'
    fromMs: number
    stepMs: number
    values: (number | null)[]
    marks: { kind: 'crashed' | 'restarted'; atMs: number }[]
  } | null
}
