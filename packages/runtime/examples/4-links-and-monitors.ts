import { type Context, createNode, type DownMessage, Exit, type ExitMessage } from '@orrery/runtime'

const node = createNode({ name: 'fourth@localhost' })

const worker = () => {
  throw new Exit('frame_overrun', { expected: 512, got: 700 })
}

await new Promise<void>((done) => {
  node.spawn(async (ctx: Context<ExitMessage | DownMessage>) => {
    // Without this line the link would end this process together with the worker.
    ctx.trapExit(true)
    ctx.spawnLink(worker)
    const exit = await ctx.receive()
    console.log(exit.type, exit.reason) // → EXIT { expected: 512, got: 700, tag: 'frame_overrun' }

    // A monitor is one-sided and always a message.
    ctx.spawnMonitor(worker)
    const down = await ctx.receive()
    console.log(down.type) // → DOWN
    done()
  })
})
await node.stop()
