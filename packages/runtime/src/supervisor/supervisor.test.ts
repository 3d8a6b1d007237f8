import { expect, test } from 'vitest'
import {
  child,
  Exit,
  type ExitReason,
  GenServer,
  ignore,
  Node,
  noreply,
  type RawDecision,
  type RawOutcome,
  type Restart,
  reply,
  type Shutdown,
  StartError,
  type Strategy,
  Supervisor,
  start,
  stop,
} from '../index.ts'
import { virtualTime } from '../testing.ts'

type Log = string[]

/** Writes down its life; how it starts and stops is in its arguments. */
const Worker = GenServer.define<{
  args: { id: string; log: Log; failStarts?: { left: number }; stopMs?: number; isIgnored?: boolean }
  state: { id: string; log: Log; stopMs: number }
  calls: { id: () => string }
  casts: { exit: { reason: ExitReason } }
}>({
  module: 'Worker',
  init: ({ id, log, failStarts, stopMs, isIgnored }, ctx) => {
    if (isIgnored === true) return ignore()
    if (failStarts !== undefined && failStarts.left > 0) {
      failStarts.left -= 1
      log.push(`${id} fails`)
      throw new Exit('not_yet')
    }
    ctx.trapExit(stopMs !== undefined)
    log.push(`${id} starts`)
    return { id, log, stopMs: stopMs ?? 0 }
  },
  handleCall: { id: (_message, _from, state) => reply(state.id, state) },
  handleCast: { exit: ({ reason }, state) => stop(reason, state) },
  handleOtherInfo: (_message, state) => noreply(state),
  terminate: async (reason, { id, log, stopMs }, ctx) => {
    if (stopMs > 0) await ctx.node.after(stopMs)
    log.push(`${id} ends: ${String(reason)}`)
  },
})

interface Tree {
  strategy?: Exclude<Strategy, 'simple_one_for_one'>
  intensity?: number
  children: {
    id: string
    restart?: Restart
    shutdown?: Shutdown
    failStarts?: { left: number }
    stopMs?: number
    isIgnored?: boolean
  }[]
}

async function tree({ strategy = 'one_for_one', intensity = 3, children }: Tree) {
  const log: Log = []
  const time = virtualTime()
  const decisions: RawDecision[] = []
  const outcomes: RawOutcome[] = []
  const Root = Supervisor.define({
    module: 'Root',
    strategy,
    intensity,
    periodMs: 1_000,
    children: () =>
      children.map(({ id, restart = 'permanent', shutdown = 5_000, ...args }) =>
        child(Worker, { id, restart, shutdown, name: id, args: { id, log, ...args } }),
      ),
  })
  const node = await start(Root, { name: 'test@localhost', ...time.options })
  const root = node.process('Root')
  if (root === null) throw new Error('no root')
  node.hooks = {
    supervisorDecided: (decision) => decisions.push(decision),
    crashOutcome: (outcome) => outcomes.push(outcome),
  }
  return {
    node,
    time,
    log,
    root,
    decisions,
    outcomes,
    async end(id: string, reason: ExitReason) {
      node.cast(id as never, { type: 'exit', reason } as never)
      await time.settle()
    },
    took(): string[] {
      return log.splice(0)
    },
  }
}

const abc = (restart: Restart = 'permanent') => ['a', 'b', 'c'].map((id) => ({ id, restart, stopMs: 0 }))
const alive = (node: Node) => ['a', 'b', 'c'].filter((id) => node.whereis(id) !== null)

test('[SUP-1] starts children in order and stops them in reverse order', async () => {
  const { node, took } = await tree({ children: abc() })
  expect(took()).toEqual(['a starts', 'b starts', 'c starts'])
  await node.stop()
  expect(took()).toEqual(['c ends: shutdown', 'b ends: shutdown', 'a ends: shutdown'])
  expect(node.processCount).toBe(0)
})

test('[SUP-2] one_for_one restarts the child that ended and no other', async () => {
  const { end, took, node } = await tree({ children: abc() })
  took()
  await end('b', 'oops')
  expect(took()).toEqual(['b ends: oops', 'b starts'])
  expect(alive(node)).toEqual(['a', 'b', 'c'])
})

test('[SUP-3] one_for_all stops the others in reverse start order and restarts all in start order', async () => {
  const { end, took } = await tree({ strategy: 'one_for_all', children: abc() })
  took()
  await end('b', 'oops')
  expect(took()).toEqual([
    'b ends: oops',
    'c ends: shutdown',
    'a ends: shutdown',
    'a starts',
    'b starts',
    'c starts',
  ])
})

test('[SUP-4] rest_for_one restarts later siblings in start order', async () => {
  const { end, took } = await tree({ strategy: 'rest_for_one', children: abc() })
  took()
  await end('b', 'oops')
  expect(took()).toEqual(['b ends: oops', 'c ends: shutdown', 'b starts', 'c starts'])
})

for (const [restart, reason, comesBack] of [
  ['permanent', 'normal', true],
  ['permanent', 'shutdown', true],
  ['permanent', 'oops', true],
  ['transient', 'normal', false],
  ['transient', 'shutdown', false],
  ['transient', { shutdown: 'enough' }, false],
  ['transient', 'oops', true],
  ['temporary', 'normal', false],
  ['temporary', 'oops', false],
] as const) {
  test(`[SUP-5] a ${restart} child that ends with ${JSON.stringify(reason)} ${comesBack ? 'is' : 'is not'} restarted`, async () => {
    const { end, node, decisions } = await tree({ children: [{ id: 'a', restart }] })
    await end('a', reason)
    expect(node.whereis('a') !== null).toBe(comesBack)
    expect(decisions.map((decision) => decision.action)).toEqual([comesBack ? 'restart' : 'leave'])
  })
}

test('[SUP-6] a transient child keeps its specification when it stays ended, a temporary one does not', async () => {
  const { end, node } = await tree({
    children: [
      { id: 'a', restart: 'transient' },
      { id: 'b', restart: 'temporary' },
    ],
  })
  await end('a', 'normal')
  await end('b', 'oops')
  const root = node.process('Root')?.pid as never
  const children = await Supervisor.whichChildren(node, root)
  expect(children.map(({ id, pid }) => [id, pid])).toEqual([['a', null]])
})

test('[SUP-7] one restart more than the intensity within the period, and the supervisor gives up with shutdown', async () => {
  const { end, node, root, time, decisions, outcomes } = await tree({ intensity: 2, children: abc() })
  await end('a', 'oops')
  await time.advance(500)
  await end('a', 'oops')
  await time.advance(500)
  expect(root.status).toBe('running')
  await end('a', 'oops')
  await time.settle()
  expect(root.status).toBe('exited')
  expect(node.processCount).toBe(0)
  expect(decisions.map((decision) => decision.action)).toEqual(['restart', 'restart', 'give_up'])
  expect(decisions[2]?.restartsInWindow).toHaveLength(3)
  expect(decisions[2]?.stops.map((process) => process.name)).toEqual(['c', 'b'])
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['restarted', 'restarted', 'given_up'])
})

test('[SUP-8] the window slides: restarts further apart than the period never add up', async () => {
  const { end, root, time } = await tree({ intensity: 1, children: abc() })
  for (let i = 0; i < 20; i++) {
    await end('a', 'oops')
    await time.advance(1_001)
  }
  expect(root.status).toBe('running')
  expect(root.supervisor?.restartsInWindow).toHaveLength(1)
})

test('[SUP-9] a child that does not stop in time is killed, and that is a crash', async () => {
  const { node, time, log } = await tree({
    children: [{ id: 'a', stopMs: 60_000, shutdown: 100 }, { id: 'b' }],
  })
  const ends: [string | null, ExitReason, boolean][] = []
  node.hooks = {
    processExited: (process, exit) => ends.push([process.name, exit.reason, exit.crashId !== null]),
  }
  const stopped = node.stop()
  await time.advance(99)
  expect(ends).toEqual([['b', 'shutdown', false]])
  await time.advance(1)
  await stopped
  expect(ends.slice(1)).toEqual([
    ['a', 'killed', true],
    [null, 'shutdown', false],
  ])
  expect(log).not.toContain('a ends: shutdown')
})

test('[SUP-10] brutal_kill asks nothing and is no crash', async () => {
  const { node, took } = await tree({ children: [{ id: 'a', stopMs: 0, shutdown: 'brutal_kill' }] })
  took()
  await node.stop()
  expect(took()).toEqual([])
  expect(node.counters.crashes).toBe(0)
})

test('[SUP-11] when a child fails to start, those before it are stopped in reverse order and the start fails', async () => {
  const log: Log = []
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [
      child(Worker, { id: 'a', args: { id: 'a', log, stopMs: 0 } }),
      child(Worker, { id: 'b', args: { id: 'b', log, stopMs: 0 } }),
      child(Worker, { id: 'c', args: { id: 'c', log, failStarts: { left: 1 } } }),
    ],
  })
  const error = await start(Root, { name: 'test@localhost' }).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(StartError)
  expect((error as StartError).reason).toEqual({
    shutdown: { tag: 'failed_to_start_child', id: 'c', reason: 'not_yet' },
  })
  expect(log).toEqual(['a starts', 'b starts', 'c fails', 'b ends: shutdown', 'a ends: shutdown'])
})

test('[SUP-12] a restart that fails is tried again, each try counted', async () => {
  const failStarts = { left: 0 }
  const { end, root, took } = await tree({ intensity: 3, children: [{ id: 'a', failStarts }] })
  took()
  failStarts.left = 2
  await end('a', 'oops')
  expect(took()).toEqual(['a ends: oops', 'a fails', 'a fails', 'a starts'])
  expect(root.supervisor?.restartsInWindow).toHaveLength(3)
  failStarts.left = 100
  await end('a', 'oops')
  expect(root.status).toBe('exited')
})

test('[SUP-13] rest_for_one: where a later sibling fails to come back, it is tried again from there', async () => {
  const failStarts = { left: 0 }
  const { end, took } = await tree({
    strategy: 'rest_for_one',
    children: [{ id: 'a' }, { id: 'b', failStarts }, { id: 'c' }],
  })
  took()
  failStarts.left = 1
  await end('a', 'oops')
  expect(took()).toEqual(['a ends: oops', 'a starts', 'b fails', 'b starts', 'c starts'])
})

test('[SUP-14] a child whose init says ignore has no process and is no failure', async () => {
  const { node, took } = await tree({ children: [{ id: 'a', isIgnored: true }, { id: 'b' }] })
  expect(took()).toEqual(['b starts'])
  const root = node.process('Root')?.pid as never
  expect(await Supervisor.countChildren(node, root)).toEqual({
    specs: 2,
    active: 1,
    supervisors: 0,
    workers: 2,
  })
})

test('[SUP-15] escalation: a supervisor that gave up is restarted by its own, with its children', async () => {
  const log: Log = []
  const time = virtualTime()
  const Inner = Supervisor.define({
    module: 'Inner',
    intensity: 0,
    periodMs: 1_000,
    children: () => [child(Worker, { id: 'a', name: 'a', args: { id: 'a', log, stopMs: 0 } })],
  })
  const Outer = Supervisor.define({
    module: 'Outer',
    intensity: 1,
    periodMs: 1_000,
    children: () => [child(Inner, { id: 'inner' })],
  })
  const node = await start(Outer, { name: 'test@localhost', ...time.options })
  const crashes: { module: string; mechanism: unknown; root: boolean }[] = []
  let first = ''
  node.hooks = {
    processCrashed: ({ identity, cascade, id }) => {
      if (first === '') first = id
      crashes.push({
        module: identity.module,
        mechanism: cascade.mechanism,
        root: cascade.rootCrash === first,
      })
    },
  }
  node.cast('a' as never, { type: 'exit', reason: 'oops' } as never)
  await time.settle()
  expect(log).toEqual(['a starts', 'a ends: oops', 'a starts'])
  expect(crashes).toEqual([
    { module: 'Worker', mechanism: null, root: true },
    { module: 'Inner', mechanism: 'intensity', root: true },
  ])
  expect(node.process('Outer/inner/a')?.status).toBe('running')
})

test('[SUP-16] children keep their key; restarts, replaces and outcome tell their history', async () => {
  const { end, node, outcomes } = await tree({ children: abc() })
  const before = node.process('Root/b')
  await end('b', 'oops')
  const after = node.process('Root/b')
  expect(after?.id).not.toBe(before?.id)
  expect(after).toMatchObject({ replaces: before?.id, restarts: 1, childId: 'b', slot: 0 })
  expect(outcomes).toMatchObject([{ kind: 'restarted', newProcess: { key: 'Root/b' } }])
})

test('[SUP-17] startChild, terminateChild, restartChild and deleteChild follow OTP’s answers', async () => {
  const { node, took } = await tree({ children: [{ id: 'a' }] })
  const root = node.process('Root')?.pid as never
  const log: Log = []
  const spec = child(Worker, { id: 'x', args: { id: 'x', log } })
  const pid = await Supervisor.startChild(node, root, spec as never)
  expect(await node.call(pid as never, { type: 'id' } as never)).toBe('x')
  const reason = (promise: Promise<unknown>) => promise.catch((error: StartError) => error.reason)
  expect(await reason(Supervisor.startChild(node, root, spec as never))).toMatchObject({
    tag: 'already_started',
  })
  expect(await reason(Supervisor.restartChild(node, root, 'x'))).toBe('running')
  expect(await reason(Supervisor.deleteChild(node, root, 'x'))).toBe('running')
  await Supervisor.terminateChild(node, root, 'x')
  expect(await reason(Supervisor.startChild(node, root, spec as never))).toMatchObject({
    tag: 'already_present',
  })
  await Supervisor.restartChild(node, root, 'x')
  await Supervisor.terminateChild(node, root, 'x')
  await Supervisor.deleteChild(node, root, 'x')
  expect(await reason(Supervisor.terminateChild(node, root, 'x'))).toBe('not_found')
  expect(took()).toEqual(['a starts'])
})

test('[SUP-18] whoever asks for a restart of a child stopped on purpose gets none by itself', async () => {
  const { node, took } = await tree({ children: abc() })
  took()
  const root = node.process('Root')?.pid as never
  await Supervisor.terminateChild(node, root, 'b')
  expect(took()).toEqual(['b ends: shutdown'])
  expect(alive(node)).toEqual(['a', 'c'])
})

test('[SUP-19] two crashes at once under one_for_all cost one restart and both come back', async () => {
  const { node, time, root, outcomes } = await tree({ strategy: 'one_for_all', children: abc() })
  for (const id of ['a', 'c']) node.cast(id as never, { type: 'exit', reason: 'oops' } as never)
  await time.settle()
  expect(alive(node)).toEqual(['a', 'b', 'c'])
  expect(root.supervisor?.restartsInWindow).toHaveLength(1)
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['restarted', 'restarted'])
})

test('[SUP-20] when its supervisor is killed, every child ends with killed', async () => {
  const { node, root, time } = await tree({ children: [{ id: 'a' }, { id: 'b' }] })
  const ends: ExitReason[] = []
  node.hooks = { processExited: (_process, exit) => ends.push(exit.reason) }
  node.exit(root, 'kill')
  await time.settle()
  expect(ends).toEqual(['killed', 'killed', 'killed'])
  expect(node.processCount).toBe(0)
})

test('[SUP-21] backoff waits before each restart, longer each time', async () => {
  const log: Log = []
  const time = virtualTime()
  const Root = Supervisor.define({
    module: 'Root',
    intensity: 10,
    periodMs: 60_000,
    children: () => [
      child(Worker, {
        id: 'a',
        name: 'a',
        args: { id: 'a', log },
        backoff: { initialMs: 100, maxMs: 1_000 },
      }),
    ],
  })
  const node = await start(Root, { name: 'test@localhost', ...time.options })
  const isBack = async (ms: number) => {
    node.cast('a' as never, { type: 'exit', reason: 'oops' } as never)
    await time.advance(ms - 1)
    const early = node.whereis('a') !== null
    await time.advance(1)
    return [early, node.whereis('a') !== null]
  }
  expect(await isBack(100)).toEqual([false, true])
  expect(await isBack(200)).toEqual([false, true])
  expect(await isBack(400)).toEqual([false, true])
})

test('[SUP-50] what a strategy stops is stopped at once, and waits out the backoff with the one that ended', async () => {
  const log: Log = []
  const time = virtualTime()
  const worker = (id: string) =>
    child(Worker, { id, name: id, args: { id, log }, backoff: { initialMs: 100, maxMs: 1_000 } })
  const Root = Supervisor.define({
    module: 'Root',
    strategy: 'one_for_all',
    intensity: 10,
    periodMs: 60_000,
    children: () => [worker('a'), worker('b'), worker('c')],
  })
  const node = await start(Root, { name: 'test@localhost', ...time.options })
  const there = () => ['a', 'b', 'c'].filter((name) => node.whereis(name) !== null).join('')
  const stops: string[] = []
  node.hooks = {
    processExited: ({ name }) => stops.push(name ?? ''),
  }
  node.cast('b' as never, { type: 'exit', reason: 'oops' } as never)
  await time.settle()
  expect(there()).toBe('')
  expect(stops).toEqual(['b', 'c', 'a'])
  await time.advance(99)
  expect(there()).toBe('')
  await time.advance(1)
  expect(there()).toBe('abc')
  node.cast('b' as never, { type: 'exit', reason: 'oops' } as never)
  await time.settle()
  const root = node.process('Root')?.pid as never
  await Supervisor.terminateChild(node, root, 'b' as never)
  await time.advance(1_000)
  expect(there()).toBe('ac')
})

const Pool = Supervisor.define<{ childArgs: { id: string; log: Log; stopMs?: number } }>({
  module: 'Pool',
  strategy: 'simple_one_for_one',
  intensity: 5,
  periodMs: 1_000,
  child: (args) => child(Worker, { id: 'worker', args, restart: 'transient' }),
})

async function pool() {
  const time = virtualTime()
  const log: Log = []
  const Root = Supervisor.define({ module: 'Root', children: () => [child(Pool, { id: 'pool' })] })
  const node = await start(Root, { name: 'test@localhost', ...time.options })
  const supervisor = node.process('Root/pool')?.pid as unknown as Parameters<typeof Supervisor.startChild>[1]
  const add = (id: string, stopMs?: number) =>
    Supervisor.startChild(
      node,
      supervisor as never,
      { id, log, ...(stopMs === undefined ? {} : { stopMs }) } as never,
    )
  return { node, time, log, add, supervisor }
}

test('[POOL-1] a pool’s children stand in slots, kept over restarts; the smallest free one is used again', async () => {
  const { node, time, add } = await pool()
  const pids = [await add('a'), await add('b'), await add('c')]
  const keys = () =>
    [...node.processes()]
      .map((process) => process.key)
      .filter((key) => key.includes('#'))
      .sort()
  expect(keys()).toEqual(['Root/pool/worker#0', 'Root/pool/worker#1', 'Root/pool/worker#2'])
  node.exit(pids[1] as never, 'oops')
  await time.settle()
  expect(node.process('Root/pool/worker#1')).toMatchObject({ restarts: 1, replaces: pids[1]?.id })
  node.cast(pids[0] as never, { type: 'exit', reason: 'normal' } as never)
  await time.settle()
  expect(keys()).toEqual(['Root/pool/worker#1', 'Root/pool/worker#2'])
  await add('d')
  expect(keys()).toEqual(['Root/pool/worker#0', 'Root/pool/worker#1', 'Root/pool/worker#2'])
})

test('[POOL-2] a pool stops all children at once, with one timeout for all', async () => {
  const { node, time, add, log } = await pool()
  await add('quick', 10)
  await add('slow', 60_000)
  const stopped = node.stop()
  await time.advance(10)
  expect(log).toContain('quick ends: shutdown')
  expect(node.processCount).toBe(3)
  await time.advance(5_000)
  await stopped
  expect(node.processCount).toBe(0)
})

test('[POOL-3] a pool’s child is stopped by its pid and forgotten', async () => {
  const { node, add, supervisor } = await pool()
  const pid = await add('a')
  await Supervisor.terminateChild(node, supervisor as never, pid)
  expect(await Supervisor.countChildren(node, supervisor as never)).toMatchObject({ specs: 1, active: 0 })
})

test('[SUP-22] a supervisor killed while it starts its children leaves no orphan', async () => {
  const time = virtualTime()
  const Slow = GenServer.define<{ state: null }>({
    module: 'Slow',
    init: async (_args, ctx) => {
      await ctx.node.after(100)
      return null
    },
  })
  const Inner = Supervisor.define({
    module: 'Inner',
    children: () => ['a', 'b', 'c'].map((id) => child(Slow, { id })),
  })
  const node = new Node({ name: 'test@localhost', ...time.options })
  const inner = node.spawn(Inner)
  await time.advance(150)
  expect(node.processCount).toBe(3)
  node.exit(inner, 'kill')
  await time.advance(1_000)
  expect(node.processCount).toBe(0)
})

test('[SUP-40] a supervisor ends in order when its significant child has ended for good', async () => {
  const time = virtualTime()
  const log: Log = []
  const worker = (id: string, significant: boolean) =>
    child(Worker, { id, name: id, args: { id, log, stopMs: 1 }, restart: 'transient', significant })
  const Batch = Supervisor.define({
    module: 'Batch',
    autoShutdown: 'all_significant',
    children: () => [worker('logger', false), worker('a', true), worker('b', true)],
  })
  const node = new Node({ name: 'test@localhost', ...time.options })
  const crashes: unknown[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  node.spawn(Batch, { name: 'batch' })
  await time.settle()
  node.cast('a', { type: 'exit', reason: 'normal' })
  await time.advance(10)
  expect(node.whereis('batch')).not.toBeNull()
  node.cast('b', { type: 'exit', reason: 'normal' })
  await time.advance(10)
  expect(node.whereis('batch')).toBeNull()
  expect(log.slice(3)).toEqual(['a ends: normal', 'b ends: normal', 'logger ends: shutdown'])
  expect(crashes).toEqual([])
})

test('[SUP-41] a significant child needs a supervisor that looks at it, and an end', async () => {
  const spec = { id: 'a', args: { id: 'a', log: [] } }
  expect(() => child(Worker, { ...spec, significant: true })).toThrow(/permanent child/)
  const Plain = Supervisor.define({ module: 'Plain', children: () => [] })
  await using node = new Node({ name: 'test@localhost' })
  const plain = await node.start(Plain)
  const given = child(Worker, { ...spec, restart: 'temporary', significant: true })
  await expect(Supervisor.startChild(node, plain, given)).rejects.toThrow(/bad_spec/)
})

test('[SUP-42] getChildspec gives the specification a child was started with', async () => {
  await using node = new Node({ name: 'test@localhost' })
  const spec = child(Worker, { id: 'a', args: { id: 'a', log: [] }, shutdown: 'brutal_kill' })
  const supervisor = await node.start(Supervisor.define({ module: 'Plain', children: () => [spec] }))
  expect(await Supervisor.getChildspec(node, supervisor, 'a')).toBe(spec)
  await expect(Supervisor.getChildspec(node, supervisor, 'b')).rejects.toThrow(/not_found/)
})
