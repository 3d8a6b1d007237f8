/**
 * `npx tsx packages/runtime/bench/run.ts [workload …]`: ours alone, quickly, for whoever works on the hot path. Beside its peers
 * it is measured by `npm run bench -- runtime`.
 */
import { compare } from './compare.ts'

const workloads = process.argv.slice(2)
await compare({
  peers: [],
  ...(workloads.length === 0 ? {} : { workloads }),
  log: (line) => process.stdout.write(`${line}\n`),
})
