import { expect, test } from 'vitest'
import { child, Exit, GenServer, noreply, type RawCrash, reply, Supervisor, start } from './index.ts'
import { createVirtualNode, virtualTime } from './testing.ts'

const Sink = GenServer.define<{ state: null; infos: { note: { text: string } } }>({
  module: 'Sink',
  init: () => null,
  handleInfo: { note: (_message, state) => noreply(state) },
})

const Frail = GenServer.define<{
  state: { secret: string; seen: number }
  calls: { ok: () => number; boom: (m: { size: number }) => never }
  casts: { later: { ms: number } }
}>({
  module: 'Frail',
  version: '2',
  init: () => ({ secret: 'hunter2', seen: 0 }),
  handleCall: {
    ok: (_message, _from, state) => reply(state.seen, { ...state, seen: state.seen + 1 }),
    boom: ({ size }, _from, _state, ctx) => {
      ctx.send('sink', { type: 'note', text: 'about to fail' })
      throw new RangeError(`too big: ${size}`, { cause: new Error('inner') })
    },
  },
  handleCast: {
    later: async ({ ms }, _state, ctx) => {
      ctx.send('sink', { type: 'note', text: 'before' })
      await ctx.node.after(ms)
      ctx.send('sink', { type: 'note', text: 'after' })
      throw new Exit('frame_overrun', { expected: 512, got: 700 })
    },
  },
  formatStatus: ({ seen }) => ({ seen }),
})

async function tree() {
  const time = virtualTime()
  const crashes: RawCrash[] = []
  const order: string[] = []
  const Root = Supervisor.define({
    module: 'Root',
    intensity: 10,
    children: () => [
      child(Sink, { id: 'sink', name: 'sink' }),
      child(Frail, { id: 'frail', name: 'frail', label: 'the frail one' }),
    ],
  })
  const node = await start(Root, { name: 'test@localhost', ...time.options })
  node.hooks = {
    processCrashed: (crash) => {
      crashes.push(crash)
      order.push(`crashed ${crash.identity.name}`)
    },
    processExited: (process) => order.push(`exited ${process.name}`),
  }
  return { node, time, crashes, order }
}

test('[CRASH-1] a report tells who, why, of which message, for whom, with which state and partial effects', async () => {
  const { node, time, crashes } = await tree()
  await time.advance(1_000)
  for (let i = 0; i < 10; i++) void node.call('frail', { type: 'ok' })
  const answer = node.call('frail', { type: 'boom', size: 7 }).catch((error: unknown) => error)
  node.send('frail', { type: 'unread' })
  node.send('frail', { type: 'unread' })
  await time.settle()
  expect(await answer).toMatchObject({ name: 'CallError', reason: { name: 'RangeError' } })
  const [crash] = crashes
  expect(crash).toMatchObject({
    atUs: 1_000_000,
    identity: {
      pid: '<0.3.0>',
      key: 'Root/frail',
      name: 'frail',
      label: 'the frail one',
      behaviour: 'GenServer',
      module: 'Frail',
      initialCall: 'Frail.init',
      version: '2',
      ancestors: [{ pid: '<0.1.0>', name: null }],
      uptimeUs: 1_000_000,
      messagesHandled: 11,
    },
    kind: 'throw',
    killer: null,
    message: { seq: 11, kind: 'call', type: 'boom', sender: null, queuedUs: 0 },
    caller: { pid: 'outside', isAlive: true, pendingCall: 'boom', waitingUs: 0 },
    mailbox: { length: 2, byType: [{ type: 'unread', count: 2 }], fate: 'lost' },
    flightRecorder: { overwritten: 3 },
    state: { $: 'object', entries: [['seen', 10]] },
    // As `formatStatus` shows it, too.
    previousState: { $: 'object', entries: [['seen', 9]] },
    sends: { items: [{ to: 'sink', type: 'note' }], more: 0 },
    peers: [{ pid: '<0.1.0>', relation: 'parent', effect: 'trapped' }],
    cascade: { rootCrash: crash?.id, parentCrash: null, mechanism: null, depth: 0 },
  })
  expect(crash?.error).toBeInstanceOf(RangeError)
  expect(crash?.flightRecorder.entries).toHaveLength(8)
  expect(crash?.flightRecorder.entries.at(-1)).toMatchObject({ seq: 11, type: 'boom', isFatal: true })
  expect(JSON.stringify({ ...crash, process: null })).not.toContain('hunter2')
})

test('[CRASH-2] an async handler’s sends before and after its awaits are both partial effects', async () => {
  const { node, time, crashes } = await tree()
  node.cast('frail', { type: 'later', ms: 250 })
  await time.advance(300)
  expect(crashes[0]).toMatchObject({
    kind: 'exit',
    reason: { tag: 'frame_overrun', expected: 512, got: 700 },
    message: { kind: 'cast', type: 'later', handlerUs: 250_000 },
    sends: { items: [{ to: 'sink' }, { to: 'sink' }] },
  })
})

test('[CRASH-3] a crash is reported before the exit, and both before the signals', async () => {
  const { node, time, order } = await tree()
  void node.call('frail', { type: 'boom', size: 1 }).catch(() => undefined)
  await time.settle()
  expect(order).toEqual(['crashed frail', 'exited frail'])
})

test('[CRASH-4] a kill names its killer', async () => {
  const { node, time, crashes } = await tree()
  const process = node.process('Root/frail')
  if (process === null) throw new Error('gone')
  node.exit(process, 'kill', { by: 'command' })
  await time.settle()
  expect(crashes[0]).toMatchObject({
    kind: 'kill',
    reason: 'killed',
    killer: { pid: 'outside', via: 'command' },
    message: null,
  })
})

test('[CRASH-5] a death by link belongs to the crash that caused it', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  node.spawn({
    init: (ctx) => {
      ctx.spawnLink((inner) => {
        inner.spawnLink({ handle: () => undefined })
        throw new TypeError('root')
      })
    },
    handle: () => undefined,
  })
  await time.settle()
  const [root, ...casualties] = crashes
  expect(casualties).toHaveLength(2)
  for (const casualty of casualties) {
    expect(casualty).toMatchObject({
      kind: 'exit',
      killer: { via: 'link' },
      cascade: { rootCrash: root?.id, parentCrash: root?.id, mechanism: 'link', depth: 1 },
    })
  }
})

test('[CRASH-6] a sibling that crashes while one_for_all stops it belongs to the crash that caused that', async () => {
  const time = virtualTime()
  const crashes: RawCrash[] = []
  const Touchy = GenServer.define<{ state: null }>({
    module: 'Touchy',
    init: (_args, ctx) => {
      ctx.trapExit(true)
      return null
    },
    terminate: () => {
      throw new Error('on the way out')
    },
  })
  const Root = Supervisor.define({
    module: 'Root',
    strategy: 'one_for_all',
    intensity: 10,
    children: () => [child(Touchy, { id: 'touchy' }), child(Frail, { id: 'frail', name: 'frail' })],
  })
  const node = await start(Root, { name: 'test@localhost', ...time.options })
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  void node.call('frail', { type: 'boom', size: 1 }).catch(() => undefined)
  await time.settle()
  expect(crashes.map(({ identity }) => identity.module)).toEqual(['Frail', 'Touchy'])
  expect(crashes[1]?.cascade).toMatchObject({ rootCrash: crashes[0]?.id, mechanism: 'one_for_all', depth: 1 })
})

test('[CRASH-8] an observer that does not want a crash is asked with facts alone, and nothing is copied', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  const notices: [string, string, string][] = []
  node.hooks = {
    wantsCrash: ({ kind, reasonTag, messageType }) => {
      notices.push([kind, reasonTag, messageType])
      return notices.length > 1
    },
    processCrashed: (crash) => crashes.push(crash),
  }
  class Hostile extends Error {
    override get name(): string {
      throw new Error('a getter was called')
    }
  }
  const fail = (error: Error) =>
    node.send(
      node.spawn({
        handle: () => {
          throw error
        },
      }),
      { type: 'boom' } as never,
    )
  fail(new TypeError('first'))
  fail(new Hostile('second'))
  await time.settle()
  expect(notices).toEqual([
    ['throw', 'TypeError', 'boom'],
    ['throw', 'Error', 'boom'],
  ])
  expect(crashes.map(({ error }) => error?.message)).toEqual(['second'])
  expect(node.counters).toMatchObject({ crashes: 2, hookErrors: 0 })
})

test('[CRASH-9] an observer that fails to answer gets the copy', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = {
    wantsCrash: () => {
      throw new Error('undecided')
    },
    processCrashed: (crash) => crashes.push(crash),
  }
  node.spawn(() => {
    throw new Error('boom')
  })
  await time.settle()
  expect(crashes).toHaveLength(1)
  expect(node.counters.hookErrors).toBe(1)
})

test('[CRASH-7] a hostile message, state or reason is bounded and harms nothing', async () => {
  const { node, time } = createVirtualNode({ messages: 'share' })
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const { proxy, revoke } = Proxy.revocable({ type: 'x' }, {})
  revoke()
  const pid = node.spawn({
    handle: () => {
      throw proxy
    },
  })
  node.send(pid, proxy as never)
  node.send(pid, { huge: 'x'.repeat(10_000_000) } as never)
  await time.settle()
  expect(crashes).toHaveLength(1)
  expect(crashes[0]?.message).toMatchObject({ type: 'unreadable', value: { $: 'opaque' } })
  expect(JSON.stringify({ ...crashes[0], process: null, reason: null }).length).toBeLessThan(10_000)
})

test('[INSP-1] inspection shows state by formatStatus, mailbox, links, monitors, calls and recorder', async () => {
  const { node, time } = await tree()
  void node.call('frail', { type: 'ok' })
  node.cast('frail', { type: 'later', ms: 60_000 })
  void node.call('frail', { type: 'ok' }).catch(() => undefined)
  node.spawn(async (ctx) => {
    ctx.monitor('frail')
    await ctx.receive()
  })
  await time.advance(1_000)
  const process = node.process('frail')
  if (process === null) throw new Error('gone')
  expect(process.status).toBe('handling')
  expect(node.inspect(process)).toMatchObject({
    state: { $: 'object', entries: [['seen', 1]] },
    mailbox: { length: 1, oldestUs: 1_000_000, byType: [{ type: 'ok', count: 1 }] },
    links: [{ key: 'Root' }],
    monitoredBy: [{ behaviour: 'Process' }],
    recorder: { entries: [{ type: 'ok' }, { type: 'later' }] },
    callers: [{ from: { pid: 'outside' }, type: 'ok' }],
    trapsExit: false,
    children: null,
  })
  const root = node.process('Root')
  if (root === null) throw new Error('gone')
  expect(node.inspect(root).children?.map(({ id }) => id)).toEqual(['sink', 'frail'])
})
