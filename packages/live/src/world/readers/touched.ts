/** Figures of some processes of a node taken together, second by second: what an experiment does to those it touches. */

import type { Spark } from '../../views/types.ts'
import { FLAG, NONE, ORPHANS } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { RING_SECONDS, SERIES } from '../rings.ts'

export interface Touched {
  /** By the hub's clock, the last whole second the node told of. */
  second: number
  handledPerS: number
  mailbox: number
  mailboxMax: number
  /** Restarts counted in these slots so far. */
  restarts: number
  /** The worst of them, over the last five seconds; `null` where none was timed. */
  handlingP99Ms: number | null
}

export interface Window {
  key: string
  name: string
  used: number
  allowed: number
}

/** Of these processes, or with `null` of the node as a whole. Keys that nobody has any more count nothing. */
export function touched(node: NodeState, keys: readonly string[] | null): Touched {
  const { processes: p, sampling } = node
  const { columns: c } = p
  const all: Touched = {
    second: sampling.second,
    handledPerS: keys === null ? sampling.rates.messagesPerS : 0,
    mailbox: keys === null ? (sampling.latest?.mailbox ?? 0) : 0,
    mailboxMax: 0,
    restarts: 0,
    handlingP99Ms: null,
  }
  const recent = node.timings.recent(sampling.second)
  const see = (index: number): void => {
    all.mailboxMax = Math.max(all.mailboxMax, c.mailbox[index] ?? 0)
    all.restarts += c.restarts[index] ?? 0
    const p99 = recent.get(index)?.tookP99Us
    if (p99 !== undefined) all.handlingP99Ms = Math.max(all.handlingP99Ms ?? 0, p99 / 1_000)
  }
  if (keys === null) {
    for (let index = ORPHANS + 1; index < c.length; index++) if (c.has(index, FLAG.used)) see(index)
    return all
  }
  for (const key of keys) {
    const index = p.find(key)
    if (index === undefined) continue
    see(index)
    all.handledPerS += c.handledPerS[index] ?? 0
    all.mailbox += c.mailbox[index] ?? 0
  }
  return all
}

/** The last minute of them together, one point a second, the newest last; a gap where the node was not heard. */
export function touchedMinute(
  node: NodeState,
  keys: readonly string[] | null,
  metric: 'handled' | 'mailbox',
): Spark {
  const { processes: p, sampling, series } = node
  const { second } = sampling
  if (keys === null) {
    const line = metric === 'handled' ? series.messages : series.mailbox
    return Array.from({ length: RING_SECONDS }, (_, i) => {
      const value = line.at(second - RING_SECONDS + 1 + i)
      return Number.isNaN(value) ? null : value
    })
  }
  const sum: Spark = Array.from({ length: RING_SECONDS }, (_, i) =>
    // A process at rest has no ring; whether the node was heard at all, its own line tells.
    Number.isNaN(series.processes.at(second - RING_SECONDS + 1 + i)) ? null : 0,
  )
  for (const key of keys) {
    const index = p.find(key)
    const ring = index === undefined ? -1 : (p.columns.ring[index] ?? -1)
    if (ring === -1) continue
    const points = p.rings.read(ring, SERIES[metric], second, RING_SECONDS)
    for (let i = 0; i < RING_SECONDS; i++) {
      const held = sum[i]
      if (held !== null && held !== undefined) sum[i] = held + (points[i] ?? 0)
    }
  }
  return sum
}

/** Every supervisor above one of these processes, with the restarts in its window. */
export function windowsAbove(node: NodeState, keys: readonly string[]): Window[] {
  const { processes: p } = node
  const seen = new Set<number>()
  for (const key of keys) {
    const index = p.find(key)
    if (index === undefined) continue
    let at = p.columns.parent[index] ?? NONE
    while (at > ORPHANS && !seen.has(at)) {
      seen.add(at)
      at = p.columns.parent[at] ?? NONE
    }
  }
  return [...seen].flatMap((index) => {
    const { supervisor } = p.specOf(index)
    if (supervisor === null) return []
    const used = p.intensity.get(index)?.length ?? 0
    return [{ key: p.keyOf(index), name: displayName(p, index), used, allowed: supervisor.intensity }]
  })
}
