/** Spoiled frames at a hub and spoiled words at an agent: each taken or refused as SPEC.md has it, nobody harmed. */
import { seedOf } from '@orrery/protocol/fuzz'
import { fuzzAgent, fuzzHub } from '@orrery/testkit'
import type { Figures } from '../suite.ts'

export interface FuzzScale {
  /** 100,000 in full. */
  frames: number
  /** Commands, renewals, acks and the like, at the agent. 50,000 in full. */
  words: number
}

export const FULL: FuzzScale = { frames: 100_000, words: 50_000 }

export async function fuzz(scale: FuzzScale, log: (line: string) => void): Promise<Figures> {
  const seed = seedOf(process.env)
  log(
    `${scale.frames} spoiled frames at a hub, ${scale.words} spoiled words at an agent, ORRERY_SEED=${seed}`,
  )
  const hub = await fuzzHub({ frames: scale.frames, seed, log })
  for (const line of [...hub.misjudged, ...hub.disturbances]) log(`  hub: ${line}`)
  const agent = await fuzzAgent({ words: scale.words, seed, log })
  for (const line of [...agent.misjudged, ...agent.disturbances]) log(`  agent: ${line}`)
  return {
    fuzz_frames: hub.frames,
    fuzz_accepted: hub.accepted,
    fuzz_refused: hub.refused,
    fuzz_records_left_out: hub.recordsLeftOut,
    fuzz_frames_per_rule: Math.min(...Object.values(hub.byRule)),
    fuzz_words: agent.words,
    fuzz_crashes: hub.crashes + agent.crashes,
    fuzz_misjudged: hub.misjudged.length + agent.misjudged.length,
    fuzz_disturbances: hub.disturbances.length + agent.disturbances.length,
    fuzz_heap_growth_mB: hub.heapGrowthBytes / 1e6,
    fuzz_agent_heap_growth_mB: agent.heapGrowthBytes / 1e6,
    fuzz_hub_loop_delay_max_ms: hub.loopDelayMaxMs,
  }
}
