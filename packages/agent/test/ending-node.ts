/**
 * A node that ends the way it is told to, as soon as its agent runs. It is started by a test, which sees its exit code and
 * what it prints.
 */
import { child, GenServer, noreply, Supervisor, start } from '@orrery/runtime'
import { observe } from '../src/observe.ts'

const Idle = GenServer.define<{ args: undefined; state: null; casts: { ok: object } }>({
  module: 'Idle',
  init: () => null,
  handleCast: { ok: () => noreply(null) },
})
const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 1,
  periodMs: 1_000,
  children: () => [child(Idle, { id: 'idle', args: undefined, name: 'idle' })],
})

const [how = '', hub = '', spoolDir = ''] = process.argv.slice(2)
const node = await start(Root, { name: 'ending@localhost' })
const agent = await observe(node, { hub, spoolDir, logger: { info: () => undefined, warn: () => undefined } })
process.stdout.write(`${node.incarnation}\n`)

function explode(): never {
  throw new RangeError('the hold is on fire, password=hunter2')
}

const ends: Record<string, () => void> = {
  throw: () => setTimeout(explode, 20),
  reject: () => void Promise.reject(new TypeError('nobody waits for this')),
  // A host with a handler of its own, which ends the program for it, as most do.
  'handle-and-exit': () => {
    process.on('uncaughtException', () => process.exit(3))
    setTimeout(explode, 20)
  },
  // A host that goes on.
  'handle-and-go-on': () => {
    process.on('uncaughtException', () => setTimeout(() => process.exit(0), 50))
    setTimeout(explode, 20)
  },
  exit: () => process.exit(4),
  // Until its heap is full: started with a small one.
  fill: () => {
    const held: unknown[] = []
    const fill = () => {
      for (let i = 0; i < 2_000; i++) held.push(new Array(1_000).fill(i))
      setImmediate(fill)
    }
    fill()
  },
  stop: () => void agent.stop().then(() => process.exit(0)),
  stay: () => setInterval(() => undefined, 1_000),
}
ends[how]?.()
