/** The children of one supervisor, in start order. */
import type { CrashLink } from '../crash.ts'
import type { ChildSpecFacts } from '../hooks.ts'
import type { Proc } from '../process.ts'
import type { ChildSpec } from './child.ts'
import { Slots } from './slots.ts'

/** A child over all its lives. */
export class Child {
  /** Another one after a code change of its supervisor. */
  spec: ChildSpec
  readonly slot: number
  process: Proc | null = null
  /** Ended, and to be started again. */
  isRestarting = false
  restarts = 0
  /** Failed starts in a row. */
  attempts = 0
  /** Id of its latest process, 0 before the first. */
  latest = 0
  /** The process of its latest failed start. */
  failed: Proc | null = null
  crash: CrashLink | null = null
  endedUs = 0

  constructor(spec: ChildSpec, slot: number) {
    this.spec = spec
    this.slot = slot
  }
}

export class Children {
  readonly isPool: boolean
  private order: Child[] = []
  private readonly pool = new Set<Child>()
  private readonly byProcess = new Map<Proc, Child>()
  private readonly slots = new Slots()

  constructor(isPool: boolean) {
    this.isPool = isPool
  }

  add(spec: ChildSpec): Child {
    const child = new Child(spec, this.isPool ? this.slots.take() : 0)
    if (this.isPool) this.pool.add(child)
    else this.order.push(child)
    return child
  }

  remove(child: Child): void {
    if (this.isPool) {
      if (this.pool.delete(child)) this.slots.give(child.slot)
    } else {
      this.order = this.order.filter((other) => other !== child)
    }
  }

  /** New specifications in their order; who is no longer specified stands behind them, if it was ever started. */
  respecify(specs: readonly ChildSpec[]): void {
    const kept = new Map(this.order.map((child) => [child.spec.facts.id, child]))
    const order: Child[] = []
    for (const spec of specs) {
      const child = kept.get(spec.facts.id) ?? new Child(spec, 0)
      kept.delete(spec.facts.id)
      child.spec = spec
      order.push(child)
    }
    this.order = [...order, ...[...kept.values()].filter(({ latest }) => latest !== 0)]
  }

  /** In start order. */
  all(): Child[] {
    return this.isPool ? [...this.pool] : [...this.order]
  }

  /** Specifications of those that run or are to come back. */
  live(): ChildSpecFacts[] {
    return this.all()
      .filter(({ process, isRestarting }) => process !== null || isRestarting)
      .map(({ spec }) => spec.facts)
  }

  get size(): number {
    return this.isPool ? this.pool.size : this.order.length
  }

  has(child: Child): boolean {
    return this.isPool ? this.pool.has(child) : this.order.includes(child)
  }

  indexOf(child: Child): number {
    return this.order.indexOf(child)
  }

  byId(id: string): Child | undefined {
    return this.order.find((child) => child.spec.facts.id === id)
  }

  of(process: Proc): Child | undefined {
    return this.byProcess.get(process)
  }

  began(child: Child, process: Proc): void {
    child.process = process
    child.latest = process.id
    child.isRestarting = false
    child.attempts = 0
    child.failed = null
    this.byProcess.set(process, child)
  }

  ended(child: Child): void {
    if (child.process !== null) this.byProcess.delete(child.process)
    child.process = null
  }
}
