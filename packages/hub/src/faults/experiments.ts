/** The experiments that a conductor holds, and what its parts reach of the hub. No part holds an experiment that is not here. */
import type { World } from '@orrery/live/world'
import type { Clock } from '../clock.ts'
import type { AgentCalls } from '../commands/agent-calls.ts'
import type { AuditTrail } from '../commands/audit-trail.ts'
import type { Latch } from '../commands/halt.ts'
import type { Counters } from '../counters.ts'
import type { Agents } from '../ingest/agents.ts'
import type { Logger } from '../logger.ts'
import type { Moves } from '../moves.ts'
import type { DryRunSources } from './dry-run.ts'
import type { ExperimentRecord, ExperimentStore, Observed } from './experiment-store.ts'
import type { ScenarioLookup } from './faults.ts'
import type { LiveExperiment } from './live-experiment.ts'
import { createExperimentWriter, type ExperimentWriter } from './writer.ts'

export interface ConductorOptions {
  world: World
  store: ExperimentStore
  trail: AuditTrail
  agents: Pick<Agents, 'connected' | 'isConnected' | 'hello' | 'send' | 'renew'>
  calls: AgentCalls
  latch: Latch
  moves: Moves
  clock: Clock
  logger: Logger
  counters: Counters
  scenario: ScenarioLookup
}

export interface Experiments {
  readonly open: Map<string, LiveExperiment>
  /** Over, the latest last; with what was seen of them where this hub ran them. */
  readonly ended: Map<string, LiveExperiment>
  readonly listeners: Set<(record: ExperimentRecord, seen: Observed | null) => void>
  readonly writer: ExperimentWriter
  /** Of a dry run. */
  readonly sources: DryRunSources
}

export const ANSWER_MS = 5_000
/** Ended ones that are shown. */
export const SHOWN_ENDED = 50
export const DRAWN_MS = 300_000
export const KEPT_IDS = 10_000

export function createExperiments(options: ConductorOptions): Experiments {
  const { world, store, agents, calls, clock, logger, counters } = options
  const open = new Map<string, LiveExperiment>()
  const ended = new Map<string, LiveExperiment>()
  const listeners = new Set<(record: ExperimentRecord, seen: Observed | null) => void>()
  const writer = createExperimentWriter({
    store,
    clock,
    logger,
    failed: () => {
      counters.storeFailures++
    },
  })
  const sources = { world, calls, hello: (node: string) => agents.hello(node) }
  return { open, ended, listeners, writer, sources }
}
