import { createNode, GenEvent, noreply } from '@orrery/runtime'

interface Events {
  raised: { what: string }
}
const Alarms = GenEvent.define<{ events: Events }>({ module: 'Alarms' })

const Log = GenEvent.handler<{ state: number; events: Events }>({
  module: 'Log',
  init: () => 0,
  handleEvent: {
    raised: ({ what }, count) => {
      console.log(`${count + 1}: ${what}`)
      return noreply(count + 1)
    },
  },
})
const Pager = GenEvent.handler<{ args: string; state: string; events: Events }>({
  module: 'Pager',
  init: (number) => number,
  handleEvent: {
    raised: (_event, number) => {
      throw new Error(`${number} does not answer`)
    },
  },
})

const node = createNode({ name: 'ninth@localhost' })
const alarms = await node.start(Alarms)
await GenEvent.addHandler(node, alarms, Pager, { args: '112' })
await GenEvent.addHandler(node, alarms, Log, {})
await GenEvent.syncNotify(node, alarms, { type: 'raised', what: 'fire' }) // → 1: fire
// The pager has failed: it is reported and removed, and the log goes on.
console.log(await GenEvent.whichHandlers(node, alarms)) // → [ { module: 'Log', id: '' } ]
await GenEvent.syncNotify(node, alarms, { type: 'raised', what: 'flood' }) // → 2: flood
await node.stop()
