/**
 * What the world costs at 10,000 and 100,000 processes, in the four shapes a tree may have. Prints one table; `npm run
 * bench:world --workspace @orrery/live`, or with sizes: `node --expose-gc --import tsx bench/world.ts 10000`.
 */
import { setImmediate } from 'node:timers/promises'
import type { WireRecord } from '@orrery/protocol'
import { DEFAULT_PARAMS, diff } from '../src/views/index.ts'
import { type Child, OF_MANY, ONE_FOR_ONE, started, Teller } from '../src/world/test/teller.ts'

const SHAPES: Record<string, (size: number) => Child[]> = {
  'supervisors of 500': (size) => supervisors(Math.ceil(size / 500), 500, OF_MANY),
  'a chain 200 deep': chain,
  'one pool': (size) => supervisors(1, size, OF_MANY),
  'supervisors of 10': (size) => supervisors(Math.ceil(size / 10), 10, ONE_FOR_ONE),
}

const ROOT: Child = { ref: 1, name: 'root', supervisor: ONE_FOR_ONE }

function supervisors(count: number, each: number, kind: typeof OF_MANY): Child[] {
  const children = [ROOT]
  for (let s = 0; s < count; s++) {
    const parentRef = children.length + 1
    children.push({ ref: parentRef, parentRef: 1, childId: `sup${s}`, module: 'CallSup', supervisor: kind })
    for (let slot = 0; slot < each; slot++) {
      const isMany = kind === OF_MANY
      const childId = isMany ? 'call' : `call${slot}`
      children.push({ ref: children.length + 1, parentRef, childId, slot: isMany ? slot : 0, module: 'Call' })
    }
  }
  return children
}

function chain(size: number): Child[] {
  const children = [ROOT]
  let above = 1
  for (let depth = 0; depth < 200; depth++) {
    const ref = children.length + 1
    children.push({ ref, parentRef: above, childId: 'next', supervisor: ONE_FOR_ONE })
    for (let i = 0; i < size / 200 - 1; i++) {
      children.push({ ref: children.length + 1, parentRef: ref, childId: `w${i}`, module: 'Call' })
    }
    above = ref
  }
  return children
}

/** Milliseconds of processor time: unlike the wall's, they are the same on a machine that has other things to do. */
function now(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Median of some runs, in milliseconds. */
function ms(runs: number, work: (run: number) => void): number {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const before = now()
    work(run)
    times.push(now() - before)
  }
  return median(times)
}

/** After a turn of the event loop: what the last shape left is then really free. */
async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await setImmediate()
    globalThis.gc?.()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function measure(shape: (size: number) => Child[], size: number): Promise<Record<string, number>> {
  const children = shape(size)
  const before = await heap()
  const t = new Teller()
  const row: Record<string, number> = { processes: children.length }
  const frames: WireRecord[][] = []
  for (let at = 0; at < children.length; at += 4_096)
    frames.push(children.slice(at, at + 4_096).map((child) => started(child)))
  row['start ms'] = ms(1, () => {
    for (const records of frames) t.tell(...records)
  })
  frames.length = 0
  row['idle B/process'] = ((await heap()) - before) / children.length

  // Every process handles something every second: the worst a second can be.
  const refs = children.map(({ ref }) => ref)
  let count = 0
  const second = (share: number): number => {
    count += 3
    const moved = share === 1 ? refs : refs.filter((ref) => ref % share === 0)
    const counts = moved.map((ref) => ref + count)
    const mailbox = moved.map((ref) => (ref + count) % 7)
    t.pass(1_000)
    const { atUs } = t
    const samples: WireRecord = {
      type: 'process.samples',
      atUs,
      refs: moved,
      mailbox,
      received: counts,
      handled: counts,
    }
    const from = now()
    t.tell(samples)
    t.figures()
    return now() - from
  }
  const seconds = (share: number): number => median(Array.from({ length: 9 }, () => second(share)))
  row['second ms, 1 in 10'] = seconds(10)
  row['second ms, all'] = seconds(1)
  row['tick ms'] = ms(9, () => t.world.tick(t.nowMs))
  row['busy B/process'] = ((await heap()) - before) / children.length

  let view = t.tree
  row['tree ms, all moved'] = ms(5, () => {
    second(1)
    const from = now()
    view = t.tree
    made.push(now() - from)
  })
  row['tree ms, all moved'] = median(made.splice(0))
  row['tree ms, one moved'] = ms(9, (run) => {
    t.tell({ type: 'process.changed', atUs: t.atUs, ref: 3, label: `${run}` })
    t.world.treeView(t.node)
  })
  row.rows = Object.keys(view.rows).length
  for (let i = 0; i < 5; i++) {
    const last = t.tree
    second(1)
    const from = now()
    const delta = diff(last, t.tree)
    made.push(now() - from)
    row['delta kB'] = JSON.stringify(delta).length / 1_000
  }
  row['tree+diff ms'] = median(made.splice(0))

  // 500 exits and 500 starts, as a node that churns sends them, in one frame.
  const leaves = children.filter(({ supervisor }) => !supervisor)
  let next = children.length + 1
  const churn = (run: number): number => {
    const records: WireRecord[] = []
    for (let i = 0; i < 500; i++) {
      const at = (run * 500 + i * 7) % leaves.length
      const leaf = leaves[at]
      if (!leaf) continue
      const { ref } = leaf
      leaves[at] = { ...leaf, ref: next++, replaces: ref }
      const how = { kind: 'normal', tag: 'normal', text: 'normal', crashId: '', willRestart: true } as const
      records.push({ type: 'process.exited', atUs: t.atUs, ref, ...how })
      records.push(started(leaves[at] as Child, t.atUs))
    }
    const from = now()
    t.tell(...records)
    return now() - from
  }
  row['1,000 events ms'] = median(Array.from({ length: 31 }, (_, run) => churn(run)))
  const ask = { node: null, q: '', sort: 'mailbox', order: 'desc', offset: 0, limit: 80 } as const
  row['table ms'] = ms(5, () => t.world.processesView(ask))
  row['query ms'] = ms(5, () => t.world.processesView({ ...ask, q: 'call mailbox:>3 -is:crashed' }))
  const held = { ...DEFAULT_PARAMS.table }
  row['order made ms'] = ms(5, () => t.world.tableView({ ...held, turn: held.turn++ }))
  const followed = (params: Partial<typeof held>): number => {
    const look = (): unknown => t.world.tableView({ ...held, ...params })
    look()
    return ms(5, () => {
      t.pass(1_000)
      t.world.tick(t.nowMs)
      return look()
    })
  }
  row['order followed ms'] = followed({})
  row['the same grouped ms'] = followed({ group: 'supervisor' })
  return row
}

const made: number[] = []

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

const sizes = process.argv.slice(2).map(Number)
for (const size of sizes.length > 0 ? sizes : [10_000, 100_000]) {
  const table: Record<string, Record<string, number>> = {}
  for (const [name, shape] of Object.entries(SHAPES)) {
    // Once to warm up, so that no shape pays for the compiler.
    if (Object.keys(table).length === 0) await measure(shape, 2_000)
    const row = await measure(shape, size)
    table[name] = Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, Math.round(value * 10) / 10]),
    )
  }
  const metrics = Object.keys(Object.values(table)[0] ?? {})
  console.log(`\n${size.toLocaleString('en')} processes`)
  console.table(
    Object.fromEntries(
      metrics.map((metric) => [
        metric,
        Object.fromEntries(Object.entries(table).map(([name, row]) => [name, row[metric]])),
      ]),
    ),
  )
}
