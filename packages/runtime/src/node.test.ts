import { expect, test } from 'vitest'
import { child, GenServer, noreply, type RawCrash, reply, Supervisor, start } from './index.ts'

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

test('[NODE-2] a crashed child comes back, and the hooks tell its story in order', async () => {
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
  while (node.whereis('counter') === null) await new Promise((resolve) => setImmediate(resolve))
  expect(await node.call('counter', { type: 'get' })).toBe(3)
  expect(crashes).toHaveLength(1)
  expect(events).toEqual([
    'exit Root/counter true true',
    'restart Root/counter',
    'start Root/counter',
    'init Root/counter',
    'restarted Root/counter',
  ])
  await node.stop()
  expect(node.processCount).toBe(0)
})
