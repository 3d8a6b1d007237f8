import { expect, test } from 'vitest'
import type { Context, ExitReason, RawCrash, TimerRef } from './index.ts'
import { createNode, Exit, ReceiveTimeout } from './index.ts'
import { createVirtualNode } from './testing.ts'

const text = (message: unknown): message is string => typeof message === 'string'

test('[RECV-1] receive takes the first match and leaves the others in their order', async () => {
  const { node, time } = createVirtualNode()
  const got: unknown[] = []
  const pid = node.spawn(async (ctx: Context<unknown>) => {
    got.push(await ctx.receive(text))
    for (;;) got.push(await ctx.receive())
  })
  for (const message of [1, 2, 'a', 3, 'b']) node.send(pid, message)
  await time.settle()
  expect(got).toEqual(['a', 1, 2, 3, 'b'])
})

test('[RECV-2] receive waits, and looks at each message once', async () => {
  const { node, time } = createVirtualNode()
  let looks = 0
  const got: unknown[] = []
  const pid = node.spawn(async (ctx: Context<unknown>) => {
    got.push(
      await ctx.receive((message) => {
        looks += 1
        return message === 'yes'
      }),
    )
  })
  for (let i = 0; i < 100; i++) {
    node.send(pid, i)
    await time.settle()
  }
  node.send(pid, 'yes')
  await time.settle()
  expect(got).toEqual(['yes'])
  expect(looks).toBe(101)
})

test('[RECV-3] without a match in time receive throws, and uncaught the process exits with timeout', async () => {
  const { node, time } = createVirtualNode()
  const ends: ExitReason[] = []
  node.hooks = { processExited: (_process, exit) => ends.push(exit.reason) }
  const caught: unknown[] = []
  node.spawn(async (ctx: Context<unknown>) => {
    await ctx.receive(null, { timeoutMs: 50 }).catch((error) => caught.push(error))
    await ctx.receive(null, { timeoutMs: 50 })
  })
  await time.advance(49)
  expect(caught).toEqual([])
  await time.advance(1)
  expect(caught[0]).toBeInstanceOf(ReceiveTimeout)
  await time.advance(50)
  expect(ends).toEqual(['timeout'])
})

test('[RECV-4] a handler that does not await its receive is a crash', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const pid = node.spawn({ handle: (_message: string, ctx) => void ctx.receive() })
  node.send(pid, 'go')
  await time.settle()
  expect(crashes[0]?.error).toMatchObject({ code: 'receive_not_awaited' })
})

test('[ASYNC-1] a process handles one message at a time, across its awaits', async () => {
  const { node, time } = createVirtualNode()
  const log: string[] = []
  const pid = node.spawn({
    async handle(message: string, ctx: Context<string>) {
      log.push(`${message} begins`)
      await ctx.node.after(10)
      log.push(`${message} ends`)
    },
  })
  node.send(pid, 'a')
  node.send(pid, 'b')
  await time.advance(30)
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('[ASYNC-2] an exit abandons the continuation: its signal fires, its sends and replies are refused and counted', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const other = node.spawn({ handle: (message: unknown) => void log.push(message) })
  let hasFired = false
  let wake: () => void = () => undefined
  const pid = node.spawn({
    async handle(_message: string, ctx: Context<string>) {
      ctx.signal.addEventListener('abort', () => {
        hasFired = true
      })
      ctx.send(other, 'before')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      ctx.send(other, 'after')
      ctx.cast(other as never, 'after' as never)
      await ctx.call(other as never, { type: 'never' } as never)
      log.push('came back from a call')
    },
  })
  node.send(pid, 'go')
  await time.settle()
  node.exit(pid, 'kill')
  await time.settle()
  expect(hasFired).toBe(true)
  wake()
  await time.settle()
  expect(log).toEqual(['before'])
  expect(node.counters.refused).toBe(3)
})

test('[ASYNC-3] a continuation that settles after the exit is counted and changes nothing', async () => {
  const { node, time } = createVirtualNode()
  let fail: (error: Error) => void = () => undefined
  const pid = node.spawn({
    handle: () =>
      new Promise<void>((_resolve, reject) => {
        fail = reject
      }),
  })
  node.send(pid, 'go' as never)
  await time.settle()
  node.exit(pid, 'kill')
  await time.settle()
  fail(new Error('too late'))
  await time.settle()
  expect(node.counters).toMatchObject({ abandoned: 1, crashes: 1, exited: 1 })
})

test('[ASYNC-4] a rejection is a crash of kind rejection, a throw one of kind throw, an Exit none of either', async () => {
  const { node, time } = createVirtualNode()
  const kinds: string[] = []
  node.hooks = { processExited: (_process, exit) => kinds.push(exit.kind) }
  node.spawn(() => {
    throw new Error('sync')
  })
  node.spawn(async () => {
    throw new Error('async')
  })
  node.spawn(() => {
    throw new Exit('on_purpose', { why: 1 })
  })
  node.spawn(() => {
    throw new Exit('normal')
  })
  node.spawn(async () => 'done')
  await time.settle()
  expect(kinds.sort()).toEqual(['exit', 'normal', 'normal', 'rejection', 'throw'])
})

test('[TIMER-1] sendAfter sends at its time, cancelTimer says what was left', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const left: unknown[] = []
  let ref: TimerRef
  node.spawn({
    init(ctx: Context<string>) {
      ctx.sendAfter(100, ctx.self, 'a')
      ref = ctx.sendAfter(200, ctx.self, 'b')
      ctx.sendAfter(50, ctx.self, 'c')
      ctx.sendAfter(150, ctx.self, 'cancel')
    },
    handle(message: string, ctx) {
      log.push(message)
      if (message !== 'cancel') return
      left.push(ctx.cancelTimer(ref), ctx.cancelTimer(ref))
    },
  })
  await time.advance(500)
  expect(log).toEqual(['c', 'a', 'cancel'])
  expect(left).toEqual([50, null])
})

test('[TIMER-2] a timer for a process that has ended is no dead letter', async () => {
  const { node, time } = createVirtualNode()
  node.spawn((ctx: Context<string>) => void ctx.sendAfter(10, ctx.self, 'late'))
  await time.advance(20)
  expect(node.counters.deadLetters).toBe(0)
})

test('[SUSP-1] a suspended process finishes its message, takes no other, and goes on when resumed', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const pid = node.spawn({
    async handle(message: string, ctx: Context<string>) {
      await ctx.node.after(10)
      log.push(message)
    },
  })
  node.send(pid, 'a')
  node.send(pid, 'b')
  await time.settle()
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  node.suspend(process)
  expect(process.status).toBe('suspended')
  await time.advance(50)
  expect(log).toEqual(['a'])
  expect(process.mailboxLength).toBe(1)
  node.resume(process)
  await time.advance(50)
  expect(log).toEqual(['a', 'b'])
})

test('[SUSP-2] a suspended process can be killed', async () => {
  const { node, time } = createVirtualNode()
  const pid = node.spawn({ handle: () => undefined })
  await time.settle()
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  node.suspend(process)
  node.exit(process, 'kill', { by: 'command' })
  await time.settle()
  expect(process.status).toBe('exited')
})

test('[SUSP-3] a receive in a suspended process neither takes a message nor times out', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const pid = node.spawn(async (ctx: Context<string>) => {
    log.push(await ctx.receive(null, { timeoutMs: 100 }).catch((error: Exit) => error.reason))
  })
  await time.settle()
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  node.suspend(process)
  await time.advance(500)
  expect(log).toEqual([])
  node.resume(process)
  await time.settle()
  expect(log).toEqual(['timeout'])
})

test('[CEPT-1] what an interceptor throws is a crash of its process, with the message that met it', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const handled: string[] = []
  const pid = node.spawn({ handle: (message: string) => void handled.push(message) })
  const raw = node.spawn(async (ctx: Context<string>) => {
    try {
      handled.push(await ctx.receive())
    } catch {
      handled.push('caught')
    }
  })
  await time.settle()
  for (const target of [pid, raw]) {
    const process = node.process(target)
    if (process === null) throw new Error('gone')
    node.intercept(process, {
      beforeHandle() {
        throw new Error('injected')
      },
    })
    node.send(target, 'boom')
  }
  await time.settle()
  expect(handled).toEqual([])
  expect(crashes.map((crash) => [crash.kind, crash.message?.type])).toEqual([
    ['throw', 'boom'],
    ['throw', 'boom'],
  ])
})

test('[FREEZE-1] messages are frozen deeply in development, byte arrays are copied, pids stay pids', async () => {
  const { node, time } = createVirtualNode({ messages: 'freeze' })
  const got: { list: number[]; bytes: Uint8Array; from: unknown }[] = []
  const pid = node.spawn({ handle: (message: (typeof got)[0]) => void got.push(message) })
  const bytes = new Uint8Array([1, 2, 3])
  const message = { list: [1], bytes, from: pid }
  node.send(pid, message)
  await time.settle()
  bytes[0] = 9
  expect(got[0]?.bytes[0]).toBe(1)
  expect(got[0]?.from).toBe(pid)
  expect(() => got[0]?.list.push(2)).toThrow()
  expect(() => message.list.push(2)).toThrow()
})

test('[FAIR-1] a process that floods itself starves neither others nor the event loop', async () => {
  const node = createNode({ name: 'fair@localhost' })
  const flood = node.spawn({
    init: (ctx: Context<number>) => ctx.send(ctx.self, 0),
    handle(message: number, ctx) {
      ctx.send(ctx.self, message + 1)
    },
  })
  const echo = node.spawn(async (ctx: Context<{ from: ReturnType<typeof node.spawn>; n: number }>) => {
    for (;;) {
      const { from, n } = await ctx.receive()
      ctx.send(from, n)
    }
  })
  let trips = 0
  let worstMs = 0
  const done = new Promise<void>((resolve) => {
    node.spawn(async (ctx: Context<number>) => {
      for (let n = 0; n < 50; n++) {
        const began = performance.now()
        ctx.send(echo, { from: ctx.self, n })
        await ctx.receive()
        worstMs = Math.max(worstMs, performance.now() - began)
        trips += 1
      }
      resolve()
    })
  })
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
  }, 1)
  await done
  clearInterval(timer)
  node.exit(flood, 'kill')
  await node.stop()
  expect(trips).toBe(50)
  expect(worstMs).toBeLessThan(250)
  expect(ticks).toBeGreaterThan(0)
})

test('[NODE-1] a stopped node refuses to spawn', async () => {
  const node = createNode({ name: 'a@localhost' })
  node.spawn({ handle: () => undefined })
  await node.stop()
  await node.stop()
  expect(node.processCount).toBe(0)
  expect(() => node.spawn({ handle: () => undefined })).toThrow('was stopped')
})

test('[HOOK-1] a hook that throws is counted and harms nobody', async () => {
  const { node, time } = createVirtualNode()
  node.hooks = {
    processCrashed: () => {
      throw new Error('observer')
    },
    processExited: () => {
      throw new Error('observer')
    },
  }
  node.spawn(() => {
    throw new Error('boom')
  })
  await time.settle()
  expect(node.processCount).toBe(0)
  expect(node.counters.hookErrors).toBe(2)
})

test('[ASYNC-5] a failed call that a process does not await harms nobody', async () => {
  const { node, time } = createVirtualNode()
  const target = node.spawn({ handle: () => undefined })
  const pid = node.spawn({
    init: (ctx: Context<string>) => {
      void ctx.call('nobody', { type: 'x' })
      void ctx.call(target as never, { type: 'x' } as never, { timeoutMs: 10 })
    },
    handle: () => undefined,
  })
  await time.advance(20)
  expect(node.process(pid)?.status).toBe('running')
})

test('[ASYNC-6] a process that ends itself before its first await leaves nothing behind', async () => {
  const { node, time } = createVirtualNode()
  const pid = node.spawn({
    async handle(_message: string, ctx: Context<string>) {
      ctx.exit(ctx.self, 'enough')
    },
  })
  node.send(pid, 'go')
  await time.settle()
  expect(node.processCount).toBe(0)
})
