import {
  createNode,
  GenStatem,
  keepState,
  keepStateAndData,
  nextState,
  postpone,
  replyTo,
  stateTimeout,
} from '@orrery/runtime'

const Door = GenStatem.define<{
  args: { code: string }
  state: 'locked' | 'open'
  data: { code: string; typed: string }
  calls: { push: (message: { digit: string }) => 'right' | 'wrong' | 'more' }
  casts: { close: object }
}>({
  module: 'Door',
  init: ({ code }) => nextState('locked', { code, typed: '' }),
  states: {
    locked: (event, data) => {
      if (event.kind !== 'call') return keepStateAndData()
      const typed = data.typed + event.message.digit
      // Open for ten seconds, unless somebody closes it before.
      if (typed === data.code)
        return nextState('open', { ...data, typed: '' }, replyTo(event.from, 'right'), stateTimeout(10_000))
      const isWrong = !data.code.startsWith(typed)
      return keepState(
        { ...data, typed: isWrong ? '' : typed },
        replyTo(event.from, isWrong ? 'wrong' : 'more'),
      )
    },
    open: (event, data) => {
      // Who types while it is open is answered when it is locked again.
      if (event.kind === 'call') return keepStateAndData(postpone())
      return nextState('locked', data)
    },
  },
})

const node = createNode({ name: 'eighth@localhost' })
const door = node.spawn(Door, { args: { code: '42' } })
console.log(await node.call(door, { type: 'push', digit: '4' })) // → more
console.log(await node.call(door, { type: 'push', digit: '2' })) // → right
const early = node.call(door, { type: 'push', digit: '7' })
node.cast(door, { type: 'close' })
console.log(await early) // → wrong
await node.stop()
