/** A node that crashes without end and says how many reports were accepted. It is killed by the test that started it. */
import { writeSync } from 'node:fs'
import { child, GenServer, nameOf, noreply, Supervisor, start } from '@orrery/runtime'
import { observe } from '../observe.ts'

const Worker = GenServer.define<{ args: undefined; state: null; casts: { fail: object; ok: object } }>({
  module: 'Worker',
  init: () => null,
  handleCast: {
    ok: () => noreply(null),
    fail: () => {
      throw new Error('doomed')
    },
  },
})
const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 1_000_000,
  periodMs: 1_000,
  children: () => [child(Worker, { id: 'w', args: undefined, name: 'w' })],
})

const [hub = '', spoolDir = ''] = process.argv.slice(2)
const node = await start(Root, { name: 'doomed@localhost' })
const agent = await observe(node, { hub, spoolDir, logger: { info: () => undefined, warn: () => undefined } })
const w = nameOf(Worker, 'w')
setInterval(() => {
  if (node.whereis(w)) node.cast(w, { type: 'fail' })
  writeSync(1, `${agent.status.accepted}\n`)
}, 2)
