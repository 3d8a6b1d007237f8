import { isMainThread } from 'node:worker_threads'
import { child, GenServer, nameOf, reply, Supervisor, start } from '@orrery/runtime'

export const Parser = GenServer.define<{
  state: { parsed: number }
  calls: { parse: (message: { text: string }) => unknown; loop: () => never }
}>({
  module: 'Parser',
  init: () => ({ parsed: 0 }),
  handleCall: {
    parse: ({ text }, _from, { parsed }) => reply(JSON.parse(text), { parsed: parsed + 1 }),
    loop: () => {
      for (;;);
    },
  },
})

// The worker thread loads this module, too, for its export.
if (isMainThread) {
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [
      child(Parser, {
        id: 'parser',
        name: 'parser',
        isolated: { module: import.meta.url, export: 'Parser', heartbeatMs: 500 },
      }),
    ],
  })
  const node = await start(Root, { name: 'fourteenth@localhost' })
  const parser = nameOf(Parser, 'parser')
  console.log(await node.call(parser, { type: 'parse', text: '[1,2]' })) // → [ 1, 2 ]

  // An endless loop is one crash like any other: noticed within its heartbeat, reported, restarted.
  const failed = await node.call(parser, { type: 'loop' }).catch((error: Error) => error)
  console.log(failed.message) // → call loop to parser failed: heartbeat_lost
  while (node.process('parser')?.isInitialised !== true) await new Promise(setImmediate)
  console.log(await node.call(parser, { type: 'parse', text: '[3]' })) // → [ 3 ]
  await node.stop()
}
