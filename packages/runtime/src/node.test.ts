import { expect, test } from 'vitest'
import {
  type Context,
  child,
  createNode,
  GenServer,
  noreply,
  type RawCrash,
  reply,
  Supervisor,
  start,
} from './index.ts'

const Counter = GenServer.define<{
  args: { start: number }
  state: { n: number }
  calls: { get: () => number; add: (m: { by: number }) => number; boom: () => void }
  casts: { reset: { to: number } }
  infos: { tick: Record<never, never> }
}>({
  module: 'Counter',
  init: (args) => ({ n: args.start }),
  handleCall: {
    get: (_m, _from, state) => reply(state.n, state),
    add: async (m, _from, state) => reply(state.n + m.by, { n: state.n + m.by }),
    boom: () => {
      throw new TypeError('boom')
    },
  },
  handleCast: { reset: (m) => noreply({ n: m.to }) },
  handleInfo: { tick: (_m, state) => noreply({ n: state.n + 1 }) },
})

const Root = Supervisor.define({
  module: 'Root',
  intensity: 3,
  children: () => [child(Counter, { id: 'counter', args: { start: 3 }, name: 'counter' })],
})

test('a crashed child comes back', async () => {
  const node = await start(Root, { name: 'a@b' })
  const crashes: RawCrash[] = []
  const events: string[] = []
  node.hooks = {
    processCrashed: (c) => crashes.push(c),
    processExited: (p, f) => events.push(`exit ${p.key} ${f.crashId !== null} ${f.willRestart}`),
    supervisorDecided: (d) => events.push(`${d.action} ${d.child.key}`),
    crashOutcome: (o) => events.push(`${o.kind} ${o.newProcess?.key}`),
    processStarted: (p) => events.push(`start ${p.key}`),
    processInitialised: (p) => events.push(`init ${p.key}`),
  }
  expect(await node.call('counter', { type: 'get' })).toBe(3)
  expect(await node.call('counter', { type: 'add', by: 2 })).toBe(5)
  node.cast('counter', { type: 'reset', to: 9 })
  node.send('counter', { type: 'tick' })
  expect(await node.call('counter', { type: 'get' })).toBe(10)
  await expect(node.call('counter', { type: 'boom' })).rejects.toThrow('boom')
  await new Promise((r) => setImmediate(r))
  expect(await node.call('counter', { type: 'get' })).toBe(3)
  await node.stop()
  expect(node.processCount).toBe(0)
})

test('raw processes receive selectively', async () => {
  const node = createNode({ name: 'a@b' })
  const got: unknown[] = []
  const pid = node.spawn(async (ctx: Context<number | string>) => {
    got.push(await ctx.receive((m) => typeof m === 'string'))
    got.push(await ctx.receive())
    got.push(await ctx.receive(null, { timeoutMs: 5 }).catch((e) => e.reason))
  })
  node.send(pid, 1)
  node.send(pid, 'a')
  await new Promise((r) => setTimeout(r, 30))
  expect(got).toEqual(['a', 1, 'timeout'])
  expect(node.processCount).toBe(0)
})
