/** A measured process: one build of the runtime, a block of work whenever its parent says so. */
import type { Ring } from './saturated.ts'

export interface IdleOrder {
  /** File of the build. */
  file: string
  processes: number
  tokens: number
  hops: number
}

export interface IdleBlock {
  ms: number
  /** Processor time of the whole process. */
  cpuMs: number
}

let ready: Promise<{ ring: Ring; order: IdleOrder }> | null = null

process.on('message', (said: IdleOrder | 'block') => {
  if (said !== 'block') {
    ready = import(said.file).then((build: { ring: (size: number) => Ring }) => ({
      ring: build.ring(said.processes),
      order: said,
    }))
  } else void block().then((measured) => process.send?.(measured))
})

async function block(): Promise<IdleBlock> {
  if (ready === null) throw new Error('a block before there is anything to measure')
  const { ring, order } = await ready
  const cpu = process.cpuUsage()
  const from = performance.now()
  await ring.run(order.tokens, order.hops)
  const ms = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  return { ms, cpuMs: (user + system) / 1_000 }
}
