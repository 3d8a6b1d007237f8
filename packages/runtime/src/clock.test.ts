import { expect, test } from 'vitest'
import { createVirtualNode } from './testing.ts'

test('[TIME-4] a skewed node has its wall clock out by the offset and the drift, and right to the millisecond afterwards', async () => {
  const { node, time } = createVirtualNode()
  const beganMs = node.clock.wallMs()
  node.skewClock({ offsetMs: -60_000, driftPercent: 50 })
  expect(node.clock.wallMs()).toBe(beganMs - 60_000)
  await time.advance(10_000)
  expect(node.clock.skewMs()).toBe(-55_000)
  expect(node.clock.wallMs()).toBe(beganMs + 10_000 - 55_000)
  expect(node.clock.hostWallMs()).toBe(beganMs + 10_000)
  node.skewClock(null)
  expect(node.clock.skewMs()).toBe(0)
  expect(node.clock.wallMs()).toBe(beganMs + 10_000)
})

test('[TIME-4] monotonic time goes on as it did, whatever the clock is put to', async () => {
  const { node, time } = createVirtualNode()
  let lastUs = node.clock.nowUs()
  for (const offsetMs of [3_600_000, -3_600_000, 0]) {
    node.skewClock({ offsetMs, driftPercent: offsetMs === 0 ? 100 : -50 })
    await time.advance(100)
    expect(node.clock.nowUs()).toBe(lastUs + 100_000)
    lastUs = node.clock.nowUs()
  }
})

test('[TIME-4] timers that are set while the clock drifts fire at its pace; those set before and after do not', async () => {
  const { node, time } = createVirtualNode()
  const fired: [string, number][] = []
  const set = (name: string) => void node.after(1_000).then(() => fired.push([name, time.nowMs]))
  set('before')
  node.skewClock({ offsetMs: 0, driftPercent: 100 })
  set('fast')
  node.skewClock({ offsetMs: 0, driftPercent: -50 })
  set('slow')
  node.skewClock(null)
  set('after')
  await time.advance(2_000)
  expect(fired).toEqual([
    ['fast', 500],
    ['before', 1_000],
    ['after', 1_000],
    ['slow', 2_000],
  ])
})
