/** A hub without its pages, as a program: says where it listens. Told to, it kills its embedded database's thread. */
import type { Worker } from 'node:worker_threads'
import { readConfig, startHub } from '@orrery/hub'

/** What the parent may say. */
export type HubOrder = { kill: 'database' }

let thread: Worker | null = null
let killed = 0
process.on('worker', (worker: Worker) => {
  thread = worker
})
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))

const line = (text: string): void => void process.stderr.write(`${text}\n`)
const logger = { info: line, warn: line, error: (text: string, error?: unknown) => line(`${text} ${error}`) }
const { url, hub } = await startHub({ config: readConfig(process.env), logger })
process.on('message', async (_order: HubOrder) => {
  await thread?.terminate()
  process.send?.({ killed: ++killed })
})
process.send?.({ ready: true, url })
setInterval(() => process.send?.({ ...hub.counters() }), 100)
