/** The tree that the soak kills in: pools, and groups of workers under every strategy, below a root that never gives up. */
import { child, GenServer, nameOf, noreply, reply, Supervisor, stop } from '../src/index.ts'

/** Crashes or stops on order, answers calls, has a state and last words; half of them trap exits. */
export const Worker = GenServer.define<{
  args: { traps: boolean }
  state: { served: number }
  calls: { serve: () => number; crash: () => number }
  casts: { throw: Record<never, never>; stop: { reason: string } }
}>({
  module: 'Worker',
  init: ({ traps }, ctx) => {
    ctx.trapExit(traps)
    return { served: 0 }
  },
  handleCall: {
    serve: (_message, _from, { served }) => reply(served + 1, { served: served + 1 }),
    crash: () => {
      throw new Error('crashed in a call')
    },
  },
  handleCast: {
    throw: () => {
      throw new Error('crashed in a cast')
    },
    stop: ({ reason }, state) => stop(reason, state),
  },
  handleOtherInfo: (_message, state) => noreply(state),
  terminate: () => undefined,
})

const GROUP = 4
const POOL = 100

const groupOf = (strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one') =>
  Supervisor.define({
    module: `Group_${strategy}`,
    strategy,
    intensity: 3,
    periodMs: 1_000,
    children: () =>
      Array.from({ length: GROUP }, (_, i) =>
        child(Worker, {
          id: `worker${i}`,
          args: { traps: i % 2 === 0 },
          shutdown: i === 0 ? 'brutal_kill' : 1_000,
        }),
      ),
  })
const groups = [groupOf('one_for_one'), groupOf('one_for_all'), groupOf('rest_for_one')] as const

const Pool = Supervisor.define<{ childArgs: { traps: boolean } }>({
  module: 'Pool',
  strategy: 'simple_one_for_one',
  intensity: Number.MAX_SAFE_INTEGER,
  periodMs: 1_000,
  child: (args) => child(Worker, { id: 'worker', args }),
})

export interface TreeSize {
  groups: number
  pools: number
}

/** How many groups and pools make about `processes` processes, half of them in pools. */
export function sizeFor(processes: number): TreeSize {
  return {
    groups: Math.max(3, Math.round(processes / 2 / (GROUP + 1))),
    pools: Math.max(1, Math.round(processes / 2 / (POOL + 1))),
  }
}

/** Root, groups and their workers, pools and theirs: what stands when all of it is up. */
export function processesOf({ groups: groupCount, pools }: TreeSize): number {
  return 1 + groupCount * (GROUP + 1) + pools * (POOL + 1)
}

export const Root = Supervisor.define<{ args: TreeSize }>({
  module: 'Root',
  intensity: Number.MAX_SAFE_INTEGER,
  periodMs: 1_000,
  children: (size) => [
    ...Array.from({ length: size.groups }, (_, i) =>
      child(groups[i % groups.length] as (typeof groups)[0], { id: `group${i}` }),
    ),
    ...Array.from({ length: size.pools }, (_, i) => child(Pool, { id: `pool${i}`, name: poolName(i) })),
  ],
})

export const POOL_SIZE = POOL
export const poolNamed = (i: number) => nameOf(Pool, poolName(i))

function poolName(i: number): string {
  return `pool${i}`
}
