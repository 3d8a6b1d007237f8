import { expect, test } from 'vitest'
import {
  type Context,
  child,
  GenServer,
  MisuseError,
  nameOf,
  noreply,
  Registry,
  reply,
  Supervisor,
} from './index.ts'
import { createVirtualNode } from './testing.ts'

const Calls = Registry.define({ module: 'Calls', keys: 'unique' })
const Rooms = Registry.define({ module: 'Rooms', keys: 'duplicate' })
const Phone = GenServer.define<{
  args: { number: string }
  state: { number: string; rung: number }
  calls: { rung: () => number }
  casts: { ring: object; fail: object }
}>({
  module: 'Phone',
  init: ({ number }) => ({ number, rung: 0 }),
  handleCall: { rung: (_message, _from, state) => reply(state.rung, state) },
  handleCast: {
    ring: (_message, state) => noreply({ ...state, rung: state.rung + 1 }),
    fail: () => {
      throw new Error('dropped')
    },
  },
})
const Phones = Supervisor.define<{ childArgs: string }>({
  module: 'Phones',
  strategy: 'simple_one_for_one',
  child: (number) => child(Phone, { id: 'phone', name: Registry.via('calls', number), args: { number } }),
})
const Root = Supervisor.define({
  module: 'Root',
  strategy: 'rest_for_one',
  children: () => [
    child(Calls, { id: 'calls', name: 'calls' }),
    child(Phones, { id: 'phones', name: 'phones' }),
  ],
})

test('[REG-1] a process is sent to and called under a name made while the system runs, over its restarts', async () => {
  const { node, time } = createVirtualNode()
  await node.start(Root)
  const phone = Registry.via('calls', '555-0100') as ReturnType<typeof nameOf<unknown>> & string
  const pid = await Supervisor.startChild(node, nameOf(Phones, 'phones'), '555-0100')
  node.cast(phone, { type: 'ring' })
  expect(await node.call(phone, { type: 'rung' })).toBe(1)
  expect(node.process(pid)).toMatchObject({ name: null, label: 'via:calls:555-0100' })
  node.cast(phone, { type: 'fail' })
  await time.settle()
  expect(await node.call(phone, { type: 'rung' })).toBe(0)
  expect(node.whereis(phone)).not.toBe(pid)
  await expect(Supervisor.startChild(node, nameOf(Phones, 'phones'), '555-0100')).rejects.toThrow(
    /already_started/,
  )
})

test('[REG-2] a unique key has one holder, a duplicate key many, each with its value', async () => {
  const { node, time } = createVirtualNode()
  await node.start(Calls, { name: 'calls' })
  await node.start(Rooms, { name: 'rooms' })
  const enter = (who: string) =>
    node.spawn({
      init: (ctx: Context<'leave'>) => {
        Registry.register(ctx, 'rooms', 'lobby', { who })
        Registry.register(ctx, 'rooms', 'lobby', { who: `${who} again` })
      },
      handle: (_message: 'leave', ctx: Context<'leave'>) => {
        Registry.unregister(ctx, 'rooms', 'lobby')
      },
    })
  const a = enter('a')
  const b = enter('b')
  await time.settle()
  const who = () => Registry.lookup<{ who: string }>(node, 'rooms', 'lobby').map(({ value }) => value.who)
  expect(who()).toEqual(['a', 'a again', 'b', 'b again'])
  expect(Registry.count(node, 'rooms')).toBe(4)
  expect(Registry.keysOf(node, 'rooms', a as never)).toEqual(['lobby'])
  node.send(a, 'leave')
  await time.settle()
  expect(who()).toEqual(['a again', 'b', 'b again'])
  node.exit(b as never, 'kill')
  expect(who()).toEqual(['a again'])

  let thrown: unknown
  const take = async (ctx: Context<never>) => {
    try {
      Registry.register(ctx, 'calls', '1', 'first')
      expect(Registry.updateValue<string>(ctx, 'calls', '1', (value) => `${value}!`)).toBe('first!')
    } catch (error) {
      thrown = error
    }
    await ctx.receive()
  }
  node.spawn(take)
  node.spawn(take)
  await time.settle()
  expect(thrown).toMatchObject({ code: 'already_registered' })
})

test('[REG-3] who is registered ends with the registry, and comes back with it', async () => {
  const { node, time } = createVirtualNode()
  await node.start(Root)
  await Supervisor.startChild(node, nameOf(Phones, 'phones'), '1')
  const before = node.whereis(Registry.via('calls', '1'))
  expect(before).not.toBeNull()
  node.exit(node.process('calls') as never, 'kill')
  await time.settle()
  expect(node.whereis(Registry.via('calls', '1'))).toBeNull()
  expect(node.process('calls')).toMatchObject({ behaviour: 'Registry', restarts: 1 })
  expect(node.process('phones')?.restarts).toBe(1)
})

test('[REG-4] what cannot be is refused, and says why', async () => {
  const { node } = createVirtualNode()
  expect(() => Registry.via('', 'x')).toThrow(MisuseError)
  expect(() => Registry.lookup(node, 'nowhere', 'x')).toThrow(/no registry is called nowhere/)
  await expect(node.start(Calls)).rejects.toThrow(/needs a name/)
  expect(() => node.spawn(Phone, { args: { number: '1' }, name: Registry.via('nowhere', '1') })).toThrow(
    /no registry/,
  )
  const phones = await node.start(Phones)
  await expect(Supervisor.startChild(node, phones, '1')).rejects.toThrow(/no_registry/)
  node.cast(Registry.via('nowhere', '1'), 'x' as never)
  expect(node.counters.deadLetters).toBe(1)
})
