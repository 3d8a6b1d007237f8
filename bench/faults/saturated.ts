/** A node whose processes pass messages as fast as the runtime can. Bundled twice: with the interceptors' checks, and without them. */
import { type Context, createNode, type Pid } from '@orrery/runtime'

interface Hop {
  left: number
}

export interface Ring {
  /** Sends so many tokens so many hops each, and resolves when all have arrived. */
  run(tokens: number, hops: number): Promise<void>
  stop(): Promise<void>
}

export function ring(size: number): Ring {
  const node = createNode({ name: 'ring@localhost', messages: 'share' })
  const members: Pid<never>[] = []
  let waiting = 0
  let arrived: () => void = () => undefined
  for (let place = 0; place < size; place++) {
    const next = (place + 1) % size
    members.push(
      node.spawn({
        handle(hop: Hop, ctx: Context<Hop>) {
          hop.left -= 1
          if (hop.left > 0) {
            ctx.send(members[next] as Pid<never>, hop as never)
            return
          }
          waiting -= 1
          if (waiting === 0) arrived()
        },
      }) as Pid<never>,
    )
  }
  return {
    run: (tokens, hops) =>
      new Promise((resolve) => {
        waiting = tokens
        arrived = resolve
        for (let token = 0; token < tokens; token++)
          node.send(members[(token * 7) % size] as Pid<never>, { left: hops } as never)
      }),
    stop: () => node.stop(),
  }
}
