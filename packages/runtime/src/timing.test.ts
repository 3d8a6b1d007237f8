import { expect, test } from 'vitest'
import { createNode, type Process } from './index.ts'
import { virtualTime } from './testing.ts'
import { Timing } from './timing.ts'

/** Messages in one second of a node that handles `perS`, and what their samples stood for. */
function second(timing: Timing, fromUs: number, perS: number): { samples: number; weight: number } {
  let samples = 0
  let weight = 0
  for (let i = 0; i < perS; i++) {
    if (--timing.left > 0) continue
    samples += 1
    weight += timing.begin(fromUs + (i * 1e6) / perS)
  }
  return { samples, weight }
}

test('[TIMING-1] a quiet node times every message, a busy one a few thousand a second, and weights add up to all', () => {
  let seed = 7
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const timing = new Timing(random)
  expect(second(timing, 0, 500)).toEqual({ samples: 500, weight: 500 })
  for (let s = 1; s < 5; s++) second(timing, s * 1e6, 2_000_000)
  const busy = second(timing, 5e6, 2_000_000)
  expect(busy.samples).toBeGreaterThan(400)
  expect(busy.samples).toBeLessThan(6_000)
  expect(Math.abs(busy.weight / 2_000_000 - 1)).toBeLessThan(0.1)
  timing.woke(6.5e6)
  expect(second(timing, 6.5e6, 100)).toEqual({ samples: 100, weight: 100 })
})

test('[TIMING-2] strides have no rhythm: of two processes that take turns each is timed as often', () => {
  const timing = new Timing(Math.random)
  const seen = [0, 0]
  for (let i = 0; i < 4_000_000; i++) {
    if (--timing.left > 0) continue
    const { every } = timing
    timing.begin(i * 0.5)
    if (every > 16) seen[i % 2] = (seen[i % 2] ?? 0) + 1
  }
  const [a = 0, b = 0] = seen
  expect(a + b).toBeGreaterThan(500)
  expect(Math.abs(a - b) / (a + b)).toBeLessThan(0.25)
})

test('[TIMING-3] the hook is told what a message waited and took, across awaits too', async () => {
  const time = virtualTime()
  const node = createNode({ name: 'a@b', ...time.options })
  const told: [string, number, number, number, number][] = []
  node.hooks = {
    messageTimed: (process: Process, waited, took, ran, weight) =>
      told.push([process.name ?? '', waited, took, ran, weight]),
  }
  const pid = node.spawn(
    {
      handle: (message: { type: string }) => (message.type === 'slow' ? node.after(250) : undefined),
    },
    { name: 'worker' },
  )
  await time.settle()
  node.send(pid, { type: 'slow' })
  node.send(pid, { type: 'quick' })
  await time.advance(1_000)
  expect(told).toEqual([
    ['worker', 0, 250_000, 0, 1],
    ['worker', 250_000, 0, 0, 1],
  ])
  await node.stop()
})
