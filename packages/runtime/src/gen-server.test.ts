import { expect, test } from 'vitest'
import type { ExitReason, From, RawCrash } from './index.ts'
import {
  CallError,
  createNode,
  Exit,
  GenServer,
  ignore,
  initOk,
  nameOf,
  noreply,
  reply,
  type StartError,
  stop,
} from './index.ts'
import { createVirtualNode } from './testing.ts'

const Counter = GenServer.define<{
  args: { start: number }
  state: { n: number }
  calls: { get: () => number; add: (m: { by: number }) => number; slowly: (m: { ms: number }) => string }
  casts: { reset: { to: number } }
  infos: { tick: Record<never, never> }
}>({
  module: 'Counter',
  init: ({ start }) => ({ n: start }),
  handleCall: {
    get: (_message, _from, state) => reply(state.n, state),
    add: ({ by }, _from, { n }) => reply(n + by, { n: n + by }),
    slowly: async ({ ms }, _from, state, ctx) => {
      await ctx.node.after(ms)
      return reply('done', state)
    },
  },
  handleCast: { reset: ({ to }) => noreply({ n: to }) },
  handleInfo: { tick: (_message, { n }) => noreply({ n: n + 1 }) },
})

test('[GS-1] calls are answered, casts and infos change the state, in the order they came', async () => {
  const { node, time } = createVirtualNode()
  const counter = node.spawn(Counter, { args: { start: 1 } })
  const answers: Promise<unknown>[] = [node.call(counter, { type: 'add', by: 2 })]
  node.cast(counter, { type: 'reset', to: 10 })
  node.send(counter, { type: 'tick' })
  answers.push(node.call(counter, { type: 'get' }))
  await time.settle()
  expect(await Promise.all(answers)).toEqual([3, 11])
})

test('[GS-2] a typed name finds the process that holds it', async () => {
  const { node, time } = createVirtualNode()
  node.spawn(Counter, { args: { start: 5 }, name: 'counter' })
  const name = nameOf(Counter, 'counter')
  const answer = node.call(name, { type: 'get' })
  await time.settle()
  expect(await answer).toBe(5)
})

test('[CALL-1] calling what is not there, or oneself, fails at once', async () => {
  const { node, time } = createVirtualNode()
  await expect(node.call('nobody', { type: 'get' })).rejects.toMatchObject({ reason: 'noproc' })
  const Selfish = GenServer.define<{ state: null; calls: { me: () => unknown } }>({
    module: 'Selfish',
    init: () => null,
    handleCall: {
      me: async (_message, _from, state, ctx) =>
        reply(await ctx.call(ctx.self, { type: 'me' }).catch((error: CallError) => error.reason), state),
    },
  })
  const answer = node.call(node.spawn(Selfish), { type: 'me' })
  await time.settle()
  expect(await answer).toBe('calling_self')
})

test('[CALL-2] a call times out after five seconds, or when it is told to', async () => {
  const { node, time } = createVirtualNode()
  const counter = node.spawn(Counter, { args: { start: 0 } })
  const failures: unknown[] = []
  const note = (error: CallError) => failures.push([error.reason, time.nowMs])
  node.call(counter, { type: 'slowly', ms: 60_000 }).catch(note)
  node.call(counter, { type: 'get' }, { timeoutMs: 100 }).catch(note)
  await time.advance(10_000)
  expect(failures).toEqual([
    ['timeout', 100],
    ['timeout', 5_000],
  ])
})

test('[CALL-3] a reply that comes too late is refused, counted, and reaches nobody', async () => {
  const { node, time } = createVirtualNode()
  const counter = node.spawn(Counter, { args: { start: 0 } })
  const answer = node.call(counter, { type: 'slowly', ms: 200 }, { timeoutMs: 100 })
  answer.catch(() => undefined)
  await time.advance(300)
  await expect(answer).rejects.toBeInstanceOf(CallError)
  expect(node.counters.refused).toBe(1)
})

test('[CALL-4] who waits for a process that ends hears its reason', async () => {
  const { node, time } = createVirtualNode()
  const counter = node.spawn(Counter, { args: { start: 0 } })
  const slow = node.call(counter, { type: 'slowly', ms: 200 })
  const queued = node.call(counter, { type: 'get' })
  const reasons = Promise.all([slow, queued].map((call) => call.catch((error: CallError) => error.reason)))
  await time.settle()
  node.exit(counter, 'oops')
  await time.settle()
  expect(await reasons).toEqual(['oops', 'oops'])
})

test('[CALL-5] an uncaught timeout is a crash of the caller, of kind timeout', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const counter = node.spawn(Counter, { args: { start: 0 } })
  node.spawn(async (ctx) => {
    await ctx.call(counter, { type: 'slowly', ms: 60_000 })
  })
  await time.advance(6_000)
  expect(crashes.map((crash) => [crash.kind, crash.cascade.parentCrash])).toEqual([['timeout', null]])
})

test('[CALL-6] who dies of a failed call names the crash that failed it', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const Bad = GenServer.define<{ state: null; calls: { boom: () => never } }>({
    module: 'Bad',
    init: () => null,
    handleCall: {
      boom: () => {
        throw new TypeError('boom')
      },
    },
  })
  const bad = node.spawn(Bad)
  node.spawn(async (ctx) => {
    await ctx.call(bad, { type: 'boom' })
  })
  await time.settle()
  const [root, second] = crashes
  expect(root?.caller).toMatchObject({ isAlive: true, pendingCall: 'boom' })
  expect(second?.cascade).toMatchObject({ rootCrash: root?.id, parentCrash: root?.id, depth: 1 })
})

test('[GS-3] a call may be answered later, by another handler', async () => {
  const { node, time } = createVirtualNode()
  const Door = GenServer.define<{
    state: From[]
    calls: { enter: () => string }
    casts: { open: Record<never, never> }
  }>({
    module: 'Door',
    init: () => [],
    handleCall: { enter: (_message, from, waiting) => noreply([...waiting, from]) },
    handleCast: {
      open: (_message, waiting, ctx) => {
        for (const from of waiting) ctx.reply(from, 'come in')
        return noreply([])
      },
    },
  })
  const door = node.spawn(Door)
  const answers = Promise.all([node.call(door, { type: 'enter' }), node.call(door, { type: 'enter' })])
  await time.settle()
  node.cast(door, { type: 'open' })
  expect(await answers).toEqual(['come in', 'come in'])
})

test('[GS-4] an unknown call or cast is a crash, an unknown info is counted, as with OTP’s defaults', async () => {
  const { node, time } = createVirtualNode()
  const tags: unknown[] = []
  node.hooks = { processExited: (_process, { reason }) => tags.push((reason as { tag?: string }).tag) }
  const untyped = (pid: unknown) => pid as never
  node.send(untyped(node.spawn(Counter, { args: { start: 0 } })), { type: 'constructor' } as never)
  node.cast(untyped(node.spawn(Counter, { args: { start: 0 } })), { type: 'no' } as never)
  node
    .call(untyped(node.spawn(Counter, { args: { start: 0 } })), { type: 'no' } as never)
    .catch(() => undefined)
  await time.settle()
  expect(tags).toEqual(['bad_cast', 'bad_call'])
  expect(node.counters.unhandled).toBe(1)
})

test('[GS-5] stop ends the server after terminate, and answers the caller first', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const Stopper = GenServer.define<{
    state: { n: number }
    calls: { stop: (m: { reason: ExitReason }) => string }
  }>({
    module: 'Stopper',
    init: () => ({ n: 0 }),
    handleCall: { stop: ({ reason }) => stop(reason, { n: 1 }, 'bye') },
    terminate: (reason, state) => void log.push([reason, state.n]),
  })
  node.hooks = { processExited: (_process, exit) => log.push(exit.reason) }
  const answers = ['normal', 'oops'].map((reason) => node.call(node.spawn(Stopper), { type: 'stop', reason }))
  expect(await Promise.all(answers)).toEqual(['bye', 'bye'])
  await time.settle()
  expect(log).toEqual([['normal', 1], 'normal', ['oops', 1], 'oops'])
  expect(node.counters.crashes).toBe(1)
})

test('[GS-6] after a throw terminate gets the error and the state before the message', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const Thrower = GenServer.define<{ state: { n: number }; casts: { boom: Record<never, never> } }>({
    module: 'Thrower',
    init: () => ({ n: 7 }),
    handleCast: {
      boom: () => {
        throw new RangeError('boom')
      },
    },
    terminate: async (reason, state, ctx) => {
      await ctx.node.after(10)
      log.push([(reason as Error).name, state.n])
    },
  })
  const ends: string[] = []
  node.hooks = {
    processCrashed: () => ends.push('crashed'),
    processExited: () => ends.push('exited'),
  }
  node.cast(node.spawn(Thrower), { type: 'boom' })
  await time.settle()
  expect(ends).toEqual(['crashed'])
  await time.advance(10)
  expect(log).toEqual([['RangeError', 7]])
  expect(ends).toEqual(['crashed', 'exited'])
})

test('[GS-7] a throw in terminate replaces the reason of an orderly stop, and is reported', async () => {
  const { node, time } = createVirtualNode()
  const Bad = GenServer.define<{ state: null; casts: { stop: Record<never, never> } }>({
    module: 'Bad',
    init: () => null,
    handleCast: { stop: (_message, state) => stop('normal', state) },
    terminate: () => {
      throw new Exit('no_peace')
    },
  })
  const ends: ExitReason[] = []
  node.hooks = { processExited: (_process, exit) => ends.push(exit.reason) }
  node.cast(node.spawn(Bad), { type: 'stop' })
  await time.settle()
  expect(ends).toEqual(['no_peace'])
  expect(node.counters.crashes).toBe(1)
})

test('[GS-8] init may be async, ignore, stop or throw; start tells which', async () => {
  const { node, time } = createVirtualNode()
  const Server = GenServer.define<{ args: string; state: string }>({
    module: 'Server',
    init: async (how, ctx) => {
      await ctx.node.after(10)
      if (how === 'ignore') return ignore()
      if (how === 'stop') return stop('not_today')
      if (how === 'throw') throw new TypeError('bad')
      return how
    },
  })
  const starts = ['ok', 'ignore', 'stop', 'throw'].map((args) =>
    node.start(Server, { args }).then(
      () => 'started',
      (error: StartError) => error.reason,
    ),
  )
  const results = Promise.all(starts)
  await time.advance(20)
  expect(await results).toMatchObject(['started', 'normal', 'not_today', { name: 'TypeError' }])
  expect(node.processCount).toBe(1)
})

test('[GS-9] messages wait until init has returned', async () => {
  const { node, time } = createVirtualNode()
  const Slow = GenServer.define<{ state: number; calls: { get: () => number } }>({
    module: 'Slow',
    init: async (_args, ctx) => {
      await ctx.node.after(100)
      return 42
    },
    handleCall: { get: (_message, _from, state) => reply(state, state) },
  })
  const slow = node.spawn(Slow)
  const answer = node.call(slow, { type: 'get' })
  await time.advance(50)
  expect(node.process(slow)?.status).toBe('starting')
  await time.advance(50)
  expect(await answer).toBe(42)
})

test('[GS-10] a timeout comes when nothing else does; a continuation comes before everything', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const Server = GenServer.define<{
    state: number
    infos: { poke: Record<never, never>; more: Record<never, never> }
    continue: string
  }>({
    module: 'Server',
    init: () => initOk(0, { continue: 'first' }),
    handleContinue: (value, state) => {
      log.push(value)
      return noreply(state, { timeoutMs: 100 })
    },
    handleInfo: {
      poke: (_message, state) => {
        log.push('poke')
        return noreply(state, { timeoutMs: 100 })
      },
      more: (_message, state) => noreply(state, { continue: 'again' }),
    },
    handleTimeout: (state) => {
      log.push('timeout')
      return noreply(state)
    },
  })
  const server = node.spawn(Server)
  node.send(server, { type: 'more' })
  node.send(server, { type: 'poke' })
  await time.advance(99)
  expect(log).toEqual(['first', 'again', 'poke'])
  node.send(server, { type: 'poke' })
  await time.advance(99)
  expect(log).toEqual(['first', 'again', 'poke', 'poke'])
  await time.advance(500)
  expect(log).toEqual(['first', 'again', 'poke', 'poke', 'timeout'])
})

test('[GS-11] a bad return value is a crash', async () => {
  const { node, time } = createVirtualNode()
  const Bad = GenServer.define<{ state: null; infos: { go: Record<never, never> } }>({
    module: 'Bad',
    init: () => null,
    handleInfo: { go: () => 42 as never },
  })
  const tags: unknown[] = []
  node.hooks = { processExited: (_process, { reason }) => tags.push((reason as { tag?: string }).tag) }
  node.send(node.spawn(Bad), { type: 'go' })
  await time.settle()
  expect(tags).toEqual(['bad_return_value'])
})

test('[GS-12] EXIT and DOWN reach handleOtherInfo; the parent’s EXIT ends a trapping server through terminate', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const Trapper = GenServer.define<{ state: null }>({
    module: 'Trapper',
    init: (_args, ctx) => {
      ctx.trapExit(true)
      const child = ctx.spawnLink({ handle: () => undefined })
      ctx.monitor(child)
      ctx.exit(child, 'oops')
      return null
    },
    handleOtherInfo: (message, state) => {
      log.push((message as { type: string }).type)
      return noreply(state)
    },
    terminate: (reason) => void log.push(['terminate', reason]),
  })
  const parent = node.spawn(async (ctx) => {
    await ctx.startLink(Trapper)
    await ctx.receive()
  })
  await time.settle()
  expect(log).toEqual(['EXIT', 'DOWN'])
  node.exit(parent, 'gone')
  await time.settle()
  expect(log).toEqual(['EXIT', 'DOWN', ['terminate', 'gone']])
  expect(node.processCount).toBe(0)
})

test('[GS-13] without trapping, an exit signal ends a server without terminate', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const Plain = GenServer.define<{ state: null }>({
    module: 'Plain',
    init: () => null,
    terminate: () => void log.push('terminate'),
  })
  const plain = node.spawn(Plain)
  await time.settle()
  node.exit(plain, 'oops')
  await time.settle()
  expect(log).toEqual([])
  expect(node.processCount).toBe(0)
})

test('[GS-14] replies are refused once the caller has ended', async () => {
  const { node, time } = createVirtualNode()
  const counter = node.spawn(Counter, { args: { start: 0 } })
  const caller = node.spawn(async (ctx) => {
    await ctx.call(counter, { type: 'slowly', ms: 100 })
  })
  await time.settle()
  node.exit(caller, 'kill')
  await time.advance(200)
  expect(node.counters.refused).toBe(1)
  expect(node.processCount).toBe(1)
})

test('[GS-15] 100 callers at once are all answered, in real time', async () => {
  const node = createNode({ name: 'a@localhost' })
  const counter = node.spawn(Counter, { args: { start: 0 } })
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => node.call(counter, { type: 'add', by: 1 })),
  )
  expect(answers.at(-1)).toBe(100)
  await node.stop()
})
