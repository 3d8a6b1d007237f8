/** Maximum mailbox, priority, clones, aliases, timers: what a process can be told about itself. */
import { expect, test } from 'vitest'
import {
  type Alias,
  CallError,
  type Context,
  type DeadLetter,
  GenServer,
  MisuseError,
  noreply,
  type Overflow,
  Pid,
  type RawCrash,
  reply,
} from './index.ts'
import { createVirtualNode } from './testing.ts'

const Slow = GenServer.define<{
  state: string[]
  calls: { all: () => string[] }
  infos: { note: { text: string } }
}>({
  module: 'Slow',
  init: () => [],
  handleCall: { all: (_message, _from, state) => reply(state, state) },
  handleInfo: { note: ({ text }, state) => noreply([...state, text]) },
})

async function flooded(overflow: Overflow) {
  const { node, time } = createVirtualNode()
  const letters: DeadLetter[] = []
  const crashes: RawCrash[] = []
  node.hooks = {
    deadLetter: (letter) => letters.push(letter),
    processCrashed: (crash) => crashes.push(crash),
  }
  const pid = node.spawn(Slow, { maxMailbox: { length: 2, overflow } })
  await time.settle()
  const process = node.process(pid)
  if (process === null) throw new Error('gone')
  node.suspend(process)
  for (const text of ['a', 'b', 'c']) node.send(pid, { type: 'note', text })
  return { node, time, pid, process, letters, crashes }
}

test('[MAIL-1] a full mailbox drops the newest as a dead letter, and fails a call at once', async () => {
  const { node, time, pid, process, letters } = await flooded('drop_newest')
  await expect(node.call(pid, { type: 'all' })).rejects.toMatchObject({ reason: 'overloaded' })
  expect(letters.map(({ why, message }) => [why, (message as { text?: string }).text])).toEqual([
    ['overflow', 'c'],
    ['overflow', undefined],
  ])
  node.resume(process)
  await time.settle()
  expect(await node.call(pid, { type: 'all' })).toEqual(['a', 'b'])
})

test('[MAIL-2] or the oldest', async () => {
  const { node, time, pid, process, letters } = await flooded('drop_oldest')
  expect(letters.map(({ message }) => (message as { text: string }).text)).toEqual(['a'])
  node.resume(process)
  await time.settle()
  expect(await node.call(pid, { type: 'all' })).toEqual(['b', 'c'])
})

test('[MAIL-3] or ends the process, trapping or not', async () => {
  const { node, time, pid, crashes } = await flooded('exit')
  await time.settle()
  expect(node.process(pid)).toBe(null)
  expect(crashes.map(({ reason }) => reason)).toEqual([{ tag: 'mailbox_overflow', length: 3, max: 2 }])
})

test('[MAIL-4] exit signals and DOWN come into a full mailbox, and a maximum can be lifted', async () => {
  const { node, time } = createVirtualNode()
  const got: string[] = []
  const other = node.spawn({ handle: () => undefined })
  const pid = node.spawn(
    {
      init: (ctx) => {
        ctx.monitor(other)
      },
      handle: (message: { type: string }, ctx) => {
        got.push(message.type)
        ctx.setMaxMailbox(null)
      },
    },
    { maxMailbox: { length: 1 } },
  )
  await time.settle()
  node.send(pid, { type: 'one' })
  node.exit(other, 'kill')
  await time.settle()
  expect(got).toEqual(['one', 'DOWN'])
  for (const type of ['two', 'three', 'four']) node.send(pid, { type })
  await time.settle()
  expect(got).toEqual(['one', 'DOWN', 'two', 'three', 'four'])
})

test('[MAIL-5] a maximum, a priority or a recorder that makes no sense is refused', () => {
  const { node } = createVirtualNode()
  const handler = { handle: () => undefined }
  const misuses = [
    { maxMailbox: { length: 0 } },
    { maxMailbox: { length: 5, overflow: 'explode' as never } },
    { priority: 'urgent' as never },
    { flightRecorder: -1 },
  ]
  for (const options of misuses) {
    expect(() => node.spawn(handler, options), JSON.stringify(options)).toThrow(MisuseError)
  }
})

test('[PRIO-1] high goes before normal, and never starves it; low goes last, and is not starved either', async () => {
  const { node, time } = createVirtualNode({ reductions: 1 })
  const turns: string[] = []
  const worker = (name: string) => ({
    handle(left: number, ctx: Context<number>) {
      turns.push(name)
      if (left > 0) ctx.send(ctx.self, left - 1)
    },
  })
  const low = node.spawn(worker('low'), { priority: 'low' })
  const normal = node.spawn(worker('normal'))
  const high = node.spawn(worker('high'), { priority: 'high' })
  await time.settle()
  node.send(low, 40)
  node.send(normal, 40)
  node.send(high, 40)
  await time.settle()
  const until = (name: string) => turns.indexOf(name)
  expect(turns[0]).toBe('high')
  expect(until('normal')).toBeLessThanOrEqual(9)
  expect(until('low')).toBeLessThan(100)
  const shared = turns.slice(0, 41)
  expect(shared.filter((name) => name === 'high').length).toBeGreaterThan(30)
  expect(shared.filter((name) => name === 'normal').length).toBeGreaterThanOrEqual(3)
})

test('[CLONE-1] where a node clones, a message is a copy that keeps pids, maps, sets and cycles', async () => {
  const { node, time } = createVirtualNode({ messages: 'clone' })
  const got: Record<string, unknown>[] = []
  const pid = node.spawn({ handle: (message: Record<string, unknown>) => void got.push(message) })
  const when = new Date(5)
  const message: Record<string, unknown> = {
    list: [1, [2]],
    map: new Map([['a', { b: 1 }]]),
    set: new Set([1]),
    bytes: new Uint8Array([1, 2]),
    when,
    pid,
  }
  message.self = message
  node.send(pid, message)
  ;(message.list as number[]).push(3)
  await time.settle()
  const [copy] = got
  expect(copy?.list).toEqual([1, [2]])
  expect(copy?.map).toEqual(new Map([['a', { b: 1 }]]))
  expect(copy?.set).toEqual(new Set([1]))
  expect(copy?.bytes).toEqual(new Uint8Array([1, 2]))
  expect(copy?.when).toEqual(when)
  expect(copy?.when).not.toBe(when)
  expect(copy?.pid).toBe(pid)
  expect(copy?.self).toBe(copy)
})

test('[CLONE-2] what cannot be cloned is the crash of its sender, and says where it stood', async () => {
  const { node, time } = createVirtualNode({ messages: 'clone' })
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const sink = node.spawn({ handle: () => undefined })
  const sender = node.spawn({
    handle(_message: string, ctx) {
      ctx.send(sink, { deep: { callback: () => 1 } })
    },
  })
  node.send(sender, 'go')
  await time.settle()
  expect(crashes.map(({ reason, process }) => [reason, process.pid])).toEqual([
    [{ tag: 'not_cloneable', path: 'deep.callback', why: 'function' }, sender],
  ])
})

test('[ALIAS-1] an alias reaches its process until it is taken back, and then nobody', async () => {
  const { node, time } = createVirtualNode()
  const letters: DeadLetter[] = []
  node.hooks = { deadLetter: (letter) => letters.push(letter) }
  const got: string[] = []
  let alias: Alias<string> | null = null
  const pid = node.spawn({
    init: (ctx: Context<string>) => {
      alias = ctx.alias()
    },
    handle(message: string, ctx) {
      got.push(message)
      if (message === 'enough' && alias !== null) expect(ctx.unalias(alias)).toBe(true)
    },
  })
  await time.settle()
  const target = alias as unknown as Alias<string>
  expect(target).toBeInstanceOf(Pid)
  expect(String(target)).toBe(`#Alias${pid}`)
  node.send(target, 'hello')
  node.send(target, 'enough')
  await time.settle()
  node.send(target, 'late')
  node.send(pid, 'still here')
  await time.settle()
  expect(got).toEqual(['hello', 'enough', 'still here'])
  expect(letters.map(({ message }) => message)).toEqual(['late'])
})

test('[ALIAS-2] an alias ends with its process', async () => {
  const { node, time } = createVirtualNode()
  let alias: Alias<string> | null = null
  const pid = node.spawn({
    init: (ctx: Context<string>) => {
      alias = ctx.alias()
    },
    handle: () => undefined,
  })
  await time.settle()
  node.exit(pid, 'kill')
  await time.settle()
  node.send(alias as unknown as Alias<string>, 'anybody?')
  expect(node.counters.deadLetters).toBe(1)
})

test('[ALIAS-3] an answer that comes after its caller gave up reaches nobody, not even its next call', async () => {
  const { node, time } = createVirtualNode()
  const Late = GenServer.define<{ state: null; calls: { ask: (message: { n: number }) => number } }>({
    module: 'Late',
    init: () => null,
    handleCall: {
      ask: ({ n }, from, state, ctx) => {
        void ctx.node.after(n === 1 ? 100 : 10).then(() => ctx.reply(from, n))
        return noreply(state)
      },
    },
  })
  const late = node.spawn(Late)
  const answers: unknown[] = []
  node.spawn(async (ctx) => {
    answers.push(
      await ctx.call(late, { type: 'ask', n: 1 }, { timeoutMs: 50 }).catch((error) => error.reason),
    )
    answers.push(await ctx.call(late, { type: 'ask', n: 2 }))
    answers.push(await ctx.receive(null, { timeoutMs: 500 }).catch(() => 'nothing'))
  })
  await time.advance(1_000)
  expect(answers).toEqual(['timeout', 2, 'nothing'])
  expect(node.counters.refused).toBe(1)
})

test('[TIMER-9] a timer can be read, and is null once it has fired or was cancelled', async () => {
  const { node, time } = createVirtualNode()
  const got: string[] = []
  const pid = node.spawn({ handle: (message: string) => void got.push(message) })
  const first = node.sendAfter(100, pid, 'first')
  const second = node.sendAfter(200, pid, 'second')
  await time.advance(60)
  expect(node.readTimer(first)).toBe(40)
  expect(node.cancelTimer(second)).toBe(140)
  expect(node.readTimer(second)).toBe(null)
  await time.advance(500)
  expect(node.readTimer(first)).toBe(null)
  expect(got).toEqual(['first'])
})

test('[FLAG-1] a process remembers as many messages as it was told to', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const handler = {
    handle(message: number) {
      if (message === 30) throw new CallError('x', 'y', 'z')
    },
  }
  const pids = [node.spawn(handler, { flightRecorder: 20 }), node.spawn(handler)]
  for (const pid of pids) for (let i = 1; i <= 30; i++) node.send(pid, i)
  await time.settle()
  expect(crashes.map(({ flightRecorder }) => flightRecorder.entries.length)).toEqual([20, 8])
})
