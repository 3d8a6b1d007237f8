/**
 * A node of `PROCESSES` processes in one of four shapes, `SPAWNS_PER_S` of which end and are started again each second. Prints `ready` when it
 * is up and observed.
 */
import { observe } from '@orrery/agent'
import {
  type Behaviour,
  type ChildSpec,
  child,
  GenServer,
  type Node,
  noreply,
  type Pid,
  Supervisor,
  start,
  stop,
} from '@orrery/runtime'

export type Shape = 'wide' | 'chain' | 'pool' | 'many'

const shape = (process.env.SHAPE ?? 'wide') as Shape
const count = Number(process.env.PROCESSES ?? 1_000)
const spawnsPerS = Number(process.env.SPAWNS_PER_S ?? 1_000)
const TICK_MS = 20
const CHAIN = 200

const workers: Pid[] = []

const Worker = GenServer.define<{ args: number; state: { n: number }; casts: { end: object; work: object } }>(
  {
    module: 'Worker',
    init: (at, ctx) => {
      workers[at] = ctx.self as Pid
      return { n: 0 }
    },
    handleCast: {
      end: (_message, state) => stop('normal', state),
      work: (_message, { n }) => noreply({ n: n + 1 }),
    },
  },
)

let made = 0
const worker = (id: string): ChildSpec => child(Worker, { id, args: made++, shutdown: 'brutal_kill' })
const WILLING = { intensity: 10_000_000, periodMs: 1_000 } as const

function supervisor(module: string, children: () => readonly ChildSpec[]): Behaviour<undefined, unknown> {
  return Supervisor.define({ module, ...WILLING, children })
}

const leaves = (size: number): readonly ChildSpec[] => Array.from({ length: size }, (_, i) => worker(`w${i}`))

/** `groups` supervisors that share `left` workers. */
function groups(number: number, left: number): readonly ChildSpec[] {
  return Array.from({ length: number }, (_, i) => {
    const size = Math.floor(((i + 1) * left) / number) - Math.floor((i * left) / number)
    return child(
      supervisor('GroupSup', () => leaves(size)),
      { id: `group-${i}` },
    )
  })
}

function chain(depth: number, left: number): readonly ChildSpec[] {
  const size = Math.max(1, Math.floor(left / depth))
  const below = left - size
  return depth === 1 || below <= 0
    ? leaves(left)
    : [
        ...leaves(size),
        child(
          supervisor('LinkSup', () => chain(depth - 1, below)),
          { id: 'link' },
        ),
      ]
}

const Pool = Supervisor.define<{ childArgs: number }>({
  module: 'PoolSup',
  strategy: 'simple_one_for_one',
  ...WILLING,
  child: (args) => child(Worker, { id: 'member', args, shutdown: 'brutal_kill' }),
})

function root(): Behaviour<undefined, unknown> {
  switch (shape) {
    case 'wide': {
      const number = Math.max(1, Math.round(count / 500))
      return supervisor('root', () => groups(number, count - number))
    }
    case 'chain':
      return supervisor('root', () => chain(Math.min(CHAIN, Math.floor(count / 5)), count - CHAIN))
    case 'pool':
      return supervisor('root', () => [
        child(Pool, { id: 'pool', name: 'pool' }),
        ...groups(Math.max(1, Math.round(count / 1_000)), Math.floor(count / 2)),
      ])
    case 'many': {
      const number = Math.round(count / 11)
      return supervisor('root', () => groups(number, number * 10))
    }
    default:
      return shape satisfies never
  }
}

const node: Node = await start(root(), {
  name: process.env.NODE_NAME ?? 'bench@localhost',
  flightRecorder: 1,
})
if (shape === 'pool') {
  for (let i = Math.floor(count / 2); i > 0; i--)
    await Supervisor.startChild(node, 'pool' as never, made++ as never)
}
const agent = await observe(node, { hub: process.env.ORRERY_HUB_URL ?? '' })

let owed = 0
let at = 0
const churn = setInterval(() => {
  owed += (spawnsPerS * TICK_MS) / 1_000
  for (; owed >= 1; owed--) {
    // A stride that shares no factor with the count: everywhere in the tree, and everybody once in a while.
    at = (at + 7_919) % workers.length
    const pid = workers[at]
    if (pid !== undefined) node.cast(pid as Pid<never>, { type: 'end' } as never)
  }
}, TICK_MS)

process.on('message', async (message) => {
  if (message !== 'stop') return
  clearInterval(churn)
  await agent[Symbol.asyncDispose]()
  process.exit(0)
})
process.stdout.write(`ready ${node.processCount}\n`)
