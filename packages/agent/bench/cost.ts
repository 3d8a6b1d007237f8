/**
 * `agent_cost_percent_10k`, as architecture.md defines it: one process, 10,000 processes at saturated message throughput, the
 * agent toggled in random half-second blocks, at least 40 pairs. The figure is the upper 95 % bound of the median loss.
 *
 * Run alone: `npx tsx packages/agent/bench/cost.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Block, CostAnswer, CostOrder } from './cost-node.ts'

export interface AgentCost {
  /** Upper 95 % bound of the median loss of throughput, in percent. */
  agent_cost_percent_10k: number
  /** The median loss itself. */
  agent_cost_percent_10k_median: number
  /** The same bound for messages per second of processor time: what remains when other programs take the processor. */
  agent_cost_percent_10k_cpu: number
  agent_cost_percent_10k_cpu_median: number
  /** What the agent says of itself on every node's page. */
  agent_cost_percent_own_meter: number
  messages_per_s_without_agent: number
  pairs: number
  /** Pairs in which other programs took the processor; they were taken again as far as time allowed. */
  pairs_disturbed: number
  frames: number
  wire_bytes_per_s: number
}

export interface CostOptions {
  processes?: number
  tokens?: number
  /** At least 40. */
  pairs?: number
  warmUpMs?: number
  seed?: number
}

/** Measures what an agent costs its node; about 1.1 s a pair, up to twice as many pairs on a busy machine. */
export async function measureAgentCost(options: CostOptions = {}): Promise<AgentCost> {
  const pairs = Math.max(40, options.pairs ?? 80)
  const sink = fork(fileURLToPath(new URL('./sink.ts', import.meta.url)), {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const node = fork(fileURLToPath(new URL('./cost-node.ts', import.meta.url)), {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  try {
    const { port } = await once<{ port: number }>(sink)
    const order: CostOrder = {
      hub: `http://127.0.0.1:${port}`,
      processes: options.processes ?? 10_000,
      tokens: options.tokens ?? 1_000,
      pairs,
      warmUpMs: options.warmUpMs ?? 5_000,
      seed: options.seed ?? Number(process.env.ORRERY_SEED ?? Date.now()),
    }
    const startedAt = performance.now()
    node.send(order)
    const said = await once<{ answer?: CostAnswer; error?: string }>(node)
    if (!said.answer) throw new Error(said.error ?? 'the measured process said nothing')
    const seconds = (performance.now() - startedAt) / 1_000
    sink.send('figures')
    const { frames, bytes } = await once<{ frames: number; bytes: number }>(sink)
    return summary(said.answer, frames, bytes / seconds)
  } finally {
    for (const child of [node, sink]) if (child.connected) child.disconnect()
    node.kill()
    sink.kill()
  }
}

function summary(
  { pairs, disturbed, agentCpuPercent }: CostAnswer,
  frames: number,
  bytesPerS: number,
): AgentCost {
  const loss = (rate: (block: Block) => number): number[] =>
    pairs.map(({ on, off }) => 100 * (1 - rate(on) / rate(off)))
  const wall = loss((block) => block.messages / block.ms)
  const cpu = loss((block) => block.messages / block.cpuMs)
  const off = pairs.map((pair) => (1_000 * pair.off.messages) / pair.off.ms)
  return {
    agent_cost_percent_10k: round(upperBoundOfMedian(wall)),
    agent_cost_percent_10k_median: round(median(wall)),
    agent_cost_percent_10k_cpu: round(upperBoundOfMedian(cpu)),
    agent_cost_percent_10k_cpu_median: round(median(cpu)),
    agent_cost_percent_own_meter: round(agentCpuPercent),
    messages_per_s_without_agent: Math.round(median(off)),
    pairs: pairs.length,
    pairs_disturbed: disturbed,
    frames,
    wire_bytes_per_s: Math.round(bytesPerS),
  }
}

/**
 * One-sided 95 % bound by order statistics: the smallest k-th value for which at most 5 % of all samples would have k or more of
 * n values below the true median. No assumption about the distribution.
 */
export function upperBoundOfMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  let below = 0
  let probability = 0.5 ** n
  for (let k = 0; k < n; k++) {
    below += probability
    if (below >= 0.95) return sorted[Math.min(n - 1, k)] ?? Number.NaN
    probability = (probability * (n - k)) / (k + 1)
  }
  return sorted[n - 1] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

function once<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`a measuring process ended with ${code}`)))
  })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pairs = Number(process.argv[2] ?? 80)
  console.log(JSON.stringify(await measureAgentCost({ pairs }), null, 2))
}
