import { type Context, createNode, Task } from '@orrery/runtime'

const node = createNode({ name: 'eleventh@localhost' })
const Tasks = Task.Supervisor.define({ module: 'Tasks' })
const tasks = await node.start(Tasks)

await new Promise<void>((done) => {
  node.spawn(async (ctx: Context<never>) => {
    // Both run at once. Were one to fail, this process would end with it.
    const price = Task.async(ctx, async () => 20)
    const count = Task.async(ctx, async () => 2)
    console.log((await Task.await(price)) + (await Task.await(count))) // → 22

    // At most two at a time, in the order of the items; a failure is one of the results.
    const halves = Task.asyncStream(
      ctx,
      tasks,
      [2, 3, 4],
      (n) => {
        if (n % 2 === 1) throw new RangeError(`${n} is odd`)
        return n / 2
      },
      { maxConcurrency: 2 },
    )
    for await (const half of halves) console.log(half.ok ? half.value : String(half.reason))
    // → 1
    // → RangeError: 3 is odd
    // → 2
    done()
  })
})
await node.stop()
