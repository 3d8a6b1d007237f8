/** What faults are built of, and that each leaves its proof. */
import { expect, test } from 'vitest'
import {
  CallError,
  type Context,
  type DeadLetter,
  type Delivery,
  GenServer,
  noreply,
  type RawCrash,
  reply,
} from './index.ts'
import { createVirtualNode } from './testing.ts'

function processOf(
  node: ReturnType<typeof createVirtualNode>['node'],
  pid: Parameters<typeof node.process>[0],
) {
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  return process
}

const Echo = GenServer.define<{
  state: string[]
  calls: { ask: (message: { text: string }) => string }
  infos: { note: { text: string } }
}>({
  module: 'Echo',
  init: () => [],
  handleCall: { ask: ({ text }, _from, state) => reply(text, state) },
  handleInfo: { note: ({ text }, state) => noreply([...state, text]) },
})

test('[CEPT-2] a dropped message is a dead letter with the firing, and only on its edge', async () => {
  const { node, time } = createVirtualNode()
  const letters: DeadLetter[] = []
  node.hooks = { deadLetter: (letter) => letters.push(letter) }
  const got: string[] = []
  const sink = node.spawn({ handle: (message: string) => void got.push(message) })
  const talker = { handle: (message: string, ctx: Context<string>) => ctx.send(sink, message) }
  const cut = node.spawn(talker)
  const whole = node.spawn(talker)
  node.intercept(
    processOf(node, sink),
    {
      onDeliver(delivery) {
        delivery.drop('f1')
        return true
      },
    },
    processOf(node, cut),
  )
  node.send(cut, 'lost')
  node.send(whole, 'kept')
  await time.settle()
  expect(got).toEqual(['kept'])
  expect(letters.map(({ why, firing, message }) => [why, firing, message])).toEqual([
    ['intercepted', 'f1', 'lost'],
  ])
  node.intercept(processOf(node, sink), null, processOf(node, cut))
  node.send(cut, 'back')
  await time.settle()
  expect(got).toEqual(['kept', 'back'])
})

test('[CEPT-3] a held message comes later and in order, a doubled one twice, a changed one changed', async () => {
  const { node, time } = createVirtualNode()
  const got: unknown[] = []
  const sink = node.spawn({ handle: (message: string) => void got.push(message) })
  const held: Delivery[] = []
  node.intercept(processOf(node, sink), { onDeliver: (delivery) => held.push(delivery) > 0 })
  for (const message of ['a', 'b', 'c']) node.send(sink, message)
  await time.settle()
  expect(got).toEqual([])
  const [a, b, c] = held
  a?.deliver('f1')
  b?.deliver('f2')
  b?.deliver('f2')
  c?.deliver('f3', 'C')
  await time.settle()
  expect(got).toEqual(['a', 'b', 'b', 'C'])
  expect(node.counters.sent).toBe(4)
})

test('[CEPT-4] a slow handler waits outside the event loop, and the next message waits for it', async () => {
  const { node, time } = createVirtualNode()
  const server = node.spawn(Echo)
  const after: string[] = []
  node.intercept(processOf(node, server), {
    beforeHandle: ({ mark }) => {
      mark('slow:1')
      return node.after(100)
    },
    afterHandle: ({ message }) => after.push((message as { text: string }).text),
  })
  const first = node.call(server, { type: 'ask', text: 'one' })
  const second = node.call(server, { type: 'ask', text: 'two' })
  await time.advance(150)
  expect(after).toEqual(['one'])
  await time.advance(100)
  expect(await Promise.all([first, second])).toEqual(['one', 'two'])
  expect(after).toEqual(['one', 'two'])
})

test('[CEPT-5] a call that a fault kept from its answer knows the firing, and so does the crash of its caller', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const server = node.spawn(Echo)
  await time.settle()
  node.intercept(processOf(node, server), {
    onDeliver(delivery) {
      delivery.drop('f9')
      return true
    },
  })
  const caller = node.spawn(async (ctx: Context) => {
    await ctx.call(server, { type: 'ask', text: 'anybody?' }, { timeoutMs: 50 })
  })
  await time.advance(100)
  expect(node.process(caller)).toBe(null)
  expect(crashes.map(({ kind, firings }) => [kind, firings])).toEqual([['timeout', ['f9']]])
  expect(crashes[0]?.error).toBeInstanceOf(CallError)
})

test('[CEPT-6] the firing stands beside its message in the crash and in the flight recorder, over selective receives', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const reader = node.spawn(async (ctx: Context<string>) => {
    await ctx.receive((message) => message === 'go')
    await ctx.receive()
    await ctx.receive()
    throw new Error('after the corrupted one')
  })
  await time.settle()
  node.intercept(processOf(node, reader), {
    onDeliver(delivery) {
      delivery.deliver(delivery.message === 'second' ? 'f2' : null)
      return true
    },
  })
  for (const message of ['first', 'second', 'go']) node.send(reader, message)
  await time.settle()
  expect(crashes[0]?.flightRecorder.entries.map(({ value, firing }) => [value, firing])).toEqual([
    ['go', null],
    ['first', null],
    ['second', 'f2'],
  ])
  expect(crashes[0]?.firings).toEqual(['f2'])
})

test('[CEPT-7] exit signals and DOWN messages are never intercepted', async () => {
  const { node, time } = createVirtualNode()
  const got: string[] = []
  const seen: string[] = []
  const watcher = node.spawn({
    init: (ctx) => {
      ctx.trapExit(true)
      ctx.monitor(other)
      ctx.link(other)
    },
    handle: ({ type }: { type: string }) => void got.push(type),
  })
  const other = node.spawn({ handle: () => undefined })
  await time.settle()
  node.intercept(processOf(node, watcher), {
    onDeliver(delivery) {
      seen.push(delivery.kind)
      delivery.drop('f')
      return true
    },
  })
  node.exit(other, 'kill')
  await time.settle()
  expect(got.sort()).toEqual(['DOWN', 'EXIT'])
  expect(seen).toEqual([])
})

test('[CEPT-8] what is released to a process that has ended is a dead letter', async () => {
  const { node, time } = createVirtualNode()
  const letters: DeadLetter[] = []
  node.hooks = { deadLetter: (letter) => letters.push(letter) }
  const sink = node.spawn({ handle: () => undefined })
  const held: Delivery[] = []
  node.intercept(processOf(node, sink), { onDeliver: (delivery) => held.push(delivery) > 0 })
  node.send(sink, 'late')
  node.exit(sink, 'kill')
  await time.settle()
  held[0]?.deliver('f1')
  expect(letters.map(({ why, firing }) => [why, firing])).toEqual([['noproc', 'f1']])
})

test('[CEPT-9] a message that several faults touched knows them all, and a crash of its handler names each', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const sink = node.spawn({
    handle: () => {
      throw new Error('no')
    },
  })
  node.intercept(processOf(node, sink), {
    onDeliver(delivery) {
      delivery.deliver(['f1', 'f2'])
      return true
    },
  })
  node.send(sink, 'x')
  await time.settle()
  expect(crashes[0]?.firings).toEqual(['f1', 'f2'])
})

test('[CEPT-10] a firing may keep a call from its answer without touching its handler', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const server = node.spawn({
    handle: () => {
      throw new Error('its own')
    },
  })
  node.intercept(processOf(node, server), { beforeHandle: ({ markCall }) => markCall('f1') })
  node.send(server, 'x')
  await time.settle()
  expect(crashes[0]?.firings).toEqual([])
})

test('[CEPT-11] synthetic messages pass interceptors, are marked, and are taken out of the middle of a mailbox', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const got: unknown[] = []
  const reader = node.spawn(async (ctx: Context<string>) => {
    got.push(await ctx.receive((message) => message === 'go'))
    for (;;) {
      const message = await ctx.receive()
      got.push(message)
      if (message === 'synthetic') throw new Error('met one')
    }
  })
  await time.settle()
  const process = processOf(node, reader)
  node.intercept(process, { onDeliver: (delivery) => delivery.drop('f') === undefined })
  for (let i = 0; i < 5; i++) node.put(process, 'synthetic', 'flood:1')
  node.intercept(process, null)
  node.send(reader, 'real')
  await time.settle()
  expect(node.waiting(process, (message) => message === 'synthetic')).toBe(5)
  expect(node.takeOut(process, (message) => message === 'synthetic')).toBe(5)
  expect(process.mailboxLength).toBe(1)
  node.send(reader, 'go')
  await time.settle()
  expect(got).toEqual(['go', 'real'])
  node.put(process, 'synthetic', 'flood:2')
  await time.settle()
  expect(crashes[0]?.firings).toEqual(['flood:2'])
})

test('[CEPT-12] what was sent past an interceptor stands among a crash’s partial effects, in order', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const got: string[] = []
  const sink = node.spawn({ handle: (message: string) => void got.push(message) })
  const guarded = node.spawn({ handle: (message: string) => void got.push(message) })
  node.intercept(processOf(node, guarded), { onDeliver: () => false })
  const doomed = node.spawn({
    handle(message: string, ctx: Context<string>) {
      ctx.send(sink, 'first')
      ctx.send(guarded, 'second')
      ctx.cast(guarded, 'third')
      ctx.send(sink, 'fourth')
      throw new Error(message)
    },
  })
  node.send(doomed, 'too much')
  await time.settle()
  expect(got.toSorted()).toEqual(['first', 'fourth', 'second', 'third'])
  const [sinkAt, guardedAt] = [String(sink), String(guarded)]
  expect(crashes[0]?.sends.items.map(({ to }) => String(to))).toEqual([sinkAt, guardedAt, guardedAt, sinkAt])
})
