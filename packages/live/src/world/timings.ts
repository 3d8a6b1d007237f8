/**
 * Messages that were timed, of the last five minutes: each sample as it came, in blocks of a second, so that percentiles of any
 * node, kind or process over any of these seconds are counted from the samples and never averaged.
 */
import type { MessageTimings } from '@orrery/protocol'
import type { Processes } from './processes.ts'

export const TIMING_SECONDS = 300
/** What is said of a process covers so many seconds. */
export const RECENT_SECONDS = 5

/** Of one process over the last five seconds. Durations in microseconds. */
export interface RecentTimings {
  waitP99Us: number
  tookP99Us: number
  /** Share of the event loop, 0 to 1. */
  busy: number
}

/** Takes values in microseconds, each with the messages it stands for. */
export interface Collector {
  add(us: number, weight: number): void
}

/** Which samples: all, those of a behaviour, module or several, or of one process. */
export type TimingScope =
  | { of: 'all' }
  | { of: 'behaviour' | 'module'; name: string }
  | { of: 'modules'; names: ReadonlySet<string> }
  | { of: 'process'; index: number }

interface Block {
  second: number
  /** Slot of the process and which of its owners, -1 for one that is not known. */
  index: Int32Array
  generation: Uint32Array
  kind: Uint16Array
  waitedUs: Float32Array
  ranUs: Float32Array
  awaitedUs: Float32Array
  weight: Float32Array
}

const MAX_KINDS = 65_535

export class Timings {
  #processes: Processes
  /** By second, modulo what is held. */
  readonly #blocks: (Block | undefined)[] = []
  /** The first stands for every kind that is not known. */
  readonly #kinds = [{ behaviour: '', module: '' }]
  readonly #kindOf = new Map<string, number>()
  #newest = 0
  #recent: { second: number; of: Map<number, RecentTimings> } | null = null

  constructor(processes: Processes) {
    this.#processes = processes
  }

  /** Whether the node has ever told any. */
  get hasAny(): boolean {
    return this.#newest > 0
  }

  /** Another incarnation: what was timed stays, and belongs to none of its processes. */
  renew(processes: Processes): void {
    this.#processes = processes
    for (const block of this.#blocks) block?.index.fill(-1)
    this.#recent = null
  }

  add(record: MessageTimings, second: number): void {
    const { columns: c, refs } = this.#processes
    const count = record.refs.length
    const held = this.#blocks[second % TIMING_SECONDS]
    const before = held?.second === second ? held : undefined
    const block = blockOf(second, count, before)
    const kinds = record.kinds.map(({ behaviour, module }) => this.#kind(behaviour, module))
    const from = before?.index.length ?? 0
    for (let i = 0; i < count; i++) {
      const at = from + i
      const index = refs.get(record.refs[i] ?? 0) ?? -1
      block.index[at] = index
      block.generation[at] = index === -1 ? 0 : (c.generation[index] ?? 0)
      block.kind[at] = kinds[record.kind[i] ?? 0] ?? 0
      block.waitedUs[at] = record.waitedUs[i] ?? 0
      block.ranUs[at] = record.ranUs[i] ?? 0
      block.awaitedUs[at] = record.awaitedUs[i] ?? 0
      block.weight[at] = record.weights[i] ?? 1
    }
    this.#blocks[second % TIMING_SECONDS] = block
    this.#newest = Math.max(this.#newest, second)
    this.#recent = null
  }

  /** Gives what was timed in these seconds, both included. */
  collect(
    fromSecond: number,
    toSecond: number,
    scope: TimingScope,
    into: { wait: Collector; took: Collector },
  ): void {
    const isIn = this.#inScope(scope)
    for (let second = fromSecond; second <= toSecond; second++) {
      const block = this.#block(second)
      if (block === null) continue
      for (let i = 0; i < block.index.length; i++) {
        if (!isIn(block, i)) continue
        const weight = block.weight[i] ?? 1
        into.wait.add(block.waitedUs[i] ?? 0, weight)
        into.took.add((block.ranUs[i] ?? 0) + (block.awaitedUs[i] ?? 0), weight)
      }
    }
  }

  /** One message of so many was timed in the last seconds; `null` where none was. */
  sampledEvery(second: number): number | null {
    let samples = 0
    let weight = 0
    for (let at = second - RECENT_SECONDS + 1; at <= second; at++) {
      const block = this.#block(at)
      if (block === null) continue
      samples += block.weight.length
      for (const each of block.weight) weight += each
    }
    return samples === 0 ? null : weight / samples
  }

  /** By slot; a process without a sample in the last five seconds is not in it. Made once a second. */
  recent(second: number): ReadonlyMap<number, RecentTimings> {
    if (this.#recent?.second === second) return this.#recent.of
    const { columns: c } = this.#processes
    const found = new Map<number, { wait: [number, number][]; took: [number, number][]; ranUs: number }>()
    for (let at = second - RECENT_SECONDS + 1; at <= second; at++) {
      const block = this.#block(at)
      if (block === null) continue
      for (let i = 0; i < block.index.length; i++) {
        const index = block.index[i] ?? -1
        if (index === -1 || block.generation[i] !== c.generation[index]) continue
        const weight = block.weight[i] ?? 1
        const ranUs = block.ranUs[i] ?? 0
        let of = found.get(index)
        if (of === undefined) {
          of = { wait: [], took: [], ranUs: 0 }
          found.set(index, of)
        }
        of.wait.push([block.waitedUs[i] ?? 0, weight])
        of.took.push([ranUs + (block.awaitedUs[i] ?? 0), weight])
        of.ranUs += ranUs * weight
      }
    }
    const of = new Map<number, RecentTimings>()
    for (const [index, { wait, took, ranUs }] of found) {
      const busy = Math.min(1, ranUs / (RECENT_SECONDS * 1e6))
      of.set(index, { waitP99Us: p99(wait), tookP99Us: p99(took), busy })
    }
    this.#recent = { second, of }
    return of
  }

  #block(second: number): Block | null {
    const block = this.#blocks[((second % TIMING_SECONDS) + TIMING_SECONDS) % TIMING_SECONDS]
    return block?.second === second ? block : null
  }

  #inScope(scope: TimingScope): (block: Block, i: number) => boolean {
    switch (scope.of) {
      case 'all':
        return () => true
      case 'process': {
        const { index } = scope
        const generation = this.#processes.columns.generation[index]
        return (block, i) => block.index[i] === index && block.generation[i] === generation
      }
      case 'modules': {
        const kinds = new Set(
          [...this.#kinds.keys()].filter((kind) => scope.names.has(this.#kinds[kind]?.module ?? '')),
        )
        return (block, i) => kinds.has(block.kind[i] ?? -1)
      }
      default: {
        const { of, name } = scope
        const kinds = new Set([...this.#kinds.keys()].filter((kind) => this.#kinds[kind]?.[of] === name))
        return (block, i) => kinds.has(block.kind[i] ?? -1)
      }
    }
  }

  #kind(behaviour: string, module: string): number {
    const name = `${behaviour}\n${module}`
    const known = this.#kindOf.get(name)
    if (known !== undefined) return known
    if (this.#kinds.length >= MAX_KINDS) return 0
    this.#kinds.push({ behaviour, module })
    this.#kindOf.set(name, this.#kinds.length - 1)
    return this.#kinds.length - 1
  }
}

/** With room for `count` more than what this second had before. */
function blockOf(second: number, count: number, before: Block | undefined): Block {
  const length = (before?.index.length ?? 0) + count
  const block: Block = {
    second,
    index: new Int32Array(length),
    generation: new Uint32Array(length),
    kind: new Uint16Array(length),
    waitedUs: new Float32Array(length),
    ranUs: new Float32Array(length),
    awaitedUs: new Float32Array(length),
    weight: new Float32Array(length),
  }
  if (before !== undefined) {
    block.index.set(before.index)
    block.generation.set(before.generation)
    block.kind.set(before.kind)
    block.waitedUs.set(before.waitedUs)
    block.ranUs.set(before.ranUs)
    block.awaitedUs.set(before.awaitedUs)
    block.weight.set(before.weight)
  }
  return block
}

/** Of values with weights; there is at least one. */
function p99(values: [number, number][]): number {
  values.sort(([a], [b]) => a - b)
  const wanted = 0.99 * values.reduce((sum, [, weight]) => sum + weight, 0)
  let sum = 0
  for (const [value, weight] of values) {
    sum += weight
    if (sum >= wanted) return value
  }
  return values.at(-1)?.[0] ?? 0
}
