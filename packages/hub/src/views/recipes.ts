/** How each view is made, of what, and how often. */
import type {
  ClusterView,
  CrashView,
  FaultsView,
  Incarnation,
  NodeConnection,
  NodeView,
  ProcessView,
} from '@orrery/live/views'
import type { World } from '@orrery/live/world'
import type { CrashReport, Inspection } from '@orrery/protocol'
import type { Clock } from '../clock.ts'
import type { Moves, Topic, Urgency } from '../moves.ts'
import type { SeriesRecorder } from '../series/recorder.ts'
import { createSeriesView } from '../series/series-view.ts'
import { isInjected } from '../store/crash-row.ts'
import type { Store } from '../store/store.ts'
import { BEAT_MS } from './beat.ts'
import { createInspectionPoll } from './inspection-poll.ts'
import type { Ask } from './params.ts'
import { withPending } from './pending-crashes.ts'
import type { Recipe } from './producer.ts'

export interface RecipeSources {
  world: World
  store: Pick<Store, 'crashesView' | 'crashView' | 'series' | 'seriesHeldFromMs'>
  moves: Moves
  clock: Clock
  recorder: SeriesRecorder
  hubInfo(): ClusterView['hub']
  faults(): FaultsView
  inspect(node: string, key: string): Promise<Inspection>
  connection(node: string): NodeConnection | null
  incarnations(node: string): Incarnation[]
  waiting: { get(id: string): CrashReport | null; all(): Iterable<CrashReport> }
}

/** A pool travels ten times a second at most. */
const LIFECYCLE_MS = 2 * BEAT_MS
const NUMBERS_MS = 250
const SECOND_MS = 1_000

/** What is asked for and is not there. */
class ViewMissing extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export function recipeOf(ask: Ask, sources: RecipeSources): Recipe {
  const { world, store, moves, clock, waiting } = sources
  const on =
    (...topics: Topic[]) =>
    (move: (urgency: Urgency) => void) => {
      const ends = topics.map((topic) => moves.on(topic, move))
      return () => {
        for (const end of ends) end()
      }
    }
  const ofNode = (node: string | null): Topic => (node === null ? 'cluster' : `node:${node}`)

  switch (ask.view) {
    case 'cluster':
      return {
        make: () => world.clusterView(sources.hubInfo()),
        structureMs: 2 * BEAT_MS,
        lifecycleMs: NUMBERS_MS,
        numbersMs: NUMBERS_MS,
        start: on('cluster'),
      }
    case 'tree': {
      const { node, reveal } = ask.params
      return {
        make: () => world.treeView(node, reveal) ?? missingNode(node),
        structureMs: BEAT_MS,
        lifecycleMs: LIFECYCLE_MS,
        numbersMs: NUMBERS_MS,
        start: on(ofNode(node)),
      }
    }
    case 'processes':
      return {
        make: () => world.processesView(ask.params),
        structureMs: SECOND_MS,
        lifecycleMs: SECOND_MS,
        numbersMs: SECOND_MS,
        start: on(ofNode(ask.params.node)),
      }
    case 'process':
      return processRecipe(ask.params.node, ask.params.key, sources)
    case 'series': {
      const view = createSeriesView(ask.params, {
        store,
        recorder: sources.recorder,
        process: (node, key) => world.processView(node, key),
        clock,
      })
      return {
        make: () => view.make(),
        structureMs: NUMBERS_MS,
        lifecycleMs: NUMBERS_MS,
        numbersMs: NUMBERS_MS,
        start: (move) => clock.every(Math.min(view.stepMs, 60_000), () => move('numbers')),
      }
    }
    case 'crashes': {
      const { q } = ask.params
      return {
        make: async () => {
          const nowMs = clock.nowMs()
          return withPending(await store.crashesView(q, nowMs), q, waiting.all(), nowMs)
        },
        structureMs: NUMBERS_MS,
        lifecycleMs: NUMBERS_MS,
        numbersMs: SECOND_MS,
        start: (move) => {
          const ends = [moves.on('crashes', move), clock.every(60_000, () => move('numbers'))]
          return () => {
            for (const end of ends) end()
          }
        },
      }
    }
    case 'crash': {
      const { id } = ask.params
      return {
        make: () => crashView(id, sources),
        structureMs: 100,
        lifecycleMs: 100,
        numbersMs: SECOND_MS,
        start: (move) => {
          const ends = [
            moves.on(`crash:${id}`, move),
            moves.on('source-maps', move),
            moves.on('crashes', () => move('numbers')),
          ]
          return () => {
            for (const end of ends) end()
          }
        },
      }
    }
    case 'faults':
      return {
        make: sources.faults,
        structureMs: BEAT_MS,
        lifecycleMs: BEAT_MS,
        numbersMs: NUMBERS_MS,
        start: on('faults'),
      }
    case 'table':
      return {
        make: () => world.tableView(ask.params),
        structureMs: SECOND_MS,
        lifecycleMs: SECOND_MS,
        numbersMs: SECOND_MS,
        start: on(ofNode(ask.params.node)),
      }
    case 'selection':
      return {
        make: () => world.selectionView(ask.params),
        structureMs: SECOND_MS / 2,
        lifecycleMs: SECOND_MS,
        numbersMs: SECOND_MS,
        start: on(ofNode(ask.params.node)),
      }
    case 'timeline': {
      const { node } = ask.params
      return {
        make: () => world.timelineView(node),
        structureMs: 2 * BEAT_MS,
        lifecycleMs: NUMBERS_MS,
        numbersMs: SECOND_MS,
        start: on(ofNode(node)),
      }
    }
    case 'messages': {
      const { node } = ask.params
      const reader = world.messagesReader(ask.params)
      return {
        make: () => (node !== null && world.node(node) === null ? missingNode(node) : reader.read()),
        structureMs: SECOND_MS,
        lifecycleMs: SECOND_MS,
        numbersMs: SECOND_MS,
        start: on(ofNode(node)),
      }
    }
    case 'node': {
      const { node } = ask.params
      return {
        make: (): NodeView => ({
          ...(world.nodeView(node) ?? missingNode(node)),
          connection: sources.connection(node),
          incarnations: sources.incarnations(node),
        }),
        structureMs: SECOND_MS,
        lifecycleMs: SECOND_MS,
        numbersMs: SECOND_MS,
        start: on(ofNode(node)),
      }
    }
    default:
      return ask satisfies never
  }
}

function processRecipe(node: string, key: string, sources: RecipeSources): Recipe {
  const { world, moves, clock } = sources
  let poll: ReturnType<typeof createInspectionPoll> | null = null
  return {
    make(): ProcessView {
      const view = world.processView(node, key)
      if (view === null) return missingNode(node)
      return { ...view, ...poll?.last }
    },
    structureMs: BEAT_MS,
    lifecycleMs: LIFECYCLE_MS,
    numbersMs: NUMBERS_MS,
    start(move) {
      const end = moves.on(`node:${node}`, move)
      const asking = createInspectionPoll({
        inspect: () => sources.inspect(node, key),
        clock,
        changed: () => move('structure'),
      })
      poll = asking
      return () => {
        end()
        asking.stop()
      }
    },
  }
}

async function crashView(id: string, { store, waiting }: RecipeSources): Promise<CrashView> {
  const report = waiting.get(id)
  if (report === null) return store.crashView(id)
  return {
    id,
    stored: false,
    importedBy: null,
    report,
    sameGroup: [],
    groupCount: 1,
    cascade: { members: [], more: 0 },
    course: [{ id, atMs: Date.parse(report.at), isInjected: isInjected(report) }],
    common: null,
    group: null,
    previousId: null,
    nextId: null,
    error: null,
  }
}

function missingNode(node: string): never {
  throw new ViewMissing('node.unknown', `no node named ${node} is known`)
}
