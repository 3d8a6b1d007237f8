/** Random lives of a node, told record by record as an agent would, against what must hold whatever happens. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apply, type Delta, diff } from '../views/index.ts'
import type { TreeView } from '../views/types.ts'
import { type Child, OF_MANY, ONE_FOR_ALL, ONE_FOR_ONE, Teller } from './test/teller.ts'

/** A node that behaves: what it says is well formed, in order, and follows OTP's rules closely enough. */
class Node {
  readonly t = new Teller()
  /** Living processes, parents first. */
  living: Child[] = []
  #ref = 1
  #counter = 0

  constructor() {
    this.#start({ ref: 1, name: 'root', supervisor: ONE_FOR_ONE })
  }

  #start(child: Child, isInitialised = true): void {
    this.living.push({ ...child, isInitialised: true })
    this.t.start({ ...child, isInitialised })
  }

  pick(n: number): Child | undefined {
    return this.living[n % this.living.length]
  }

  /** Several of one parent, so that pools fold. */
  spawn(n: number, kind: number): void {
    const pools = this.living.filter(({ supervisor }) => supervisor === OF_MANY)
    const parent = kind > 6 ? (pools[n % pools.length] ?? this.pick(n)) : this.pick(n)
    if (parent) for (let i = 0; i < (kind > 6 ? 10 : 1); i++) this.#spawnUnder(parent, kind)
  }

  #spawnUnder(parent: Child, kind: number): void {
    const ref = ++this.#ref
    if (!parent.supervisor) return this.#start({ ref, parentRef: parent.ref, restart: 'temporary' })
    const isPooled = parent.supervisor.strategy === 'simple_one_for_one'
    const siblings = this.living.filter(({ parentRef }) => parentRef === parent.ref)
    const taken = new Set(siblings.map(({ slot }) => slot))
    let slot = 0
    while (isPooled && taken.has(slot)) slot++
    const supervisor = isPooled ? undefined : [undefined, ONE_FOR_ONE, OF_MANY, ONE_FOR_ALL][kind % 4]
    const childId = isPooled ? 'call' : `c${ref}`
    const restart =
      (['permanent', 'temporary', 'transient'] as const)[(isPooled ? parent.ref : kind) % 3] ?? 'permanent'
    this.#start({ ref, parentRef: parent.ref, childId, slot, restart, ...(supervisor ? { supervisor } : {}) })
  }

  /** Those below, last started first, as a supervisor stops them. */
  #below(ref: number): Child[] {
    return this.living
      .filter((child) => child.parentRef === ref)
      .reverse()
      .flatMap((child) => [...this.#below(child.ref), child])
  }

  #end(child: Child, how: Parameters<Teller['exit']>[1]): void {
    this.living = this.living.filter((other) => other !== child)
    this.t.exit(child.ref, how)
  }

  exit(n: number): void {
    const child = this.pick(n)
    if (child === undefined || child.ref === 1) return
    for (const below of this.#below(child.ref)) this.#end(below, { tag: 'shutdown' })
    this.#end(child, { willRestart: child.restart === 'permanent' && child.childId !== undefined })
    if (child.restart === 'permanent' && child.childId !== undefined) this.#again(child)
  }

  crash(n: number, isSlow: boolean): void {
    const child = this.pick(n)
    if (child === undefined || child.ref === 1) return
    const crashId = `crash-${++this.#counter}`
    const isBack = child.restart !== 'temporary' && child.childId !== undefined
    this.#end(child, { crashId, willRestart: isBack })
    for (const below of this.#below(child.ref)) this.#end(below, { tag: 'shutdown' })
    if (child.childId === undefined) return
    const parent = this.living.find(({ ref }) => ref === child.parentRef)
    const others =
      isBack && parent?.supervisor?.strategy === 'one_for_all'
        ? this.living.filter(({ parentRef }) => parentRef === parent.ref).reverse()
        : []
    this.t.decide(child.ref, isBack ? 'restart' : 'leave', { crashId, stops: others.map(({ ref }) => ref) })
    for (const other of others) {
      for (const below of this.#below(other.ref)) this.#end(below, { tag: 'shutdown' })
      this.#end(other, { tag: 'shutdown' })
    }
    if (!isBack || isSlow) return
    this.#again(child)
    for (const other of others.reverse()) if (other.restart !== 'temporary') this.#again(other)
  }

  /** An orphan: its parent is never told of. */
  orphan(): void {
    const ref = ++this.#ref
    this.#start({ ref, parentRef: 1_000_000 + ref })
  }

  #again(child: Child): void {
    const { ref: replaces } = child
    const ref = ++this.#ref
    this.#start({ ...child, ref, replaces, restarts: (child.restarts ?? 0) + 1 }, ref % 2 === 0)
    if (ref % 4 === 1) this.t.tell({ type: 'process.initialised', atUs: this.t.atUs, ref })
  }

  suspend(n: number, isSuspended: boolean): void {
    const child = this.pick(n)
    if (child) this.t.tell({ type: 'process.changed', atUs: this.t.atUs, ref: child.ref, isSuspended })
  }

  second(n: number): void {
    const counter = ++this.#counter * 10
    const some = this.living.filter((_, i) => i % (1 + (n % 5)) === 0)
    this.t.second(some.map(({ ref }) => [ref, (ref * n) % 300, counter * ref, counter * ref - n]))
  }

  /** Some end, and what was said of it was lost; the snapshot after it tells. */
  forgetSome(n: number): void {
    const ended = this.living.filter(({ ref }) => ref > 1 && (ref * 31 + n) % 4 === 0)
    const doomed = new Set(
      ended.flatMap(({ ref, ...rest }) => [{ ref, ...rest }, ...this.#below(ref)]).map(({ ref }) => ref),
    )
    this.living = this.living.filter(({ ref }) => !doomed.has(ref))
    this.snapshot()
  }

  again(): void {
    this.t.again(`00000000-0000-4000-9000-${String(++this.#counter).padStart(12, '0')}`)
    this.snapshot()
  }

  snapshot(): void {
    const order = [...this.living].sort((a, b) => a.ref - b.ref)
    this.t.snapshot(...order)
  }
}

type Step =
  | { do: 'spawn'; n: number; kind: number }
  | { do: 'crash'; n: number; isSlow: boolean }
  | { do: 'exit' | 'suspend' | 'resume' | 'second' | 'seconds' | 'forget'; n: number }
  | { do: 'orphan' | 'snapshot' | 'again' | 'fault' }

const n = fc.nat(1_000)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('spawn' as const), n, kind: fc.nat(11) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('crash' as const), n, isSlow: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('exit', 'suspend', 'suspend', 'resume', 'second', 'seconds', 'forget'),
      n,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('orphan', 'snapshot', 'again', 'fault') }) },
)

function take(node: Node, step: Step): void {
  switch (step.do) {
    case 'spawn':
      return node.spawn(step.n, step.kind)
    case 'crash':
      return node.crash(step.n, step.isSlow)
    case 'exit':
      return node.exit(step.n)
    case 'suspend':
    case 'resume':
      return node.suspend(step.n, step.do === 'suspend')
    case 'second':
      return node.second(step.n)
    case 'seconds':
      return node.t.quiet(12)
    case 'forget':
      return node.forgetSome(step.n)
    case 'orphan':
      return node.orphan()
    case 'snapshot':
      return node.snapshot()
    case 'again':
      return node.again()
    case 'fault': {
      const target = node.pick(7)
      const pid = `<0.${target?.ref}.0>`
      const { key } = node.t.world.resolve(node.t.node, pid) ?? { key: '' }
      node.t.world.setFaults([
        {
          id: 'f',
          kind: 'suspend',
          node: node.t.node,
          key,
          pid,
          name: '',
          by: '',
          startedAtMs: node.t.nowMs,
          endsAtMs: node.t.nowMs,
          status: 'active',
          why: null,
          endedAtMs: null,
        },
      ])
      return
    }
    default:
      step satisfies never
  }
}

/** Everything a tree must be, whatever led to it. */
function holds(tree: TreeView, node: Node): void {
  const rows = Object.values(tree.rows)
  const drawn = rows.filter(({ kind, key }) => kind !== 'pool' && key !== '#orphans')
  const pools = rows.filter(({ kind }) => kind === 'pool')
  const promoted = drawn.filter(({ promotedFrom }) => promotedFrom !== null)
  const folded = pools.reduce((sum, { pool }) => sum + (pool?.count ?? 0), 0) - promoted.length

  // Nobody hangs in the air, and only roots hang on nothing.
  for (const { key, parent } of rows) {
    if (parent === null) expect(tree.roots).toContain(key)
    else expect(tree.rows[parent], `${key} hangs under ${parent}`).toBeDefined()
  }
  expect(new Set(tree.roots).size).toBe(tree.roots.length)
  for (const { promotedFrom } of promoted) expect(tree.rows[promotedFrom ?? '']?.kind).toBe('pool')

  // Counts are of rows and cells, and of nothing else; what hangs below a folded member is counted, not drawn.
  const counted = Object.values(tree.counts).reduce((sum, count) => sum + count, 0)
  const { total } = node.t.world.processesView({
    node: null,
    q: '',
    sort: 'key',
    order: 'asc',
    offset: 0,
    limit: 0,
  })
  expect(counted).toBe(total)
  expect(drawn.length + folded).toBeLessThanOrEqual(counted)
  for (const { pool } of pools) {
    const cells = [...Buffer.from(pool?.cells ?? '', 'base64')]
    expect(cells.filter((cell) => cell !== 255)).toHaveLength(pool?.count ?? -1)
    expect(Object.values(pool?.counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(pool?.count)
  }

  // A row that was kept is what a new one would be.
  for (const row of drawn) expect(row).toEqual(node.t.world.processView(node.t.node, row.key)?.row)

  // A pool is the sum of its members.
  const all = node.t.world.processesView({
    node: null,
    q: '',
    sort: 'key',
    order: 'asc',
    offset: 0,
    limit: 500,
  })
  for (const pool of total <= 500 ? pools : []) {
    const members = all.rows.filter(
      ({ key, parent }) =>
        parent === pool.parent &&
        (tree.rows[key]?.promotedFrom ?? (tree.rows[key] ? null : pool.key)) === pool.key,
    )
    expect(members).toHaveLength(pool.pool?.count ?? -1)
    expect(members.reduce((sum, { mailboxLength }) => sum + mailboxLength, 0)).toBe(pool.mailboxLength)
    expect(members.reduce((sum, { restarts }) => sum + restarts, 0)).toBe(pool.restarts)
    for (const [status, count] of Object.entries(pool.pool?.counts ?? {})) {
      expect(members.filter((member) => member.status === status)).toHaveLength(count)
    }
  }

  // Who lives is there, once, and nobody else lives.
  expect(tree.processes).toBe(node.living.length)
  const keys = new Set<string>()
  for (const { ref } of node.living) {
    const found = node.t.world.resolve(node.t.node, `<0.${ref}.0>`)
    expect(found, `<0.${ref}.0> is known`).not.toBeNull()
    expect(node.t.world.resolve(node.t.node, found?.key ?? '')).toEqual(found)
    keys.add(found?.key ?? '')
  }
  expect(keys.size).toBe(node.living.length)
}

const views = (node: Node): Record<string, unknown> => {
  const { world, node: name } = node.t
  const hub = { version: '', address: '', startedAtMs: 0, store: 'embedded', storeState: 'ready' } as const
  const ask = { node: name, q: '-is:exited', sort: 'status', order: 'asc', offset: 0, limit: 20 } as const
  return {
    cluster: world.clusterView(hub),
    tree: world.treeView(name),
    processes: world.processesView(ask),
    process: world.processView(name, 'root/c2'),
    timeline: world.timelineView(null),
  }
}

/** As it is at the other end. */
const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

describe('a world fed with any life of a node', () => {
  it('draws exactly who is there', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const node = new Node()
        for (const each of steps) {
          take(node, each)
          holds(node.t.tree, node)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is after a snapshot what the snapshot says, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const node = new Node()
        for (const each of steps) take(node, each)
        node.snapshot()
        const { tree } = node.t
        const counted = Object.values(tree.counts).reduce((sum, count) => sum + count, 0)
        expect(counted).toBe(node.living.length)
      }),
      { numRuns: 80 },
    )
  })

  it('is the same for a hub that listened and one that begins with the snapshot', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const node = new Node()
        for (const each of steps) if (each.do !== 'orphan') take(node, each)
        node.snapshot()
        const late = new Teller()
        late.snapshot(...[...node.living].sort((a, b) => a.ref - b.ref))
        const pids = (tree: TreeView) =>
          Object.values(tree.rows)
            .filter(({ kind }) => kind !== 'pool')
            .map(({ pid, key }) => `${key} ${pid}`)
        // Who is pooled or promoted may differ: both remember. Whoever both draw has one key.
        const known = new Set(pids(late.tree))
        const all = new Set(
          node.living.map(({ ref }) => {
            const found = late.world.resolve(late.node, `<0.${ref}.0>`)
            return `${found?.key} ${found?.pid}`
          }),
        )
        for (const drawn of pids(node.t.tree)) expect(known.has(drawn) || all.has(drawn)).toBe(true)
      }),
      { numRuns: 80 },
    )
  })

  it('sends snapshots and deltas that are the later snapshots', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const node = new Node()
        let before = views(node)
        let held = wire(before)
        for (const each of steps) {
          take(node, each)
          const after = views(node)
          for (const name of Object.keys(after)) {
            const delta = diff(before[name], after[name])
            if (delta !== null) held = { ...held, [name]: apply(held[name], wire(delta) as Delta) }
          }
          expect(held).toEqual(wire(after))
          before = after
        }
      }),
      { numRuns: 40 },
    )
  })
})
