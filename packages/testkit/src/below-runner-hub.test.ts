/** From a file to its proof: pause and kill asked of a real hub by `orrery faults`, carried out by `orrery run`, written down by the hub. */
import { join } from 'node:path'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { experiment } from '@orrery/protocol/faults'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFaultsArguments } from '../../cli/src/faults/arguments.ts'
import { faults } from '../../cli/src/faults/faults.ts'
import { processState } from '../../cli/src/run/process-state.ts'
import { type Constellation, startConstellation } from './constellation.ts'
import { runBelow } from './run-below.ts'
import { until } from './until.ts'

const SLOW_MS = 180_000
const NODE = 'below@localhost'

let constellation: Constellation
/** Of the node's program, in each of its lives. */
const pids: number[] = []
const undo: (() => unknown)[] = []

interface Row {
  status: string
  incarnation: string
  capabilities: string[]
}
const row = async () => (await constellation.api(`/api/v1/nodes/${NODE}`)).body as Row
const isLive = async () => (await row()).status === 'live'

beforeAll(async () => {
  constellation = await startConstellation()
  const runner = runBelow(new URL('./below-runner-node.ts', import.meta.url), {
    stdio: ['ignore', 'pipe', 'ignore'],
    settings: {
      SHOP_NAME: NODE,
      ORRERY_HUB_URL: constellation.url,
      ORRERY_FAULTS: 'allow',
      ORRERY_SPOOL_DIR: join(constellation.dataDir, '..', 'spool'),
    },
  })
  runner.stdout?.on('data', (text) => {
    for (const [, pid] of String(text).matchAll(/pid (\d+)\n/g)) pids.push(Number(pid))
  })
  undo.push(async () => {
    if (runner.exitCode !== null) return
    const ended = new Promise((resolve) => runner.once('exit', resolve))
    runner.kill('SIGTERM')
    await ended
  })
  await until(isLive, 'the node was not heard', { withinMs: 60_000 })
}, SLOW_MS)
afterAll(async () => {
  for (const each of undo.splice(0).reverse()) await each()
  await constellation?.[Symbol.asyncDispose]()
}, SLOW_MS)

/** As a shell would: `orrery faults`, with what it printed. */
async function orrery(args: string[], file: object) {
  const printed: string[] = []
  const complaints: string[] = []
  const settings = readFaultsArguments([...args, '--json', '--hub', constellation.url], {})
  if (settings === null) throw new Error('no settings')
  const code = await faults(settings, {
    read: async () => JSON.stringify(file),
    print: (text) => void printed.push(text),
    complain: (text) => void complaints.push(text),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    nowMs: () => performance.now(),
  })
  return { code, printed: printed.join('\n'), complaints }
}

const open = { stop: { lostMs: null }, blastPercent: 100 }

test(
  '[WIRE-112] a node is paused for longer than the hub waits for anybody, is not taken for dead, and is read back',
  async () => {
    const before = await row()
    const pid = pids.at(-1) ?? 0
    const begun = await orrery(['run', 'pause.json'], {
      ...open,
      fault: 'pause',
      target: { node: NODE },
      durationMs: 13_000,
    })
    expect(begun.complaints).toEqual([])
    const { id } = experiment.parse(JSON.parse(begun.printed))
    await until(() => processState(pid) === 'stopped', 'it was not stopped')
    const seen = async () => experiment.parse((await constellation.api(`/api/v1/faults/${id}`)).body)
    await until(async () => (await seen()).status === 'ended', 'it did not end', { withinMs: 60_000 })
    expect(processState(pid)).toBe('running')
    await until(isLive, 'it was not heard again')
    await until(async () => (await seen()).targets[0]?.state === 'recovered', 'not recovered')
    expect((await row()).incarnation).toBe(before.incarnation)
    const { body } = await constellation.api('/api/v1/crashes?q=kind%3Anode-down')
    expect((body as { items: unknown[] }).items).toEqual([])
  },
  SLOW_MS,
)

test(
  '[WIRE-113] [WIRE-114] a node is killed, comes again, and the report of its death names the experiment that did it',
  async () => {
    const before = await row()
    const pid = pids.at(-1) ?? 0
    const begun = await orrery(['run', 'kill.json'], {
      ...open,
      fault: 'node_kill',
      target: { node: NODE },
    })
    expect(begun.complaints).toEqual([])
    const { id } = experiment.parse(JSON.parse(begun.printed))
    await until(async () => (await row()).incarnation !== before.incarnation, 'it did not come again', {
      withinMs: 60_000,
    })
    expect(processState(pid)).toBe('gone')
    const touches = async () => {
      const list = await constellation.api('/api/v1/crashes?q=kind%3Anode-down&limit=1')
      const [found] = (list.body as { items: { id: string }[] }).items
      if (!found) return []
      const { body } = await constellation.api(`/api/v1/crashes/${found.id}`)
      return fieldValue((body as CrashReport).faults) ?? []
    }
    await until(async () => (await touches()).length > 0, 'no fault')
    expect(await touches()).toEqual([
      { fault: id, kind: 'node_kill', role: 'direct', firing: expect.stringMatching(/:1$/) },
    ])
  },
  SLOW_MS,
)
