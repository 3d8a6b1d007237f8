/**
 * One process floods itself for ever; others talk to and fro meanwhile, and the event loop has work of its own. What the
 * flood costs them is how fair the scheduler is.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Context, createNode, type Pid } from '../src/index.ts'

export interface Fairness {
  /** Round trips of a pair beside the flood, in milliseconds. */
  readonly roundTripP50Ms: number
  readonly roundTripP99Ms: number
  readonly eventLoopDelayP99Ms: number
  readonly roundTrips: number
  /** Messages that the flood handled meanwhile. */
  readonly flood: number
}

export async function fairness(seconds: number): Promise<Fairness> {
  const node = createNode({ name: 'fair@localhost', messages: 'share' })
  node.hooks = {}
  const flood = node.spawn({
    init: (ctx: Context<number>) => ctx.send(ctx.self, 0),
    handle: (message: number, ctx) => ctx.send(ctx.self, message + 1),
  })
  const echo = node.spawn({ handle: (from: Pid<null>, ctx) => ctx.send(from, null) })
  const trips: number[] = []
  let beganMs = performance.now()
  const untilMs = beganMs + seconds * 1_000
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await new Promise<void>((done) => {
    const asker = node.spawn({
      handle(_answer: null, ctx) {
        const nowMs = performance.now()
        trips.push(nowMs - beganMs)
        if (nowMs > untilMs) return done()
        beganMs = nowMs
        ctx.send(echo, ctx.self)
      },
    })
    node.send(asker, null)
  })
  delay.disable()
  const handled = node.process(flood)?.handled ?? 0
  await node.stop()
  trips.sort((a, b) => a - b)
  const at = (q: number) => trips[Math.floor((trips.length - 1) * q)] ?? Number.NaN
  return {
    roundTripP50Ms: at(0.5),
    roundTripP99Ms: at(0.99),
    // The sampling timer's own millisecond is no delay.
    eventLoopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 1),
    roundTrips: trips.length,
    flood: handled,
  }
}
