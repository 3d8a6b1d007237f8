/** Systems measured side by side: each workload in turns on every peer that has it, medians, ratios. */
import { type Peer, type PeerName, startPeer } from './peer.ts'

export interface Compared {
  readonly workload: string
  /** Median operations a second (bytes for `bytes…`) of each peer that has this workload. */
  readonly medians: Readonly<Partial<Record<PeerName, number>>>
  /** Medians of the rounds' ratios, ours to theirs: neighbours in time meet the same noise. */
  readonly ratios: Readonly<Partial<Record<PeerName, number>>>
}

export interface CompareOptions {
  readonly peers: readonly PeerName[]
  /** Default: all of ours. */
  readonly workloads?: readonly string[]
  /** Measured rounds after one to warm up. Default 7. */
  readonly rounds?: number
  readonly log?: (line: string) => void
}

/** Ours beside its peers. */
export async function compare({
  peers,
  workloads,
  rounds = 7,
  log = () => undefined,
}: CompareOptions): Promise<Compared[]> {
  await using running = await startAll(['orrery', ...peers])
  const results: Compared[] = []
  for (const workload of workloads ?? running.ours.workloads) {
    const able = running.all.filter((peer) => peer.workloads.includes(workload))
    const measured = new Map<PeerName, number[]>(able.map(({ name }) => [name, []]))
    for (let round = 0; round <= rounds; round++) {
      for (const peer of able) {
        const value = await peer.measure(workload)
        if (round > 0) measured.get(peer.name)?.push(value)
      }
    }
    const result = summary(workload, measured)
    log(line(result))
    results.push(result)
  }
  return results
}

async function startAll(names: readonly PeerName[]): Promise<{ all: Peer[]; ours: Peer } & AsyncDisposable> {
  const all: Peer[] = []
  const stop = async () => {
    for (const peer of all) await peer[Symbol.asyncDispose]()
  }
  try {
    for (const name of names) all.push(await startPeer(name))
  } catch (error) {
    await stop()
    throw error
  }
  return { all, ours: all[0] as Peer, [Symbol.asyncDispose]: stop }
}

function summary(workload: string, measured: ReadonlyMap<PeerName, readonly number[]>): Compared {
  const ours = measured.get('orrery') ?? []
  const medians: Partial<Record<PeerName, number>> = {}
  const ratios: Partial<Record<PeerName, number>> = {}
  for (const [peer, values] of measured) {
    medians[peer] = median(values)
    if (peer !== 'orrery') ratios[peer] = median(ours.map((mine, round) => mine / (values[round] as number)))
  }
  return { workload, medians, ratios }
}

function line({ workload, medians, ratios }: Compared): string {
  const isBytes = workload.startsWith('bytes')
  const told = (value: number) => (isBytes ? `${value.toFixed(0)} B` : `${(value / 1e6).toFixed(2)} M/s`)
  const words = Object.entries(medians).map(([peer, value]) => {
    const ratio = ratios[peer as PeerName]
    return `${peer} ${told(value)}${ratio === undefined ? '' : ` (${ratio.toFixed(ratio < 1 ? 2 : 1)})`}`
  })
  return `${workload.padEnd(16)} ${words.join('  ')}`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
