/**
 * Experiments, for whoever asks: role and limits first, then a dry run, then the intent in the database, then the agents, then what became of every
 * target. `conductor.ts` is how.
 */
import type { CommandErrorCode } from '@orrery/protocol'
import type { DryRun, Resilience, ScenarioBody } from '@orrery/protocol/faults'
import type { Actor } from '../commands/commands.ts'
import type { Page, PageRequest } from '../store/store.ts'
import type { ExperimentFilter, ExperimentRecord, Observed } from './experiment-store.ts'

export interface FaultRefusal {
  ok: false
  code: CommandErrorCode
  message: string
  auditId: string | null
}

export type StartOutcome = { ok: true; experiment: ExperimentRecord; auditId: string } | FaultRefusal
export type DryRunOutcome = { ok: true; dryRun: DryRun } | FaultRefusal
export type StopOutcome = { ok: true; experiment: ExperimentRecord; auditId: string | null } | FaultRefusal

export interface Faults {
  /** Takes the body of `POST /api/v1/faults`, unknown until parsed. Answers once the agents did, or refuses and injects nothing. */
  start(actor: Actor, body: unknown, from?: { routine: string | null }): Promise<StartOutcome>
  dryRun(actor: Actor, body: unknown): Promise<DryRunOutcome>
  /** Ends an experiment, or one that has not begun. What is over already stays as it is. */
  stop(actor: Actor, id: string): Promise<StopOutcome>
  get(id: string): Promise<ExperimentRecord | null>
  list(filter: ExperimentFilter, page: PageRequest): Promise<Page<ExperimentRecord>>
  /** An experiment is over; `seen` is `null` of one that ran under an earlier start of the hub. */
  onEnded(listener: (record: ExperimentRecord, seen: Observed | null) => void): () => void
  /** What was judged of it afterwards: stored with it and shown. */
  judged(id: string, resilience: Resilience): Promise<void>
}

/** Where a saved scenario is looked up; `null` for one that is not there. */
export type ScenarioLookup = (id: string) => Promise<ScenarioBody | null>
