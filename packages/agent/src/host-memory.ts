/** What the host holds: memory by space, and what keeps its event loop busy. Each reading is paid for before the next. */
import { getHeapSpaceStatistics } from 'node:v8'

export interface HostHoldings {
  spaces: { name: string; bytes: number }[]
  resources: { name: string; count: number }[]
}

export interface HostMeter {
  /** `externalBytes`: what lives outside of the heap and is held from inside it. */
  read(externalBytes: number): HostHoldings
}

/** A list of resources that took 1 ms is next made after a second, and so on: a thousandth of the time at most. */
const REST = 1_000
const MAX_NAMES = 16

/** V8's spaces by what they are for; what a later V8 adds counts as old. */
const PARTS: readonly [name: string, spaces: RegExp][] = [
  ['code', /^(code|trusted)_space$/],
  ['large objects', /large_object_space$/],
  ['new', /^new_space$/],
]

export function createHostMeter(nowMs: () => number = () => performance.now()): HostMeter {
  let resources: HostHoldings['resources'] = []
  let restUntilMs = Number.NEGATIVE_INFINITY
  return {
    read(externalBytes) {
      const startedAt = nowMs()
      if (startedAt >= restUntilMs) {
        resources = countResources()
        restUntilMs = startedAt + (nowMs() - startedAt) * REST
      }
      return { spaces: spacesOf(externalBytes), resources }
    },
  }
}

/** In the order they are stacked: what lasts at the bottom. */
function spacesOf(externalBytes: number): HostHoldings['spaces'] {
  const bytes = new Map([
    ['old', 0],
    ['code', 0],
    ['large objects', 0],
    ['external', externalBytes],
    ['new', 0],
  ])
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
    const [name] = PARTS.find(([, spaces]) => spaces.test(space_name)) ?? ['old']
    bytes.set(name, (bytes.get(name) ?? 0) + space_used_size)
  }
  return [...bytes].map(([name, bytes]) => ({ name, bytes }))
}

function countResources(): HostHoldings['resources'] {
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_NAMES)
}
