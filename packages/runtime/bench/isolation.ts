/** An endless loop and a full heap in isolated children: how soon they are noticed and back, and what a sibling's clients feel. */
import { performance } from 'node:perf_hooks'
import {
  type CallError,
  child,
  type ExitReason,
  GenServer,
  nameOf,
  reasonTag,
  reply,
  Supervisor,
  start,
} from '../src/index.ts'
import { Wild } from './isolated-child.ts'

export interface Isolation {
  readonly heartbeatMs: number
  /** From the call until its failure: the loop has been noticed and the process ended. */
  readonly loopNoticedMs: number
  readonly loopBackMs: number
  readonly heapNoticedMs: number
  readonly heapBackMs: number
  readonly reports: number
  /** Of a sibling's clients meanwhile. */
  readonly siblingAnswers: number
  readonly siblingFailures: number
  readonly siblingP99Ms: number
  readonly siblingLongestMs: number
  readonly isolatedRoundTripsPerS: number
}

const HEARTBEAT_MS = 1_000
const ROUND_TRIPS = 5_000
const LONG = { timeoutMs: 60_000 }

const Sibling = GenServer.define<{ state: null; calls: { ping: () => null } }>({
  module: 'Sibling',
  init: () => null,
  handleCall: { ping: (_message, _from, state) => reply(null, state) },
})

const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 10,
  children: () => [
    child(Sibling, { id: 'sibling', name: 'sibling' }),
    child(Wild, {
      id: 'wild',
      name: 'wild',
      isolated: {
        module: new URL('./isolated-child.ts', import.meta.url),
        export: 'Wild',
        heapMb: 64,
        heartbeatMs: HEARTBEAT_MS,
      },
    }),
  ],
})

export async function isolation(): Promise<Isolation> {
  const node = await start(Root, { name: 'isolation@localhost' })
  const reasons: ExitReason[] = []
  node.hooks = { processCrashed: ({ reason }) => reasons.push(reason) }
  const wild = nameOf(Wild, 'wild')
  const sibling = nameOf(Sibling, 'sibling')

  const began = performance.now()
  for (let i = 0; i < ROUND_TRIPS; i++) await node.call(wild, { type: 'ping' }, LONG)
  const roundTripsPerS = ROUND_TRIPS / ((performance.now() - began) / 1_000)

  const waits: number[] = []
  let failures = 0
  let isOn = true
  const pulse = (async () => {
    while (isOn) {
      const at = performance.now()
      await node.call(sibling, { type: 'ping' }).then(
        () => waits.push(performance.now() - at),
        () => {
          failures += 1
        },
      )
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  })()

  const break_ = async (type: 'loop' | 'fill') => {
    const at = performance.now()
    await node.call(wild, { type }, LONG).catch((error: CallError) => error)
    const noticedMs = performance.now() - at
    while (node.process('wild')?.isInitialised !== true)
      await new Promise((resolve) => setTimeout(resolve, 1))
    await node.call(wild, { type: 'ping' }, LONG)
    return { noticedMs, backMs: performance.now() - at }
  }
  const loop = await break_('loop')
  const heap = await break_('fill')
  isOn = false
  await pulse
  await node.stop()

  const expected = ['heartbeat_lost', 'out_of_memory']
  const seen = reasons.map(reasonTag)
  if (seen.join() !== expected.join()) throw new Error(`expected ${expected}, saw ${seen}`)
  waits.sort((a, b) => a - b)
  return {
    heartbeatMs: HEARTBEAT_MS,
    loopNoticedMs: loop.noticedMs,
    loopBackMs: loop.backMs,
    heapNoticedMs: heap.noticedMs,
    heapBackMs: heap.backMs,
    reports: reasons.length,
    siblingAnswers: waits.length,
    siblingFailures: failures,
    siblingP99Ms: waits[Math.floor(waits.length * 0.99)] ?? Number.NaN,
    siblingLongestMs: waits.at(-1) ?? Number.NaN,
    isolatedRoundTripsPerS: roundTripsPerS,
  }
}
