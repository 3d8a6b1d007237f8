/** Types are facts too: what must not compile is marked, and a mark that is not needed fails the check. */
import { expectTypeOf, test } from 'vitest'
import {
  type Context,
  child,
  GenServer,
  type GenServerContext,
  type Node,
  nameOf,
  noreply,
  type Pid,
  reply,
  Supervisor,
  sys,
} from './index.ts'

interface Types {
  args: { start: number }
  state: { n: number }
  calls: { get: () => number; add: (message: { by: number }) => Promise<string> }
  casts: { reset: { to: number } }
  infos: { tick: Record<never, never>; note: { text: string } }
}

const Counter = GenServer.define<Types>({
  module: 'Counter',
  init: ({ start }) => ({ n: start }),
  handleCall: {
    get: (_message, _from, state) => reply(state.n, state),
    add: ({ by }, _from, { n }) => reply(String(n + by), { n: n + by }),
  },
  handleCast: { reset: ({ to }) => noreply({ n: to }) },
  handleInfo: { tick: (_message, state) => noreply(state), note: (_message, state) => noreply(state) },
})

declare const node: Node
declare const ctx: Context

/** Compiled, never run. */
function neverRun(check: () => void): void {
  void check
}

test('[TYPE-1] calls take their own messages and promise their own replies', () => {
  neverRun(() => {
    const pid = node.spawn(Counter, { args: { start: 1 } })
    expectTypeOf(node.call(pid, { type: 'get' })).toEqualTypeOf<Promise<number>>()
    expectTypeOf(ctx.call(pid, { type: 'add', by: 1 })).toEqualTypeOf<Promise<string>>()
    expectTypeOf(ctx.call(nameOf(Counter, 'c'), { type: 'get' })).toEqualTypeOf<Promise<number>>()
    expectTypeOf(node.call('anybody', { type: 'what', ever: 1 })).toEqualTypeOf<Promise<unknown>>()
    // @ts-expect-error no such call
    node.call(pid, { type: 'got' })
    // @ts-expect-error a field is missing
    node.call(pid, { type: 'add' })
    // @ts-expect-error a field has the wrong type
    node.call(pid, { type: 'add', by: '1' })
    // @ts-expect-error a cast is no call
    node.call(pid, { type: 'reset', to: 1 })
  })
})

test('[TYPE-2] casts and infos take their own messages', () => {
  neverRun(() => {
    const pid = node.spawn(Counter, { args: { start: 1 } })
    node.cast(pid, { type: 'reset', to: 1 })
    node.send(pid, { type: 'tick' })
    ctx.send(nameOf(Counter, 'c'), { type: 'note', text: 'x' })
    // @ts-expect-error an info is no cast
    node.cast(pid, { type: 'tick' })
    // @ts-expect-error a field is missing
    node.send(pid, { type: 'note' })
    // @ts-expect-error a wrong message to a typed name
    ctx.send(nameOf(Counter, 'c'), { type: 'reset', to: 1 })
    // @ts-expect-error timers send infos too
    ctx.sendAfter(1, pid, { type: 'nope' })
  })
})

test('[TYPE-3] arguments, handlers, states and replies are checked', () => {
  neverRun(() => {
    // @ts-expect-error wrong argument
    node.spawn(Counter, { args: { start: '1' } })
    // @ts-expect-error the child needs its arguments
    child(Counter, { id: 'c' })
    // @ts-expect-error wrong child argument
    child(Counter, { id: 'c', args: { begin: 1 } })
    GenServer.define<Types>({
      module: 'Wrong',
      init: ({ start }) => ({ n: start }),
      handleCall: {
        // @ts-expect-error the reply is a number
        get: (_message, _from, state) => reply('1', state),
        // @ts-expect-error the state is { n }
        add: (_message, _from, _state) => reply('1', { m: 1 }),
      },
      handleCast: { reset: ({ to }) => noreply({ n: to }) },
      // @ts-expect-error a handler is missing
      handleInfo: { tick: (_message, state) => noreply(state) },
    })
    // @ts-expect-error handleCall is missing
    GenServer.define<Pick<Types, 'state' | 'calls'>>({ module: 'Wrong', init: () => ({ n: 1 }) })
    GenServer.define<{ state: number }>({ module: 'Fine', init: () => 1 })
  })
})

test('[TYPE-4] raw processes are typed by their messages', () => {
  neverRun(() => {
    const pid = node.spawn(async (self: Context<'ping' | 'pong'>) => {
      expectTypeOf(self.self).toEqualTypeOf<Pid<'ping' | 'pong'>>()
      expectTypeOf(self.receive()).toEqualTypeOf<Promise<'ping' | 'pong'>>()
    })
    node.send(pid, 'ping')
    // @ts-expect-error wrong message
    node.send(pid, 'pang')
    const handler = node.spawn({ handle: (_message: { n: number }) => undefined })
    node.send(handler, { n: 1 })
    // @ts-expect-error wrong message
    node.send(handler, { n: '1' })
    // @ts-expect-error a raw process takes no calls
    node.call(handler, { type: 'get' })
  })
})

test('[TYPE-5] a pool’s startChild takes its child’s arguments', () => {
  neverRun(() => {
    const Pool = Supervisor.define<{ childArgs: { n: number } }>({
      module: 'Pool',
      strategy: 'simple_one_for_one',
      child: ({ n }) => child(Counter, { id: 'counter', args: { start: n } }),
    })
    const pool = node.spawn(Pool)
    void Supervisor.startChild(node, pool, { n: 1 })
    void Supervisor.startChild(ctx, nameOf(Pool, 'pool'), { n: 1 })
    // @ts-expect-error wrong argument
    void Supervisor.startChild(node, pool, { n: '1' })
    void Supervisor.whichChildren(node, pool)
  })
})

test('[TYPE-6] a handler’s context knows its own process', () => {
  neverRun(() => {
    const use = (self: GenServerContext<Types>) => self.sendAfter(1, self.self, { type: 'tick' })
    void use
  })
})

test('[TYPE-7] code is changed to another version of the same protocol', () => {
  neverRun(() => {
    const pid = node.spawn(Counter, { args: { start: 1 } })
    const Other = GenServer.define<{ state: null; calls: { name: () => string } }>({
      module: 'Counter',
      init: () => null,
      handleCall: { name: (_message, _from, state) => reply('n', state) },
    })
    void sys.changeCode(node, pid, Counter)
    // @ts-expect-error it answers other calls
    void sys.changeCode(node, pid, Other)
    GenServer.define<{ state: { n: number } }>({
      module: 'Counter',
      init: () => ({ n: 0 }),
      // @ts-expect-error no state of this module
      codeChange: () => 'text',
    })
    // @ts-expect-error no such policy
    node.spawn(Counter, { args: { start: 1 }, maxMailbox: { length: 1, overflow: 'ignore' } })
    // @ts-expect-error no such priority
    ctx.setPriority('urgent')
  })
})
