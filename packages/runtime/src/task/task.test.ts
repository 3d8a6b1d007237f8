import { expect, test } from 'vitest'
import {
  CallError,
  type Context,
  child,
  GenServer,
  noreply,
  type RawCrash,
  reply,
  Supervisor,
  Task,
} from '../index.ts'
import { createVirtualNode } from '../testing.ts'

/** Runs `work` in a process that traps exits or not, and says what came of it. */
async function inProcess<T>(
  work: (ctx: Context<never>) => Promise<T>,
  { traps = false, advanceMs = 0 }: { traps?: boolean; advanceMs?: number } = {},
) {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  let value: T | undefined
  node.spawn(
    async (ctx: Context<never>) => {
      ctx.trapExit(traps)
      value = await work(ctx)
    },
    { name: 'owner' },
  )
  await time.advance(advanceMs)
  return { node, time, crashes, value }
}

test('[TSK-1] tasks run at once, and each gives its value to its owner', async () => {
  const { value, node } = await inProcess(
    async (ctx) => {
      const slow = Task.async(ctx, async (own) => {
        await own.node.after(50)
        return 'slow'
      })
      const quick = Task.async(ctx, () => 'quick')
      return [await Task.await(slow), await Task.await(quick), await Task.await(quick)]
    },
    { advanceMs: 50 },
  )
  expect(value).toEqual(['slow', 'quick', 'quick'])
  expect(node.processCount).toBe(0)
})

test('[TSK-2] a task that fails takes its owner along, and the owner’s report names the task’s as its cause', async () => {
  const { crashes } = await inProcess(async (ctx) => {
    const failing = Task.async(ctx, async () => {
      throw new RangeError('no')
    })
    return await Task.await(failing)
  })
  expect(crashes).toHaveLength(2)
  expect(crashes[0]?.identity).toMatchObject({ behaviour: 'Task' })
  expect(crashes[1]?.cascade).toMatchObject({ rootCrash: crashes[0]?.id, parentCrash: crashes[0]?.id })
})

test('[TSK-3] an owner that traps exits learns why by await or yield', async () => {
  const { value } = await inProcess(
    async (ctx) => {
      const failing = () =>
        Task.async(ctx, () => {
          throw new RangeError('no')
        })
      return [await Task.yield(failing()), await Task.await(failing()).catch((error: unknown) => error)]
    },
    { traps: true },
  )
  expect(value?.[0]).toMatchObject({ ok: false, reason: { message: 'no' } })
  expect(value?.[1]).toBeInstanceOf(CallError)
})

test('[TSK-4] await gives up after its timeout; shutdown ends the task', async () => {
  const { value, node } = await inProcess(
    async (ctx) => {
      const endless = Task.async(ctx, () => new Promise<never>(() => undefined))
      const result = await Task.yield(endless, { timeoutMs: 100 })
      Task.shutdown(ctx, endless)
      return result
    },
    { advanceMs: 100 },
  )
  expect(value).toEqual({ ok: false, reason: 'timeout' })
  expect(node.processCount).toBe(0)
})

test('[TSK-5] supervised tasks stand in the tree; without a link their owner outlives them', async () => {
  const { node, time } = createVirtualNode()
  const Tasks = Task.Supervisor.define({ module: 'Tasks' })
  const tasks = await node.start(Tasks, { name: 'tasks' })
  const results: unknown[] = []
  node.spawn(async (ctx: Context<never>) => {
    const failing = await Task.Supervisor.asyncNolink(ctx, tasks, function fetchPrice() {
      throw new RangeError('no')
    })
    results.push(await Task.yield(failing))
    const slow = await Task.Supervisor.async(ctx, tasks, async function fetchStock(own) {
      await own.node.after(1_000)
      return 7
    })
    results.push(await Task.await(slow))
  })
  await time.settle()
  expect([...node.processes()].map(({ key, label }) => [key, label])).toContainEqual([
    'tasks/task#0',
    'fetchStock',
  ])
  await time.advance(1_000)
  expect(results).toMatchObject([{ ok: false }, 7])
  expect(await Supervisor.countChildren(node, tasks)).toMatchObject({ active: 0 })
})

test('[TSK-6] a server that must not wait takes the answer as a message', async () => {
  const { node, time } = createVirtualNode()
  await node.start(Task.Supervisor.define({ module: 'Tasks' }), { name: 'tasks' })
  const Server = GenServer.define<{
    state: number[]
    calls: { values: () => number[] }
    casts: { compute: { n: number } }
    infos: { task: { value: number } }
  }>({
    module: 'Server',
    init: () => [],
    handleCall: { values: (_message, _from, state) => reply(state, state) },
    handleCast: {
      compute: ({ n }, state, ctx) => {
        void Task.Supervisor.startChild(
          ctx,
          'tasks' as never,
          async (own) => {
            await own.node.after(10)
            return n * n
          },
          { reply: 'message' },
        )
        return noreply(state)
      },
    },
    handleInfo: { task: ({ value }, state) => noreply([...state, value]) },
  })
  const server = await node.start(Server)
  for (const n of [2, 3]) node.cast(server, { type: 'compute', n })
  await time.settle()
  expect(await node.call(server, { type: 'values' })).toEqual([])
  await time.advance(10)
  expect(await node.call(server, { type: 'values' })).toEqual([4, 9])
})

test('[TSK-7] a stream runs so many at once, keeps the order, and says which failed', async () => {
  const { node, time } = createVirtualNode()
  const tasks = await node.start(Task.Supervisor.define({ module: 'Tasks' }))
  let atOnce = 0
  let most = 0
  const results: unknown[] = []
  node.spawn(async (ctx: Context<never>) => {
    const stream = Task.asyncStream(
      ctx,
      tasks,
      [50, 10, 0, 999, 5],
      async (ms, own) => {
        atOnce += 1
        most = Math.max(most, atOnce)
        if (ms === 0) {
          atOnce -= 1
          throw new RangeError('none')
        }
        await own.node.after(ms)
        atOnce -= 1
        return ms
      },
      { maxConcurrency: 2, timeoutMs: 100 },
    )
    for await (const result of stream) results.push(result.ok ? result.value : String(result.reason))
  })
  await time.advance(2_000)
  expect(results).toEqual([50, 10, 'RangeError: none', 'timeout', 5])
  expect(most).toBe(2)
  expect(await Supervisor.countChildren(node, tasks)).toMatchObject({ active: 0 })
})

test('[TSK-8] a task is a child like any other', async () => {
  const { node, time } = createVirtualNode()
  const seen: string[] = []
  const Migrate = Task.define<{ to: number }>({
    module: 'Migrate',
    run: async ({ to }, ctx) => {
      await ctx.node.after(10)
      seen.push(`migrated to ${to}`)
      if (seen.length === 1) throw new Error('lost the connection')
    },
  })
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [child(Migrate, { id: 'migrate', args: { to: 7 }, restart: 'transient' })],
  })
  await node.start(Root)
  await time.advance(100)
  expect(seen).toEqual(['migrated to 7', 'migrated to 7'])
  expect(node.processCount).toBe(1)
})

test('[TSK-9] from outside, a task belongs to nobody', async () => {
  const { node, time } = createVirtualNode()
  const task = Task.async(node, (ctx) => ctx.node.name)
  await time.settle()
  const name: string = await Task.await(task)
  expect(name).toBe('test@localhost')
  expect(await Task.awaitMany([Task.async(node, () => 1), Task.async(node, () => 2)])).toEqual([1, 2])
})
