/**
 * Rates, waiting and handling times, and mailboxes of one node or all. A reader serves one set of parameters: it keeps the
 * percentiles of steps that are over, and an order for ten seconds, so that nothing jumps.
 */

import type { FaultSpan } from '../../views/fault-types.ts'
import { putKey } from '../../views/put-key.ts'
import type {
  BacklogRow,
  MessagesLine,
  MessagesView,
  PercentileStep,
  Percentiles,
  Spark,
  ViewParams,
} from '../../views/types.ts'
import { Histogram } from '../histogram.ts'
import { type History, STEP_S } from '../histories.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { RING_SECONDS, SERIES } from '../rings.ts'
import type { Seconds } from '../seconds.ts'
import { RUNNING, statusName } from '../status.ts'
import { RECENT_SECONDS, type TimingScope } from '../timings.ts'

const MAX_LINES = 12
const BACKLOG_ROWS = 16
const ORDER_HELD_MS = 10_000
/** With fewer samples the step shows each of them. */
const FEW = 20
const SHARES = [0.5, 0.9, 0.99, 0.999]

interface Step {
  wait: PercentileStep
  handling: PercentileStep
}

/** A line or row with what it is ordered by. */
interface Ranked<T> {
  id: string
  rank: number
  make: () => T
}

export class MessagesReader {
  readonly #params: ViewParams['messages']
  readonly #steps = new Map<number, Step>()
  #lineOrder = new HeldOrder()
  #backlogOrder = new HeldOrder()

  constructor(params: ViewParams['messages']) {
    this.#params = params
  }

  /** `nodes` are the one asked for, or all; `spans` gives the faults of these. */
  read(nodes: readonly NodeState[], spans: (fromMs: number) => FaultSpan[], nowMs: number): MessagesView {
    const stepS = this.#params.windowS > RING_SECONDS ? STEP_S : 1
    const nowS = Math.floor(nowMs / 1_000)
    // The running step is left out; what was timed in a second may come in the one after it.
    const last = Math.floor(nowS / stepS) - 1
    const first = last - Math.floor(this.#params.windowS / stepS) + 1
    const range = { first, last, stepS }
    const ranked = this.#rankedLines(nodes, range)
    const order = this.#lineOrder.of(ranked, MAX_LINES, nowMs)
    const lines: MessagesView['lines'] = {}
    for (const { id, make } of ranked) if (order.includes(id)) putKey(lines, id, make())
    const fromMs = first * stepS * 1_000
    return {
      stepMs: stepS * 1_000,
      fromMs,
      messagesPerS: tenths(sum(nodes, (node) => node.sampling.rates.messagesPerS)),
      processes: sum(nodes, (node) => node.processes.alive),
      sampledEvery: sampledEvery(nodes, nowS - 1),
      lines,
      order,
      more: Math.max(0, ranked.length - order.length),
      ...this.#percentiles(nodes, range, nowS),
      ...this.#backlog(nodes, range, nowMs),
      faults: spans(fromMs),
    }
  }

  #rankedLines(nodes: readonly NodeState[], range: Range): Ranked<MessagesLine>[] {
    const { by } = this.#params
    if (by === 'process') return nodes.flatMap((node) => processLines(node, range))
    if (by === 'node') {
      return nodes.map((node) => {
        const perS = tenths(node.sampling.rates.messagesPerS)
        const points = (): Spark => secondsLine([node.series.messages], range)
        const make = (): MessagesLine => ({ name: node.name, node: null, key: null, perS, points: points() })
        return { id: node.name, rank: perS, make }
      })
    }
    const named = new Map<string, { lines: Seconds[]; perS: number }>()
    for (const node of nodes) {
      for (const [name, line] of by === 'module' ? node.kinds.modules : node.kinds.behaviours) {
        const of = named.get(name) ?? { lines: [], perS: 0 }
        of.lines.push(line)
        const now = line.at(node.sampling.second)
        of.perS += Number.isNaN(now) ? 0 : now
        named.set(name, of)
      }
    }
    return [...named]
      .filter(([, { lines }]) => lines.some((line) => isMoving(line, range)))
      .map(([name, { lines, perS }]) => {
        const make = (): MessagesLine => ({
          name,
          node: null,
          key: null,
          perS: tenths(perS),
          points: secondsLine(lines, range),
        })
        return { id: name, rank: perS, make }
      })
  }

  #percentiles(
    nodes: readonly NodeState[],
    { first, last, stepS }: Range,
    nowS: number,
  ): Pick<MessagesView, 'of' | 'wait' | 'handling'> {
    const { of, scopes } = this.#scope(nodes)
    const steps: Step[] = []
    for (const step of this.#steps.keys()) if (step < first) this.#steps.delete(step)
    for (let step = first; step <= last; step++) {
      const held = this.#steps.get(step)
      const made = held ?? stepOf(collected(scopes, step * stepS, step * stepS + stepS - 1))
      if (held === undefined) this.#steps.set(step, made)
      steps.push(made)
    }
    const recent = collected(scopes, nowS - RECENT_SECONDS, nowS - 1)
    return {
      of,
      wait: { now: nowOf(recent.wait.histogram), steps: steps.map(({ wait }) => wait) },
      handling: { now: nowOf(recent.took.histogram), steps: steps.map(({ handling }) => handling) },
    }
  }

  /** What the percentiles are of, in each node. */
  #scope(nodes: readonly NodeState[]): { of: MessagesView['of']; scopes: [NodeState, TimingScope][] } {
    const { by, pick } = this.#params
    const all = (): [NodeState, TimingScope][] => nodes.map((node) => [node, { of: 'all' }])
    if (pick === null) return { of: null, scopes: all() }
    const process = processOf(nodes, pick)
    if (process !== null) {
      const { node, index } = process
      const name = `${displayName(node.processes, index)}, ${node.name}`
      return { of: { id: pick, name }, scopes: [[node, { of: 'process', index }]] }
    }
    const picked = nodes.filter(({ name }) => name === pick)
    if (picked.length > 0)
      return { of: { id: pick, name: pick }, scopes: picked.map((node) => [node, { of: 'all' }]) }
    if (by !== 'behaviour' && by !== 'module') return { of: null, scopes: all() }
    return { of: { id: pick, name: pick }, scopes: nodes.map((node) => [node, { of: by, name: pick }]) }
  }

  #backlog(
    nodes: readonly NodeState[],
    range: Range,
    nowMs: number,
  ): Pick<MessagesView, 'backlog' | 'backlogOrder'> {
    const ranked = nodes.flatMap((node) => backlogRows(node, range))
    const order = this.#backlogOrder.of(ranked, BACKLOG_ROWS, nowMs)
    const backlog: MessagesView['backlog'] = {}
    for (const { id, make } of ranked) if (order.includes(id)) putKey(backlog, id, make())
    return { backlog, backlogOrder: order }
  }
}

interface Range {
  /** Absolute steps, both included. */
  first: number
  last: number
  stepS: number
}

/** The first few by rank; they keep their places for ten seconds, and whoever is new comes behind them. */
class HeldOrder {
  #order: string[] = []
  #sortedAtMs = Number.NEGATIVE_INFINITY

  of(ranked: readonly Ranked<unknown>[], room: number, nowMs: number): string[] {
    const best = ranked.toSorted((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1)).slice(0, room)
    const known = new Set(ranked.map(({ id }) => id))
    if (nowMs - this.#sortedAtMs >= ORDER_HELD_MS || this.#order.length === 0) {
      this.#sortedAtMs = nowMs
      this.#order = best.map(({ id }) => id)
      return this.#order
    }
    const kept = this.#order.filter((id) => known.has(id))
    const added = best.map(({ id }) => id).filter((id) => !kept.includes(id))
    const order = [...kept, ...added].slice(0, room)
    if (order.some((id, i) => id !== this.#order[i]) || order.length !== this.#order.length)
      this.#order = order
    return this.#order
  }
}

function processLines(node: NodeState, range: Range): Ranked<MessagesLine>[] {
  const { processes: p, sampling } = node
  const found: Ranked<MessagesLine>[] = []
  for (const history of sampling.histories.all) {
    const points = historyLine(node, history, 'handled', range)
    if (points.every((point) => point === null || point === 0)) continue
    const perS = tenths(p.columns.handledPerS[history.index] ?? 0)
    const key = p.keyOf(history.index)
    const name = displayName(p, history.index)
    const make = (): MessagesLine => ({ name, node: node.name, key, perS, points })
    found.push({ id: `${node.name} ${key}`, rank: perS, make })
  }
  return found
}

function backlogRows(node: NodeState, range: Range): Ranked<BacklogRow>[] {
  const { processes: p, sampling } = node
  const { columns: c } = p
  const found: Ranked<BacklogRow>[] = []
  for (const history of sampling.histories.all) {
    const { index } = history
    const points = historyLine(node, history, 'mailbox', range)
    const longest = points.reduce<number>((most, point) => Math.max(most, point ?? 0), 0)
    const mailboxLength = c.mailbox[index] ?? 0
    const handledPerS = c.handledPerS[index] ?? 0
    const key = p.keyOf(index)
    const make = (): BacklogRow => ({
      node: node.name,
      key,
      name: displayName(p, index),
      status: statusName(c.status[index] ?? RUNNING),
      fault: p.faults.get(index) ?? null,
      mailboxLength,
      handledPerS: tenths(handledPerS),
      points,
    })
    // By what waits now, then by what waited a while ago, then by what is handled.
    const rank = mailboxLength + longest / 1e9 + handledPerS / 1e18
    found.push({ id: `${node.name} ${key}`, rank, make })
  }
  return found
}

function historyLine(node: NodeState, history: History, of: 'handled' | 'mailbox', range: Range): Spark {
  const { histories, second } = node.sampling
  const { rings, columns: c } = node.processes
  const points: Spark = []
  for (let step = range.first; step <= range.last; step++) {
    if (range.stepS === STEP_S) {
      points.push(histories[of](history, step))
      continue
    }
    const ring = c.ring[history.index] ?? -1
    const isHeld = step <= second && step > second - RING_SECONDS
    const value = ring === -1 ? 0 : rings.at(ring, of === 'handled' ? SERIES.handled : SERIES.mailbox, step)
    points.push(isHeld ? value : null)
  }
  return points.map((point) => (point === null ? null : rounded(point)))
}

/** The sum of several lines a second; a step is a gap where none of its seconds was heard. */
function secondsLine(lines: readonly Seconds[], { first, last, stepS }: Range): Spark {
  const points: Spark = []
  for (let step = first; step <= last; step++) {
    let total = 0
    let heard = 0
    for (let second = step * stepS; second < (step + 1) * stepS; second++) {
      const values = lines.map((line) => line.at(second)).filter((value) => !Number.isNaN(value))
      if (values.length === 0) continue
      total += values.reduce((a, b) => a + b, 0)
      heard++
    }
    points.push(heard === 0 ? null : rounded(total / heard))
  }
  return points
}

function isMoving(line: Seconds, { first, last, stepS }: Range): boolean {
  for (let second = first * stepS; second < (last + 1) * stepS; second++) if (line.at(second) > 0) return true
  return false
}

/** A histogram, and the samples themselves as long as they are few. */
class Collected {
  readonly histogram = new Histogram()
  readonly each: number[] = []

  add(us: number, weight: number): void {
    this.histogram.add(us, weight)
    if (this.each.length < FEW) this.each.push(us)
  }

  get step(): PercentileStep {
    if (this.each.length === 0) return null
    if (this.each.length < FEW) return { each: this.each.map(rounded) }
    const [p50 = 0, p90 = 0, p99 = 0, p999 = 0] = this.histogram.quantiles(SHARES).map(rounded)
    return { q: [p50, p90, p99, p999] }
  }
}

function collected(scopes: readonly [NodeState, TimingScope][], from: number, to: number) {
  const into = { wait: new Collected(), took: new Collected() }
  for (const [node, scope] of scopes) node.timings.collect(from, to, scope, into)
  return into
}

function stepOf({ wait, took }: { wait: Collected; took: Collected }): Step {
  return { wait: wait.step, handling: took.step }
}

function nowOf(histogram: Histogram): Percentiles['now'] {
  const [p50, p99] = histogram.quantiles([0.5, 0.99])
  return p50 === undefined || p99 === undefined ? null : { p50: rounded(p50), p99: rounded(p99) }
}

function processOf(nodes: readonly NodeState[], id: string): { node: NodeState; index: number } | null {
  const at = id.indexOf(' ')
  if (at === -1) return null
  const node = nodes.find(({ name }) => name === id.slice(0, at))
  const index = node?.processes.find(id.slice(at + 1))
  return node === undefined || index === undefined ? null : { node, index }
}

function sampledEvery(nodes: readonly NodeState[], second: number): number | null {
  let most: number | null = null
  for (const node of nodes) {
    const every = node.timings.sampledEvery(second)
    if (every !== null) most = Math.max(most ?? 0, every)
  }
  return most === null ? null : rounded(most)
}

function sum(nodes: readonly NodeState[], of: (node: NodeState) => number): number {
  return nodes.reduce((total, node) => total + of(node), 0)
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

/** Three figures are more than a chart can draw. */
function rounded(value: number): number {
  if (value < 100) return tenths(value)
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2)
  return Math.round(Math.round(value / unit) * unit)
}
