import { type Context, createNode, GenServer, pg, Registry, reply } from '@orrery/runtime'

const node = createNode({ name: 'twelfth@localhost' })
await node.start(Registry.define({ module: 'Rooms', keys: 'unique' }), { name: 'rooms' })

const Room = GenServer.define<{ args: { topic: string }; state: string; calls: { topic: () => string } }>({
  module: 'Room',
  init: ({ topic }) => topic,
  handleCall: { topic: (_message, _from, topic) => reply(topic, topic) },
})

// A name made while the system runs; it is used like any other, also as the name of a child.
const lobby = Registry.via('rooms', 'lobby')
node.spawn(Room, { args: { topic: 'weather' }, name: lobby })
console.log(await node.call(lobby, { type: 'topic' })) // → weather
console.log(Registry.count(node, 'rooms')) // → 1

// Groups are for many under one name.
for (const name of ['a', 'b']) {
  node.spawn(
    async (ctx: Context<string>) => {
      pg.join(ctx, 'billing', ctx.self)
      await ctx.receive()
    },
    { name },
  )
}
while (pg.getMembers(node, 'billing').length < 2) await new Promise(setImmediate)
console.log(pg.getMembers(node, 'billing').length) // → 2
await node.stop()
