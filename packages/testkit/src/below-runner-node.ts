/** The shop as a program below a runner: it leaves the channel to its agent, and ends when it is told to. */
import { observe } from '@orrery/agent'
import { startShop } from './shop.ts'

const node = await startShop(process.env.SHOP_NAME ?? 'shop@localhost', 3)
const agent = await observe(node, { logger: { info: () => undefined, warn: (line) => console.error(line) } })
process.on('SIGTERM', () => {
  void node
    .stop()
    .then(() => agent.stop())
    .then(() => process.exit(0))
})
// An agent and an idle node keep no program alive.
setInterval(() => undefined, 1_000)
process.stdout.write(`pid ${process.pid}\n`)
