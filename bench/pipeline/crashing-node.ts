/**
 * A node of 10,000 processes of which 25 crash in turn, `CRASHES_PER_S` a second. Prints a line for each throw:
 * `{"key", "pid", "at"}`, `at` in Unix milliseconds with fractions, taken just before the throw.
 */
import { performance } from 'node:perf_hooks'
import { observe } from '@orrery/agent'
import { child, GenServer, nameOf, noreply, Supervisor, start } from '@orrery/runtime'

const POOLS = 19
const POOL_SIZE = 524
const FRAGILE_SUPERVISORS = 5
const FRAGILE_WORKERS = 5

const Idle = GenServer.define<{
  args: Record<string, never>
  state: { n: number }
  casts: { tick: { at: number } }
}>({
  module: 'Idle',
  init: () => ({ n: 0 }),
  handleCast: { tick: (_message, state) => noreply({ n: state.n + 1 }) },
})

const Fragile = GenServer.define<{
  args: { key: string }
  state: { key: string; n: number }
  casts: { boom: { n: number } }
}>({
  module: 'Fragile',
  init: ({ key }) => ({ key, n: 0 }),
  handleCast: {
    boom: (_message, state, ctx) => {
      const at = performance.timeOrigin + performance.now()
      process.stdout.write(`${JSON.stringify({ key: state.key, pid: String(ctx.self), at })}\n`)
      throw new Error('asked to fail')
    },
  },
})

const Pool = Supervisor.define<{ args: Record<string, never> }>({
  module: 'Pool',
  strategy: 'simple_one_for_one',
  intensity: 10,
  periodMs: 1_000,
  child: () => child(Idle, { id: 'idle', args: {}, restart: 'temporary' }),
})

const FragileSup = Supervisor.define<{ args: { index: number } }>({
  module: 'FragileSup',
  strategy: 'one_for_one',
  intensity: 100_000,
  periodMs: 1_000,
  children: ({ index }) =>
    Array.from({ length: FRAGILE_WORKERS }, (_, i) => {
      const name = `fragile_${index}_${i}`
      return child(Fragile, { id: name, name, args: { key: `bench_sup/FragileSup${index}/${name}` } })
    }),
})

const Root = Supervisor.define<{ args: Record<string, never> }>({
  module: 'bench_sup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 1_000,
  children: () => [
    ...Array.from({ length: FRAGILE_SUPERVISORS }, (_, index) =>
      child(FragileSup, { id: `FragileSup${index}`, args: { index } }),
    ),
    ...Array.from({ length: POOLS }, (_, i) => child(Pool, { id: `Pool${i}`, name: `pool_${i}`, args: {} })),
  ],
})

const node = await start(Root, { name: 'bench@localhost', args: {} })
for (let pool = 0; pool < POOLS; pool++) {
  for (let i = 0; i < POOL_SIZE; i++)
    await Supervisor.startChild(node, nameOf(Pool, `pool_${pool}`), undefined)
}
await observe(node, { faults: 'allow' })
process.stdout.write('ready\n')

const perS = Number(process.env.CRASHES_PER_S ?? 50)
let n = 0
let timer: ReturnType<typeof setInterval> | null = null
process.on('message', (message) => {
  if (message === 'go') {
    timer = setInterval(() => {
      const index = Math.floor(n / FRAGILE_WORKERS) % FRAGILE_SUPERVISORS
      node.cast(nameOf(Fragile, `fragile_${index}_${n % FRAGILE_WORKERS}`), { type: 'boom', n })
      n += 1
    }, 1_000 / perS)
  }
  if (message === 'stop') {
    if (timer) clearInterval(timer)
    process.exit(0)
  }
})
