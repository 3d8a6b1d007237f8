/** Interleaved medians of our workloads and nact's, and their ratios. */
import { nactWorkloads } from './nact.ts'
import { type Workload, workloads } from './workloads.ts'

export interface Comparison {
  readonly name: string
  /** Medians, operations per second. */
  readonly perSecond: number
  readonly nactPerSecond: number | null
  readonly ratio: number | null
}

/** Runs each workload `rounds` times on both sides in turn, after one round to warm up. */
export async function compareWithNact(
  rounds = 7,
  names: readonly string[] = workloads.map(({ name }) => name),
): Promise<Comparison[]> {
  const results: Comparison[] = []
  for (const ours of workloads.filter(({ name }) => names.includes(name))) {
    const theirs = nactWorkloads.find(({ name }) => name === ours.name)
    const rates: number[] = []
    const nactRates: number[] = []
    for (let round = 0; round <= rounds; round++) {
      const rate = await measure(ours)
      const nactRate = theirs === undefined ? null : await measure(theirs)
      if (round === 0) continue
      rates.push(rate)
      if (nactRate !== null) nactRates.push(nactRate)
    }
    const perSecond = median(rates)
    const nactPerSecond = nactRates.length === 0 ? null : median(nactRates)
    const ratio = nactPerSecond === null ? null : perSecond / nactPerSecond
    results.push({ name: ours.name, perSecond, nactPerSecond, ratio })
  }
  return results
}

async function measure({ count, run }: Workload): Promise<number> {
  return count / ((await run(count)) / 1_000)
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
