import fc from 'fast-check'
import { expect, test } from 'vitest'
import { schedule } from './schedule.ts'
import { dice, readSeed } from './seed.ts'

const options = {
  kills: 30,
  parts: ['hub', 'database', 'node-1'],
  links: ['agents', 'database'],
  nodes: ['node-1'],
  paceMs: 500,
} as const

test('the same seed gives the same schedule, another seed another', () => {
  expect(schedule({ ...options, seed: 7 })).toEqual(schedule({ ...options, seed: 7 }))
  expect(schedule({ ...options, seed: 7 })).not.toEqual(schedule({ ...options, seed: 8 }))
})

test('it has the kills that were asked for, every part its share, and bounded waits', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 200 }), (seed, kills) => {
      const steps = schedule({ ...options, seed, kills })
      const killed = steps.flatMap(({ deed }) => (deed.kind === 'kill' ? [deed.part] : []))
      expect(killed).toHaveLength(kills)
      for (const part of options.parts) {
        const share = killed.filter((name) => name === part).length
        expect(Math.abs(share - kills / options.parts.length)).toBeLessThan(1)
      }
      for (const { afterMs } of steps) {
        expect(afterMs).toBeGreaterThanOrEqual(500)
        expect(afterMs).toBeLessThanOrEqual(1_500)
      }
    }),
  )
})

test('every kind of deed comes', () => {
  const kinds = new Set(schedule({ ...options, seed: 1, kills: 100 }).map(({ deed }) => deed.kind))
  expect([...kinds].sort()).toEqual(['cut', 'kill', 'slow', 'stall', 'step'])
})

test('ORRERY_SEED is obeyed; without it a run has a seed of its own', () => {
  expect(readSeed({ ORRERY_SEED: '42' })).toBe(42)
  expect(readSeed({ ORRERY_SEED: 'none' })).toBeGreaterThanOrEqual(0)
  expect(readSeed({})).toBeLessThan(2 ** 31)
})

test('dice stay within their bounds and reach both', () => {
  const { between } = dice(3)
  const thrown = new Set(Array.from({ length: 200 }, () => between(1, 6)))
  expect([...thrown].sort()).toEqual([1, 2, 3, 4, 5, 6])
})
