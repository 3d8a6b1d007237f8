/** What the fault lab keeps beside its experiments: scenarios, routines, and what came of each kind of fault under each supervisor. */
import type { RoutineBody, Scenario, ScenarioBody, Verdict } from '@orrery/protocol/faults'
import type { CrashFact } from './crash-fact.ts'

export interface LabStore {
  /** By name. */
  scenarios(): Promise<Scenario[]>
  scenario(id: string): Promise<Scenario | null>
  /** `null` where there are `MAX_SCENARIOS` already. */
  addScenario(body: ScenarioBody, by: SavedBy): Promise<Scenario | null>
  putScenario(id: string, body: ScenarioBody, by: SavedBy): Promise<Scenario | null>
  /** `in_use` where a routine runs it. */
  dropScenario(id: string): Promise<'dropped' | 'unknown' | 'in_use'>

  /** In the order they were made. */
  routines(): Promise<StoredRoutine[]>
  /** `null` where there are `MAX_ROUTINES` already. */
  addRoutine(body: RoutineBody, by: SavedBy): Promise<StoredRoutine | null>
  /** Begins anew: what it had used up and why it had stopped is forgotten. */
  putRoutine(id: string, body: RoutineBody, by: SavedBy): Promise<StoredRoutine | null>
  saveRoutineState(id: string, state: RoutineState): Promise<void>
  dropRoutine(id: string): Promise<boolean>

  /** Crashes an experiment has a part in, oldest first, the newest 5,000 of them; and how many others there were on its nodes. */
  crashesOf(asked: CrashesAsked): Promise<{ caused: CrashFact[]; others: number }>

  /** Replaces those of the experiment. */
  saveVerdicts(experiment: string, atMs: number, rows: readonly VerdictCell[]): Promise<void>
  /** Oldest first. */
  verdicts(fromMs: number): Promise<VerdictRow[]>
}

export interface CrashesAsked {
  experiment: string
  nodes: readonly string[]
  fromMs: number
  toMs: number
}

export const MAX_SCENARIOS = 1_000
export const MAX_ROUTINES = 100

export interface SavedBy {
  who: string
  atMs: number
}

export interface StoredRoutine {
  id: string
  by: string
  savedAtMs: number
  body: RoutineBody
  state: RoutineState
}

export interface RoutineState {
  /** The day in the routine's zone that runs and crashes are counted for. */
  day: string
  runs: number
  crashes: number
  /** Experiments that were refused since the last that was not. */
  refused: number
  /** Why it stopped itself, else empty; a new body starts it again. */
  stoppedWhy: string
  lastExperiment: string | null
}

export const FRESH: RoutineState = {
  day: '',
  runs: 0,
  crashes: 0,
  refused: 0,
  stoppedWhy: '',
  lastExperiment: null,
}

export interface VerdictCell {
  subtree: string
  fault: string
  verdict: Verdict
}

export interface VerdictRow extends VerdictCell {
  experiment: string
  atMs: number
}
