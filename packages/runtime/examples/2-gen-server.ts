import { createNode, GenServer, nameOf, noreply, reply } from '@orrery/runtime'

const Counter = GenServer.define<{
  args: { start: number }
  state: { n: number }
  calls: { get: () => number; add: (message: { by: number }) => number }
  casts: { reset: { to: number } }
}>({
  module: 'Counter',
  init: ({ start }) => ({ n: start }),
  handleCall: {
    get: (_message, _from, state) => reply(state.n, state),
    add: ({ by }, _from, { n }) => reply(n + by, { n: n + by }),
  },
  handleCast: { reset: ({ to }) => noreply({ n: to }) },
})

const node = createNode({ name: 'second@localhost' })
node.spawn(Counter, { args: { start: 40 }, name: 'counter' })

const counter = nameOf(Counter, 'counter')
console.log(await node.call(counter, { type: 'add', by: 2 })) // → 42
node.cast(counter, { type: 'reset', to: 0 })
console.log(await node.call(counter, { type: 'get' })) // → 0
await node.stop()
