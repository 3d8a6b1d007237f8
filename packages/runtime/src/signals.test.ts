import { expect, test } from 'vitest'
import type { Context, ExitReason, Node, Pid } from './index.ts'
import { Exit } from './index.ts'
import { createVirtualNode } from './testing.ts'

/** A process that waits for ever and writes down what it is told. */
function idle(log: unknown[] = [], isTrapping = false) {
  return {
    init: (ctx: Context<unknown>) => void ctx.trapExit(isTrapping),
    handle: (message: unknown) => void log.push(message),
  }
}

/** Spawns a linked pair and resolves their pids. */
async function linkedPair(node: Node, settle: () => Promise<void>, isTrapping = false) {
  const log: unknown[] = []
  let child: Pid | null = null
  const parent = node.spawn({
    init(ctx: Context<unknown>) {
      ctx.trapExit(isTrapping)
      child = ctx.spawnLink(idle())
    },
    handle: (message: unknown) => void log.push(message),
  })
  await settle()
  return { parent, child: child as unknown as Pid, log }
}

const isAlive = (node: Node, pid: Pid) => node.process(pid) !== null

test('[EXIT-1] an abnormal exit ends every linked process with the same reason', async () => {
  const { node, time } = createVirtualNode()
  const { parent, child } = await linkedPair(node, time.settle)
  const ends: [string, ExitReason][] = []
  node.hooks = { processExited: (process, exit) => ends.push([String(process.pid), exit.reason]) }
  node.exit(child, 'oops')
  await time.settle()
  expect(ends).toEqual([
    [String(child), 'oops'],
    [String(parent), 'oops'],
  ])
})

test('[EXIT-2] the reason normal is ignored by those who do not trap exits', async () => {
  const { node, time } = createVirtualNode()
  const { parent, child } = await linkedPair(node, time.settle)
  node.exit(child, 'normal')
  await time.settle()
  expect(isAlive(node, child)).toBe(true)
  expect(isAlive(node, parent)).toBe(true)
})

test('[EXIT-3] a trapping process gets exit signals as EXIT messages, the reason normal too', async () => {
  const { node, time } = createVirtualNode()
  const { parent, child, log } = await linkedPair(node, time.settle, true)
  node.exit(parent, 'normal')
  node.exit(child, 'oops')
  await time.settle()
  expect(log).toEqual([
    { type: 'EXIT', from: null, reason: 'normal' },
    { type: 'EXIT', from: child, reason: 'oops' },
  ])
  expect(isAlive(node, parent)).toBe(true)
})

test('[EXIT-4] kill cannot be trapped, and reaches the linked ones as killed', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const victim = node.spawn(idle([], true))
  const watcher = node.spawn({
    init(ctx: Context<unknown>) {
      ctx.trapExit(true)
      ctx.link(victim)
    },
    handle: (message: unknown) => void log.push(message),
  })
  await time.settle()
  node.exit(victim, 'kill')
  await time.settle()
  expect(isAlive(node, victim)).toBe(false)
  expect(isAlive(node, watcher)).toBe(true)
  expect(log).toEqual([{ type: 'EXIT', from: victim, reason: 'killed' }])
})

test('[EXIT-5] the reason kill coming over a link can be trapped', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  node.spawn({
    init(ctx: Context<unknown>) {
      ctx.trapExit(true)
      ctx.spawnLink(() => {
        throw new Exit('kill')
      })
    },
    handle: (message: unknown) => void log.push(message),
  })
  await time.settle()
  expect(log).toMatchObject([{ type: 'EXIT', reason: 'kill' }])
})

test('[EXIT-6] a process that exits itself stops in the middle of its handler', async () => {
  const { node, time } = createVirtualNode()
  const steps: string[] = []
  const pid = node.spawn({
    handle(_message: string, ctx) {
      steps.push('before')
      ctx.exit(ctx.self, 'enough')
      steps.push('after')
    },
  })
  let reason: ExitReason = ''
  node.hooks = {
    processExited: (_process, exit) => {
      reason = exit.reason
    },
  }
  node.send(pid, 'go')
  await time.settle()
  expect(steps).toEqual(['before'])
  expect(reason).toBe('enough')
})

test('[EXIT-7] a process may end itself with normal', async () => {
  const { node, time } = createVirtualNode()
  const pid = node.spawn({ handle: (_message: string, ctx) => ctx.exit(ctx.self, 'normal') })
  node.send(pid, 'go')
  await time.settle()
  expect(isAlive(node, pid)).toBe(false)
  expect(node.counters.crashes).toBe(0)
})

test('[EXIT-8] an exit passes through a chain of 20,000 links without using the stack', async () => {
  const { node, time } = createVirtualNode()
  let last: Pid = node.spawn(idle())
  const first = last
  for (let i = 0; i < 20_000; i++) {
    const before = last
    last = node.spawn({ init: (ctx: Context<unknown>) => ctx.link(before), handle: () => undefined })
  }
  await time.settle()
  expect(node.processCount).toBe(20_001)
  node.exit(first, 'oops')
  await time.settle()
  expect(node.processCount).toBe(0)
})

test('[LINK-1] linking to a process that is gone gives noproc', async () => {
  const { node, time } = createVirtualNode()
  const gone = node.spawn(() => undefined)
  await time.settle()
  const log: unknown[] = []
  const trapping = node.spawn({
    init(ctx: Context<unknown>) {
      ctx.trapExit(true)
      ctx.link(gone)
    },
    handle: (message: unknown) => void log.push(message),
  })
  const ends: ExitReason[] = []
  node.hooks = { processExited: (_process, exit) => ends.push(exit.reason) }
  node.spawn({ init: (ctx: Context<unknown>) => ctx.link(gone), handle: () => undefined })
  await time.settle()
  expect(log).toMatchObject([{ type: 'EXIT', reason: 'noproc' }])
  expect(ends).toEqual(['noproc'])
  expect(isAlive(node, trapping)).toBe(true)
})

test('[LINK-2] after unlink each may end alone', async () => {
  const { node, time } = createVirtualNode()
  let child: Pid | null = null
  const parent = node.spawn({
    init(ctx: Context<string>) {
      child = ctx.spawnLink(idle())
    },
    handle: (_message: string, ctx) => ctx.unlink(child as unknown as Pid),
  })
  node.send(parent, 'unlink')
  await time.settle()
  node.exit(child as unknown as Pid, 'oops')
  await time.settle()
  expect(isAlive(node, parent)).toBe(true)
})

test('[MON-1] a monitor tells the reason once', async () => {
  const { node, time } = createVirtualNode()
  const target = node.spawn(idle())
  const log: unknown[] = []
  node.spawn({
    init: (ctx: Context<unknown>) => void ctx.monitor(target),
    handle: (message: unknown) => void log.push(message),
  })
  await time.settle()
  node.exit(target, 'oops')
  await time.settle()
  expect(log).toMatchObject([{ type: 'DOWN', pid: target, reason: 'oops' }])
})

test('[MON-2] monitoring what is not there tells noproc', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  node.spawn({
    init: (ctx: Context<unknown>) => void ctx.monitor('nobody'),
    handle: (message: unknown) => void log.push(message),
  })
  await time.settle()
  expect(log).toMatchObject([{ type: 'DOWN', reason: 'noproc' }])
})

test('[MON-3] demonitor also takes back a DOWN that was not handled', async () => {
  const { node, time } = createVirtualNode()
  const target = node.spawn(idle())
  const log: unknown[] = []
  const watcher = node.spawn(async (ctx: Context<unknown>) => {
    const ref = ctx.monitor(target)
    log.push(await ctx.receive((message) => message === 'go'))
    ctx.demonitor(ref)
    log.push(await ctx.receive(null, { timeoutMs: 10 }).catch((error: Exit) => error.reason))
  })
  await time.settle()
  node.exit(target, 'oops')
  await time.settle()
  node.send(watcher, 'go')
  await time.advance(20)
  expect(log).toEqual(['go', 'timeout'])
})

test('[MON-4] what a process sent before it ended arrives before its DOWN and its EXIT', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  node.spawn({
    init(ctx: Context<unknown>) {
      ctx.trapExit(true)
      const { self } = ctx
      const child = ctx.spawnLink((inner) => {
        inner.send(self, 'first')
        inner.send(self, 'second')
        throw new Exit('oops')
      })
      ctx.monitor(child)
    },
    handle: (message: unknown) => void log.push((message as { type?: string }).type ?? message),
  })
  await time.settle()
  expect(log).toEqual(['first', 'second', 'EXIT', 'DOWN'])
})

test('[ORDER-1] an exit signal and a message of one sender arrive in the order they were sent', async () => {
  const { node, time } = createVirtualNode()
  const log: unknown[] = []
  const target = node.spawn(idle(log, true))
  await time.settle()
  node.spawn((ctx: Context<never>) => {
    ctx.send(target, 1)
    ctx.exit(target, 'oops')
    ctx.send(target, 2)
  })
  await time.settle()
  expect(log).toMatchObject([1, { type: 'EXIT', reason: 'oops' }, 2])
})

test('[NAME-1] a name is free again as soon as its process has ended', async () => {
  const { node, time } = createVirtualNode()
  const first = node.spawn(idle(), { name: 'clerk' })
  await time.settle()
  expect(node.whereis('clerk')).toBe(first)
  expect(() => node.spawn(idle(), { name: 'clerk' })).toThrow('already registered')
  node.exit(first, 'kill')
  const second = node.spawn(idle(), { name: 'clerk' })
  await time.settle()
  expect(node.whereis('clerk')).toBe(second)
})

test('[DEAD-1] what is sent to an ended process is a dead letter, counted and told', async () => {
  const { node, time } = createVirtualNode()
  const gone = node.spawn(() => undefined)
  await time.settle()
  const letters: unknown[] = []
  node.hooks = { deadLetter: (letter) => letters.push(letter) }
  node.send(gone, 'hello')
  node.send('nobody', 'hello')
  expect(node.counters.deadLetters).toBe(2)
  expect(letters).toMatchObject([{ to: String(gone), message: 'hello' }, { to: 'nobody' }])
})
