import { child, GenServer, nameOf, noreply, Release, reply, Supervisor, start, sys } from '@orrery/runtime'

interface Messages {
  calls: { total: () => string }
  casts: { add: { amount: number } }
}

// Version 1 keeps a number.
const Till1 = GenServer.define<{ state: number } & Messages>({
  module: 'Till',
  version: '1',
  init: () => 0,
  handleCall: { total: (_message, _from, total) => reply(`${total}`, total) },
  handleCast: { add: ({ amount }, total) => noreply(total + amount) },
})

// Version 2 keeps the entries, too, and says how it comes to its state.
const Till2 = GenServer.define<{ state: { total: number; entries: number[] } } & Messages>({
  module: 'Till',
  version: '2',
  init: () => ({ total: 0, entries: [] }),
  handleCall: {
    total: (_message, _from, state) => reply(`${state.total} in ${state.entries.length} entries`, state),
  },
  handleCast: {
    add: ({ amount }, { total, entries }) =>
      noreply({ total: total + amount, entries: [...entries, amount] }),
  },
  codeChange: (state, from) =>
    from === '1' ? { total: state as number, entries: [] } : (state as { total: number; entries: number[] }),
})

const Shop = Supervisor.define({
  module: 'Shop',
  children: () => [child(Till1, { id: 'till', name: 'till' })],
})
const node = await start(Shop, { name: 'tenth@localhost', release: '1' })
const till = nameOf(Till1, 'till')

node.cast(till, { type: 'add', amount: 40 })
console.log(await node.call(till, { type: 'total' })) // → 40
const upgrade = await Release.upgrade(node, { release: '2', update: [{ from: Till1, to: Till2 }] })
console.log(upgrade.ok, node.release) // → true 2
node.cast(till, { type: 'add', amount: 2 })
console.log(await node.call(till, { type: 'total' })) // → 42 in 1 entries
console.log(await sys.getState(node, till)) // → { total: 42, entries: [ 2 ] }
await node.stop()
