/**
 * Every fault that lasts, on a real node below a real runner: the hub is killed while it is in force, and the node itself says when nothing lies upon it
 * any more. Then the hub is started again, and the experiment's record has to say what became of every target.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { FAULTS, type FaultKind } from '@orrery/protocol/faults'
import { type ChildHub, forkHub, runBelow, until } from '@orrery/testkit'
import type { Figures } from '../suite.ts'

const NODE = 'outlive@localhost'
/** Those that end by themselves at the first message are asked about messages that never come. */
const NEVER = 'never'
const WITHIN_MS = 30_000

interface Told {
  atMs: number
  leases: number
}

export async function outlives(log: (line: string) => void): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-outlives-'))
  let hub = await forkHub({ ORRERY_DATA: join(folder, 'hub') })
  const settings = { ORRERY_DATA: join(folder, 'hub'), ORRERY_PORT: new URL(hub.url).port }
  const node = startNode(hub.url, folder)
  let worst = 0
  let unproven = 0
  let kinds = 0
  try {
    for (const kind of Object.values(FAULTS) as FaultKind[]) {
      if (kind.life === 'shot') continue
      const id = await inject(hub, kind)
      await until(() => (node.last()?.leases ?? 0) > 0 || kind.kind === 'pause', `${kind.kind} never began`, {
        withinMs: WITHIN_MS,
      })
      const diedAtMs = Date.now()
      process.kill(hub.pid, 'SIGKILL')
      await until(
        () => (node.last()?.atMs ?? 0) > diedAtMs + 100 && node.last()?.leases === 0,
        `${kind.kind} outlives its hub`,
        { withinMs: WITHIN_MS },
      )
      const lastedMs = (node.clearSinceMs() ?? Date.now()) - diedAtMs
      await hub[Symbol.asyncDispose]()
      hub = await forkHub(settings)
      const states = await outcome(hub, id)
      // None of its processes ends, so nothing but a read-back is a proof.
      const isProven = states.length > 0 && states.every((state) => state === 'recovered')
      kinds += 1
      worst = Math.max(worst, lastedMs)
      if (!isProven) unproven += 1
      log(
        `${kind.kind.padEnd(12)} ${String(Math.round(lastedMs)).padStart(5)} ms  ${[...new Set(states)].join(', ')}`,
      )
    }
  } finally {
    await node.stop()
    await hub[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  return { fault_outlives_hub_ms: worst, faults_that_last: kinds, fault_records_unproven: unproven }
}

function startNode(hub: string, folder: string) {
  const runner = runBelow(new URL('./outlive-node.ts', import.meta.url), {
    flags: ['--bound'],
    stdio: ['ignore', 'pipe', 'inherit'],
    settings: {
      ORRERY_HUB_URL: hub,
      ORRERY_FAULTS: 'allow',
      ORRERY_SPOOL_DIR: join(folder, 'spool'),
      OUTLIVE_NAME: NODE,
    },
  })
  let latest: Told | null = null
  /** Since when nothing has lain upon it. */
  let clearSinceMs: number | null = null
  const ended = new Promise<void>((resolve) => runner.once('exit', () => resolve()))
  if (runner.stdout)
    createInterface({ input: runner.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as Told
      if (told.leases > 0) clearSinceMs = null
      else clearSinceMs ??= told.atMs
      // A node that stood still says nothing: what it says next is the first it can be told by.
      if (latest !== null && told.leases === 0 && told.atMs - latest.atMs > 1_000) clearSinceMs = told.atMs
      latest = told
    })
  return {
    last: (): Told | null => latest,
    clearSinceMs: () => clearSinceMs,
    async stop() {
      runner.kill('SIGTERM')
      await ended
    },
  }
}

async function inject(hub: ChildHub, kind: FaultKind): Promise<string> {
  const target =
    kind.scope === 'node'
      ? { node: NODE }
      : kind.scope === 'port'
        ? { node: NODE, port: 'line' }
        : { query: `node:${NODE} module:Worker` }
  const fires = ['crash_next', 'throw', 'crash_times'].includes(kind.kind)
  const body = {
    fault: kind.kind,
    target,
    parameters: fires ? { messageType: NEVER } : {},
    durationMs: null,
    blastPercent: 100,
    stop: { crashes: null, intensityPercent: null, mailbox: null, lostMs: null, handlingP99Ms: null },
  }
  let last = ''
  const deadline = Date.now() + WITHIN_MS
  // The node has to be heard first, and a hub that has just started knows nobody.
  while (Date.now() < deadline) {
    const answer = await fetch(`${hub.url}/api/v1/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const told = (await answer.json()) as { id?: string }
    last = JSON.stringify(told)
    if (answer.ok && told.id !== undefined) return told.id
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${kind.kind} was refused: ${last}`)
}

/** States of all targets, once none is open. */
async function outcome(hub: ChildHub, id: string): Promise<string[]> {
  let states: string[] = []
  await until(
    async () => {
      const answer = await fetch(`${hub.url}/api/v1/faults/${id}`)
      const told = (await answer.json()) as { targets?: { state: string }[] }
      states = told.targets?.map(({ state }) => state) ?? []
      return states.length > 0 && states.every((state) => state !== 'intended' && state !== 'injected')
    },
    () => `${id} stays open: ${states.join(', ')}`,
    { withinMs: WITHIN_MS },
  )
  return states
}
