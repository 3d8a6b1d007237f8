/**
 * A node in a crash storm, as a program. What happens at the source is written to a journal file, a line a fact, by
 * system calls that a SIGKILL cannot undo: `l ID` when a hub first knows of this life, `t` before a throw, `a ID` when the
 * agent has accepted its report.
 */
import { openSync, writeSync } from 'node:fs'
import { observe } from '@orrery/agent'
import { child, Exit, GenServer, nameOf, noreply, Supervisor, start } from '@orrery/runtime'
import { dice } from './seed.ts'

/** What the parent may say: crashes a second, or how far the wall clock jumps. */
export type StormOrder = { crashesPerS: number } | { stepMs: number }

const WORKERS = 24
const TICK_MS = 50
/** Now and then many at once, above what an agent makes whole reports of. */
const BURST = { everyTicks: 60, crashes: 400 }

const journal = openSync(process.env.STORM_JOURNAL ?? '', 'a')
let thrown = 0
const throwing = (error: unknown): never => {
  thrown++
  writeSync(journal, 't\n')
  throw error
}

const Fragile = GenServer.define<{
  args: { n: number }
  state: { n: number; handled: number }
  casts: { boom: { kind: number }; read: { path: string[] } }
}>({
  module: 'Fragile',
  init: ({ n }, ctx) => {
    // Each odd one is linked to the one before it, and goes with it.
    const other = n % 2 === 1 ? ctx.whereis(nameOf(Fragile, `fragile-${n - 1}`)) : null
    if (other !== null) ctx.link(other)
    return { n, handled: 0 }
  },
  handleCast: {
    boom: ({ kind }, state) => {
      if (kind === 0) return throwing(new TypeError(`fragile-${state.n} was told to fail`))
      if (kind === 1) return throwing(new Exit('overrun', { trunk: state.n }))
      return throwing(new RangeError('no such line', { cause: new Error('the exchange is full') }))
    },
    read: (_message, state) => noreply({ ...state, handled: state.handled + 1 }),
  },
})

const Storm = Supervisor.define({
  module: 'Storm',
  strategy: 'one_for_one',
  intensity: 1_000_000,
  periodMs: 1_000,
  children: () =>
    Array.from({ length: WORKERS }, (_, n) =>
      child(Fragile, { id: `fragile-${n}`, name: `fragile-${n}`, args: { n } }),
    ),
})

let skewMs = 0
const node = await start(Storm, {
  name: process.env.STORM_NAME ?? 'storm@localhost',
  release: '1.0.0',
  clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() + skewMs },
})
const agent = await observe(node, {
  logger: { info: () => undefined, warn: (line) => console.error(line) },
  onAccepted: (id) => void writeSync(journal, `a ${id}\n`),
})

const { random, between } = dice(Number(process.env.STORM_SEED ?? 1))
let crashesPerS = Number(process.env.STORM_CRASHES_PER_S ?? 0)
let ticks = 0
let isKnown = false
let due = 0
const boom = (): void => {
  const name = nameOf(Fragile, `fragile-${between(0, WORKERS - 1)}`)
  node.cast(name, { type: 'read', path: [] })
  node.cast(name, { type: 'boom', kind: between(0, 2) })
}
setInterval(() => {
  ticks++
  due += (crashesPerS * TICK_MS * 2 * random()) / 1_000
  if (crashesPerS > 0 && ticks % BURST.everyTicks === 0) due += BURST.crashes
  for (; due >= 1; due--) boom()
  const { accepted, pending, connection, faults } = agent.status
  if (!isKnown && connection === 'welcomed') {
    isKnown = true
    writeSync(journal, `l ${node.incarnation}\n`)
  }
  process.send?.({ thrown, accepted, pending, connection, faults, crashes: node.counters.crashes })
}, TICK_MS)

process.on('message', (order: StormOrder) => {
  if ('crashesPerS' in order) crashesPerS = order.crashesPerS
  else skewMs += order.stepMs
})
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
