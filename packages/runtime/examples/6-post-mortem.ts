import { createNode, GenServer, noreply } from '@orrery/runtime'

const Meter = GenServer.define<{ state: { total: number }; casts: { add: { amount: number } } }>({
  module: 'Meter',
  init: () => ({ total: 0 }),
  handleCast: {
    add: ({ amount }, { total }) => {
      if (amount < 0) throw new RangeError(`negative: ${amount}`)
      return noreply({ total: total + amount })
    },
  },
})

const node = createNode({ name: 'sixth@localhost' })
node.hooks = {
  processCrashed(crash) {
    console.log(crash.kind, crash.error?.message) // → throw negative: -1
    console.log(crash.message?.type, crash.message?.seq) // → add 3
    console.log(crash.state) // → { '$': 'object', entries: [ [ 'total', 12 ] ] }
    console.log(crash.flightRecorder.entries.length) // → 3
  },
}

const meter = node.spawn(Meter)
for (const amount of [5, 7, -1]) node.cast(meter, { type: 'add', amount })
while (node.counters.exited === 0) await new Promise(setImmediate)
await node.stop()
