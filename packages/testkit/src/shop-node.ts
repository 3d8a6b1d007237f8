/** The shop as a program of its own: observed as any node is, told by its parent what to do. */
import { observe } from '@orrery/agent'
import { counter, startShop } from './shop.ts'

/** What the parent may say. */
export interface ShopOrder {
  fail: { counter: number; why: string }
}

const node = await startShop(
  process.env.SHOP_NAME ?? 'shop@localhost',
  Number(process.env.SHOP_COUNTERS ?? 3),
)
const agent = await observe(node, { logger: { info: () => undefined, warn: (line) => console.error(line) } })

process.on('message', (order: ShopOrder) => {
  node.cast(counter(order.fail.counter), { type: 'fail', why: order.fail.why })
})
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => {
  void agent
    .stop()
    .then(() => node.stop())
    .then(() => process.exit(0))
})
setInterval(() => process.send?.({ accepted: agent.status.accepted, pending: agent.status.pending }), 50)
