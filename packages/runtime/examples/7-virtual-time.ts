import { GenServer, initOk, noreply } from '@orrery/runtime'
import { createVirtualNode } from '@orrery/runtime/testing'

const Session = GenServer.define<{ state: null }>({
  module: 'Session',
  init: () => initOk(null, { timeoutMs: 30 * 60_000 }),
  handleTimeout: (state, ctx) => {
    console.log('idle for half an hour') // → idle for half an hour
    ctx.exit(ctx.self, 'normal')
    return noreply(state)
  },
})

const { node, time } = createVirtualNode()
node.spawn(Session)
await time.advance(30 * 60_000)
console.log(node.processCount) // → 0
