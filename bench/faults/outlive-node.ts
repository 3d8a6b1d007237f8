/** A node to be broken: workers that are told something all the time, and a line. It prints fifty times a second what lies upon it. */
import { observe } from '@orrery/agent'
import { child, GenServer, nameOf, noreply, Port, Supervisor, start } from '@orrery/runtime'

const TELL_MS = 20

const Line = Port.define<{ resource: object }>({ module: 'Line', isLine: true, open: () => ({}) })
const Worker = GenServer.define<{
  args: { place: number }
  state: { told: number }
  casts: { tick: { at: number } }
}>({
  module: 'Worker',
  init: () => ({ told: 0 }),
  handleCast: { tick: (_message, { told }) => noreply({ told: told + 1 }) },
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 1_000,
  periodMs: 1_000,
  children: () => [
    child(Line, { id: 'line', name: 'line' }),
    ...[0, 1, 2, 3].map((place) =>
      child(Worker, { id: `worker-${place}`, args: { place }, name: `worker-${place}` }),
    ),
  ],
})

const node = await start(Root, { name: process.env.OUTLIVE_NAME ?? 'outlive@localhost' })
const agent = await observe(node, { logger: { info: () => undefined, warn: (line) => console.error(line) } })
setInterval(() => {
  for (let place = 0; place < 4; place++)
    node.cast(nameOf(Worker, `worker-${place}`), { type: 'tick', at: Date.now() })
  process.stdout.write(`${JSON.stringify({ atMs: Date.now(), leases: agent.status.leases })}\n`)
}, TELL_MS)
process.on('SIGTERM', () => {
  void node
    .stop()
    .then(() => agent.stop())
    .then(() => process.exit(0))
})
