/**
 * The measured process: 10,000 processes that pass messages as fast as the runtime can, with an agent that is toggled in
 * blocks of half a second. Answers its parent with the rate of every block.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observe } from '@orrery/agent'
import { child, GenServer, type Node, noreply, type Pid, Supervisor, start } from '@orrery/runtime'

export interface CostOrder {
  hub: string
  processes: number
  tokens: number
  pairs: number
  warmUpMs: number
  seed: number
}

export interface Block {
  isOn: boolean
  messages: number
  ms: number
  /** Processor time of the whole process. */
  cpuMs: number
}

export interface Pair {
  on: Block
  off: Block
}

export interface CostAnswer {
  pairs: Pair[]
  /** Pairs measured while other programs took the processor; taken again, and used only where there are too few others. */
  disturbed: number
  agentCpuPercent: number
}

const BLOCK_MS = 500
/** After a toggle, before the clock starts: starting and stopping the agent is not what it costs. */
const SETTLE_MS = 50
/** A saturated process has a processor to itself; a block in which it had less says nothing about the agent. */
const OWN_SHARE = 0.9
const ATTEMPTS = 2

const Hop = GenServer.define<{
  args: undefined
  state: { next: Pid | null; count: number }
  infos: { join: { next: unknown }; hop: { n: number } }
}>({
  module: 'Hop',
  init: () => ({ next: null, count: 0 }),
  handleInfo: {
    join: ({ next }, state) => {
      state.next = next as Pid
      return noreply(state)
    },
    hop: (message, state, ctx) => {
      state.count++
      if (state.next) ctx.send(state.next, message)
      return noreply(state)
    },
  },
})

const Pool = Supervisor.define<{ args: { processes: number } }>({
  module: 'Pool',
  strategy: 'one_for_one',
  intensity: 1,
  periodMs: 5_000,
  children: ({ processes }) =>
    Array.from({ length: processes }, (_, i) => child(Hop, { id: `hop-${i}`, args: undefined })),
})

async function main(order: CostOrder): Promise<CostAnswer> {
  const node = await start(Pool, { name: 'cost@localhost', args: { processes: order.processes } })
  const spoolDir = mkdtempSync(join(tmpdir(), 'orrery-cost-'))
  const agent = await observe(node, {
    hub: order.hub,
    spoolDir,
    logger: { info: () => undefined, warn: console.warn },
  })
  circulate(node, order.tokens)
  await sleep(order.warmUpMs)
  if (agent.status.connection !== 'welcomed') throw new Error(`the agent is ${agent.status.connection}`)

  const random = mulberry(order.seed)
  const pairs: Pair[] = []
  let onMs = 0
  const cpuBefore = agent.status.cpuMs
  const block = async (isOn: boolean): Promise<Block> => {
    if (isOn) agent.work.resume()
    else agent.work.pause()
    await sleep(SETTLE_MS)
    const messages = node.counters.handled
    const cpu = process.cpuUsage()
    const at = performance.now()
    await sleep(BLOCK_MS)
    const ms = performance.now() - at
    const used = process.cpuUsage(cpu)
    if (isOn) onMs += ms + SETTLE_MS
    return { isOn, messages: node.counters.handled - messages, ms, cpuMs: (used.user + used.system) / 1_000 }
  }
  const disturbed: Pair[] = []
  for (let i = 0; pairs.length < order.pairs && i < order.pairs * ATTEMPTS; i++) {
    const isOnFirst = random() < 0.5
    const first = await block(isOnFirst)
    const second = await block(!isOnFirst)
    const pair = isOnFirst ? { on: first, off: second } : { on: second, off: first }
    if (hadProcessor(first) && hadProcessor(second)) pairs.push(pair)
    else disturbed.push(pair)
  }
  const missing = Math.max(0, order.pairs - pairs.length)
  pairs.push(...disturbed.slice(0, missing))
  const agentCpuPercent = (100 * (agent.status.cpuMs - cpuBefore)) / onMs
  await agent.stop()
  rmSync(spoolDir, { recursive: true, force: true })
  return { pairs, disturbed: disturbed.length, agentCpuPercent }
}

/** Every process knows the next; tokens go round for ever. */
function circulate(node: Node, tokens: number): void {
  const hops = [...node.processes()].filter((process) => process.module === 'Hop')
  hops.forEach((process, i) => {
    const next = hops[(i + 1) % hops.length]
    node.send(process.pid, { type: 'join', next: next?.pid })
  })
  for (let i = 0; i < tokens; i++) {
    const process = hops[Math.floor((i * hops.length) / tokens)]
    if (process) node.send(process.pid, { type: 'hop', n: i })
  }
}

function hadProcessor(block: Block): boolean {
  return block.cpuMs / block.ms >= OWN_SHARE
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}

function mulberry(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

process.on('message', (order: CostOrder) => {
  main(order).then(
    (answer) => process.send?.({ answer }, () => process.exit(0)),
    (error: unknown) => process.send?.({ error: String(error) }, () => process.exit(1)),
  )
})
