import { expect, test } from 'vitest'
import { holdUnderKills } from './kills.ts'
import { readSeed } from './seed.ts'

test('hub, nodes and database are killed in crash storms: what was accepted is stored, each once', async () => {
  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
    process.stdout.write(`${line}\n`)
  }
  const options = { database: 'postgres', kills: 6, nodes: 2, crashesPerS: 60, paceMs: 250 } as const
  const { kills, accepted, stored, lost, doubled, unheard, unmissed, nodeEnds, thrown, surprises } =
    await holdUnderKills({ ...options, seed: readSeed() }, say)
  expect(surprises).toEqual([])
  expect(Object.values(kills).reduce((sum, n) => sum + n)).toBe(6)
  expect({ lost, unheard, unmissed, doubled }).toEqual({ lost: [], unheard: [], unmissed: [], doubled: 0 })
  expect(stored).toBe(accepted)
  // One that is killed before it said hello was never there.
  expect(nodeEnds).toBeLessThanOrEqual((kills['node-1'] ?? 0) + (kills['node-2'] ?? 0))
  expect(thrown).toBeGreaterThan(100)
  expect(accepted).toBeGreaterThan(100)
  expect(lines[0]).toContain('ORRERY_SEED=')
}, 180_000)
