import { type Context, createNode, type Pid } from '@orrery/runtime'

const node = createNode({ name: 'first@localhost' })

type Ping = { type: 'ping'; from: Pid<string> }

// An async function is a process. It has a mailbox, and takes from it what it wants next.
const pong = node.spawn(async (ctx: Context<Ping>) => {
  for (;;) {
    const { from } = await ctx.receive()
    ctx.send(from, 'pong')
  }
})

await new Promise<void>((done) => {
  node.spawn(async (ctx: Context<string>) => {
    ctx.send(pong, { type: 'ping', from: ctx.self })
    console.log(await ctx.receive()) // → pong
    done()
  })
})
await node.stop()
