/** Runs the workloads by themselves: `tsx packages/runtime/bench/run.ts [name …]`. */
import { bytesPerProcess, workloads } from './workloads.ts'

const ROUNDS = 7
const wanted = process.argv.slice(2)
const chosen = workloads.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const rates = new Map<string, number[]>(chosen.map(({ name }) => [name, []]))

// Interleaved, so that a slow moment of the machine meets all of them.
for (let round = -1; round < ROUNDS; round++) {
  for (const { name, count, run } of chosen) {
    const tookMs = await run(count)
    if (round >= 0) rates.get(name)?.push(count / (tookMs / 1_000))
  }
}
for (const [name, list] of rates) {
  const median = list.sort((a, b) => a - b)[list.length >> 1] ?? 0
  console.log(`${name.padEnd(10)} ${(median / 1e6).toFixed(2)} M/s`)
}
if ('gc' in globalThis) console.log(`bytes      ${(await bytesPerProcess()).toFixed(0)} B`)
