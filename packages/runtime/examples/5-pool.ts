import { child, GenServer, nameOf, noreply, Supervisor, start } from '@orrery/runtime'

const Delivery = GenServer.define<{
  args: { mail: string }
  state: { mail: string }
  infos: { attempt: Record<never, never> }
}>({
  module: 'Delivery',
  init: ({ mail }, ctx) => {
    ctx.setLabel(`delivers ${mail}`)
    ctx.sendAfter(1_000, ctx.self, { type: 'attempt' })
    return { mail }
  },
  handleInfo: { attempt: (_message, state) => noreply(state) },
})

const Deliveries = Supervisor.define<{ childArgs: { mail: string } }>({
  module: 'Deliveries',
  strategy: 'simple_one_for_one',
  child: (args) => child(Delivery, { id: 'delivery', args, restart: 'transient' }),
})

const Root = Supervisor.define({
  module: 'Root',
  children: () => [child(Deliveries, { id: 'deliveries', name: 'deliveries' })],
})

const node = await start(Root, { name: 'fifth@localhost' })
const deliveries = nameOf(Deliveries, 'deliveries')
await Supervisor.startChild(node, deliveries, { mail: 'a' })
await Supervisor.startChild(node, deliveries, { mail: 'b' })

// A child's slot is part of its logical key, which it keeps over restarts.
console.log([...node.processes()].map(({ key }) => key))
// → [ 'Root', 'Root/deliveries', 'Root/deliveries/delivery#0', 'Root/deliveries/delivery#1' ]
await node.stop()
