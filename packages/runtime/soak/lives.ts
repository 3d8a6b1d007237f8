/**
 * The soak: random kills, crashes, stops and restarts over thousands of processes, with links and monitors between them. Every
 * link and monitor is honoured, nothing is orphaned, and the counts add up. Real time, the real scheduler.
 */
import { type Node, type Process, Supervisor, start } from '../src/index.ts'
import { seededRandom } from '../src/testing.ts'
import { POOL_SIZE, poolNamed, processesOf, Root, sizeFor, type TreeSize } from './tree.ts'
import { Watch } from './watch.ts'

export interface LivesScale {
  processes: number
  seconds: number
  /** Random deaths a second. */
  deathsPerS: number
  seed: number
  /** Called once a second and at the end, for samples of memory. */
  everySecond?: (second: number) => void
}

export interface LivesResult {
  deaths: number
  spawned: number
  exited: number
  crashes: number
  restarts: number
  links: number
  linksHonoured: number
  monitors: number
  monitorsHonoured: number
  /** Calls to workers, and those that were answered or failed with a reason. */
  calls: number
  callsSettled: number
  /** Living processes of an ended parent. */
  orphans: number
  /** What the tree lacks once it is quiet. */
  missing: number
  /** Counted starts, exits and crashes that the observer was not told of. */
  untold: number
}

const BEAT_MS = 10
/** Longest that restarts may take after the last death. */
const QUIET_MS = 20_000

/** Runs for `seconds`, waits until the tree is whole again, and stops the node. */
export async function lives(scale: LivesScale): Promise<LivesResult> {
  const size = sizeFor(scale.processes)
  const random = seededRandom(scale.seed)
  const node = await start(Root, { name: 'soak@localhost', args: size, random, messages: 'share' })
  try {
    await fill(node, size)
    return await run(node, scale, random, processesOf(size))
  } finally {
    await node.stop()
  }
}

async function fill(node: Node, { pools }: TreeSize): Promise<void> {
  for (let pool = 0; pool < pools; pool++) {
    for (let i = 0; i < POOL_SIZE; i++) {
      await Supervisor.startChild(node, poolNamed(pool), { traps: i % 2 === 0 })
    }
  }
}

async function run(node: Node, scale: LivesScale, random: () => number, whole: number): Promise<LivesResult> {
  const watch = new Watch(node)
  const before = { ...node.counters }
  const told = observe(node, watch)
  const calls = { made: 0, settled: 0 }
  let deaths = 0
  let due = 0
  let chosen: Process[] = []
  const beats = Math.round((scale.seconds * 1_000) / BEAT_MS)
  for (let beat = 0; beat < beats; beat++) {
    await node.after(BEAT_MS)
    // Chosen a beat ago, so that whoever monitors them has begun.
    for (const victim of chosen) end(node, victim, random)
    chosen = []
    const living = [...node.processes()]
    for (due += (scale.deathsPerS * BEAT_MS) / 1_000; due >= 1; due--) {
      const victim = pick(living, random)
      if (!isMortal(victim)) continue
      deaths += 1
      watch.monitor(victim)
      if (random() < 0.2) watch.linkPair(random() < 0.5)
      chosen.push(victim)
      ask(node, pick(living, random), random, calls)
    }
    if ((beat * BEAT_MS) % 1_000 === 0) scale.everySecond?.((beat * BEAT_MS) / 1_000)
  }
  const missing = await quiet(node, whole, calls)
  scale.everySecond?.(scale.seconds)
  const { counters } = node
  return {
    deaths,
    spawned: counters.spawned - before.spawned,
    exited: counters.exited - before.exited,
    crashes: counters.crashes - before.crashes,
    restarts: counters.restarts - before.restarts,
    ...watch.result(),
    calls: calls.made,
    callsSettled: calls.settled,
    orphans: [...node.processes()].filter(({ parent }) => parent?.status === 'exited').length,
    missing,
    untold:
      counters.spawned -
      before.spawned -
      told.starts +
      (counters.exited - before.exited - told.exits) +
      (counters.crashes - before.crashes - told.crashes),
  }
}

function observe(node: Node, watch: Watch): { starts: number; exits: number; crashes: number } {
  const told = { starts: 0, exits: 0, crashes: 0 }
  node.hooks = {
    processStarted: () => {
      told.starts += 1
    },
    processExited: (process, { reason }) => {
      told.exits += 1
      watch.noteExit(process, reason)
    },
    processCrashed: () => {
      told.crashes += 1
    },
  }
  return told
}

/** The root must live, and a pool that is started anew is empty. */
function isMortal(process: Process): boolean {
  return process.parent !== null && process.module !== 'Pool' && process.status !== 'exited'
}

function end(node: Node, victim: Process, random: () => number): void {
  const way = random()
  if (victim.kind === 'supervisor' || way < 0.4) node.exit(victim, 'kill')
  else if (way < 0.5) node.exit(victim, { tag: 'poisoned', by: 'soak' })
  else if (way < 0.6) node.exit(victim, 'shutdown')
  else if (way < 0.8) node.cast(victim.pid, { type: 'throw' })
  else node.cast(victim.pid, { type: 'stop', reason: way < 0.9 ? 'normal' : 'spoiled' })
}

function ask(
  node: Node,
  target: Process,
  random: () => number,
  calls: { made: number; settled: number },
): void {
  if (target.kind === 'supervisor') return
  calls.made += 1
  const settled = () => {
    calls.settled += 1
  }
  node.call(target.pid, { type: random() < 0.01 ? 'crash' : 'serve' }).then(settled, settled)
}

/** Waits until the tree is whole and every call has come to its end; what is still missing after a while is missing. */
async function quiet(node: Node, whole: number, calls: { made: number; settled: number }): Promise<number> {
  const missing = () => whole - [...node.processes()].length
  for (let waitedMs = 0; waitedMs < QUIET_MS; waitedMs += 50) {
    await node.after(50)
    if (missing() === 0 && calls.made === calls.settled) break
  }
  return missing()
}

function pick(living: readonly Process[], random: () => number): Process {
  return living[Math.floor(random() * living.length)] as Process
}
