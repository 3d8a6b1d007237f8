import { seedOf } from '@orrery/protocol/fuzz'
import { expect, test } from 'vitest'
import { fuzzAgent } from './fuzz-agent.ts'

const SLOW_MS = 60_000
const WORDS = 3_000
const seed = seedOf(process.env)

test(
  `[WIRE-50] [WIRE-51] [WIRE-55] a hub of bad intent gets an answer to each command and harms no process (ORRERY_SEED=${seed})`,
  async () => {
    const outcome = await fuzzAgent({ words: WORDS, seed })
    expect(outcome).toMatchObject({ crashes: 0, misjudged: [], disturbances: [] })
    expect(outcome.words).toBeGreaterThanOrEqual(WORDS)
    expect(outcome.answered).toBeGreaterThan(WORDS / 3)
    expect(outcome.refused).toBeGreaterThan(WORDS / 10)
    expect(outcome.counted).toBeGreaterThan(WORDS / 20)
    expect(outcome.heapGrowthBytes).toBeLessThan(20_000_000)
  },
  SLOW_MS,
)
