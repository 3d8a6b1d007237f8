import { expect, expectTypeOf, test } from 'vitest'
import {
  child,
  eventTimeout,
  GenStatem,
  type GenStatemContext,
  genericTimeout,
  ignore,
  keepState,
  keepStateAndData,
  nextEvent,
  nextState,
  postpone,
  type RawCrash,
  repeatState,
  replyTo,
  StartError,
  Supervisor,
  stateTimeout,
  stop,
  stopAndReply,
  sys,
} from '../index.ts'
import { createVirtualNode } from '../testing.ts'

/** The lock of gen_statem's own documentation. */
interface DoorTypes {
  args: { code: string }
  state: 'locked' | 'open'
  data: { code: string; typed: string; opened: number }
  calls: { opened: () => number; push: (message: { digit: string }) => 'right' | 'more' | 'wrong' }
  casts: { close: object }
}
const Door = GenStatem.define<DoorTypes>({
  module: 'Door',
  version: '1',
  init: ({ code }) => nextState('locked', { code, typed: '', opened: 0 }),
  states: {
    locked: (event, data) => {
      if (event.kind !== 'call') return keepStateAndData()
      if (event.type === 'opened') return keepStateAndData(replyTo(event.from, data.opened))
      const typed = data.typed + event.message.digit
      if (typed === data.code) {
        const opened = { ...data, typed: '', opened: data.opened + 1 }
        return nextState('open', opened, replyTo(event.from, 'right'), stateTimeout(10_000))
      }
      const isWrong = !data.code.startsWith(typed)
      return keepState(
        { ...data, typed: isWrong ? '' : typed },
        replyTo(event.from, isWrong ? 'wrong' : 'more'),
      )
    },
    open: (event, data) => {
      if (event.kind === 'state_timeout' || event.kind === 'cast') return nextState('locked', data)
      // Whoever types while it is open waits until it is locked again.
      if (event.kind === 'call' && event.type === 'push') return keepStateAndData(postpone())
      if (event.kind === 'call') return keepStateAndData(replyTo(event.from, data.opened))
      return keepStateAndData()
    },
  },
  codeChange: ({ state, data }) => ({ state: state as 'open', data: data as DoorTypes['data'] }),
})

test('[STM-1] a state handles what comes in it, and a state timeout ends it', async () => {
  const { node, time } = createVirtualNode()
  const door = node.spawn(Door, { args: { code: '12' } })
  const push = (digit: string) => node.call(door, { type: 'push', digit })
  expect(await push('3')).toBe('wrong')
  expect(await push('1')).toBe('more')
  expect(await push('2')).toBe('right')
  expect(await sys.getState(node, door)).toMatchObject({ state: 'open' })
  await time.advance(9_999)
  expect(await sys.getState(node, door)).toMatchObject({ state: 'open' })
  await time.advance(1)
  expect(await sys.getState(node, door)).toMatchObject({ state: 'locked', data: { opened: 1 } })
})

test('[STM-2] a postponed event comes again when the state has changed, in its order, before later ones', async () => {
  const { node, time } = createVirtualNode()
  const door = node.spawn(Door, { args: { code: '1' } })
  expect(await node.call(door, { type: 'push', digit: '1' })).toBe('right')
  const answers: unknown[] = []
  for (const digit of ['9', '1'])
    void node.call(door, { type: 'push', digit }).then((answer) => answers.push(answer))
  await time.settle()
  expect(answers).toEqual([])
  expect(node.inspect(node.process(door) as never).state).toMatchObject({
    entries: expect.arrayContaining([['postponed', expect.objectContaining({ $: 'array' })]]),
  })
  node.cast(door, { type: 'close' })
  await time.settle()
  expect(answers).toEqual(['wrong', 'right'])
})

test('[STM-3] a change of state cancels its timeout; going where it is does not', async () => {
  const { node, time } = createVirtualNode()
  const log: string[] = []
  const Machine = GenStatem.define<{
    state: 'a' | 'b'
    data: number
    casts: { same: object; other: object }
  }>({
    module: 'Machine',
    init: () => nextState('a', 0, stateTimeout(100)),
    handleEvent: (event, state, data) => {
      if (event.kind === 'state_timeout') log.push(`${state} timed out`)
      if (event.kind !== 'cast') return keepStateAndData()
      if (event.type === 'same') return nextState(state, data + 1)
      return nextState(state === 'a' ? 'b' : 'a', data)
    },
  })
  const machine = node.spawn(Machine)
  await time.advance(90)
  node.cast(machine, { type: 'same' })
  await time.advance(10)
  expect(log).toEqual(['a timed out'])
  const second = node.spawn(Machine)
  await time.advance(90)
  node.cast(second, { type: 'other' })
  await time.advance(1_000)
  expect(log).toEqual(['a timed out'])
  expect(time.timerCount).toBeLessThanOrEqual(1)
})

test('[STM-4] next events go first, in their order, ahead of postponed ones and the mailbox', async () => {
  const { node, time } = createVirtualNode()
  const log: string[] = []
  const Machine = GenStatem.define<{
    state: 'waits' | 'runs'
    data: null
    casts: { item: { n: number }; go: object }
    internal: { first: object; second: object }
  }>({
    module: 'Machine',
    init: () => nextState('waits', null),
    states: {
      waits: (event) => {
        if (event.kind !== 'cast') return keepStateAndData()
        if (event.type === 'item') return keepStateAndData(postpone())
        return nextState('runs', null, nextEvent({ type: 'first' }), nextEvent({ type: 'second' }))
      },
      runs: (event) => {
        if (event.kind === 'cast' && event.type === 'item') log.push(`item ${event.message.n}`)
        if (event.kind === 'internal') log.push(event.type)
        return keepStateAndData()
      },
    },
  })
  const machine = node.spawn(Machine)
  node.cast(machine, { type: 'item', n: 1 })
  node.cast(machine, { type: 'item', n: 2 })
  node.cast(machine, { type: 'go' })
  node.cast(machine, { type: 'item', n: 3 })
  await time.settle()
  expect(log).toEqual(['first', 'second', 'item 1', 'item 2', 'item 3'])
})

test('[STM-5] an event timeout is for silence; a named one outlives events and states', async () => {
  const { node, time } = createVirtualNode()
  const log: string[] = []
  const Machine = GenStatem.define<{
    state: 'a' | 'b'
    data: null
    casts: { poke: object; move: object; cancel: object }
    timeouts: { poll: { round: number } }
    eventTimeout: string
  }>({
    module: 'Machine',
    init: () => nextState('a', null, eventTimeout(50, 'quiet'), genericTimeout('poll', 200, { round: 1 })),
    handleEvent: (event, state) => {
      if (event.kind === 'event_timeout') log.push(`${event.content} in ${state}`)
      if (event.kind === 'timeout') log.push(`${event.name} ${event.content.round} in ${state}`)
      if (event.kind !== 'cast') return keepStateAndData()
      if (event.type === 'cancel') return keepStateAndData(genericTimeout('poll', 'cancel', { round: 0 }))
      return event.type === 'move'
        ? nextState('b', null, eventTimeout(50, 'quiet'))
        : keepStateAndData(eventTimeout(50, 'quiet'))
    },
  })
  const machine = node.spawn(Machine)
  await time.advance(40)
  node.cast(machine, { type: 'poke' })
  await time.advance(40)
  node.cast(machine, { type: 'move' })
  await time.advance(40)
  expect(log).toEqual([])
  await time.advance(10)
  expect(log).toEqual(['quiet in b'])
  await time.advance(70)
  expect(log).toEqual(['quiet in b', 'poll 1 in b'])
  const other = node.spawn(Machine)
  await time.settle()
  node.cast(other, { type: 'cancel' })
  await time.advance(1_000)
  expect(log).toHaveLength(2)
})

test('[STM-6] with stateEnter each state is told of being entered, also at the beginning and when it is repeated', async () => {
  const { node, time } = createVirtualNode()
  const log: string[] = []
  const Machine = GenStatem.define<{
    state: 'a' | 'b'
    data: number
    casts: { move: object; again: object }
  }>({
    module: 'Machine',
    stateEnter: true,
    init: () => nextState('a', 0),
    handleEvent: (event, state, data) => {
      if (event.kind === 'enter') {
        log.push(`${state} from ${event.previous}`)
        return keepState(data + 1, stateTimeout(100))
      }
      if (event.kind === 'state_timeout') log.push(`${state} timed out`)
      if (event.kind !== 'cast') return keepStateAndData()
      return event.type === 'again' ? repeatState(data) : nextState('b', data)
    },
  })
  const machine = node.spawn(Machine)
  await time.settle()
  node.cast(machine, { type: 'move' })
  await time.settle()
  node.cast(machine, { type: 'again' })
  await time.advance(100)
  expect(log).toEqual(['a from a', 'b from a', 'b from b', 'b timed out'])
  expect(await sys.getState(node, machine)).toEqual({ state: 'b', data: 3 })
})

test('[STM-7] what an enter call may not do ends the machine', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  for (const wrong of [() => nextState('b', 0), () => keepStateAndData(postpone())] as const) {
    const Machine = GenStatem.define<{ state: 'a' | 'b'; data: number }>({
      module: 'Machine',
      stateEnter: true,
      init: () => nextState('a', 0),
      handleEvent: () => wrong() as never,
    })
    node.spawn(Machine)
    await time.settle()
  }
  expect(crashes.map(({ reason }) => (reason as { tag: string }).tag)).toEqual([
    'bad_return_from_state_function',
    'bad_return_from_state_function',
  ])
})

test('[STM-8] async state functions are one at a time, and what they return counts when they are done', async () => {
  const { node, time } = createVirtualNode()
  const Machine = GenStatem.define<{
    state: 'idle' | 'busy'
    data: number
    calls: { load: (message: { n: number }) => number }
  }>({
    module: 'Machine',
    init: async () => nextState('idle', 0),
    states: {
      idle: async (event, data, ctx) => {
        if (event.kind !== 'call') return keepStateAndData()
        await ctx.node.after(100)
        return nextState(
          'busy',
          data + event.message.n,
          replyTo(event.from, data + event.message.n),
          stateTimeout(0),
        )
      },
      busy: (event, data) => {
        if (event.kind === 'call') return keepStateAndData(postpone())
        return nextState('idle', data)
      },
    },
  })
  const machine = node.spawn(Machine)
  const first = node.call(machine, { type: 'load', n: 1 })
  const second = node.call(machine, { type: 'load', n: 10 })
  await time.advance(200)
  expect(await Promise.all([first, second])).toEqual([1, 11])
})

test('[STM-9] stop, stopAndReply and ignore', async () => {
  const { node, time } = createVirtualNode()
  const ends: unknown[] = []
  const Machine = GenStatem.define<{
    args: 'ignore' | 'stop' | 'go'
    state: 'a'
    data: number
    calls: { end: () => string }
    casts: { end: object }
  }>({
    module: 'Machine',
    init: (how) => (how === 'ignore' ? ignore() : how === 'stop' ? stop('boom') : nextState('a', 1)),
    states: {
      a: (event) => {
        if (event.kind === 'call') return stopAndReply('shutdown', [replyTo(event.from, 'bye')], 7)
        return stop('normal', 8)
      },
    },
    terminate: (reason, state, data) => {
      ends.push([reason, state, data])
    },
  })
  await expect(node.start(Machine, { args: 'stop' })).rejects.toThrow(StartError)
  await expect(node.start(Machine, { args: 'ignore' })).rejects.toThrow(StartError)
  expect(await node.call(await node.start(Machine, { args: 'go' }), { type: 'end' })).toBe('bye')
  node.cast(await node.start(Machine, { args: 'go' }), { type: 'end' })
  await time.settle()
  expect(ends).toEqual([
    ['shutdown', 'a', 7],
    ['normal', 'a', 8],
  ])
  expect(node.processCount).toBe(0)
})

test('[STM-10] a machine that throws crashes with its state, its supervisor starts another, and its timers are gone', async () => {
  const { node, time } = createVirtualNode()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const Machine = GenStatem.define<{
    state: 'a'
    data: { secret: string }
    casts: { fail: object }
    timeouts: { never: undefined }
  }>({
    module: 'Machine',
    init: () => nextState('a', { secret: 'abc' }, genericTimeout('never', 10_000)),
    states: {
      a: () => {
        throw new RangeError('no')
      },
    },
    formatStatus: ({ state }) => ({ state, data: 'hidden' }),
  })
  const Root = Supervisor.define({ module: 'Root', children: () => [child(Machine, { id: 'm', name: 'm' })] })
  await node.start(Root)
  node.cast('m', { type: 'fail' })
  await time.settle()
  expect(crashes).toHaveLength(1)
  expect(crashes[0]?.message).toMatchObject({ type: 'fail', kind: 'cast' })
  expect(crashes[0]?.state).toMatchObject({
    entries: [
      ['state', 'a'],
      ['data', 'hidden'],
      ['timeouts', { $: 'array', items: ['name:never'] }],
    ],
  })
  expect(node.timers.size).toBe(1)
  expect(node.process('m')).toMatchObject({ behaviour: 'GenStatem', module: 'Machine', restarts: 1 })
})

test('[STM-11] code change gives it another module, with its timeouts and what it has postponed', async () => {
  const { node, time } = createVirtualNode()
  const door = node.spawn(Door, { args: { code: '1' } })
  const Door2 = GenStatem.define<DoorTypes>({
    module: 'Door',
    version: '2',
    init: ({ code }) => nextState('locked', { code, typed: '', opened: 0 }),
    handleEvent: (event, state, data) => {
      if (event.kind === 'state_timeout') return nextState('locked', data)
      if (event.kind !== 'call') return keepStateAndData()
      if (event.type === 'opened') return keepStateAndData(replyTo(event.from, data.opened))
      return state === 'open' ? keepStateAndData(postpone()) : keepStateAndData(replyTo(event.from, 'wrong'))
    },
    codeChange: ({ state, data }, from) => {
      const old = data as DoorTypes['data']
      return { state: state as 'open', data: { ...old, opened: old.opened + (from === '1' ? 100 : 0) } }
    },
  })
  await node.call(door, { type: 'push', digit: '1' })
  let answer: unknown
  void node.call(door, { type: 'push', digit: '1' }, { timeoutMs: 60_000 }).then((value) => {
    answer = value
  })
  await sys.suspend(node, door)
  await sys.changeCode(node, door, Door2)
  await sys.resume(node, door)
  expect(await node.call(door, { type: 'opened' })).toBe(101)
  expect(answer).toBeUndefined()
  await time.advance(10_000)
  expect(answer).toBe('wrong')
  expect(
    await sys.replaceState(node, door, (status: { state: string; data: object }) => ({
      ...status,
      state: 'open',
    })),
  ).toMatchObject({
    state: 'open',
  })
})

test('[STM-12] a machine that goes on by itself leaves turns to the others', async () => {
  const { node, time } = createVirtualNode()
  const Busy = GenStatem.define<{
    state: 'a'
    data: number
    casts: { go: object }
    internal: { on: object }
  }>({
    module: 'Busy',
    init: () => nextState('a', 0),
    states: {
      a: (_event, n) => (n < 1_000 ? keepState(n + 1, nextEvent({ type: 'on' })) : keepStateAndData()),
    },
  })
  const order: string[] = []
  const busy = node.spawn(Busy, { name: 'busy' })
  const other = node.spawn({ handle: () => void order.push('other') })
  await time.settle()
  node.cast(busy, { type: 'go' })
  node.send(other, 'x')
  node.hooks = {}
  await time.settle()
  expect(order).toEqual(['other'])
  expect(await sys.getState(node, busy)).toEqual({ state: 'a', data: 1_000 })
})

test('[TYPE-8] a state machine is typed from its events to its replies', () => {
  const { node } = createVirtualNode()
  const check = () => {
    const door = node.spawn(Door, { args: { code: '1' } })
    expectTypeOf(node.call(door, { type: 'push', digit: '1' })).toEqualTypeOf<
      Promise<'right' | 'more' | 'wrong'>
    >()
    // @ts-expect-error no such call
    node.call(door, { type: 'pull' })
    // @ts-expect-error no code
    node.spawn(Door, { args: {} })
    GenStatem.define<{ state: 'a' | 'b'; data: null }>({
      module: 'M',
      init: () => nextState('a', null),
      // @ts-expect-error a state has no function
      states: { a: () => keepStateAndData() },
    })
    GenStatem.define<{
      state: 'a'
      data: number
      calls: { n: () => number }
      internal: { go: { by: number } }
    }>({
      module: 'M',
      init: () => nextState('a', 1),
      states: {
        a: (event, data, ctx) => {
          expectTypeOf(ctx).toEqualTypeOf<
            GenStatemContext<{
              state: 'a'
              data: number
              calls: { n: () => number }
              internal: { go: { by: number } }
            }>
          >()
          // @ts-expect-error the reply is a number
          if (event.kind === 'call') return keepStateAndData(replyTo(event.from, '1'))
          if (event.kind === 'internal') return keepState(data + event.message.by)
          return keepState(data, nextEvent({ type: 'go', by: 1 }))
        },
      },
    })
    GenStatem.define<{ state: 'a'; data: number; internal: { go: { by: number } } }>({
      module: 'M',
      // @ts-expect-error no such state
      init: () => nextState('b', 1),
      // @ts-expect-error no such internal event
      states: { a: (_event, data) => keepState(data, nextEvent({ type: 'gone' })) },
    })
  }
  expect(check).toBeTypeOf('function')
})
