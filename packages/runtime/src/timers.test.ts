import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Clock } from './clock.ts'
import { Callback } from './send-after.ts'
import { virtualTime } from './testing.ts'
import { Timers } from './timers.ts'

test('[TIME-1] timers fire at their time, in order, unless cancelled; all are accounted for', async () => {
  const set = fc.record({ ms: fc.integer({ min: 0, max: 5_000 }), cancelAtMs: fc.option(fc.nat(5_000)) })
  await fc.assert(
    fc.asyncProperty(fc.array(set, { maxLength: 30 }), async (plan) => {
      const time = virtualTime()
      const clock = new Clock(time.options.clock)
      const timers = new Timers(clock, time.options.timers)
      const fired: { i: number; atMs: number }[] = []
      const all = plan.map(({ ms }, i) => {
        const timer = new Callback(() => fired.push({ i, atMs: time.nowMs }))
        timers.add(timer, ms, clock.read())
        return timer
      })
      const cancels = plan
        .map(({ cancelAtMs }, i) => ({ i, atMs: cancelAtMs }))
        .filter((cancel): cancel is { i: number; atMs: number } => cancel.atMs !== null)
        .sort((a, b) => a.atMs - b.atMs)
      for (const { i, atMs } of cancels) {
        await time.advance(atMs - time.nowMs)
        timers.remove(all[i] as Callback)
      }
      await time.advance(6_001 - time.nowMs)
      const expected = plan
        .map(({ ms, cancelAtMs }, i) => ({ i, ms: Math.max(1, ms), cancelAtMs }))
        .filter(({ ms, cancelAtMs }) => cancelAtMs === null || cancelAtMs >= ms)
      expect(fired.map(({ i }) => i).sort((a, b) => a - b)).toEqual(expected.map(({ i }) => i))
      for (const { i, atMs } of fired) expect(atMs).toBe(Math.max(1, plan[i]?.ms ?? 0))
      expect(timers.size).toBe(0)
    }),
    { numRuns: 20 },
  )
})

test('[TIME-2] a million calls’ worth of timers of one duration cost one real timer', () => {
  const time = virtualTime()
  const clock = new Clock(time.options.clock)
  const timers = new Timers(clock, time.options.timers)
  for (let i = 0; i < 10_000; i++) {
    const timer = new Callback(() => undefined)
    timers.add(timer, 5_000, 0)
    if (i % 2 === 0) timers.remove(timer)
  }
  expect(time.timerCount).toBe(1)
  expect(timers.size).toBe(5_000)
  timers.clear()
  expect(time.timerCount).toBe(0)
})

test('[TIME-3] where all timers were cancelled, none is left to keep the process alive', async () => {
  const time = virtualTime()
  const clock = new Clock(time.options.clock)
  const timers = new Timers(clock, time.options.timers)
  const timer = new Callback(() => undefined)
  timers.add(timer, 60_000, 0)
  timers.remove(timer)
  await time.advance(1_000)
  expect(time.timerCount).toBe(0)
})
