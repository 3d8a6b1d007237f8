/**
 * Experiments as the hub keeps them, and the store they outlive it in. An experiment and a record for each of its targets are written before anything
 * is injected; what became of each target follows. All times are Unix milliseconds.
 */
import type {
  Experiment,
  ExperimentEnd,
  ExperimentState,
  ExperimentTarget,
  Resilience,
  Schedule,
  Step,
  StopWhen,
} from '@orrery/protocol/faults'
import type { Page, PageRequest } from '../store/store.ts'

export interface TargetRecord {
  step: number
  node: string
  /** Logical key; of a port its name; empty for the node. */
  key: string
  pid: string
  /** The lease it is under. */
  leaseId: string | null
  state: ExperimentTarget['state']
  code: string
  firings: number
  injectedAtMs: number | null
  recoveredAtMs: number | null
  readBack: string
}

/** One injection: a fault on one node under one lease. */
export interface LegRecord {
  leaseId: string
  step: number
  node: string
  /** Life of the node it was sent to: in another one nothing of it is left. */
  incarnation: string
  endsAtMs: number | null
}

export interface ExperimentRecord {
  id: string
  name: string
  by: string
  status: ExperimentState
  endedBy: ExperimentEnd | null
  endedWhy: string
  steps: Step[]
  arrangement: Experiment['arrangement']
  stop: StopWhen
  schedule: Schedule
  seed: number
  ifRefused: 'run_rest' | 'stop_all'
  blastPercent: number
  routine: string | null
  createdAtMs: number
  startedAtMs: number | null
  endsAtMs: number | null
  endedAtMs: number | null
  nodes: string[]
  /** What is hit, in words: `TrunkLink`, `Call × 51`. */
  label: string
  legs: LegRecord[]
  firings: number
  touched: number
  dropped: number
  crashes: number
  resilience: Resilience | null
  /** In the order they were chosen; a place never moves. */
  targets: TargetRecord[]
}

export interface ExperimentFilter {
  status?: ExperimentState
}

export interface ExperimentStore {
  /** The next id, which nobody else gets. */
  mintId(): Promise<string>
  /** The experiment with all its targets. Once by id. */
  begin(record: ExperimentRecord): Promise<void>
  /** What moves of an experiment, and the targets at these places, new ones included. */
  save(record: ExperimentRecord, places: readonly number[]): Promise<void>
  /** With all targets; `null` where there is none. */
  get(id: string): Promise<ExperimentRecord | null>
  /** Newest first, each with its first 50 targets. */
  list(filter: ExperimentFilter, page: PageRequest): Promise<Page<ExperimentRecord>>
  /** Those that began at or after this and are over, oldest first, each with its first 50 targets. */
  endedSince(fromMs: number): Promise<ExperimentRecord[]>
  /** Those that are not over, with all targets: after a restart of the hub. */
  unfinished(): Promise<ExperimentRecord[]>
  saveResilience(id: string, resilience: Resilience): Promise<void>
}

/** What was seen of the touched processes while it ran, against the minute before. Only of experiments this hub itself ran. */
export interface Observed {
  restarts: number
  /** From a crash that it caused to the successor's first message, or its start. */
  recoveryMs: number[]
  mailboxPeak: Beside
  handledPerS: Beside
  handlingP99Ms: Beside
}

interface Beside {
  before: number | null
  during: number | null
}

/** As the HTTP API gives it. `most`: targets beyond it are left out. */
export function presentExperiment(record: ExperimentRecord, most = Number.POSITIVE_INFINITY): Experiment {
  const { createdAtMs, startedAtMs, endsAtMs, endedAtMs, targets } = record
  const { id, name, by, status, endedBy, endedWhy, steps, arrangement, stop, schedule, seed, routine } =
    record
  const { nodes, firings, touched, dropped, crashes, resilience } = record
  return {
    ...{ id, name, by, status, endedBy, endedWhy, steps, arrangement, stop, schedule, seed, routine },
    createdAt: iso(createdAtMs),
    startedAt: startedAtMs === null ? null : iso(startedAtMs),
    endsAt: endsAtMs === null ? null : iso(endsAtMs),
    endedAt: endedAtMs === null ? null : iso(endedAtMs),
    nodes,
    targets: targets.slice(0, most).map(presentTarget),
    ...{ firings, touched, dropped, crashes, resilience },
  }
}

function presentTarget({
  injectedAtMs,
  recoveredAtMs,
  leaseId: _,
  ...target
}: TargetRecord): ExperimentTarget {
  return {
    ...target,
    injectedAt: injectedAtMs === null ? null : iso(injectedAtMs),
    recoveredAt: recoveredAtMs === null ? null : iso(recoveredAtMs),
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
