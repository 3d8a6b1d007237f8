/** Behaviours that run in worker threads, for the tests. */
import {
  type DownMessage,
  Exit,
  GenServer,
  GenStatem,
  initOk,
  keepStateAndData,
  nextState,
  noreply,
  type Pid,
  reply,
  replyTo,
  stateTimeout,
  stop,
} from '../index.ts'

export interface ParserTypes {
  args: { greeting: string; friend?: Pid; fails?: boolean }
  state: { greeting: string; parsed: number; friend: Pid | undefined; seen: string[] }
  calls: {
    parse: (message: { text: string }) => unknown
    seen: () => string[]
    ask: (message: { whom: Pid | string }) => unknown
    where: (message: { name: string }) => Pid | null
    slow: (message: { ms: number }) => string
    watch: (message: { pid: Pid }) => void
    bad: () => unknown
    sleep: (message: { ms: number }) => string
  }
  casts: {
    loop: object
    fill: object
    fail: { how: 'throw' | 'exit' | 'reject' }
    tell: { to: Pid; message: unknown }
    sendBad: { to: Pid }
    stop: object
    after: { ms: number }
    label: { text: string }
  }
  infos: { tick: object }
  continue: string
}

export const Parser = GenServer.define<ParserTypes>({
  module: 'Parser',
  version: '1.2.3',
  init: ({ greeting, friend, fails }, ctx) => {
    if (fails === true) throw new RangeError('no start')
    ctx.trapExit(true)
    return initOk(
      { greeting, parsed: 0, friend, seen: [`${greeting} ${ctx.name} ${ctx.self}`] },
      { continue: 'on' },
    )
  },
  handleContinue: (value, state) => noreply({ ...state, seen: [...state.seen, `continued ${value}`] }),
  handleCall: {
    parse: ({ text }, _from, state) => reply(JSON.parse(text), { ...state, parsed: state.parsed + 1 }),
    seen: (_message, _from, state) => reply(state.seen, state),
    ask: async ({ whom }, _from, state, ctx) =>
      reply(await ctx.call(whom as Pid, { type: 'question', n: 20 }), state),
    where: ({ name }, _from, state, ctx) => reply(ctx.whereis(name), state),
    slow: ({ ms }, from, state, ctx) => {
      setTimeout(() => ctx.reply(from, 'slowly'), ms)
      return noreply(state)
    },
    watch: ({ pid }, _from, state, ctx) => {
      ctx.monitor(pid)
      ctx.link(pid)
      return reply(undefined, state)
    },
    bad: (_message, _from, state) => reply(() => 1, state),
    sleep: async ({ ms }, _from, state, ctx) => {
      await ctx.node.after(ms)
      return reply('slept', state)
    },
  },
  handleCast: {
    loop: (_message, state) => {
      for (;;) if (state.parsed < 0) return noreply(state)
    },
    fill: () => {
      const kept: unknown[] = []
      for (;;) kept.push(new Array(10_000).fill(kept.length))
    },
    fail: async ({ how }, state) => {
      if (how === 'exit') throw new Exit('frame_overrun', { expected: 512 })
      if (how === 'reject') await Promise.reject(new TypeError('rejected there'))
      throw new RangeError('thrown there', { cause: new Error(`after ${state.parsed}`) })
    },
    tell: ({ to, message }, state, ctx) => {
      ctx.send(to, message)
      return noreply(state)
    },
    sendBad: ({ to }, state, ctx) => {
      ctx.send(to, { run: () => 1 })
      return noreply(state)
    },
    stop: (_message, state) => stop('shutdown', state),
    after: ({ ms }, state, ctx) => {
      ctx.sendAfter(ms, ctx.self, { type: 'tick' })
      return noreply(state)
    },
    label: ({ text }, state, ctx) => {
      ctx.setLabel(text)
      return noreply(state)
    },
  },
  handleInfo: { tick: (_message, state) => noreply({ ...state, seen: [...state.seen, 'ticked'] }) },
  handleOtherInfo: (message, state, ctx) => {
    const { type, reason } = message as DownMessage
    if (state.friend !== undefined)
      ctx.send(state.friend, `${type} ${String((reason as { message?: string }).message ?? reason)}`)
    return noreply(state)
  },
  terminate: (reason, { friend }, ctx) => {
    if (friend !== undefined)
      ctx.send(friend, `terminates: ${String((reason as { tag?: string }).tag ?? reason)}`)
  },
  formatStatus: ({ parsed }) => ({ parsed }),
})

export const Blinker = GenStatem.define<{
  state: 'off' | 'on'
  data: number
  calls: { blinks: () => number }
}>({
  module: 'Blinker',
  init: () => nextState('off', 0, stateTimeout(5)),
  handleEvent: (event, state, data) => {
    if (event.kind === 'call') return keepStateAndData(replyTo(event.from, data))
    return nextState(state === 'off' ? 'on' : 'off', data + 1, stateTimeout(5))
  },
})
