/** What the HTTP API stands on. It owns nothing: it reads, and asks for commands. */

import type { HttpBindings } from '@hono/node-server'
import type { ClusterView, ProcessesView, ProcessView, TreeView, ViewParams } from '@orrery/live/views'
import type { Inspection } from '@orrery/protocol'
import type { Actor, Commands } from '../commands/commands.ts'
import type { Groups } from '../commands/groups.ts'
import type { HubConfig } from '../config.ts'
import type { Conductor } from '../faults/conductor.ts'
import type { Routines } from '../faults/routines.ts'
import type { Scenarios } from '../faults/scenarios.ts'
import type { IngestCounters } from '../live-access.ts'
import type { Logger } from '../logger.ts'
import type { SeriesBlock, Store } from '../store/store.ts'

export interface HttpDeps {
  config: HubConfig
  store: Store
  live: HttpLive
  commands: Commands
  groups: Groups
  faults: HttpFaults
  scenarios: Scenarios
  routines: Pick<Routines, 'list' | 'add' | 'put' | 'drop'>
  version: string
  logger: Logger
  nowMs(): number
}

export type HttpFaults = Pick<
  Conductor,
  'start' | 'dryRun' | 'stop' | 'get' | 'list' | 'isHeld' | 'offers' | 'ports' | 'refuseUnread'
>

/** The live state as the API reads it. */
export interface HttpLive {
  nodes(): ClusterView['nodes']
  tree(node: string): TreeView | null
  processes(params: ViewParams['processes']): ProcessesView
  /** By logical key or pid; without what only the node knows. */
  process(node: string, keyOrPid: string): ProcessView | null
  /** A report came into the store by another way than its node's. */
  crashImported(id: string): void
  inspect(node: string, keyOrPid: string): Promise<Inspection>
  openSeries(node: string | null, metric: string): SeriesBlock[]
  counters(): IngestCounters
}

export interface Env {
  Bindings: HttpBindings
  Variables: { actor: Actor | null }
}
