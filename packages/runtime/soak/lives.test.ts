/** The soak in short; `npm run soak` runs ten minutes of it over 10,000 processes. */
import { expect, test } from 'vitest'
import { lives } from './lives.ts'

test('[SOAK-1] under random deaths nothing is orphaned, every link and monitor is honoured, and the counts add up', async () => {
  const seed = Number(process.env.ORRERY_SEED || Date.now() % 1_000_000)
  console.log(`lives: ORRERY_SEED=${seed}`)
  const result = await lives({ processes: 1_000, seconds: 3, deathsPerS: 500, seed })
  expect(result.deaths).toBeGreaterThan(1_000)
  expect(result.restarts).toBeGreaterThan(500)
  expect(result).toMatchObject({ orphans: 0, missing: 0, untold: 0 })
  expect(result.linksHonoured).toBe(result.links)
  expect(result.monitorsHonoured).toBe(result.monitors)
  expect(result.callsSettled).toBe(result.calls)
  // As many stand at the end as at the beginning, and the watchers of those that live on.
  expect(result.spawned - result.exited).toBeLessThanOrEqual(result.monitors)
})
