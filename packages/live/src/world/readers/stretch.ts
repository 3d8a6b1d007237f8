/**
 * What a part of a node did in a stretch of seconds: what its modules handled and how long that took, and the longest
 * mailbox below it. Rates and times are by module, because a pool's members may live shorter than the stretch.
 */
import { FLAG } from '../columns.ts'
import { Histogram } from '../histogram.ts'
import type { NodeState } from '../node.ts'
import { RING_SECONDS, SERIES } from '../rings.ts'

/** Adds up, stretch by stretch. */
export class Stretch {
  /** Seconds that were heard, and messages handled in them. */
  seconds = 0
  handled = 0
  /** The longest seen; `null` where nothing was. */
  mailboxPeak: number | null = null
  readonly took = new Histogram()

  get tookP99Us(): number | null {
    return this.took.quantiles([0.99])[0] ?? null
  }
}

/** Points of mailboxes that are looked at; of more, every other second, every third, … */
const MOST_POINTS = 200_000
const NOTHING = { add: () => undefined }

/**
 * Adds the seconds `from` to `to`, both included, as far as they are held: rates and times for five minutes, mailboxes
 * for one.
 *
 * @param roots logical keys of the processes above what is meant; `null` for the whole node
 */
export function addStretch(
  node: NodeState,
  roots: readonly string[] | null,
  from: number,
  to: number,
  into: Stretch,
): void {
  const { processes, kinds, series, timings } = node
  const indexes = roots === null ? null : below(node, roots)
  const modules =
    indexes === null ? null : new Set([...indexes].map((index) => processes.specOf(index).module))
  const lines =
    modules === null ? [series.messages] : [...modules].flatMap((name) => kinds.modules.get(name) ?? [])
  for (let second = from; second <= to; second++) {
    if (Number.isNaN(series.messages.at(second))) continue
    into.seconds++
    for (const line of lines) {
      const value = line.at(second)
      if (!Number.isNaN(value)) into.handled += value
    }
  }
  timings.collect(from, to, modules === null ? { of: 'all' } : { of: 'modules', names: modules }, {
    wait: NOTHING,
    took: into.took,
  })
  addMailboxes(node, indexes, from, to, into)
}

function addMailboxes(
  { processes, sampling }: NodeState,
  indexes: ReadonlySet<number> | null,
  from: number,
  to: number,
  into: Stretch,
): void {
  const { columns: c, rings } = processes
  const first = Math.max(from, sampling.second - RING_SECONDS + 1)
  const last = Math.min(to, sampling.second)
  if (first > last) return
  const owned = indexes === null ? rings.owner.filter((index) => index !== -1) : [...indexes]
  const step = Math.max(1, Math.ceil((owned.length * (last - first + 1)) / MOST_POINTS))
  for (const index of owned) {
    const ring = c.ring[index] ?? -1
    for (let second = last; second >= first; second -= step) {
      // Without a ring it did nothing, and nothing waited.
      const length = ring === -1 ? 0 : rings.at(ring, SERIES.mailbox, second)
      if (length !== null && length > (into.mailboxPeak ?? -1)) into.mailboxPeak = length
    }
  }
}

function below({ processes }: NodeState, roots: readonly string[]): Set<number> {
  const found = new Set<number>()
  for (const key of roots) {
    const root = processes.find(key)
    if (root === undefined || found.has(root)) continue
    for (const index of processes.below(root)) found.add(index)
  }
  return found
}

/** Whether a process of this logical key lives. */
export function isAlive({ processes }: NodeState, key: string): boolean {
  const index = processes.find(key)
  return index !== undefined && processes.columns.has(index, FLAG.alive)
}
