/** What is shown of experiments: their rows, what is drawn over the world, and which nodes stand still by one. Decides and sends nothing. */
import type { ExperimentRow, FaultsView } from '@orrery/live/views'
import { LIMITS } from '@orrery/protocol'
import { rowOf } from './experiment-row.ts'
import { type ConductorOptions, DRAWN_MS, type Experiments } from './experiments.ts'
import { injectedOf, type LiveExperiment } from './live-experiment.ts'
import { isArmed } from './offers.ts'

export interface Showing {
  /** An experiment has begun, moved or ended: the world and whoever looks hear of it. */
  moved(): void
  /** Made to stand still by an experiment that lasts. */
  isPaused(node: string): boolean
  view(): Pick<FaultsView, 'experiments' | 'agents'>
}

export function createShowing(
  options: Pick<ConductorOptions, 'world' | 'agents' | 'moves' | 'clock'>,
  { open, ended }: Pick<Experiments, 'open' | 'ended'>,
): Showing {
  const { world, agents, moves, clock } = options

  const moved = (): void => {
    world.setExperiments([...open.values(), ...ended.values()].flatMap((live) => drawn(live)))
    moves.touch('faults', 'structure')
    moves.touch('cluster', 'structure')
    for (const node of agents.connected()) moves.touch(`node:${node}`, 'structure')
  }

  const drawn = (live: LiveExperiment): ReturnType<typeof injectedOf> =>
    injectedOf(live).filter(({ endedAtMs }) => endedAtMs === null || clock.nowMs() - endedAtMs <= DRAWN_MS)

  const isPaused = (node: string): boolean =>
    [...open.values()].some((live) =>
      live.legs.some(
        ({ kind, state, record }) =>
          kind === 'pause' &&
          record.node === node &&
          (state === 'active' || state === 'ending') &&
          !isBack(node),
      ),
    )
  const isBack = (node: string): boolean => {
    const heardAtMs = world.heardAtMs(node)
    return heardAtMs !== null && clock.nowMs() - heardAtMs < LIMITS.heartbeatMs * 2 && !hasPause(node)
  }
  const hasPause = (node: string): boolean =>
    [...open.values()].some((live) =>
      live.legs.some((leg) => leg.kind === 'pause' && leg.record.node === node && leg.state === 'active'),
    )

  const view = (): Pick<FaultsView, 'experiments' | 'agents'> => {
    const experiments: Record<string, ExperimentRow> = {}
    for (const live of ended.values()) experiments[live.record.id] = rowOf(live.record, live)
    for (const live of open.values()) experiments[live.record.id] = rowOf(live.record, live)
    const there = agents.connected()
    const hellos = there.map((node) => agents.hello(node)).filter((hello) => hello !== null)
    return {
      experiments,
      agents: {
        known: world.nodes().length,
        connected: there.length,
        armed: hellos.filter(isArmed).length,
      },
    }
  }

  return { moved, isPaused, view }
}
