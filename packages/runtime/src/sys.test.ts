/** System messages, after the `sys` of OTP. */
import { expect, test } from 'vitest'
import {
  type Context,
  child,
  GenServer,
  nameOf,
  noreply,
  reply,
  Supervisor,
  start,
  sys,
  type TraceEvent,
} from './index.ts'
import { createVirtualNode, virtualTime } from './testing.ts'

const Counter = GenServer.define<{
  state: { n: number; secret: string }
  calls: { get: () => number }
  casts: { add: { by: number }; tell: { to: string } }
}>({
  module: 'Counter',
  version: '1',
  init: () => ({ n: 0, secret: 'hunter2' }),
  handleCall: { get: (_message, _from, state) => reply(state.n, state) },
  handleCast: {
    add: ({ by }, state) => noreply({ ...state, n: state.n + by }),
    tell: ({ to }, state, ctx) => {
      ctx.send(to, { type: 'told', n: state.n })
      return noreply(state)
    },
  },
  formatStatus: ({ n }) => ({ n }),
})

test('[SYS-1] a state that is asked for after a cast has the cast’s effect, and is a copy', async () => {
  const { node } = createVirtualNode({ messages: 'share' })
  const pid = node.spawn(Counter)
  node.cast(pid, { type: 'add', by: 2 })
  const state = (await sys.getState(node, pid)) as { n: number }
  expect(state).toEqual({ n: 2, secret: 'hunter2' })
  state.n = 99
  expect(await node.call(pid, { type: 'get' })).toBe(2)
})

test('[SYS-2] a state is replaced inside the process; what the replacement throws is told and changes nothing', async () => {
  const { node } = createVirtualNode()
  const pid = node.spawn(Counter)
  const replaced = await sys.replaceState(node, pid, (state: { n: number }) => ({ ...state, n: 7 }))
  expect(replaced).toMatchObject({ n: 7 })
  const failing = sys.replaceState(node, pid, () => {
    throw new Error('no')
  })
  await expect(failing).rejects.toMatchObject({ name: 'SystemError', reason: { tag: 'callback_failed' } })
  expect(await node.call(pid, { type: 'get' })).toBe(7)
})

test('[SYS-3] a suspended process answers system messages only, in order; the others wait for its resumption', async () => {
  const { node, time } = createVirtualNode()
  const pid = node.spawn(Counter)
  await sys.suspend(node, pid)
  node.cast(pid, { type: 'add', by: 5 })
  const call = node.call(pid, { type: 'get' })
  await time.settle()
  expect(node.process(pid)?.status).toBe('suspended')
  expect(await sys.getState(node, pid)).toMatchObject({ n: 0 })
  await sys.resume(node, pid)
  expect(await call).toBe(5)
  expect(node.process(pid)?.status).toBe('running')
})

test('[SYS-4] who is suspended from outside answers, too, and who is busy suspends when it is done', async () => {
  const { node, time } = createVirtualNode()
  const pid = node.spawn(Counter)
  await time.settle()
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  node.suspend(process)
  expect(await sys.getState(node, pid)).toMatchObject({ n: 0 })
  node.resume(process)

  const log: string[] = []
  const busy = node.spawn({
    async handle(message: string, ctx: Context) {
      await ctx.node.after(50)
      log.push(message)
    },
  })
  node.send(busy, 'first')
  node.send(busy, 'second')
  await time.settle()
  const suspended = sys.suspend(node, busy, { before: true })
  await time.advance(60)
  await suspended
  await time.advance(200)
  expect(log).toEqual(['first'])
  await sys.resume(node, busy)
  await time.advance(60)
  expect(log).toEqual(['first', 'second'])
})

test('[SYS-5] exit signals and the order of a supervisor reach a suspended process, and its last words are spoken', async () => {
  const words: string[] = []
  const Trapping = GenServer.define<{ state: null }>({
    module: 'Trapping',
    init: (_args, ctx) => {
      ctx.trapExit(true)
      return null
    },
    terminate: (reason) => words.push(String(reason)),
  })
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [child(Trapping, { id: 'one', name: 'one' }), child(Counter, { id: 'two', name: 'two' })],
  })
  const time = virtualTime()
  const node = await start(Root, { name: 'sys@localhost', ...time.options })
  await sys.suspend(node, 'one')
  await sys.suspend(node, 'two')
  const stopped = node.stop()
  await time.settle()
  await stopped
  expect(words).toEqual(['shutdown'])
  expect(node.processCount).toBe(0)
  expect(time.nowMs).toBe(0)
})

test('[SYS-6] a request can go before the messages that wait', async () => {
  const { node, time } = createVirtualNode()
  const pid = node.spawn(Counter)
  await time.settle()
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  node.suspend(process)
  for (let i = 0; i < 10; i++) node.cast(pid, { type: 'add', by: 1 })
  node.resume(process)
  const late = sys.getState(node, pid)
  const early = sys.getState(node, pid, { before: true })
  expect(await early).toMatchObject({ n: 0 })
  expect(await late).toMatchObject({ n: 10 })
})

test('[SYS-7] statistics count from their start, and are gone when they are stopped', async () => {
  const { node, time } = createVirtualNode()
  const pid = node.spawn(Counter)
  node.spawn({ handle: () => undefined }, { name: 'sink' })
  node.cast(pid, { type: 'add', by: 1 })
  expect(await sys.statistics(node, pid, 'get')).toBe(null)
  await sys.statistics(node, pid, 'start')
  await time.advance(100)
  node.cast(pid, { type: 'add', by: 1 })
  node.cast(pid, { type: 'tell', to: 'sink' })
  expect(await sys.statistics(node, pid, 'get')).toMatchObject({ messagesIn: 2, messagesOut: 1 })
  await sys.statistics(node, pid, 'stop')
  expect(await sys.statistics(node, pid, 'get')).toBe(null)
})

test('[SYS-8] a trace tells what is handled and sent, and ends when it is taken out or throws', async () => {
  const { node, time } = createVirtualNode()
  const events: TraceEvent[] = []
  const pid = node.spawn(Counter)
  node.spawn({ handle: () => undefined }, { name: 'sink' })
  await sys.trace(node, pid, (event) => events.push(event))
  node.cast(pid, { type: 'tell', to: 'sink' })
  await time.settle()
  expect(events.map(({ kind, type, peer }) => [kind, type, peer?.name])).toEqual([
    ['in', 'tell', undefined],
    ['out', 'told', 'sink'],
  ])
  let calls = 0
  await sys.trace(node, pid, () => {
    calls += 1
    throw new Error('broken')
  })
  node.cast(pid, { type: 'add', by: 1 })
  node.cast(pid, { type: 'add', by: 1 })
  expect(await node.call(pid, { type: 'get' })).toBe(2)
  expect(calls).toBe(1)
})

test('[SYS-9] a status shows the state as it may be shown', async () => {
  const { node } = createVirtualNode()
  const pid = node.spawn(Counter, { name: 'counter' })
  expect(await sys.getStatus(node, nameOf(Counter, 'counter'))).toMatchObject({
    pid,
    name: 'counter',
    behaviour: 'GenServer',
    module: 'Counter',
    version: '1',
    state: { n: 0 },
  })
})

test('[SYS-10] who only receives answers no system message, and is refused at once; so is nobody', async () => {
  const { node, time } = createVirtualNode()
  const raw = node.spawn(async (ctx: Context) => {
    await ctx.receive()
  })
  await time.settle()
  await expect(sys.getState(node, raw)).rejects.toMatchObject({ reason: 'no_system_messages' })
  await expect(sys.getState(node, 'nobody')).rejects.toMatchObject({ reason: 'noproc' })
})

test('[SYS-11] a process is ended through its last words, and its supervisor hears the reason', async () => {
  const { node, time } = createVirtualNode()
  const words: unknown[] = []
  const Polite = GenServer.define<{ state: null }>({
    module: 'Polite',
    init: () => null,
    terminate: (reason) => words.push(reason),
  })
  const pid = node.spawn(Polite)
  await sys.terminate(node, pid, { shutdown: 'moving out' })
  await time.settle()
  expect(words).toEqual([{ shutdown: 'moving out' }])
  expect(node.process(pid)).toBe(null)
})

test('[SYS-12] a supervisor answers with its children’s number and its strategy, and its state is not replaced', async () => {
  const Root = Supervisor.define({ module: 'Root', children: () => [child(Counter, { id: 'one' })] })
  const time = virtualTime()
  const node = await start(Root, { name: 'sys@localhost', ...time.options })
  const [root] = node.processes()
  if (root === undefined) throw new Error('no root')
  expect(await sys.getState(node, root.pid)).toMatchObject({ children: 1, strategy: 'one_for_one' })
  await expect(sys.replaceState(node, root.pid, (state) => state)).rejects.toMatchObject({
    reason: 'not_supported',
  })
  await node.stop()
})

test('[SYS-13] system messages are never intercepted, dropped by a full mailbox, or taken for the process’s own', async () => {
  const { node, time } = createVirtualNode({ messages: 'clone' })
  const pid = node.spawn(Counter, { maxMailbox: { length: 1 } })
  await time.settle()
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  const seen: unknown[] = []
  node.intercept(process, { onDeliver: ({ message }) => seen.push(message) > 100 })
  node.suspend(process)
  node.cast(pid, { type: 'add', by: 1 })
  expect(await sys.getState(node, pid)).toMatchObject({ n: 0 })
  expect(seen).toHaveLength(1)
  node.resume(process)
  await time.settle()
  const imitation = node.call(pid as never, { type: 'get_state' })
  await expect(imitation).rejects.toMatchObject({ reason: { tag: 'bad_call' } })
})
