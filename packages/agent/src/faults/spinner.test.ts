import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { hostTime } from './host-time.ts'
import { block } from './kinds/block.ts'
import { startSpinner } from './spinner.ts'

test('it computes for as long as it is told', () => {
  const spinner = startSpinner()
  const took = spinner.spin(50, 5_000)
  expect(took).toBeGreaterThanOrEqual(50)
  expect(took).toBeLessThan(500)
  expect(spinner.isStopped).toBe(false)
  spinner.stop()
  expect(spinner.isStopped).toBe(true)
  expect(spinner.spin(1_000, 5_000)).toBeLessThan(20)
})

test('a watchdog outside of the event loop ends it when the lease is over in the middle of a go', async () => {
  const spinner = startSpinner()
  // The thread has begun to look once it has ended a go.
  await vi.waitFor(() => expect(spinner.spin(40, 5) < 40 || spinner.isStopped).toBe(true), {
    timeout: 10_000,
  })
  const second = startSpinner()
  await sleep(300)
  const took = second.spin(2_000, 200)
  expect(took).toBeGreaterThan(190)
  expect(took).toBeLessThan(1_000)
  expect(second.isStopped).toBe(true)
})

test('block: goes are apart and let the event loop turn between them, and none begins once it is undone', async () => {
  let firings = 0
  const gaps: number[] = []
  const order = {
    parameters: { spinMs: 60, everyMs: 80 },
    fires: () => `L1:${++firings}`,
    leftMs: () => 5_000,
    time: hostTime,
  }
  const applied = block.apply(order as never, {} as never)
  if ('refused' in applied) throw new Error(applied.refused)
  let lastMs = performance.now()
  let turns = 0
  const beat = setInterval(() => {
    gaps.push(performance.now() - lastMs)
    lastMs = performance.now()
    turns += 1
  }, 5)
  await vi.waitFor(() => expect(firings).toBeGreaterThan(3), { timeout: 10_000 })
  expect(Math.max(...gaps)).toBeGreaterThan(50)
  expect(turns).toBeGreaterThan(3)
  expect(applied.check()).toMatch(/watchdog/)
  applied.undo()
  clearInterval(beat)
  const after = firings
  expect(applied.check()).toBeNull()
  await sleep(250)
  expect(firings).toBe(after)
})
