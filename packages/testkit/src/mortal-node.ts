/** The mortals as a program of its own, which itself ends in the ways a program can. */
import { observe } from '@orrery/agent'
import { start } from '@orrery/runtime'
import { Mortals, mortalNamed } from './mortal.ts'

/** What the parent may say: a message to one of them, or how the program is to end. */
export type MortalOrder =
  | { to: string; type: 'throw' | 'reject' | 'exit' | 'call' | 'link' | 'loop' | 'fill' }
  | { end: 'throw' | 'reject' | 'fill' }

const node = await start(Mortals, { name: process.env.MORTAL_NAME ?? 'mortal@localhost', release: '1.0.0' })
await observe(node, { logger: { info: () => undefined, warn: (line) => console.error(line) } })

const ends = {
  throw: () =>
    setTimeout(() => {
      throw new TypeError('outside of every process')
    }, 1),
  reject: () => void Promise.reject(new RangeError('nobody handles this')),
  fill: () => {
    const held: unknown[] = []
    const fill = () => {
      for (let i = 0; i < 2_000; i++) held.push(new Array(1_000).fill(i))
      setImmediate(fill)
    }
    fill()
  },
}

process.on('message', (order: MortalOrder) => {
  if ('end' in order) ends[order.end]()
  else node.cast(mortalNamed(order.to), { type: order.type })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ isUp: true })
setInterval(() => undefined, 1_000)
