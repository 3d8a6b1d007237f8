/** What others than browsers read of the live state: the HTTP API, and whoever asks a node itself. */
import { randomUUID } from 'node:crypto'
import type { World } from '@orrery/live/world'
import { type Inspection, inspection } from '@orrery/protocol'
import type { AgentCalls } from './commands/agent-calls.ts'
import type { HttpLive } from './http/deps.ts'
import type { Moves } from './moves.ts'
import type { SeriesRecorder } from './series/recorder.ts'

/** A node or process that cannot be asked, and why. */
export class InspectRefused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'InspectRefused'
    this.code = code
  }
}

/** Counters since the start of the hub, for `/metrics`. */
export interface IngestCounters {
  agentsConnected: number
  browsersConnected: number
  /** Of them, those that have not read the last picture yet. */
  browsersBehind: number
  /** Closed because they asked and did not listen. */
  browsersCut: number
  frames: number
  records: number
  bytes: number
  /** Reports taken from agents and not yet committed. */
  crashesPending: number
  crashesStored: number
  /** Reports no database takes: acked, so that they are not sent for ever. */
  crashesRefused: number
  /** Decisions and outcomes given up while the database was away for too long. */
  amendmentsLost: number
  storeFailures: number
  /** How often the embedded database died by itself and was started again. */
  databaseRestarts: number
  gaps: number
  /** Records of a type this hub does not know: a newer agent's. */
  recordsSkipped: number
  /** By `FrameError` code. */
  frameErrors: Record<string, number>
  /** By `RefusalCode`. */
  refusals: Record<string, number>
  /** View messages sent to browsers, and those skipped because the browser had not drained the last. */
  viewMessages: number
  viewsSkipped: number
  commands: number
}

const ANSWER_MS = 5_000

export function createLiveAccess(options: {
  world: World
  calls: AgentCalls
  recorder: SeriesRecorder
  counters: IngestCounters
  moves: Moves
  isConnected(node: string): boolean
}): HttpLive {
  const { world, calls, recorder, counters, moves } = options
  return {
    nodes: () => world.nodeRows(),
    tree: (node) => world.treeView(node),
    crashImported(id) {
      moves.touch('crashes', 'structure')
      moves.touch(`crash:${id}`, 'structure')
    },
    sourceMapsChanged: () => moves.touch('source-maps', 'structure'),
    processes: (params) => world.processesView(params),
    process(node, keyOrPid) {
      const found = world.resolve(node, keyOrPid)
      return found === null ? null : world.processView(node, found.key)
    },
    async inspect(node, keyOrPid): Promise<Inspection> {
      if (!options.isConnected(node)) throw new InspectRefused('node.gone', `${node} is not connected`)
      const command = { op: 'process.inspect', id: randomUUID(), target: keyOrPid } as const
      const result = await calls.call(node, command, ANSWER_MS)
      if (!result.ok) throw new InspectRefused(result.code, result.message)
      const read = inspection.safeParse(result.value)
      if (read.success) return read.data
      throw new InspectRefused('inspection.malformed', `${node} answered with what this hub cannot read`)
    },
    openSeries: (node, metric) => recorder.blocks(node, metric),
    counters: () => counters,
  }
}
