import { expect, test } from 'vitest'
import {
  type Context,
  child,
  GenEvent,
  type GenEventExit,
  HandlerError,
  noreply,
  type RawCrash,
  reply,
  Supervisor,
  stop,
  sys,
} from '../index.ts'
import { createVirtualNode } from '../testing.ts'

interface Events {
  raised: { what: string }
  cleared: { what: string }
}
const Alarms = GenEvent.define<{ events: Events }>({ module: 'Alarms' })

/** Keeps what it is told, under a name. */
const Keeper = GenEvent.handler<{
  args: { log: string[]; name: string }
  state: { log: string[]; name: string; kept: number }
  events: Events
  calls: { kept: () => number; fail: () => never }
}>({
  module: 'Keeper',
  init: ({ log, name }, _ctx, handedOver) => {
    log.push(`${name} begins${handedOver === undefined ? '' : ` with ${handedOver}`}`)
    return { log, name, kept: 0 }
  },
  handleEvent: {
    raised: ({ what }, state) => {
      if (what === 'poison' && state.name === 'weak') throw new RangeError('poisoned')
      state.log.push(`${state.name}: ${what}`)
      return what === 'last' ? stop('normal', state) : noreply({ ...state, kept: state.kept + 1 })
    },
    cleared: async ({ what }, state, ctx) => {
      await ctx.node.after(10)
      state.log.push(`${state.name}: ${what} cleared`)
      return noreply(state)
    },
  },
  handleCall: {
    kept: (_message, _from, state) => reply(state.kept, state),
    fail: () => {
      throw new TypeError('no such luck')
    },
  },
  handleInfo: (message, state) => {
    state.log.push(`${state.name} told ${String(message)}`)
    return noreply(state)
  },
  terminate: (end, { log, name }) => {
    log.push(`${name} ends: ${end.why}`)
    return `${name}'s things`
  },
  formatStatus: ({ name }) => ({ name }),
})

async function manager() {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = {
    handlerCrashed: (crash) => crashes.push(crash),
    processCrashed: (crash) => crashes.push(crash),
  }
  const alarms = await node.start(Alarms, { name: 'alarms' })
  const log: string[] = []
  const add = (name: string) => GenEvent.addHandler(node, alarms, Keeper, { id: name, args: { log, name } })
  return { node, time, alarms, log, add, crashes }
}

test('[EVT-1] each event goes to every handler, in the order they were added', async () => {
  const { node, alarms, log, add } = await manager()
  await add('a')
  await add('b')
  GenEvent.notify(node, alarms, { type: 'raised', what: 'fire' })
  await GenEvent.syncNotify(node, alarms, { type: 'raised', what: 'flood' })
  expect(log.slice(2)).toEqual(['a: fire', 'b: fire', 'a: flood', 'b: flood'])
  expect(await GenEvent.whichHandlers(node, alarms)).toEqual([
    { module: 'Keeper', id: 'a' },
    { module: 'Keeper', id: 'b' },
  ])
  expect(await GenEvent.call(node, alarms, Keeper, { type: 'kept' }, { id: 'b' })).toBe(2)
})

test('[EVT-2] a handler that throws is removed and reported; the manager and the others go on', async () => {
  const { node, alarms, log, add, crashes } = await manager()
  await add('weak')
  await add('strong')
  await GenEvent.syncNotify(node, alarms, { type: 'raised', what: 'poison' })
  expect(log.slice(2)).toEqual(['weak ends: failed', 'strong: poison'])
  expect(crashes).toHaveLength(1)
  expect(crashes[0]).toMatchObject({
    kind: 'throw',
    identity: { behaviour: 'GenEvent handler', module: 'Keeper/weak', pid: alarms.toString() },
    error: { message: 'poisoned' },
    state: { entries: [['name', 'weak']] },
    mailbox: { fate: 'kept' },
    peers: [],
  })
  expect(crashes[0]?.message).toMatchObject({ type: 'sync_notify' })
  expect(node.counters.crashes).toBe(1)
  expect(node.whereis('alarms')).toBe(alarms)
})

test('[EVT-3] async handlers are waited for, one after the other', async () => {
  const { node, time, alarms, log, add } = await manager()
  await add('a')
  await add('b')
  const done = GenEvent.syncNotify(node, alarms, { type: 'cleared', what: 'fire' })
  await time.advance(15)
  expect(log.slice(2)).toEqual(['a: fire cleared'])
  await time.advance(10)
  await done
  expect(log.slice(2)).toEqual(['a: fire cleared', 'b: fire cleared'])
})

test('[EVT-4] handlers are deleted, remove themselves, and hand over to who takes their place', async () => {
  const { node, alarms, log, add } = await manager()
  await add('a')
  await add('b')
  expect(await GenEvent.deleteHandler(node, alarms, Keeper, { id: 'a' })).toBe("a's things")
  await expect(GenEvent.deleteHandler(node, alarms, Keeper, { id: 'a' })).rejects.toThrow(/not_found/)
  await GenEvent.swapHandler(node, alarms, { handler: Keeper, id: 'b' }, Keeper, {
    id: 'c',
    args: { log, name: 'c' },
  })
  await GenEvent.syncNotify(node, alarms, { type: 'raised', what: 'last' })
  expect(log.slice(2)).toEqual([
    'a ends: deleted',
    'b ends: swapped',
    "c begins with b's things",
    'c: last',
    'c ends: removed',
  ])
  expect(await GenEvent.whichHandlers(node, alarms)).toEqual([])
})

test('[EVT-5] a call asks one handler, and its failure is the caller’s to know', async () => {
  const { node, alarms, add, crashes } = await manager()
  await add('a')
  await expect(GenEvent.call(node, alarms, Keeper, { type: 'fail' }, { id: 'a' })).rejects.toThrow(
    HandlerError,
  )
  expect(crashes[0]?.error?.message).toBe('no such luck')
  await expect(GenEvent.call(node, alarms, Keeper, { type: 'kept' }, { id: 'a' })).rejects.toThrow(
    /not_found/,
  )
  await expect(add('b').then(() => add('b'))).rejects.toThrow(/already_added/)
})

test('[EVT-6] a supervised handler and its adder know of each other’s end', async () => {
  const { node, time, alarms, log } = await manager()
  const told: unknown[] = []
  const adder = node.spawn({
    init: async (ctx: Context<'end' | GenEventExit>) => {
      await GenEvent.addSupHandler(ctx, alarms, Keeper, { id: 'x', args: { log, name: 'x' } })
      await GenEvent.addSupHandler(ctx, alarms, Keeper, { id: 'weak', args: { log, name: 'weak' } })
    },
    handle: (message: 'end' | GenEventExit, ctx: Context<'end' | GenEventExit>) => {
      if (message === 'end') ctx.exit(ctx.self, 'boom')
      else told.push(message)
    },
  })
  await time.settle()
  await GenEvent.syncNotify(node, alarms, { type: 'raised', what: 'poison' })
  await time.settle()
  expect(told).toMatchObject([{ type: 'gen_event_EXIT', handler: { module: 'Keeper', id: 'weak' } }])
  node.send(adder, 'end')
  await time.settle()
  expect(log.at(-1)).toBe('x ends: stop')
  expect(await GenEvent.whichHandlers(node, alarms)).toEqual([])
  expect(node.whereis('alarms')).toBe(alarms)
})

test('[EVT-7] as a child it stops with all its handlers’ last words; plain messages reach them, too', async () => {
  const { node, time, log } = await manager()
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [child(Alarms, { id: 'alarms', name: 'mine' })],
  })
  const root = await node.start(Root)
  await GenEvent.addHandler(node, 'mine' as never, Keeper, { args: { log, name: 'a' } })
  node.send('mine', 'hello')
  expect(await sys.getState(node, 'mine')).toMatchObject([{ module: 'Keeper', id: '', state: { name: 'a' } }])
  expect((await sys.getStatus(node, 'mine')).state).toEqual({
    handlers: [{ module: 'Keeper', id: '', state: { name: 'a' } }],
  })
  await Supervisor.terminateChild(node, root as never, 'alarms')
  await time.settle()
  expect(log).toEqual(['a begins', 'a told hello', 'a ends: stop'])
})

test('[TYPE-9] managers and handlers are typed by their events', () => {
  const { node } = createVirtualNode()
  const check = async () => {
    const alarms = await node.start(Alarms)
    GenEvent.notify(node, alarms, { type: 'raised', what: 'x' })
    node.cast(alarms, { type: 'raised', what: 'x' })
    // @ts-expect-error no such event
    GenEvent.notify(node, alarms, { type: 'lowered', what: 'x' })
    // @ts-expect-error what is missing
    GenEvent.notify(node, alarms, { type: 'raised' })
    const Other = GenEvent.handler<{ state: null; events: { moved: { to: number } } }>({
      module: 'Other',
      init: () => null,
      handleEvent: { moved: (_event, state) => noreply(state) },
    })
    // @ts-expect-error it handles what never comes
    await GenEvent.addHandler(node, alarms, Other, {})
    // @ts-expect-error no args
    await GenEvent.addHandler(node, alarms, Keeper, {})
    const kept: number = await GenEvent.call(node, alarms, Keeper, { type: 'kept' })
    // @ts-expect-error no such call
    await GenEvent.call(node, alarms, Keeper, { type: 'lost' })
    GenEvent.handler<{ state: null; events: Events }>({
      module: 'M',
      init: () => null,
      // @ts-expect-error an event has no handler
      handleEvent: { raised: (_event, state) => noreply(state) },
    })
    return kept
  }
  expect(check).toBeTypeOf('function')
})
