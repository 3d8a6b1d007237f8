/** Code change of one process, and of many together. */
import { expect, test } from 'vitest'
import {
  child,
  GenServer,
  type GenServerModule,
  MisuseError,
  nameOf,
  noreply,
  Release,
  reply,
  Supervisor,
  start,
  sys,
} from './index.ts'
import { createVirtualNode, virtualTime } from './testing.ts'

interface Counting {
  state: unknown
  calls: { get: () => unknown }
  casts: { add: { by: number } }
}

const V1: GenServerModule<Counting> = GenServer.define<{
  state: number
  calls: Counting['calls']
  casts: Counting['casts']
}>({
  module: 'Counter',
  version: '1',
  init: () => 0,
  handleCall: { get: (_message, _from, n) => reply(n, n) },
  handleCast: { add: ({ by }, n) => noreply(n + by) },
  codeChange: (state, from) => (from === '2' ? (state as { n: number }).n : (state as number)),
}) as GenServerModule<Counting>

const V2: GenServerModule<Counting> = GenServer.define<{
  state: { n: number; unit: string }
  calls: Counting['calls']
  casts: Counting['casts']
}>({
  module: 'Counter',
  version: '2',
  init: () => ({ n: 0, unit: 'calls' }),
  handleCall: { get: (_message, _from, state) => reply(`${state.n} ${state.unit}`, state) },
  handleCast: { add: ({ by }, state) => noreply({ ...state, n: state.n + by }) },
  codeChange: (state, from, extra) => ({
    n: from === '1' ? (state as number) : 0,
    unit: String(extra ?? 'calls'),
  }),
}) as GenServerModule<Counting>

const Broken: GenServerModule<Counting> = GenServer.define<{
  state: number
  calls: Counting['calls']
  casts: Counting['casts']
}>({
  module: 'Counter',
  version: '3',
  init: () => 0,
  handleCall: { get: (_message, _from, n) => reply(n, n) },
  handleCast: { add: ({ by }, n) => noreply(n + by) },
  codeChange: () => {
    throw new Error('no way from here')
  },
}) as GenServerModule<Counting>

test('[CODE-1] a process goes on with the new module and the state that it makes of the old; clients notice a pause', async () => {
  const { node, time } = createVirtualNode()
  const changes: (string | null)[] = []
  node.hooks = { processChanged: (process) => changes.push(process.version) }
  const pid = node.spawn(V1)
  node.cast(pid, { type: 'add', by: 2 })
  await sys.suspend(node, pid)
  node.cast(pid, { type: 'add', by: 1 })
  const call = node.call(pid, { type: 'get' })
  await sys.changeCode(node, pid, V2, 'mails')
  await time.settle()
  await sys.resume(node, pid)
  expect(await call).toBe('3 mails')
  expect(node.process(pid)?.version).toBe('2')
  expect(changes).toContain('2')
})

test('[CODE-2] what codeChange throws changes nothing, and is no crash', async () => {
  const { node } = createVirtualNode()
  const pid = node.spawn(V1)
  node.cast(pid, { type: 'add', by: 2 })
  await sys.suspend(node, pid)
  await expect(sys.changeCode(node, pid, Broken)).rejects.toThrow('no way from here')
  await sys.resume(node, pid)
  expect(await node.call(pid, { type: 'get' })).toBe(2)
  expect([node.process(pid)?.version, node.counters.crashes]).toEqual(['1', 0])
})

test('[CODE-3] a process that is not suspended, and a module that is no version of its own, are refused', async () => {
  const { node } = createVirtualNode()
  const pid = node.spawn(V1)
  await expect(sys.changeCode(node, pid, V2)).rejects.toMatchObject({ reason: 'not_suspended' })
  const Other = GenServer.define<{ state: null }>({ module: 'Other', init: () => null })
  await sys.suspend(node, pid)
  await expect(sys.changeCode(node, pid as never, Other)).rejects.toMatchObject({
    reason: { tag: 'other_module' },
  })
})

test('[CODE-4] a codeChange may take its time', async () => {
  const { node, time } = createVirtualNode()
  const Slow = GenServer.define<Counting>({
    module: 'Counter',
    version: '4',
    init: () => 0,
    handleCall: { get: (_message, _from, state) => reply(state, state) },
    handleCast: { add: (_message, state) => noreply(state) },
    codeChange: async (state) => {
      await node.after(100)
      return `slowly ${state}`
    },
  })
  const pid = node.spawn(V1)
  await sys.suspend(node, pid)
  const changed = sys.changeCode(node, pid, Slow)
  await time.advance(150)
  await changed
  await sys.resume(node, pid)
  expect(await node.call(pid, { type: 'get' })).toBe('slowly 0')
})

const Pool = Supervisor.define<{ childArgs: undefined }>({
  module: 'Pool',
  strategy: 'simple_one_for_one',
  child: () => child(V1, { id: 'counter' }),
})

async function tree() {
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [child(V1, { id: 'single', name: 'single' }), child(Pool, { id: 'pool', name: 'pool' })],
  })
  const time = virtualTime()
  const node = await start(Root, { name: 'release@localhost', release: '1.0.0', ...time.options })
  const pool = nameOf(Pool, 'pool')
  const members = [
    await Supervisor.startChild(node, pool, undefined),
    await Supervisor.startChild(node, pool, undefined),
  ]
  return { node, time, pool, members, single: nameOf(V1, 'single') }
}

test('[REL-1] an upgrade changes all who run a module, and who is started or restarted later runs the new one', async () => {
  const { node, time, pool, members, single } = await tree()
  node.cast(single, { type: 'add', by: 4 })
  const done = await Release.upgrade(node, { release: '2.0.0', update: [{ from: V1, to: V2 }] })
  expect(done).toMatchObject({ ok: true, release: '2.0.0' })
  expect(done.ok && done.changed.map(({ from, to }) => [from, to])).toEqual([
    ['1', '2'],
    ['1', '2'],
    ['1', '2'],
  ])
  expect(node.release).toBe('2.0.0')
  expect(await node.call(single, { type: 'get' })).toBe('4 calls')
  const restarted = members[0]
  if (restarted === undefined) throw new Error('no member')
  node.exit(restarted, 'kill')
  await time.settle()
  await Supervisor.startChild(node, pool, undefined)
  const versions = [...node.processes()]
    .filter(({ module }) => module === 'Counter')
    .map(({ version }) => version)
  expect(versions).toEqual(['2', '2', '2', '2'])
  await node.stop()
})

test('[REL-2] when one fails all go back, in order, and go on as before; so do those that start later', async () => {
  const { node, time, single } = await tree()
  const Other1 = GenServer.define<{ state: string; calls: { get: () => string } }>({
    module: 'Other',
    version: '1',
    init: () => 'old',
    handleCall: { get: (_message, _from, state) => reply(state, state) },
  })
  const Other2 = GenServer.define<{ state: string; calls: { get: () => string } }>({
    module: 'Other',
    version: '2',
    init: () => 'new',
    handleCall: { get: (_message, _from, state) => reply(state, state) },
    codeChange: () => 'new',
  })
  const other = node.spawn(Other1)
  node.cast(single, { type: 'add', by: 4 })
  const done = await Release.upgrade(node, {
    release: '3.0.0',
    update: [
      { from: Other1, to: Other2 },
      { from: V1, to: Broken },
    ],
  })
  expect(done).toMatchObject({ ok: false, reason: { message: 'no way from here' } })
  expect(done.ok || done.rolledBack.map(({ module }) => module)).toEqual(['Other'])
  expect(node.release).toBe('1.0.0')
  expect(await node.call(other, { type: 'get' })).toBe('old')
  expect(await node.call(single, { type: 'get' })).toBe(4)
  expect([...node.processes()].map(({ status }) => status)).not.toContain('suspended')
  node.exit(node.whereis(single) as never, 'kill')
  await time.settle()
  expect(node.process('single')?.version).toBe('1')
  await node.stop()
})

test('[REL-3] who does not come to rest in time stops the upgrade, and nobody stays suspended', async () => {
  const { node, time } = await tree()
  const Busy = (version: string) =>
    GenServer.define<{ state: null; casts: { work: Record<never, never> } }>({
      module: 'Busy',
      version,
      init: () => null,
      handleCast: {
        work: async (_message, state, ctx) => {
          await ctx.node.after(60_000)
          return noreply(state)
        },
      },
    })
  const [one, two] = [Busy('1'), Busy('2')]
  const busy = node.spawn(one)
  node.cast(busy, { type: 'work' })
  await time.settle()
  const upgrade = Release.upgrade(node, {
    release: '2.0.0',
    update: [
      { from: V1, to: V2 },
      { from: one, to: two },
    ],
    timeoutMs: 1_000,
  })
  await time.advance(2_000)
  expect(await upgrade).toMatchObject({ ok: false, reason: { reason: 'timeout' }, failed: { pid: busy } })
  await time.advance(60_000)
  expect([...node.processes()].filter(({ status }) => status === 'suspended')).toEqual([])
  await node.stop()
})

test('[REL-4] a supervisor takes a new strategy and new specifications; who runs goes on under them', async () => {
  const Leaf = GenServer.define<{ state: null }>({ module: 'Leaf', init: () => null })
  const Sup = (version: string, strategy: 'one_for_one' | 'one_for_all', ids: string[]) =>
    Supervisor.define({
      module: 'Sup',
      version,
      strategy,
      intensity: 5,
      children: () =>
        ids.map((id) => child(Leaf, { id, restart: version === '1' ? 'permanent' : 'transient' })),
    })
  const [one, two] = [Sup('1', 'one_for_one', ['a', 'b']), Sup('2', 'one_for_all', ['b', 'c'])]
  const time = virtualTime()
  const node = await start(one, { name: 'release@localhost', ...time.options })
  const [root] = node.processes()
  if (root === undefined) throw new Error('no root')
  const before = await Supervisor.whichChildren(node, root.pid)
  const done = await Release.upgrade(node, { release: '2', update: [{ from: one, to: two }] })
  expect(done.ok).toBe(true)
  const after = await Supervisor.whichChildren(node, root.pid)
  expect(after.map(({ id }) => id)).toEqual(['b', 'c', 'a'])
  expect(after.find(({ id }) => id === 'b')?.pid).toBe(before.find(({ id }) => id === 'b')?.pid)
  expect(after.find(({ id }) => id === 'c')?.pid).toBe(null)
  expect(root.supervisor?.strategy).toBe('one_for_all')
  await node.stop()
})

test('[REL-5] a plan that makes no sense is refused before anything is touched', async () => {
  const { node } = createVirtualNode()
  const Other = GenServer.define<Counting>({
    module: 'Other',
    init: () => null,
    handleCall: { get: (_message, _from, state) => reply(state, state) },
    handleCast: { add: (_message, state) => noreply(state) },
  })
  const misuses = [
    { release: '2', update: [{ from: V1, to: Other }] },
    { release: '2', update: [{ from: V1, to: V1 }] },
    { release: '', update: [] },
  ]
  for (const plan of misuses) await expect(Release.upgrade(node, plan)).rejects.toThrow(MisuseError)
})
