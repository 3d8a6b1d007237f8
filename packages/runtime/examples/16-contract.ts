import { Contract, createNode, GenServer, reply } from '@orrery/runtime'
import { z } from 'zod'

const Files = GenServer.define<{
  state: null
  calls: { open: (message: { path: string }) => 'opened'; read: () => string; close: () => 'closed' }
}>({
  module: 'Files',
  // Any library with the Standard Schema interface will do.
  contract: Contract.define({
    name: 'files',
    calls: { open: { message: z.object({ path: z.string() }) }, read: { reply: z.string() }, close: {} },
    order: {
      initial: 'closed',
      states: { closed: { open: 'opened' }, opened: { read: 'opened', close: 'closed' } },
    },
  }),
  init: () => null,
  handleCall: {
    open: (_message, _from, state) => reply('opened', state),
    read: (_message, _from, state) => reply('text', state),
    close: (_message, _from, state) => reply('closed', state),
  },
})

const node = createNode({ name: 'sixteenth@localhost', contracts: 'enforce' })
node.hooks = {
  contractBroken: ({ side, why }) => console.log(`${side}: ${why}`), // → client: read may not come in state closed; open may
}
const files = node.spawn(Files)
const failed = await node.call(files, { type: 'read' }).catch((error: Error) => error.message)
console.log(failed) // → call read to <0.1.0> failed: contract_broken
console.log(await node.call(files, { type: 'open', path: '/tmp/a' })) // → opened
console.log(await node.call(files, { type: 'read' })) // → text
await node.stop()
