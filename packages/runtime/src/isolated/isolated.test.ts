import { afterEach, expect, test, vi } from 'vitest'
import {
  CallError,
  type ChildOptions,
  child,
  createNode,
  GenServer,
  MisuseError,
  type Node,
  noreply,
  type Pid,
  type RawCrash,
  type RawOutcome,
  reply,
  type StartError,
  Supervisor,
  start,
  sys,
} from '../index.ts'
import { Blinker, Parser } from './parser.fixture.ts'

const module = new URL('./parser.fixture.ts', import.meta.url)
const there = { module, export: 'Parser' }
/** Long enough for a worker on a busy machine. */
const WAIT = { timeout: 15_000, interval: 10 }

const nodes: Node[] = []
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
})

function observed(node: Node) {
  nodes.push(node)
  const crashes: RawCrash[] = []
  const outcomes: RawOutcome[] = []
  node.hooks = {
    processCrashed: (crash) => crashes.push(crash),
    crashOutcome: (outcome) => outcomes.push(outcome),
  }
  return { node, crashes, outcomes }
}

/** A process that keeps what it is sent and answers questions. */
const Friend = GenServer.define<{
  state: unknown[]
  calls: { question: (message: { n: number }) => number; kept: () => unknown[] }
}>({
  module: 'Friend',
  init: () => [],
  handleCall: {
    question: ({ n }, _from, state) => reply(n + 1, state),
    kept: (_message, _from, state) => reply(state, state),
  },
  handleOtherInfo: (message, state) => noreply([...state, message]),
})

async function system(isolated: ChildOptions<unknown>['isolated'] = there, heap = {}) {
  const given = { ...there, ...isolated, ...heap }
  const Root = Supervisor.define({
    module: 'Root',
    strategy: 'one_for_one',
    intensity: 5,
    children: () => [
      child(Friend, { id: 'friend', name: 'friend' }),
      child(Parser, { id: 'parser', name: 'parser', args: { greeting: 'hello' }, isolated: given }),
    ],
  })
  return observed(await start(Root, { name: 'isolated@localhost' }))
}

const parser = 'parser' as never as Pid<never>
const call = (node: Node, message: { type: string; [field: string]: unknown }, options = {}) =>
  node.call('parser', message, { timeoutMs: 15_000, ...options })

test('[ISO-1] an isolated process is called, told and seen like any other', async () => {
  const { node } = await system()
  const process = node.process('parser')
  expect(process).toMatchObject({
    behaviour: 'GenServer',
    module: 'Parser',
    version: '1.2.3',
    isolation: 'worker_thread',
  })
  expect(node.process('friend')?.isolation).toBeNull()
  expect(await call(node, { type: 'parse', text: '{"a":[1,2]}' })).toEqual({ a: [1, 2] })
  expect(await call(node, { type: 'seen' })).toEqual([`hello parser ${process?.pid}`, 'continued on'])
  expect(await sys.getState(node, 'parser')).toMatchObject({ greeting: 'hello', parsed: 1 })
  await vi.waitFor(async () => {
    await call(node, { type: 'seen' })
    expect(node.inspect(node.process('parser') as never).state).toMatchObject({ entries: [['parsed', 1]] })
  }, WAIT)
})

test('[ISO-2] it calls others, knows names, sends to itself later, and answers later', async () => {
  const { node } = await system()
  expect(await call(node, { type: 'ask', whom: 'friend' })).toBe(21)
  expect(await call(node, { type: 'where', name: 'friend' })).toBe(node.whereis('friend'))
  expect(await call(node, { type: 'where', name: 'nobody' })).toBeNull()
  expect(await call(node, { type: 'slow', ms: 5 })).toBe('slowly')
  node.cast('parser', { type: 'after', ms: 5 })
  await vi.waitFor(async () => expect(await call(node, { type: 'seen' })).toContain('ticked'), WAIT)
  node.cast('parser', { type: 'label', text: 'parses' })
  await vi.waitFor(() => expect(node.process('parser')?.label).toBe('parses'), WAIT)
})

test('[ISO-3] what it throws is a crash like any other, with its state, and it is restarted', async () => {
  const { node, crashes, outcomes } = await system()
  await call(node, { type: 'parse', text: '1' })
  await expect(call(node, { type: 'parse', text: '{' })).rejects.toThrow(CallError)
  await vi.waitFor(() => expect(outcomes).toHaveLength(1), WAIT)
  expect(crashes[0]).toMatchObject({
    kind: 'throw',
    identity: { module: 'Parser', behaviour: 'GenServer' },
    message: { type: 'parse', kind: 'call' },
    state: { entries: [['parsed', 1]] },
  })
  expect(crashes[0]?.error?.name).toBe('SyntaxError')
  expect(crashes[0]?.error?.stack).toContain('parser.fixture.ts')
  for (const how of ['throw', 'exit', 'reject']) {
    const before = crashes.length
    node.cast('parser', { type: 'fail', how })
    await vi.waitFor(() => expect(outcomes).toHaveLength(before + 1), WAIT)
  }
  expect(crashes.slice(1).map(({ kind }) => kind)).toEqual(['rejection', 'exit', 'rejection'])
  expect(crashes[1]?.error?.cause).toMatchObject({ message: 'after 0' })
  expect(crashes[2]?.reason).toMatchObject({ tag: 'frame_overrun', expected: 512 })
  expect(await call(node, { type: 'parse', text: '2' })).toBe(2)
})

test('[ISO-4] an endless loop is one crash within its heartbeat; siblings go on, and it comes back', async () => {
  const { node, crashes, outcomes } = await system({ ...there, heartbeatMs: 300 })
  let answers = 0
  let longestMs = 0
  const pulse = setInterval(async () => {
    const began = performance.now()
    await node.call('friend', { type: 'question', n: 1 })
    longestMs = Math.max(longestMs, performance.now() - began)
    answers += 1
  }, 5)
  const began = performance.now()
  node.cast('parser', { type: 'loop' })
  await vi.waitFor(() => expect(crashes).toHaveLength(1), WAIT)
  const tookMs = performance.now() - began
  await vi.waitFor(() => expect(outcomes).toHaveLength(1), WAIT)
  clearInterval(pulse)
  expect(crashes[0]).toMatchObject({
    kind: 'timeout',
    reason: { tag: 'heartbeat_lost', heartbeatMs: 300 },
    message: { type: 'loop' },
  })
  expect(outcomes[0]).toMatchObject({ kind: 'restarted' })
  // Two beats at most; the rest is for a busy machine.
  expect(tookMs).toBeLessThan(5_000)
  expect(answers).toBeGreaterThan(5)
  expect(await call(node, { type: 'parse', text: '3' })).toBe(3)
})

test('[ISO-5] an exhausted heap is one crash; siblings go on, and it comes back', async () => {
  const { node, crashes, outcomes } = await system({ ...there, heapMb: 32, heartbeatMs: 10_000 })
  const friend = node.whereis('friend')
  node.cast('parser', { type: 'fill' })
  await vi.waitFor(() => expect(outcomes).toHaveLength(1), { timeout: 30_000, interval: 20 })
  expect(crashes[0]).toMatchObject({
    kind: 'out-of-memory',
    reason: 'out_of_memory',
    message: { type: 'fill' },
  })
  expect(node.whereis('friend')).toBe(friend)
  expect(await call(node, { type: 'parse', text: '4' })).toBe(4)
}, 60_000)

test('[ISO-6] what cannot be cloned is its sender’s crash, on either side', async () => {
  const { node, crashes, outcomes } = await system()
  expect(() => node.cast('parser', { type: 'tell', run: () => 1 })).toThrow(/not_cloneable/)
  node.spawn(function sender(ctx) {
    ctx.send('parser', { run: () => 1 })
  } as (ctx: { send(to: string, message: unknown): void }) => void)
  await vi.waitFor(() => expect(crashes).toHaveLength(1), WAIT)
  expect(crashes[0]?.identity.behaviour).toBe('Process')
  expect(crashes[0]?.reason).toMatchObject({ tag: 'not_cloneable', path: 'run' })
  await expect(call(node, { type: 'bad' })).rejects.toThrow(/not_cloneable/)
  await vi.waitFor(() => expect(outcomes).toHaveLength(1), WAIT)
  node.cast('parser', { type: 'sendBad', to: node.whereis('friend') })
  await vi.waitFor(() => expect(outcomes).toHaveLength(2), WAIT)
  expect(crashes[2]).toMatchObject({ identity: { module: 'Parser' }, reason: { tag: 'not_cloneable' } })
})

test('[ISO-7] links, monitors and last words cross', async () => {
  const { node } = observed(createNode({ name: 'isolated@localhost' }))
  const friend = await node.start(Friend)
  const kept = () => node.call(friend, { type: 'kept' })
  const pid = await node.start(Parser, {
    args: { greeting: 'hi', friend: friend as Pid },
    isolated: there,
    name: 'parser',
  })
  const other = await node.start(Friend)
  await node.call(pid, { type: 'watch', pid: other as Pid }, { timeoutMs: 15_000 })
  node.exit(other as Pid, new Error('the other failed') as never)
  await vi.waitFor(async () => {
    expect([...((await kept()) as string[])].sort()).toEqual([
      'DOWN the other failed',
      'EXIT the other failed',
    ])
  }, WAIT)
  node.cast(pid, { type: 'stop' })
  await vi.waitFor(async () => expect(await kept()).toContain('terminates: shutdown'), WAIT)
  expect(node.process(pid as Pid)).toBeNull()
})

test('[ISO-8] killed or stopped in the middle of its work it is gone at once, and its supervisor waits for no answer', async () => {
  const { node } = await system()
  const slow = call(node, { type: 'sleep', ms: 60_000 }).catch((error: CallError) => error.reason)
  await vi.waitFor(() => expect(node.process('parser')?.status).toBe('handling'), WAIT)
  node.exit(node.process('parser') as never, 'kill')
  expect(await slow).toBe('killed')
  await vi.waitFor(() => expect(node.process('parser')?.isInitialised).toBe(true), WAIT)
  const began = performance.now()
  await node.stop()
  expect(performance.now() - began).toBeLessThan(5_000)
})

test('[ISO-9] a start that fails, a module that is not there, and what cannot be isolated are refused and say why', async () => {
  const { node } = observed(createNode({ name: 'isolated@localhost' }))
  const started = (isolated: object, args = { greeting: 'x' }) =>
    node.start(Parser, { args, isolated: { ...there, ...isolated } }).then(
      () => 'started',
      (error: StartError) => error.message,
    )
  expect(await started({}, { greeting: 'x', fails: true } as never)).toMatch(/RangeError: no start/)
  expect(await started({ module: new URL('./nowhere.ts', import.meta.url) })).toMatch(/nowhere/)
  expect(await started({ export: 'Blinker' })).toMatch(/is not the GenServer Parser/)
  expect(() =>
    node.spawn(Supervisor.define({ module: 'S', children: () => [] }), { isolated: there }),
  ).toThrow(MisuseError)
  expect(node.processCount).toBe(0)
})

test('[ISO-10] a state machine runs isolated, with its timeouts; sys changes what it can', async () => {
  const { node } = observed(createNode({ name: 'isolated@localhost' }))
  const blinker = await node.start(Blinker, { isolated: { ...there, export: 'Blinker' }, name: 'blinker' })
  await vi.waitFor(
    async () =>
      expect(await node.call(blinker, { type: 'blinks' }, { timeoutMs: 15_000 })).toBeGreaterThan(3),
    WAIT,
  )
  await sys.suspend(node, blinker)
  await expect(sys.changeCode(node, blinker, Blinker)).rejects.toThrow(/isolated/)
  await expect(sys.replaceState(node, blinker, (state) => state)).rejects.toThrow(/not_supported/)
  expect(await sys.getState(node, blinker)).toMatchObject({ data: expect.any(Number) })
  void parser
})
