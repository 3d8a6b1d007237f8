/** A hub as a program of its own, without pages: set by its environment, and asked by its parent how it is. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readConfig, silentLogger, startHub } from '@orrery/hub'
import type { HubFigures } from './child-hub.ts'

// The map of a file is parsed when a stack in it is first read: five megabytes that would pass for growth.
process.setSourceMapsEnabled(false)
const delay = monitorEventLoopDelay({ resolution: 10 })
const started = await startHub({ config: readConfig(process.env), logger: silentLogger })
delay.enable()

async function figures(isExact: boolean): Promise<HubFigures> {
  // Twice: what a finalizer lets go is collected by the next one.
  for (let i = 0; isExact && i < 2; i++) {
    globalThis.gc?.()
    await new Promise((done) => setImmediate(done))
  }
  const { heapUsed, rss, arrayBuffers } = process.memoryUsage()
  const loopDelayMaxMs = delay.max / 1e6
  delay.reset()
  return {
    counters: structuredClone(started.hub.counters()),
    heapUsedBytes: heapUsed,
    arrayBuffersBytes: arrayBuffers,
    rssBytes: rss,
    loopDelayMaxMs,
  }
}

process.on('message', (asked: { isExact: boolean }) => {
  void figures(asked.isExact).then((told) => process.send?.(told))
})
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => void started.close().then(() => process.exit(0)))
process.send?.({ url: started.url })
